import CSystemShims
import Synchronization

/// The queues of a team and the lanes that empty them; made at a team's first task group.
///
/// `@unchecked Sendable`: constant tables, and elements that are protected as their types say.
final class TaskRegion: @unchecked Sendable {
  private let deques: PaddedArray<TaskDeque>
  private let sleepLine = PaddedArray<Sleep>(count: 1) { _ in Sleep() }
  private let pool: PoolCore
  private let spins: Int
  /// By lane. A table without a reference count: all lanes read it all the time.
  private let lanes: UnsafeMutablePointer<Lane>
  private let count: Int
  /// By lane, `count - 1` entries each: the other lanes' queues, the nearest first.
  private let victims: UnsafeMutablePointer<UnsafeMutablePointer<TaskDeque>>
  private let sleep: UnsafeMutablePointer<Sleep>
  /// Whether the lanes shall leave the region.
  private let isClosed = Atomic<Bool>(true)

  private struct Lane {
    let deque: UnsafeMutablePointer<TaskDeque>
    let outbox: UnsafeMutablePointer<Outbox>
  }

  /// Lanes that found nothing to do sleep on `signal`.
  private struct Sleep: ~Copyable {
    let signal = Atomic<UInt32>(0)
    let sleepers = Atomic<Int>(0)
  }

  init(pool: PoolCore, workers: [Int], neighbours: [[Int]]) {
    self.pool = pool
    spins = pool.spin.worker
    count = workers.count
    sleep = sleepLine[0]
    let deques = PaddedArray<TaskDeque>(count: workers.count) { _ in TaskDeque() }
    self.deques = deques
    lanes = .allocate(capacity: count)
    victims = .allocate(capacity: max(1, count * (count - 1)))
    for (lane, worker) in workers.enumerated() {
      (lanes + lane).initialize(
        to: Lane(deque: deques[lane], outbox: pool.outboxes[worker]))
      for (rank, victim) in neighbours[lane].enumerated() {
        (victims + lane * (count - 1) + rank).initialize(to: deques[victim])
      }
    }
  }

  deinit {
    lanes.deallocate()
    victims.deallocate()
  }

  /// Leader only, before and after the lanes take part.
  func open() { isClosed.store(false, ordering: .releasing) }
  func close() {
    isClosed.store(true, ordering: .sequentiallyConsistent)
    wakeSleepers(all: true)
  }

  /// Queues a task on the calling lane's queue; false when it is full.
  @inline(__always)
  func push(_ task: TeamTask, lane: Int) -> Bool {
    guard lanes[lane].deque.pointee.push(task) else { return false }
    wakeSleepers(all: false)
    return true
  }

  /// What a lane other than the leader does: tasks, until the region closes.
  func work(lane: Int) { work(lane: lane) { isClosed.load(ordering: .sequentiallyConsistent) } }

  /// Carries out the team's tasks on lane `lane` until `isFinished`: own tasks first, then those
  /// of the nearest lanes; sleeps when there is nothing for a while.
  @inline(__always)
  func work(lane: Int, until isFinished: () -> Bool) {
    let pausesPerLook = 8
    let looks = spins / pausesPerLook
    var idleLooks = 0
    while !isFinished() {
      if let task = lanes[lane].deque.pointee.pop() {
        carryOut(task, lane: lane, stolen: false)
        idleLooks = 0
      } else if let task = steal(lane) {
        carryOut(task, lane: lane, stolen: true)
        idleLooks = 0
      } else if idleLooks < looks {
        idleLooks += 1
        for _ in 0..<pausesPerLook { hfm_cpu_pause() }
      } else {
        park(unless: isFinished)
        idleLooks = 0
      }
    }
  }

  private func steal(_ lane: Int) -> TeamTask? {
    let others = count - 1
    for rank in 0..<others {
      if let task = victims[lane * others + rank].pointee.steal() { return task }
    }
    return nil
  }

  @inline(__always)
  private func carryOut(_ task: TeamTask, lane: Int, stolen: Bool) {
    lanes[lane].outbox.pointee.countTask(stolen: stolen)
    if !task.group.isCancelled { task.body() }
    task.group.finishOne()
  }

  /// Sleeps until a task is queued or a group ends. The order "announce, look again, sleep"
  /// against "queue, look for sleepers, wake" loses no wake-up.
  @inline(never)
  private func park(unless isFinished: () -> Bool) {
    let signal = sleep.pointee.signal.load(ordering: .sequentiallyConsistent)
    sleep.pointee.sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
    if !isFinished(), !(0..<count).contains(where: { lanes[$0].deque.pointee.hasTask }) {
      // The word does not move: it lies in a `PaddedArray`.
      withUnsafePointer(to: sleep.pointee.signal) { hfm_futex_wait($0, signal) }
    }
    sleep.pointee.sleepers.wrappingSubtract(1, ordering: .sequentiallyConsistent)
  }

  /// Wakes one or all sleeping lanes; costs a load when none sleeps.
  @inline(__always)
  func wakeSleepers(all: Bool) {
    if sleep.pointee.sleepers.load(ordering: .sequentiallyConsistent) > 0 { wake(all: all) }
  }

  @inline(never)
  private func wake(all: Bool) {
    sleep.pointee.signal.wrappingAdd(1, ordering: .sequentiallyConsistent)
    withUnsafePointer(to: sleep.pointee.signal) { hfm_futex_wake($0, all ? .max : 1) }
  }
}
