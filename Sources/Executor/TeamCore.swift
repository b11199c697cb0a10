import CSystemShims
import Synchronization

/// The state that a team's lanes share while a body runs.
///
/// `@unchecked Sendable`: constants and atomics, but for the leader's state, which only the
/// leader's thread writes, while no other lane is at work.
final class TeamCore: @unchecked Sendable {
  let pool: PoolCore
  let layout: PoolLayout
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
  /// Parts that the team was split into before, by their number; the leader's.
  private var parts: [Int: [TeamCore]] = [:]

  /// A part of a team (see `TeamScope.split`) stops when the whole one does.
  init(pool: PoolCore, layout: PoolLayout, workers: [Int], partOf whole: TeamCore? = nil) {
    self.pool = pool
    self.layout = layout
    self.workers = workers
    count = workers.count
    spins = pool.spin.worker
    leaderState = leader[0]
    links = .allocate(capacity: workers.count)
    for (lane, worker) in workers.enumerated() {
      (links + lane).initialize(to: pool.link(worker))
    }
    let cancellation =
      whole?.cancellation ?? PaddedArray<CancellationFlag>(count: 1) { _ in CancellationFlag() }
    self.cancellation = cancellation
    cancellationFlag = cancellation[0]
    taskRegion = TaskRegion(
      pool: pool, layout: layout, workers: workers, cancellation: cancellation)
  }

  deinit { links.deallocate() }

  /// Whether lanes are at work in a loop or a task group.
  var isInRegion: Bool { leaderState.pointee.isInRegion }

  /// The lane of the calling thread, or nil when it is no worker of this team.
  var currentLane: Int? {
    taskRegion.table.pointee.currentLane
  }

  /// Whether the team has been asked to stop.
  var isCancelled: Bool { cancellationFlag.pointee.mustStop }
  /// Whether it has been asked to stop for good, whatever the time.
  var isCancelledForGood: Bool { cancellationFlag.pointee.isSet.load(ordering: .relaxed) }
  func cancel() { cancellationFlag.pointee.isSet.store(true, ordering: .relaxed) }

  /// Runs `body` on the first worker; the calling thread waits.
  func runOnLeader<R>(_ body: (TeamScope) throws -> R) throws -> R {
    var result: Result<R, any Error>?
    onLeader { result = Result { try body(TeamScope(core: self)) } }
    guard let result else { throw CancellationError() }
    return try result.get()
  }

  private func onLeader(_ call: () -> Void) {
    withUnsafePointer(to: hfm_closure(borrowing: call)) { context in
      links[0].issue(
        Command(
          function: { raw, _ in hfm_call(raw.assumingMemoryBound(to: hfm_closure.self).pointee) },
          context: UnsafeRawPointer(context), lane: 0))
      links[0].join(spins: pool.spin.caller)
    }
  }

  /// The team cut into `count` parts of neighbouring lanes. Leader only.
  func parts(_ count: Int) -> [TeamCore] {
    if let known = parts[count] { return known }
    let made = (0..<count).map { part in
      let lanes = TeamScope.chunk(part, of: count, count: self.count)
      return TeamCore(pool: pool, layout: layout, workers: Array(workers[lanes]), partOf: self)
    }
    parts[count] = made
    return made
  }

  /// Carries out `function(context, part)` on the first lane of each part (of `parts(count)`) and
  /// waits for all. Leader only, outside any region.
  func fork(
    parts count: Int, _ function: @convention(c) (UnsafeRawPointer, Int) -> Void,
    _ context: UnsafeRawPointer
  ) {
    leaderState.pointee.isInRegion = true
    let first = (0..<count).map { TeamScope.chunk($0, of: count, count: self.count).lowerBound }
    for part in 1..<count {
      links[first[part]].issue(Command(function: function, context: context, lane: part))
    }
    function(context, 0)
    for part in 1..<count { links[first[part]].join(spins: spins) }
    leaderState.pointee.isInRegion = false
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
