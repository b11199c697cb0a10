import Scheduler

/// The simulated world: arrivals from the trace, ends and failures from heaps, time as fast as
/// events come.
///
/// At one time arrivals come before ends, ends in the order of starting, then failures and repairs,
/// a timer last.
struct VirtualBackEnd: BackEnd {
  typealias Failure = Never

  private struct End: Sendable {
    var number: Int
    /// Which start of the job it belongs to; an interrupted one's end never comes.
    var attempt: Int
    /// Seconds left to run, when the job only gives its resources back.
    var remaining: Double?
  }

  private let jobs: [TraceJob]
  private let keepsPlacements: Bool
  /// Positions in `jobs` by submit time.
  private let arrivals: [Int]
  private var next = 0
  private var ends = EventQueue<End>()
  private var faults: FaultProcess?
  private var attempts: [Int: Int] = [:]
  private var starts: [Int: Double] = [:]
  /// Speeds of running jobs by what their placements span, where that matters.
  private var spreadSpeed: [Int: Double] = [:]
  /// The record of the attempt that runs.
  private var pieces: [Int: Int] = [:]
  /// What is left of jobs that were interrupted: seconds of work on the trace's number of cores,
  /// and seconds to read their state again.
  private var left: [Int: (work: Double, restore: Double)] = [:]
  /// Jobs that have neither ended nor been refused.
  private var open: Int
  /// Every attempt, in the order of starting.
  private(set) var records: [ScheduleRecord]
  private(set) var refusals: [RefusedJob] = []
  /// Core-seconds lost with failed nodes.
  private(set) var lostCoreSeconds = 0.0
  private(set) var failures = 0
  private(set) var preemptions = 0
  /// Core-seconds of attempts that were interrupted or lost.
  private(set) var unfinishedCoreSeconds = 0.0

  init(jobs: [TraceJob], keepsPlacements: Bool, faults: FaultProcess?) {
    self.jobs = jobs
    self.keepsPlacements = keepsPlacements
    self.faults = faults
    arrivals = jobs.indices.sorted {
      (jobs[$0].job.submit, $0) < (jobs[$1].job.submit, $1)
    }
    open = jobs.count
    records = []
    records.reserveCapacity(jobs.count)
  }

  mutating func nextEvent(wakeAt: Double?) -> (time: Double, event: BackEndEvent)? {
    while let end = ends.first, attempts[end.payload.number] != end.payload.attempt {
      _ = ends.pop()
    }
    let arrival = next < arrivals.count ? jobs[arrivals[next]].job.submit : .infinity
    let end = ends.first?.time ?? .infinity
    // When all is done no fault matters any more.
    let fault = open > 0 ? faults?.nextTime ?? .infinity : .infinity
    let first = min(arrival, end, fault)
    if let wakeAt, wakeAt < first { return (wakeAt, .timer) }
    if arrival <= first, next < arrivals.count {
      next += 1
      return (arrival, .submit(jobs[arrivals[next - 1]].job))
    }
    if end <= first, let event = ends.pop() { return (event.time, ended(event.payload)) }
    guard fault < .infinity, let event = faults?.next() else { return nil }
    if case .nodeFailed = event { failures += 1 }
    return (fault, event)
  }

  private mutating func ended(_ end: End) -> BackEndEvent {
    attempts[end.number] = nil
    pieces[end.number] = nil
    if let remaining = end.remaining { return .yielded(end.number, remainingSeconds: remaining) }
    open -= 1
    return .end(end.number)
  }

  mutating func carryOut(_ decision: Decision, at now: Double) {
    switch decision {
    case .start(let job, let placement): start(job, placement, now)
    case .refuse(let job, let refusal):
      open -= 1
      refusals.append(RefusedJob(number: job.number, id: jobs[job.number].id, refusal: refusal))
    case .preempt(let job): interrupt(job, now)
    case .lose(let job):
      lostCoreSeconds += (now - (starts[job.number] ?? now)) * Double(job.cores)
      attempts[job.number] = nil
      cut(job, now)
    }
  }

  private mutating func start(_ job: Job, _ placement: Placement, _ now: Double) {
    if job.hasTraits { spreadSpeed[job.number] = job.traits.speed(on: placement) }
    let run = runSeconds(job)
    let attempt = records.count + 1
    attempts[job.number] = attempt
    starts[job.number] = now
    pieces[job.number] = records.count
    ends.push(End(number: job.number, attempt: attempt), at: now + run)
    records.append(
      ScheduleRecord(
        number: job.number, id: jobs[job.number].id, submit: job.submit, start: now,
        end: now + run, cores: job.cores, span: placement.span,
        placement: keepsPlacements ? placement : .empty))
  }

  /// How long the rest of a job takes on the cores that it has.
  private func runSeconds(_ job: Job) -> Double {
    let rest = left[job.number] ?? (jobs[job.number].runSeconds, 0)
    return rest.work * stretch(job) + rest.restore
  }

  /// Time on the nodes and cores that a job has over time on those that the trace tells it for.
  private func stretch(_ job: Job) -> Double {
    let traced = jobs[job.number].job.cores
    let speed = job.speed * (spreadSpeed[job.number] ?? 1)
    guard job.cores != traced, let range = job.traits.elastic else { return 1 / speed }
    return range.speedup(devices: traced) / range.speedup(devices: job.cores) / speed
  }

  /// The job writes its state, and reads it again when it goes on. The scheduler hears what is left
  /// of its estimate, not what is left in truth.
  private mutating func interrupt(_ job: Job, _ now: Double) {
    guard let began = starts[job.number], let attempt = attempts[job.number],
      let cost = job.traits.preemption
    else { return }
    preemptions += 1
    let restore = left[job.number]?.restore ?? 0
    // What it spent on reading its state is no progress.
    let worked = max(0, now - began - restore)
    let work = max(0, runSeconds(job) - restore - worked)
    left[job.number] = (work / stretch(job), cost.restoreSeconds)
    // It may go on where it is slowest.
    let slowest = job.traits.spreadSpeeds.min() ?? 1
    let estimate = max(
      work * (spreadSpeed[job.number] ?? 1) / slowest, job.estimateSeconds - restore - worked)
    attempts[job.number] = attempt + jobs.count * 2
    let end = End(
      number: job.number, attempt: attempt + jobs.count * 2,
      remaining: estimate + cost.restoreSeconds)
    ends.push(end, at: now + cost.checkpointSeconds)
    cut(job, now + cost.checkpointSeconds)
  }

  /// Ends the record of an attempt before its job is done.
  private mutating func cut(_ job: Job, _ end: Double) {
    guard let place = pieces.removeValue(forKey: job.number) else { return }
    records[place].end = end
    unfinishedCoreSeconds += (end - records[place].start) * Double(job.cores)
  }
}
