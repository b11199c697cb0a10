import Synchronization

/// Owns the queues of a team; made with the team, before its lanes first run.
///
/// `@unchecked Sendable`: constant tables, and elements that are protected as their types say.
final class TaskRegion: @unchecked Sendable {
  /// Valid while this object lives.
  let table: UnsafeMutablePointer<TaskTable>
  private let pool: PoolCore
  private let deques: PaddedArray<TaskDeque>
  private let sleep: PaddedArray<TaskSleep>
  private let cancellation: PaddedArray<CancellationFlag>
  private let posts: PaddedArray<PostOffice>
  private let shelves: PaddedArray<GroupShelf>

  init(
    pool: PoolCore, layout: PoolLayout, workers: [Int],
    cancellation: PaddedArray<CancellationFlag>
  ) {
    let count = workers.count
    let nodes = workers.map { layout.workers[$0].numaNode }
    let posts = PaddedArray<PostOffice>(count: 1) { _ in PostOffice(nodes: nodes) }
    let deques = PaddedArray<TaskDeque>(count: count) { _ in TaskDeque() }
    let sleep = PaddedArray<TaskSleep>(count: 1) { _ in TaskSleep() }
    let shelves = PaddedArray<GroupShelf>(count: count) { _ in GroupShelf() }
    let lanes = UnsafeMutablePointer<TaskLane>.allocate(capacity: count)
    let victims = UnsafeMutablePointer<UnsafeMutablePointer<TaskDeque>>.allocate(
      capacity: max(1, count * (count - 1)))
    let laneOfWorker = UnsafeMutablePointer<Int>.allocate(capacity: pool.inboxes.count)
    laneOfWorker.initialize(repeating: -1, count: pool.inboxes.count)
    for (lane, worker) in workers.enumerated() {
      laneOfWorker[worker] = lane
      (lanes + lane).initialize(
        to: TaskLane(
          deque: deques[lane], outbox: pool.outboxes[worker], shelf: shelves[lane]))
      for (rank, victim) in layout.stealingOrder(of: lane, in: workers).enumerated() {
        (victims + lane * (count - 1) + rank).initialize(to: deques[victim])
      }
    }
    table = .allocate(capacity: 1)
    (self.pool, self.deques, self.sleep, self.cancellation) = (pool, deques, sleep, cancellation)
    (self.posts, self.shelves) = (posts, shelves)
    table.initialize(
      to: TaskTable(
        region: .passUnretained(self), count: count, spins: pool.spin.worker,
        poolIdentity: pool.identity, needsFence: pool.needsFence, sleep: sleep[0],
        cancellation: cancellation[0], posts: posts[0], lanes: lanes, victims: victims,
        laneOfWorker: laneOfWorker))
  }

  deinit {
    table.pointee.lanes.deallocate()
    table.pointee.victims.deallocate()
    table.pointee.laneOfWorker.deallocate()
    table.deallocate()
  }
}

/// One lane's queue, statistics and idle groups.
struct TaskLane {
  let deque: UnsafeMutablePointer<TaskDeque>
  let outbox: UnsafeMutablePointer<Outbox>
  let shelf: UnsafeMutablePointer<GroupShelf>
}

/// Lanes that found nothing to do sleep on `signal`.
struct TaskSleep: ~Copyable {
  let signal = Atomic<UInt32>(0)
  let sleepers = Atomic<Int>(0)
  /// Whether the lanes shall leave the task group.
  let isClosed = Atomic<Bool>(true)
}
