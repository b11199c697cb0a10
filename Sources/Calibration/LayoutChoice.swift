public import Executor
import Glibc
import Graph
public import HardwareModel
import Quantities

/// One worker per core, or one per hardware thread: which is faster here, by measurement.
public struct LayoutChoice: Sendable, Hashable {
  /// The faster layout.
  public var layout: PoolLayout
  /// `core` or `thread`.
  public var workersPer: String
  /// Speed with a worker per thread over that with one per core, geometric mean over a product, a
  /// normalisation and a sum of arrays; nil when no core has two threads to choose from.
  public var threadSpeedup: Double?

  /// Threads must be this much faster to be taken: they cost memory and double the hand-offs.
  static let least = 1.03

  /// Measures both layouts in turns.
  /// - Throws: `UserError` when the system refuses the workers or their memory.
  public static func measure(machine: Machine) throws -> LayoutChoice {
    let cores = PoolLayout(machine: machine)
    let threads = PoolLayout(machine: machine, hyperthreads: true)
    guard Set(threads.workers.map(\.cpu)) != Set(cores.workers.map(\.cpu)) else {
      return decide(cores: cores, threads: threads, speedup: nil)
    }
    // Each pool alone while it is measured: the workers of the other sleep.
    var seconds = [[[Double]]](repeating: [], count: 2)
    for _ in 0..<3 {
      for (index, layout) in [cores, threads].enumerated() {
        seconds[index].append(try measure(layout))
      }
    }
    let ratios = seconds[0][0].indices.map { item in
      seconds[0].map { $0[item] }.median / seconds[1].map { $0[item] }.median
    }
    let mean = exp(ratios.reduce(0) { $0 + log($1) } / Double(ratios.count))
    return decide(cores: cores, threads: threads, speedup: mean)
  }

  /// The choice for a measured speed-up.
  static func decide(cores: PoolLayout, threads: PoolLayout, speedup: Double?) -> LayoutChoice {
    let takesThreads = (speedup ?? 0) >= least
    return LayoutChoice(
      layout: takesThreads ? threads : cores, workersPer: takesThreads ? "thread" : "core",
      threadSpeedup: speedup)
  }

  private static func measure(_ layout: PoolLayout) throws -> [Double] {
    let pool = try WorkerPool(layout: layout)
    defer { pool.shutdown() }
    let team = try pool.lease(Array(layout.workers.indices))
    defer { team.release() }
    let x = ([2048, 1024], DataType.fp32)
    let g = ([1024], DataType.fp32)
    let s = ([2048], DataType.fp32)
    let cases = [
      MeasuredCase(.linear(bias: false), [x, ([1024, 1024], .fp32)], [x]),
      MeasuredCase(.layerNorm(epsilon: 1e-5), [x, g, g], [x, s, s]),
      MeasuredCase(.add, [x, x], [x]),
    ]
    let watch = Stopwatch(team: team, rounds: 5...7, tolerance: 0.05, secondsPerCase: 0.7)
    return try watch.measure(cases).points.map(\.seconds)
  }
}
