import DataFormats
import JobStore
import Quantities
import Scheduler

/// What the service does for its user; each request is answered once what it promises is on record.
extension LocalBackEnd {
  mutating func serve(_ call: ServiceCall) {
    do {
      switch call.request["do"]?.string {
      case "submit": try submit(call)
      case "cancel": try withJob(call) { back, number throws(UserError) in try back.cancel(number) }
      case "pause": try withJob(call) { back, number throws(UserError) in try back.pause(number) }
      case "resume": try withJob(call) { back, number throws(UserError) in try back.resume(number) }
      case "why": try explain(call)
      case "stop":
        call.answer([("stopping", .bool(true))])
        try interrupt()
      default: call.refuse("unknown request")
      }
    } catch {
      call.refuse(error.description)
    }
  }

  private func number(_ call: ServiceCall) throws(UserError) -> Int {
    let id = call.request["id"]?.string ?? ""
    guard let number = jobs.lastIndex(where: { $0.id == id }) else {
      throw UserError(
        .input, key: id, "the service has no such job",
        remedy: NearestNames.question(id, in: jobs.map(\.id), otherwise: "see hfm jobs"))
    }
    return number
  }

  private mutating func withJob(
    _ call: ServiceCall, _ body: (inout LocalBackEnd, Int) throws(UserError) -> Void
  ) throws(UserError) {
    let number = try number(call)
    let isOpen =
      waiting.contains(number) || running[number] != nil || pending.contains(number)
      || paused.contains(number)
    guard isOpen else {
      throw UserError(
        .input, key: jobs[number].id, "is \(outcomes[number].state.rawValue) already")
    }
    try body(&self, number)
    call.answer([("id", .string(jobs[number].id))])
  }

  /// Checks all jobs, then takes each into the ledger; what is answered as queued is never lost.
  private mutating func submit(_ call: ServiceCall) throws(UserError) {
    guard !isInterrupted else { throw UserError(.run, "the service is stopping") }
    var planned: [PlannedJob] = []
    for value in call.request["jobs"]?.array ?? [] {
      let id = value["id"]?.string ?? ""
      let specification = try JobsFile.recorded(id, value["specification"]?.string ?? "")
      let estimate: JobEstimate
      do {
        estimate = try runner.estimate(specification)
      } catch {
        throw UserError(
          error.kind, place: error.place, key: "job \"\(id)\"", error.message, remedy: error.remedy)
      }
      planned.append(
        PlannedJob(specification, estimate, number: jobs.count + planned.count, submit: now))
    }
    var states: [JSONValue] = []
    for var job in planned {
      if let refusal = refusal(job.job) {
        states.append(
          .object([
            ("id", .string(job.id)), ("state", .string("refused")),
            ("reason", .string(refusal.description)),
          ]))
        continue
      }
      let submission = try ledger.submit(
        id: job.id, specification: job.specification.text, at: Self.wallTime)
      var state = "queued"
      switch submission {
      case .queued:
        try ledger.predict(job.id, seconds: job.estimate.seconds)
        job.job.number = jobs.count
        take(job)
      case .done: state = "done"
      case .cancelled: state = "cancelled"
      case .busy: state = "busy"
      case .conflict: state = "conflict"
      }
      states.append(.object([("id", .string(job.id)), ("state", .string(state))]))
    }
    call.answer([("jobs", .array(states))])
  }

  /// Lets the scheduler know of a job that is on record.
  mutating func take(_ planned: PlannedJob) {
    var planned = planned
    planned.job.traits.dependencies = planned.specification.after.compactMap { name in
      // One that was done before this service began holds nobody up.
      jobs.lastIndex { $0.id == name }
    }
    jobs.append(planned)
    outcomes.append(JobOutcome(planned))
    let number = jobs.count - 1
    let place = pending.firstIndex {
      (jobs[$0].job.submit, $0) < (planned.job.submit, number)
    }
    pending.insert(number, at: place ?? pending.count)
  }

  private mutating func pause(_ number: Int) throws(UserError) {
    if running[number] != nil {
      running[number]?.isPausing = true
      running[number]?.cancellation.requestYield()
      return
    }
    try ledger.setPaused(jobs[number].id, true)
    pending.removeAll { $0 == number }
    if waiting.remove(number) != nil { urgent.append(.setAside(number)) }
    paused.insert(number)
  }

  private mutating func resume(_ number: Int) throws(UserError) {
    guard paused.contains(number) else {
      throw UserError(.input, key: jobs[number].id, "is not paused")
    }
    try ledger.setPaused(jobs[number].id, false)
    paused.remove(number)
    jobs[number].job.submit = now
    jobs[number].job.estimateSeconds = jobs[number].remainingSeconds
    pending.append(number)
  }

  private mutating func explain(_ call: ServiceCall) throws(UserError) {
    let number = try number(call)
    let id = jobs[number].id
    if paused.contains(number) {
      call.answer([("id", .string(id)), ("reason", .string("paused"))])
    } else if running[number] != nil {
      call.answer([("id", .string(id)), ("reason", .string("running"))])
    } else if !waiting.contains(number) {
      call.answer([
        ("id", .string(id)), ("reason", .string(outcomes[number].state.rawValue)),
      ])
    } else {
      let (job, began, names) = (jobs[number].job, now, jobs.map(\.id))
      urgent.append(
        .explain(number) { why in
          call.answer(Self.answer(id, job, why, began, names))
        })
    }
  }

  private static func answer(
    _ id: String, _ job: Job, _ why: WaitExplanation?, _ now: Double, _ names: [String]
  ) -> [(String, JSONValue)] {
    guard let why else { return [("id", .string(id)), ("reason", .string("starting"))] }
    return [
      ("id", .string(id)), ("reason", .string(why.reason.rawValue)),
      ("ahead", why.ahead.map { .number($0) } ?? .null),
      ("cores", .number(job.cores)), ("freeCores", .number(why.free.cores)),
      ("memoryBytes", .number(job.memoryBytes)), ("freeMemoryBytes", .number(why.free.bytes)),
      ("forecastStartSeconds", why.forecastStart.map { .number(max(0, $0 - now)) } ?? .null),
      ("waitsFor", .array(why.dependencies.map { .string(names[$0]) })),
    ]
  }
}
