import Executor
import Foundation
import Graph
import Kernels
import Quantities
import Testing
import Workloads

/// Whole small models against PyTorch on the same weights: the loss, and for each parameter the
/// length of its gradient and its product with a fixed direction.
///
/// `HFM_FIXTURE_DUMP=DIR` writes the programs and weights there instead, for
/// scripts/make-fixtures.py to compute what is shipped in Fixtures.
@Suite(.serialized) struct SmallModelTests {
  struct Fixture: Codable {
    struct Gradient: Codable {
      var name: String
      var length: Double
      var projection: Double
    }
    var torch: String
    var loss: Double
    var gradients: [Gradient]
  }

  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Fixtures")
  static let dumpFolder = ProcessInfo.processInfo.environment["HFM_FIXTURE_DUMP"]

  @Test(.enabled(if: dumpFolder == nil), arguments: SmallModel.all, [1, 2])
  func agreesWithPyTorch(_ model: SmallModel, _ lanes: Int) throws {
    let data = try Data(contentsOf: Self.folder.appendingPathComponent(model.name + ".json"))
    let fixture = try JSONDecoder().decode(Fixture.self, from: data)
    let training = try #require(try model.workload(.fp32).training)
    // Parameter before minus after is the gradient times this.
    let rate = 1024.0
    try ModelRunTests.withTeam(lanes) { team in
      let trainer = try TrainingRunner(
        training, team: team, settings: OptimizerSettings(learningRate: rate),
        guards: Watch.guards)
      let runner = trainer.runner
      try runner.writeTestValues()
      let parameters = runner.program.buffers.indices.filter {
        runner.program.buffers[$0].content == .parameter
      }
      let before = try parameters.map { try runner.read($0) }
      let loss = Double(try trainer.step())
      #expect(abs(loss - fixture.loss) <= 2e-5 * max(1, abs(fixture.loss)))
      #expect(parameters.count == fixture.gradients.count)
      let largest = fixture.gradients.map(\.length).max() ?? 0
      for (index, parameter) in parameters.enumerated() {
        let after = try runner.read(parameter)
        let gradient = zip(before[index], after).map { (Double($0) - Double($1)) / rate }
        var random = TestRandom(7919 + index)
        let projection = gradient.reduce(0) { $0 + $1 * random.uniform() }
        let length = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let want = fixture.gradients[index]
        // Sums in fp32 through the whole depth; gradients that cancel are bounded by the largest.
        let limit = 1e-3 * want.length + 2e-6 * largest
        #expect(abs(length - want.length) <= limit, "\(want.name): \(length), \(want.length)")
        #expect(abs(projection - want.projection) <= limit, "\(want.name)")
      }
    }
  }

  @Test(.enabled(if: dumpFolder == nil), arguments: SmallModel.all)
  func staysNearInHalfThePrecision(_ model: SmallModel) throws {
    let data = try Data(contentsOf: Self.folder.appendingPathComponent(model.name + ".json"))
    let fixture = try JSONDecoder().decode(Fixture.self, from: data)
    let training = try #require(try model.workload(.bf16).training)
    try ModelRunTests.withTeam(2) { team in
      let trainer = try TrainingRunner(training, team: team, guards: Watch.guards)
      try trainer.runner.writeTestValues()
      let loss = Double(try trainer.step())
      // Eight bits of each tensor: a few per cent through a network.
      #expect(abs(loss - fixture.loss) <= 0.06 * max(1, abs(fixture.loss)), "\(loss)")
    }
  }

  @Test(.enabled(if: dumpFolder != nil), arguments: SmallModel.all)
  func dumps(_ model: SmallModel) throws {
    let folder = URL(fileURLWithPath: try #require(Self.dumpFolder))
    let training = try #require(try model.workload(.fp32).training)
    try ModelRunTests.withTeam(1) { team in
      let runner = try ProgramRunner(Program(inference: training.forward), team: team)
      try runner.writeTestValues()
      let given = runner.givenBuffers
      var values = Data()
      for index in given {
        try runner.read(index).withUnsafeBytes { values.append(contentsOf: $0) }
      }
      try values.write(to: folder.appendingPathComponent(model.name + ".f32"))
      let buffers = runner.program.buffers.map { buffer -> [String: Any] in
        [
          "name": buffer.tensor.name, "shape": buffer.tensor.shape,
          "type": buffer.tensor.dataType.rawValue, "content": "\(buffer.content)",
        ]
      }
      let steps = runner.program.steps.map { step -> [String: Any] in
        [
          "name": step.op.name, "kind": "\(step.op.kind)", "inputs": step.inputs,
          "outputs": step.outputs,
          "inputShapes": step.op.inputs.map { step.tensors[$0.index].shape },
          "outputShapes": step.op.outputs.map { step.tensors[$0.index].shape },
        ]
      }
      let document: [String: Any] = [
        "buffers": buffers, "steps": steps, "given": given, "results": runner.program.results,
      ]
      let json = try JSONSerialization.data(withJSONObject: document)
      try json.write(to: folder.appendingPathComponent(model.name + ".program.json"))
    }
  }
}
