import CostModel
import Executor
import Graph
import Kernels
import Quantities

/// What it takes to pack the weights of convolutions that training changes, which is done before a
/// run's first step and so belongs to none: what runs take beyond their steps.
struct PackingCases {
  let team: WorkerTeam
  let rounds: Int

  /// Channels in and out, kernel, held out.
  private static let shapes: [(Int, Int, Int, Bool)] = [
    (48, 48, 3, false), (96, 160, 3, false), (256, 64, 1, false), (320, 192, 3, true),
    (640, 1280, 1, false), (384, 384, 3, false),
  ]
  /// Convolutions of a program, each with its own weights.
  private static let count = 4

  func measure(_ type: DataType) throws -> [MeasuredPoint] {
    try Self.shapes.compactMap { inputs, outputs, kernel, isHeldOut in
      let weight = Tensor("w", [outputs, inputs, kernel, kernel], type, .parameter(.other))
      let cost = OperatorCost(packing: weight)
      guard let runner = try runner(weight) else { return nil }
      try runner.run()
      var times: [Double] = []
      for _ in 0..<rounds {
        runner.resetProfile()
        let start = ContinuousClock.now
        try runner.run(profile: true)
        let all = (ContinuousClock.now - start) / .seconds(1)
        // Each weight is packed for the convolution and for its gradient.
        times.append((all - runner.stepSeconds.reduce(0, +)) / Double(2 * Self.count))
      }
      return MeasuredPoint(
        cost: cost, seconds: times.median, isHeldOut: isHeldOut,
        uncertainty: Certainty.halfWidth(ofMedian: times), mean: times.median)
    }
  }

  /// Convolutions and gradients of a small map, after which every weight changes; nil where no
  /// kernel runs them.
  private func runner(_ weight: Tensor) throws -> ProgramRunner? {
    let kernel = weight.shape[2]
    let geometry = ConvolutionGeometry(dimensions: 2, padding: kernel / 2)
    var program = Program()
    func map(_ channels: Int) -> Tensor {
      Tensor("x", [1, channels, 8, 8], weight.dataType, .activation)
    }
    let tensors = [map(weight.shape[1]), weight, map(weight.shape[0])]
    let buffers = [program.add(tensors[0], .input), 0, program.add(tensors[2], .zero)]
    let weights = (0..<Self.count).map { _ in program.add(weight, .zero) }
    func add(_ kind: OperatorKind, _ inputs: [Int], _ outputs: [Int], _ own: Int) {
      let op = Operator(
        "packed", kind, inputs.map { TensorID($0) }, outputs.map { TensorID($0) })
      program.add(op, tensors: tensors) { $0.index == 1 ? own : buffers[$0.index] }
    }
    for own in weights { add(.convolution(geometry, bias: false), [0, 1], [2], own) }
    for own in weights { add(.convolutionGradInput(geometry), [2, 1], [0], own) }
    for own in weights { add(.scale(1), [1], [1], own) }
    do {
      return try ProgramRunner(program, team: team, seed: 7)
    } catch let error as UserError where error.kind == .impossible {
      return nil
    }
  }
}
