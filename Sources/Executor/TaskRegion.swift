import CSystemShims
import Synchronization

/// The queues of a team and the lanes that empty them; made at a team's first task group.
final class TaskRegion: Sendable {
  private let deques: PaddedArray<TaskDeque>
  private let sleep = PaddedArray<Sleep>(count: 1) { _ in Sleep() }
  private let pool: PoolCore
  private let workers: [Int]
  private let neighbours: [[Int]]
  /// Whether the lanes shall leave the region.
  private let isClosed = Atomic<Bool>(true)

  /// Lanes that found nothing to do sleep on `signal`.
  private struct Sleep: ~Copyable {
    let signal = Atomic<UInt32>(0)
    let sleepers = Atomic<Int>(0)
  }

  init(pool: PoolCore, workers: [Int], neighbours: [[Int]]) {
    self.pool = pool
    self.workers = workers
    self.neighbours = neighbours
    deques = PaddedArray(count: workers.count) { _ in TaskDeque() }
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
    guard deques[lane].pointee.push(task) else { return false }
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
    let looks = pool.spin.worker / pausesPerLook
    var idleLooks = 0
    while !isFinished() {
      if let task = deques[lane].pointee.pop() {
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
    for victim in neighbours[lane] {
      if let task = deques[victim].pointee.steal() { return task }
    }
    return nil
  }

  @inline(__always)
  private func carryOut(_ task: TeamTask, lane: Int, stolen: Bool) {
    pool.outboxes[workers[lane]].pointee.countTask(stolen: stolen)
    if !task.group.isCancelled { task.body() }
    task.group.finishOne()
  }

  /// Sleeps until a task is queued or a group ends. The order "announce, look again, sleep"
  /// against "queue, look for sleepers, wake" loses no wake-up.
  @inline(never)
  private func park(unless isFinished: () -> Bool) {
    let signal = sleep[0].pointee.signal.load(ordering: .sequentiallyConsistent)
    sleep[0].pointee.sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
    if !isFinished(), !(0..<deques.count).contains(where: { deques[$0].pointee.hasTask }) {
      // The word does not move: it lies in a `PaddedArray`.
      withUnsafePointer(to: sleep[0].pointee.signal) { hfm_futex_wait($0, signal) }
    }
    sleep[0].pointee.sleepers.wrappingSubtract(1, ordering: .sequentiallyConsistent)
  }

  /// Wakes one or all sleeping lanes; costs a load when none sleeps.
  @inline(__always)
  func wakeSleepers(all: Bool) {
    if sleep[0].pointee.sleepers.load(ordering: .sequentiallyConsistent) > 0 { wake(all: all) }
  }

  @inline(never)
  private func wake(all: Bool) {
    sleep[0].pointee.signal.wrappingAdd(1, ordering: .sequentiallyConsistent)
    withUnsafePointer(to: sleep[0].pointee.signal) { hfm_futex_wake($0, all ? .max : 1) }
  }
}
