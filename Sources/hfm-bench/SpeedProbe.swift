import Executor
import Graph
import Kernels
import Quantities

/// How fast the machine is at this moment: a product and a sum of arrays, a few milliseconds.
///
/// A virtual machine's neighbours and the clock change the speed of the same kernel by ten percent
/// and more within minutes. Measured while a calibration runs and again beside a measurement, a
/// probe tells that change from an error of the model.
struct SpeedProbe {
  /// Seconds of the product and of the sum.
  struct Speed: Hashable {
    var product: Double
    var sum: Double

    /// Component by component the median of several.
    static func median(_ speeds: [Speed]) -> Speed {
      Speed(
        product: speeds.map(\.product).quantile(0.5), sum: speeds.map(\.sum).quantile(0.5))
    }
  }

  private let product: ProgramRunner
  private let sum: ProgramRunner

  init(team: WorkerTeam) throws {
    // A layer of a transformer, and arrays beyond every cache.
    product = try Self.runner(
      .linear(bias: false), [[512, 768], [768, 768], [512, 768]], copies: 4, team)
    let array = [16 << 20]
    sum = try Self.runner(.add, [array, array, array], copies: 1, team)
  }

  private static func runner(
    _ kind: OperatorKind, _ shapes: [[Int]], copies: Int, _ team: WorkerTeam
  ) throws -> ProgramRunner {
    var program = Program()
    let tensors = shapes.enumerated().map { Tensor("t\($0)", $1, .fp32, .buffer) }
    let ids = tensors.indices.map { TensorID($0) }
    let buffers = tensors.map { program.add($0, .parameter) }
    for _ in 0..<copies {
      program.add(Operator("probe", kind, [ids[0], ids[1]], [ids[2]]), tensors: tensors) {
        buffers[$0.index]
      }
    }
    return try ProgramRunner(program, team: team)
  }

  /// Now: the median of five runs of each.
  func measure() throws -> Speed {
    func seconds(_ runner: ProgramRunner) throws -> Double {
      var values: [Double] = []
      for _ in 0..<5 {
        let start = ContinuousClock.now
        try runner.run()
        values.append((ContinuousClock.now - start) / .seconds(1))
      }
      return values.quantile(0.5)
    }
    return Speed(product: try seconds(product), sum: try seconds(sum))
  }
}
