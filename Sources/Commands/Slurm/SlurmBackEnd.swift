import Glibc
import JobStore
import Quantities
import Scheduler
import Slurm

/// Carries the scheduler's decisions out on a Slurm cluster: a job that is to start is planned onto
/// nodes, cores and GPUs that are free, and submitted to just those.
struct SlurmBackEnd: BackEnd {
  typealias Failure = UserError

  var queue: SlurmQueue
  let partition: String?
  private let began = ContinuousClock.now
  /// Positions not yet shown to the scheduler, in order.
  private var pending: [Int]
  /// Positions in the scheduler's queue.
  private var waiting: Set<Int> = []
  /// Positions that the scheduler wants to start and that found no place yet, in order.
  private var ready: [Int] = []
  private var ended: [Int]
  private var lastPoll: Double?
  private let poll: PollInterval
  private let progress: Progress
  private let seconds: [Double]

  init(
    _ queue: SlurmQueue, pending: [Int], seconds: [Double], partition: String?,
    poll: PollInterval, progress: Progress
  ) {
    (self.queue, self.pending, self.partition) = (queue, pending, partition)
    (self.poll, self.progress, self.seconds) = (poll, progress, seconds)
    ended = []
  }

  private var now: Double { (ContinuousClock.now - began) / .seconds(1) }

  mutating func nextEvent(
    wakeAt: Double?
  ) throws(UserError) -> (time: Double, event: BackEndEvent)? {
    while true {
      if let number = ended.popLast() { return (now, .end(number)) }
      try dropHopeless()
      if let position = pending.firstIndex(where: isFree) {
        let index = pending.remove(at: position)
        waiting.insert(index)
        return (now, .submit(job(index)))
      }
      if pending.isEmpty && waiting.isEmpty && ready.isEmpty && queue.active.isEmpty {
        return nil
      }
      try look()
      if let wakeAt, wakeAt <= now { return (now, .timer) }
    }
  }

  /// One look at Slurm, then jobs onto what is free.
  private mutating func look() throws(UserError) {
    if let lastPoll {
      let due = lastPoll + poll.seconds
      if due > now { usleep(useconds_t(min(due - now, 60) * 1e6)) }
    }
    let start = now
    do {
      ended += try queue.poll(wantsRoom: !ready.isEmpty)
    } catch {
      progress.show("Slurm does not answer: \(error.message)")
    }
    poll.note(now - start)
    try place()
    lastPoll = now
    let done = queue.outcomes.count { $0.state.isSettled }
    progress.set(
      done: Double(done),
      "\(queue.active.count) at Slurm, \(pending.count + waiting.count + ready.count) to come")
  }

  private mutating func place() throws(UserError) {
    guard !ready.isEmpty else { return }
    var planner = SitePlanner(queue.site, jobs: queue.known, partition: partition)
    var left: [Int] = []
    for index in ready {
      let shape = queue.batches[index].shape
      let isForeseeable = SitePlanner.isForeseeable(shape, queue.site, partition: partition)
      guard let grants = isForeseeable ? planner.plan(shape) : [] else {
        left.append(index)
        continue
      }
      if !isForeseeable {
        queue.console.note(
          "\(queue.jobs[index].id): which cores and GPUs Slurm would give cannot be foreseen; the "
            + "choice is left to Slurm")
      }
      switch try queue.submit(index, grants) {
      case .submitted: for grant in grants { planner.take(grant) }
      case .refused: ended.append(index)
      case .later(let why):
        progress.show(why)
        left.append(index)
      }
    }
    ready = left
  }

  /// Whether all that a job waits for ended well.
  private func isFree(_ index: Int) -> Bool {
    queue.jobs[index].after.allSatisfy { name in
      queue.position(name).map { queue.outcomes[$0].state == .done } ?? true
    }
  }

  /// Settles jobs that wait for one that did not end well.
  private mutating func dropHopeless() throws(UserError) {
    for index in pending {
      let bad = queue.jobs[index].after.first { name in
        queue.position(name).map {
          queue.outcomes[$0].state.isSettled && queue.outcomes[$0].state != .done
        } ?? false
      }
      guard let bad else { continue }
      try queue.settle(index, .failed, "job \(bad), which it waits for, did not end well")
    }
    pending.removeAll { queue.outcomes[$0].state.isSettled }
  }

  private func job(_ index: Int) -> Job {
    let shape = queue.batches[index].shape
    return Job(
      number: index, submit: now, priority: queue.jobs[index].priority,
      cores: shape.nodes * shape.coresPerNode, memoryBytes: shape.nodes * shape.memoryBytes,
      estimateSeconds: seconds[index])
  }

  mutating func carryOut(_ decision: Decision, at now: Double) throws(UserError) {
    switch decision {
    case .refuse(let job, let refusal):
      waiting.remove(job.number)
      try queue.settle(job.number, .refused, refusal.description)
    case .start(let job, _):
      waiting.remove(job.number)
      ready.append(job.number)
    case .lose(let job): waiting.insert(job.number)
    case .preempt:
      throw UserError(
        .input, key: "--policy", "it preempts running jobs, which is Slurm's to do here",
        remedy: "choose another (hfm submit --help), or use --placement slurm")
    }
  }
}

/// How long to wait between looks at Slurm: the longer a look takes, the rarer.
final class PollInterval {
  private let least: Double
  private(set) var seconds: Double

  init(least: Double) {
    self.least = least
    seconds = least
  }

  /// Takes note of how long a look took; slurmctld and we spend a fifth of the time on it at most.
  func note(_ spent: Double) { seconds = min(60, max(least, spent * 4)) }
}
