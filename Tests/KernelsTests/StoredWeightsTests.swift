import Executor
import Foundation
import Graph
import Kernels
import Models
import Quantities
import Testing
import Workloads

/// A model's weights from a file, and PyTorch's output on them (scripts/make-vision-fixture.py).
@Suite(.serialized) struct StoredWeightsTests {
  struct Fixture: Codable {
    var torch: String
    /// Multiples of 1/32.
    var image: [Int]
    var logits: [Double]
  }

  @Test(arguments: [Precision.fp32, .bf16], [nil, DataType.int8])
  func logitsAreThoseOfPyTorch(_ precision: Precision, _ weightFormat: DataType?) throws {
    let folder = SmallModelTests.folder
    let bytes = [UInt8](
      try Data(contentsOf: folder.appendingPathComponent("vit.safetensors")))
    let fixture = try JSONDecoder().decode(
      Fixture.self, from: Data(contentsOf: folder.appendingPathComponent("vit.json")))
    let model = try ModelProfile(
      safetensorsHeader: bytes, file: "vit.safetensors", fileBytes: bytes.count)
    let weights = try StoredWeights(header: bytes, file: "vit.safetensors", fileBytes: bytes.count)
    var request = WorkloadRequest(
      task: .infer, objective: .supervised, batch: 1, precision: precision)
    request.options.quantize = weightFormat
    let workload = try Workload(model, request)
    try ModelRunTests.withTeam(2) { team in
      let inference = try InferenceRunner(workload.forward, team: team)
      let runner = inference.runner
      let result = try runner.load { parameter, count in
        try weights.place(
          block: parameter.block, iteration: parameter.iteration, tensor: parameter.tensor,
          count: count
        ).flatMap { $0.elements(Array(bytes[$0.bytes])) }
      }
      #expect(result.kept.isEmpty)
      #expect(result.loaded == runner.program.parameters.count)
      let image = try #require(
        runner.program.buffers.firstIndex { $0.content == .input && $0.tensor.shape.count == 4 })
      try runner.write(fixture.image.map { Float($0) / 32 }, to: image)
      try inference.run()
      let logits = try #require(inference.outputs().last).map(Double.init)
      #expect(logits.count == fixture.logits.count)
      // Rounding: of fp32, of each bf16 tensor, of each row of a weight to 127 steps.
      let limit =
        (precision == .fp32 ? 2e-6 : 4 * 0x1p-8) + (weightFormat == .int8 ? 4 / 127.0 : 0)
      #expect(normalisedError(logits, fixture.logits) <= limit)
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
