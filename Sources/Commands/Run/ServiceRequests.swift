import DataFormats
import JobStore
import Quantities
import Scheduler
import Simulation

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
    var specifications: [JobSpecification] = []
    for value in call.request["jobs"]?.array ?? [] {
      specifications.append(
        try JobsFile.recorded(
          value["id"]?.string ?? "", value["specification"]?.string ?? ""))
    }
    let (sorted, circle) = JobsFile.sorted(specifications) { $0.after }
    if let first = circle.first {
      throw UserError(.input, key: "job \"\(first.id)\"", "waits for itself through others")
    }
    try checkDependencies(sorted)
    let zero = now
    var planned: [PlannedJob] = []
    for specification in sorted {
      planned.append(
        PlannedJob(specification, try runner.estimate(checked: specification), zero: zero))
    }
    var states: [(id: String, answer: JSONValue)] = []
    var lost: [String: String] = [:]
    for job in planned {
      let (state, reason) = try enter(job, lost)
      if state != "queued", state != "done" { lost[job.id] = state }
      var members: [(String, JSONValue)] = [("id", .string(job.id)), ("state", .string(state))]
      if let reason { members.append(("reason", .string(reason))) }
      states.append((job.id, .object(members)))
    }
    let answers = specifications.compactMap { job in states.first { $0.id == job.id }?.answer }
    call.answer([("jobs", .array(answers))])
  }

  /// Takes one job into the ledger, and lets the scheduler know of it.
  ///
  /// - Parameter lost: Jobs handed over with it that will not end well, by what became of them.
  /// - Returns: A word for what became of it, and why it was refused.
  private mutating func enter(
    _ planned: PlannedJob, _ lost: [String: String]
  ) throws(UserError) -> (state: String, reason: String?) {
    let cause = planned.specification.after.first { lost[$0] != nil }
    let reason =
      cause.map { "depends on \($0), which is \(lost[$0] ?? "")" }
      ?? refusal(planned.job)?.description
    let submission = try ledger.submit(
      id: planned.id, specification: planned.specification.text, at: Self.wallTime)
    switch submission {
    case .queued:
      if let reason {
        // On record, so that hfm jobs --why can tell later.
        try ledger.settle(planned.id, as: .refused, reason: reason)
        return ("refused", reason)
      }
      try ledger.predict(planned.id, seconds: planned.estimate.seconds)
      take(planned)
      return ("queued", nil)
    case .done: return ("done", nil)
    case .cancelled: return ("cancelled", nil)
    case .busy: return ("busy", nil)
    case .conflict: return ("conflict", nil)
    }
  }

  /// Checks that what jobs wait for is among them, under way here or done before.
  ///
  /// - Throws: `UserError` that names the job and what it waits for.
  func checkDependencies(_ jobs: [JobSpecification]) throws(UserError) {
    let known = Set(jobs.map(\.id) + self.jobs.map(\.id))
    guard jobs.contains(where: { !known.isSuperset(of: $0.after) }) else { return }
    let recorded = try ledger.jobs()
    for job in jobs {
      for name in job.after where !known.contains(name) {
        let state = recorded.first { $0.id == name }?.state
        if state == .done { continue }
        throw UserError(
          .input, place: ledger.path, key: "job \"\(job.id)\": after",
          state.map { "\"\(name)\" is \($0.rawValue) and will not end well by itself" }
            ?? "no job is named \"\(name)\"",
          remedy: NearestNames.question(
            name, in: known.sorted() + recorded.map(\.id), otherwise: "give both in one file"))
      }
    }
  }

  /// Lets the scheduler know of a job that is on record.
  mutating func take(_ planned: PlannedJob) {
    var planned = planned
    let number = jobs.count
    planned.job.number = number
    planned.setCosts(costs.preemption(of: planned.estimate))
    planned.job.user = planned.specification.fields.user.map { users.number(of: $0) } ?? 0
    var traits = planned.job.traits
    traits.array = planned.specification.fields.jobArray(&arrays)
    traits.dependencies = planned.specification.after.compactMap { name in
      // One that was done before this process began holds nobody up.
      jobs.lastIndex { $0.id == name }
    }
    planned.job.traits = traits
    jobs.append(planned)
    outcomes.append(JobOutcome(planned))
    let place = pending.firstIndex {
      (jobs[$0].job.submit, $0) < (planned.job.submit, number)
    }
    pending.insert(number, at: place ?? pending.count)
  }

  private mutating func pause(_ number: Int) throws(UserError) {
    if running[number] != nil {
      running[number]?.isPausing = true
      running[number]?.cancellation.requestYield(atOnce: true)
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
    jobs[number].wasAccepted = true
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
    } else if pending.contains(number) {
      let due = max(0, jobs[number].job.submit - now)
      call.answer([
        ("id", .string(id)), ("reason", .string("submission")),
        ("submitInSeconds", .number(due)),
      ])
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
