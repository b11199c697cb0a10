import CSystemShims
import Synchronization

/// The queues of a team as its lanes see them: addresses and constants without reference counts,
/// which all lanes would otherwise fight for at every task. `TaskRegion` keeps what they name.
struct TaskTable {
  /// Who keeps all this.
  let region: Unmanaged<TaskRegion>
  let count: Int
  let spins: Int
  let poolIdentity: UInt
  /// Whether a lane that queues a task needs a fence before it looks for sleepers; else those who
  /// go to sleep send one to all (`hfm_process_barrier`).
  let needsFence: Bool
  let sleep: UnsafeMutablePointer<TaskSleep>
  let cancellation: UnsafeMutablePointer<CancellationFlag>
  let posts: UnsafeMutablePointer<PostOffice>
  /// By lane.
  let lanes: UnsafeMutablePointer<TaskLane>
  /// By lane, `count - 1` entries each: the other lanes' queues, the nearest first.
  let victims: UnsafeMutablePointer<UnsafeMutablePointer<TaskDeque>>
  /// By worker number: its lane, or -1.
  let laneOfWorker: UnsafeMutablePointer<Int>

  /// Whether the team has been asked to stop.
  var isCancelled: Bool { cancellation.pointee.mustStop }

  /// The lane of the calling thread, or nil when it is no worker of this team.
  @inline(__always)
  var currentLane: Int? {
    guard hfm_current_pool() == poolIdentity else { return nil }
    let lane = laneOfWorker[Int(hfm_current_worker())]
    return lane < 0 ? nil : lane
  }

  /// Leader only, before and after the lanes take part.
  func open() { sleep.pointee.isClosed.store(false, ordering: .releasing) }
  func close() {
    sleep.pointee.isClosed.store(true, ordering: .sequentiallyConsistent)
    wakeSleepers(all: true)
  }

  /// Queues a task on the calling lane's queue, which has room.
  @inline(__always)
  func push(_ task: QueuedTask, lane: Int) {
    lanes[lane].deque.pointee.push(task, withFence: needsFence)
    wakeSleepers(all: false)
  }

  /// Queues a task that the plain queues do not hold. All sleepers look, since it may be one
  /// lane's alone.
  func post(_ task: QueuedTask, _ place: TaskPlace, from lane: Int) {
    posts.pointee.post(task, place, from: lane)
    wakeSleepers(all: true)
  }

  /// What a lane other than the leader does: tasks, until the region closes.
  func work(lane: Int) { work(lane: lane, until: RegionEnd(sleep: sleep)) }

  /// Carries out the team's tasks on lane `lane` until the goal is reached: own tasks first, then
  /// those of the nearest lanes; sleeps when there is nothing for a while.
  @inline(__always)
  func work(lane: Int, until goal: some TaskGoal) {
    let pausesPerLook = 8
    let looks = spins / pausesPerLook
    var idleLooks = 0
    while !goal.isReached {
      if posts.pointee.hasUrgent, let post = posts.pointee.takeUrgent(lane) {
        carryOut(post.task, lane: lane, stolen: post.isStolen)
        idleLooks = 0
      } else if let task = lanes[lane].deque.pointee.pop() {
        carryOut(task, lane: lane, stolen: false)
        idleLooks = 0
      } else if let task = steal(lane) {
        carryOut(task, lane: lane, stolen: true)
        idleLooks = 0
      } else if posts.pointee.hasBackground, let post = posts.pointee.takeBackground(lane) {
        carryOut(post.task, lane: lane, stolen: post.isStolen)
        idleLooks = 0
      } else if idleLooks < looks {
        idleLooks += 1
        for _ in 0..<pausesPerLook { hfm_cpu_pause() }
      } else {
        park(lane, until: goal)
        idleLooks = 0
      }
    }
  }

  private func steal(_ lane: Int) -> QueuedTask? {
    let others = count - 1
    for rank in 0..<others {
      if let task = victims[lane * others + rank].pointee.steal() { return task }
    }
    return nil
  }

  /// Carries a task out and tells whoever waits for it; that one may be gone afterwards.
  @inline(__always)
  func carryOut(_ task: QueuedTask, lane: Int, stolen: Bool) {
    lanes[lane].outbox.pointee.countTask(stolen: stolen)
    task.finish(skipping: isCancelled)
    let mustWake =
      task.pair.map { $0.pointee.finishOne() } ?? task.group?.pointee.finishOne(on: lane) ?? false
    if mustWake { wake(all: true) }
  }

  /// Sleeps until a task is queued or the goal reached. The order "announce, look again, sleep"
  /// against "queue, look for sleepers, wake" loses no wake-up; between the first two steps on
  /// either side lies a barrier, which the sleeper issues for all where the system can.
  @inline(never)
  private func park(_ lane: Int, until goal: some TaskGoal) {
    let signal = sleep.pointee.signal.load(ordering: .sequentiallyConsistent)
    sleep.pointee.sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
    goal.announceSleep()
    if !needsFence { hfm_process_barrier() }
    if !goal.isReached, !posts.pointee.hasWork(lane),
      !(0..<count).contains(where: { lanes[$0].deque.pointee.hasTask })
    {
      // The word does not move: it lies in a `PaddedArray`.
      withUnsafePointer(to: sleep.pointee.signal) { hfm_futex_wait($0, signal) }
    }
    goal.retractSleep()
    sleep.pointee.sleepers.wrappingSubtract(1, ordering: .sequentiallyConsistent)
  }

  /// Wakes one or all sleeping lanes; costs a load when none sleeps.
  @inline(__always)
  private func wakeSleepers(all: Bool) {
    if sleep.pointee.sleepers.load(ordering: .sequentiallyConsistent) > 0 { wake(all: all) }
  }

  @inline(never)
  private func wake(all: Bool) {
    sleep.pointee.signal.wrappingAdd(1, ordering: .sequentiallyConsistent)
    withUnsafePointer(to: sleep.pointee.signal) { hfm_futex_wake($0, all ? .max : 1) }
  }
}
