import Scheduler

/// The simulated world: arrivals from the trace, ends from a heap, time as fast as events come.
///
/// At one time arrivals come before ends, ends in the order of starting, a timer last.
struct VirtualBackEnd: BackEnd {
  typealias Failure = Never

  private let jobs: [TraceJob]
  private let keepsPlacements: Bool
  /// Positions in `jobs` by submit time.
  private let arrivals: [Int]
  private var next = 0
  private var ends = EventQueue<Int>()
  private(set) var records: [ScheduleRecord]
  private(set) var refusals: [RefusedJob] = []

  init(jobs: [TraceJob], keepsPlacements: Bool) {
    self.jobs = jobs
    self.keepsPlacements = keepsPlacements
    arrivals = jobs.indices.sorted {
      (jobs[$0].job.submit, $0) < (jobs[$1].job.submit, $1)
    }
    records = []
    records.reserveCapacity(jobs.count)
  }

  mutating func nextEvent(wakeAt: Double?) -> (time: Double, event: BackEndEvent)? {
    let arrival = next < arrivals.count ? jobs[arrivals[next]].job.submit : .infinity
    let end = ends.first?.time ?? .infinity
    if let wakeAt, wakeAt < arrival, wakeAt < end { return (wakeAt, .timer) }
    if arrival <= end, next < arrivals.count {
      next += 1
      return (arrival, .submit(jobs[arrivals[next - 1]].job))
    }
    return ends.pop().map { ($0.time, .end($0.payload)) }
  }

  mutating func carryOut(_ decision: Decision, at now: Double) {
    switch decision {
    case .start(let job, let placement):
      let trace = jobs[job.number]
      ends.push(job.number, at: now + trace.runSeconds)
      records.append(
        ScheduleRecord(
          number: job.number, id: trace.id, submit: job.submit, start: now,
          end: now + trace.runSeconds, cores: job.cores,
          placement: keepsPlacements ? placement : .empty))
    case .refuse(let job, let refusal):
      refusals.append(RefusedJob(number: job.number, id: jobs[job.number].id, refusal: refusal))
    case .preempt: break
    }
  }
}
