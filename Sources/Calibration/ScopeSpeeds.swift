import CostModel
import Executor
import Graph
import HardwareModel
public import Quantities
import Synchronization

/// How fast products and copies are for some of the workers.
public struct ScopeSpeed: Sendable, Hashable {
  /// `worker`, `node N`, `machine`, or `job of two`: half of the workers while the other half does
  /// the same.
  public var name: String
  /// Number of workers.
  public var workers: Int
  /// Bytes copied per second, read and written.
  public var bytesPerSecond: Double
  /// FLOP per second of a large product, by number format in the order of measurement.
  public var products: [Product]

  /// A product's speed in one number format.
  public struct Product: Sendable, Hashable {
    /// Number format.
    public var dataType: DataType
    /// FLOP per second.
    public var flopsPerSecond: Double
  }
}

/// Measures `ScopeSpeed`s.
struct ScopeProbe: Sendable {
  let pool: WorkerPool
  let memory: MemoryProbe
  let dataTypes: [DataType]
  /// Rounds over a product at least and at most.
  let rounds: ClosedRange<Int>

  /// One worker, each NUMA node (of several), all workers; and, of two workers or more, half of
  /// them alone and with the other half at the same work, which shows how two jobs share bandwidth
  /// and caches.
  func run() throws -> [ScopeSpeed] {
    let all = Array(pool.layout.workers.indices)
    let nodes = memory.workersByNode
    var sets: [(name: String, workers: [Int])] = [("worker", [0])]
    if nodes.count > 1 { sets += nodes.map { ("node \($0.node)", $0.workers) } }
    if all.count > 1 { sets.append(("machine", all)) }
    var speeds = try sets.map { name, workers in
      let team = try pool.lease(workers)
      defer { team.release() }
      return try speed(name, team)
    }
    let half = all.count / 2
    guard half > 0 else { return speeds }
    let team = try pool.lease(Array(all[..<half]))
    defer { team.release() }
    let other = try pool.lease(Array(all[half..<(2 * half)]))
    defer { other.release() }
    if half > 1 { speeds.append(try speed("half", team)) }
    speeds.append(try jointSpeed(team, other))
    return speeds
  }

  private func speed(_ name: String, _ team: WorkerTeam) throws -> ScopeSpeed {
    ScopeSpeed(
      name: name, workers: team.count, bytesPerSecond: try memory.bandwidth(team),
      products: try dataTypes.compactMap { type in try product(team, type) })
  }

  /// Both teams copy, then both multiply.
  private func jointSpeed(_ team: WorkerTeam, _ other: WorkerTeam) throws -> ScopeSpeed {
    let bandwidth = try Companion.during({ _ = try memory.bandwidth(other) }) {
      try memory.bandwidth(team)
    }
    let products = try dataTypes.compactMap { type in
      try Companion.during({ _ = try product(other, type) }) { try product(team, type) }
    }
    return ScopeSpeed(
      name: "job of two", workers: team.count, bytesPerSecond: bandwidth, products: products)
  }

  private func product(_ team: WorkerTeam, _ type: DataType) throws -> ScopeSpeed.Product? {
    let (x, w) = (([512, 1024], type), ([1024, 1024], type))
    let item = MeasuredCase(.linear(bias: false), [x, w], [x])
    let watch = Stopwatch(team: team, rounds: rounds, tolerance: 0.05, secondsPerCase: 0.05)
    return try watch.measure([item]).points.first.map {
      ScopeSpeed.Product(dataType: type, flopsPerSecond: $0.cost.work / $0.seconds)
    }
  }
}

/// Keeps something running on another thread while something is measured.
enum Companion {
  /// Repeats `load` until `body` is done, and returns what that returns. An error of the load ends
  /// it, which only makes what is measured faster.
  /// - Parameters:
  ///   - isReady: whether `body` starts at once and not after the load's first round.
  ///   - stop: ends a round of the load early.
  static func during<R>(
    isReady: Bool = false, _ load: @escaping @Sendable () throws -> Void,
    stop: () -> Void = {}, _ body: () throws -> R
  ) throws -> R {
    let state = Flags()
    state.isBusy.store(isReady, ordering: .relaxed)
    let isStarted = DriverThread.start {
      while !state.isOver.load(ordering: .acquiring), (try? load()) != nil {
        state.isBusy.store(true, ordering: .releasing)
      }
      state.isIdle.store(true, ordering: .releasing)
    }
    if !isStarted { state.isIdle.store(true, ordering: .releasing) }
    defer {
      state.isOver.store(true, ordering: .releasing)
      stop()
      while !state.isIdle.load(ordering: .acquiring) { DriverThread.pause() }
    }
    // The load's first round sets up.
    while !state.isBusy.load(ordering: .acquiring), !state.isIdle.load(ordering: .acquiring) {
      DriverThread.pause()
    }
    return try body()
  }

  private final class Flags: Sendable {
    let isOver = Atomic<Bool>(false)
    let isBusy = Atomic<Bool>(false)
    let isIdle = Atomic<Bool>(false)
  }
}
