import Executor
import Foundation
import Graph
import Kernels
import Models
import Quantities
import Testing
import Workloads

/// A model's weights from a file, and PyTorch's output on them (scripts/make-vision-fixture.py and
/// make-weight-fixtures.py).
@Suite(.serialized) struct StoredWeightsTests {
  struct Fixture: Codable {
    var torch: String
    /// Multiples of 1/32.
    var image: [Int]?
    var tokens: [Int]?
    var logits: [Double]

    /// Writes the image, or the tokens as one sentence.
    func feed(_ runner: ProgramRunner) throws {
      for (index, buffer) in runner.program.buffers.enumerated() where buffer.content == .input {
        let count = buffer.tensor.count
        switch buffer.tensor.name {
        case "tokens": try runner.write((tokens ?? []).map { Float($0) }, to: index)
        case "positions": try runner.write((0..<count).map { Float($0) }, to: index)
        case "tokenTypes": try runner.write([Float](repeating: 0, count: count), to: index)
        default: try runner.write((image ?? []).map { Float($0) / 32 }, to: index)
        }
      }
    }
  }

  /// A shipped file, and what is asked of it.
  struct Model: Sendable, CustomStringConvertible {
    var name: String
    var objective: Objective
    var image: Int?
    var sequence: Int?
    var description: String { name }
  }
  static let models = [
    Model(name: "vit", objective: .supervised),
    Model(name: "resnet-eval", objective: .supervised, image: 40),
    Model(name: "bert", objective: .maskedLanguage, sequence: 11),
    Model(name: "llama", objective: .causalLanguage, sequence: 11),
  ]

  @Test(arguments: models, [Precision.fp32, .bf16])
  func logitsAreThoseOfPyTorch(_ model: Model, _ precision: Precision) throws {
    // Rounding: of fp32, of each bf16 tensor.
    try Self.compare(model, precision, limit: precision == .fp32 ? 2e-6 : 4 * 0x1p-8)
  }

  @Test(arguments: models.filter { $0.name != "resnet-eval" }, [Precision.fp32, .bf16])
  func weightsOfOneByteStayNear(_ model: Model, _ precision: Precision) throws {
    // Each row of a weight is rounded to 127 steps.
    try Self.compare(model, precision, .int8, limit: 4 * 0x1p-8 + 4 / 127.0)
  }

  static func compare(
    _ model: Model, _ precision: Precision, _ weightFormat: DataType? = nil, limit: Double
  ) throws {
    let path = SmallModelTests.folder.appendingPathComponent(model.name)
    let file = model.name + ".safetensors"
    let bytes = [UInt8](try Data(contentsOf: path.appendingPathExtension("safetensors")))
    let fixture = try JSONDecoder().decode(
      Fixture.self, from: Data(contentsOf: path.appendingPathExtension("json")))
    let profile = try ModelProfile(
      safetensorsHeader: bytes, file: file, fileBytes: bytes.count)
    let weights = try StoredWeights(header: bytes, file: file, fileBytes: bytes.count)
    var request = WorkloadRequest(
      task: .infer, objective: model.objective, batch: 1, sequence: model.sequence,
      precision: precision)
    request.image = model.image.map { ImageSize(height: $0, width: $0) }
    request.options.quantize = weightFormat
    let workload = try Workload(profile, request)
    try ModelRunTests.withTeam(2) { team in
      let inference = try InferenceRunner(workload.forward, team: team, guards: Watch.guards)
      let runner = inference.runner
      let result = try runner.load { parameter, count in
        try weights.place(
          block: parameter.block, iteration: parameter.iteration, tensor: parameter.tensor,
          count: count
        ).flatMap { $0.elements(Array(bytes[$0.bytes])) }
      }
      #expect(result.kept.isEmpty, "\(result.kept)")
      #expect(result.loaded == runner.program.parameters.count)
      try fixture.feed(runner)
      try inference.run()
      let logits = try #require(inference.outputs().last).map(Double.init)
      #expect(logits.count == fixture.logits.count)
      let error = normalisedError(logits, fixture.logits)
      #expect(error <= limit, "\(error)")
    }
  }

  @Test func anotherSizeIsRefused() throws {
    let url = SmallModelTests.folder.appendingPathComponent("vit.safetensors")
    let bytes = [UInt8](try Data(contentsOf: url))
    let weights = try StoredWeights(header: bytes, file: "vit.safetensors")
    #expect(throws: UserError.self) {
      try weights.place(block: "norm", iteration: 0, tensor: "norm.weight", count: 63)
    }
    let unknown = try weights.place(block: "norm", iteration: 0, tensor: "else.weight", count: 1)
    #expect(unknown == nil)
  }
}
