import CSystemShims
import Synchronization

/// The state that a team's lanes share while a body runs.
///
/// `@unchecked Sendable`: constants and atomics, but for `isInRegion` and `taskRegion`, which are
/// written only by the leader's thread while no other lane is at work and read by lanes inside the region.
final class TeamCore: @unchecked Sendable {
  let pool: PoolCore
  let workers: [Int]
  let isCancelled = Atomic<Bool>(false)
  /// For each lane, the other lanes from the nearest outwards.
  let neighbours: [[Int]]
  private(set) var isInRegion = false
  /// Made by the leader's thread outside any region, when first asked for.
  private(set) lazy var taskRegion = TaskRegion(
    pool: pool, workers: workers, neighbours: neighbours)
  /// By worker number: its lane, or -1.
  private let laneOfWorker: [Int]

  init(pool: PoolCore, layout: PoolLayout, workers: [Int]) {
    self.pool = pool
    self.workers = workers
    var lanes = Array(repeating: -1, count: layout.workers.count)
    for (lane, worker) in workers.enumerated() { lanes[worker] = lane }
    laneOfWorker = lanes
    neighbours = workers.indices.map { lane in
      let others = (1..<workers.count).map { (lane + $0) % workers.count }
      let far = others.map { layout.distance(workers[lane], workers[$0]) }
      return others.indices.sorted { (far[$0], $0) < (far[$1], $1) }.map { others[$0] }
    }
  }

  var count: Int { workers.count }

  /// The lane of the calling thread, or nil when it is no worker of this team.
  var currentLane: Int? {
    guard hfm_current_pool() == pool.identity else { return nil }
    let lane = laneOfWorker[Int(hfm_current_worker())]
    return lane < 0 ? nil : lane
  }

  /// Runs `body` on the first worker; the calling thread waits.
  func runOnLeader<R>(_ body: (TeamScope) throws -> R) throws -> R {
    var result: Result<R, any Error>?
    // The closure outlives the wait below, so nothing escapes.
    withoutActuallyEscaping(body) { body in
      let scope = TeamScope(core: self)
      let call = { result = Result { try body(scope) } }
      withUnsafePointer(to: call) { context in
        let leader = workers[0]
        pool.issue(
          Command(
            function: { raw, _ in raw.assumingMemoryBound(to: (() -> Void).self).pointee() },
            context: UnsafeRawPointer(context), lane: 0), to: leader)
        pool.join(leader, spins: pool.spin.caller)
      }
    }
    guard let result else { throw CancellationError() }
    return try result.get()
  }

  /// Carries out `function(context, lane)` once on every lane and waits for all.
  /// Must be called on the leader's thread, outside any region.
  @inline(__always)
  func fork(
    _ function: @convention(c) (UnsafeRawPointer, Int) -> Void, _ context: UnsafeRawPointer
  ) {
    isInRegion = true
    for lane in 1..<max(1, workers.count) {
      pool.issue(Command(function: function, context: context, lane: lane), to: workers[lane])
    }
    function(context, 0)
    for lane in 1..<max(1, workers.count) {
      pool.join(workers[lane], spins: pool.spin.worker)
    }
    isInRegion = false
  }
}
