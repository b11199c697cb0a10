import Synchronization

/// The state that a team's lanes share while a body runs.
///
/// `@unchecked Sendable`: constants and atomics, but for the leader's state, which only the
/// leader's thread writes, while no other lane is at work.
final class TeamCore: @unchecked Sendable {
  let pool: PoolCore
  let workers: [Int]
  private let cancellation: PaddedArray<CancellationFlag>
  /// `cancellation` keeps it.
  let cancellationFlag: UnsafeMutablePointer<CancellationFlag>
  /// Number of lanes.
  let count: Int
  /// By lane; `pool` keeps what they point to.
  private let links: UnsafeMutablePointer<WorkerLink>
  private let leader = PaddedArray<LeaderState>(count: 1) { _ in LeaderState() }
  private let leaderState: UnsafeMutablePointer<LeaderState>
  private let spins: Int
  /// The queues of task groups; made here, so that no lane ever sees them half made.
  let taskRegion: TaskRegion

  init(pool: PoolCore, layout: PoolLayout, workers: [Int]) {
    self.pool = pool
    self.workers = workers
    count = workers.count
    spins = pool.spin.worker
    leaderState = leader[0]
    links = .allocate(capacity: workers.count)
    for (lane, worker) in workers.enumerated() {
      (links + lane).initialize(to: pool.link(worker))
    }
    let cancellation = PaddedArray<CancellationFlag>(count: 1) { _ in CancellationFlag() }
    self.cancellation = cancellation
    cancellationFlag = cancellation[0]
    // For each lane, the other lanes from the nearest outwards.
    let neighbours = workers.indices.map { lane in
      let others = (1..<workers.count).map { (lane + $0) % workers.count }
      let far = others.map { layout.distance(workers[lane], workers[$0]) }
      return others.indices.sorted { (far[$0], $0) < (far[$1], $1) }.map { others[$0] }
    }
    taskRegion = TaskRegion(
      pool: pool, workers: workers, neighbours: neighbours, cancellation: cancellation)
  }

  deinit { links.deallocate() }

  /// Whether lanes are at work in a loop or a task group.
  var isInRegion: Bool { leaderState.pointee.isInRegion }

  /// The lane of the calling thread, or nil when it is no worker of this team.
  var currentLane: Int? {
    taskRegion.table.pointee.currentLane
  }

  /// Whether the team has been asked to stop.
  var isCancelled: Bool { cancellationFlag.pointee.isSet.load(ordering: .relaxed) }
  func cancel() { cancellationFlag.pointee.isSet.store(true, ordering: .relaxed) }

  /// Runs `body` on the first worker; the calling thread waits.
  func runOnLeader<R>(_ body: (TeamScope) throws -> R) throws -> R {
    var result: Result<R, any Error>?
    // The closure outlives the wait below, so nothing escapes.
    withoutActuallyEscaping(body) { body in
      let scope = TeamScope(core: self)
      let call = { result = Result { try body(scope) } }
      withUnsafePointer(to: call) { context in
        links[0].issue(
          Command(
            function: { raw, _ in raw.assumingMemoryBound(to: (() -> Void).self).pointee() },
            context: UnsafeRawPointer(context), lane: 0))
        links[0].join(spins: pool.spin.caller)
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
    let (links, count, spins) = (links, count, spins)
    leaderState.pointee.isInRegion = true
    for lane in 1..<count {
      links[lane].issue(Command(function: function, context: context, lane: lane))
    }
    function(context, 0)
    for lane in 1..<count { links[lane].join(spins: spins) }
    leaderState.pointee.isInRegion = false
  }
}

/// What only the leader writes, on a line of its own: lanes read the lines around it.
private struct LeaderState: ~Copyable {
  var isInRegion = false
}
