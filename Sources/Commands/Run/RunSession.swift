import JobStore
import Quantities
import Scheduler

/// One `hfm run`: takes jobs into the ledger, schedules them on this machine, and says what became
/// of each.
struct RunSession {
  /// The ledger where none is named.
  static let defaultLedger = "hfm-ledger.db"

  var resources: Resources
  var policy: PolicyName
  /// What the policy is told.
  var choices = LocalChoices()
  var runner: any JobRunner
  var console: Console
  /// Whether SIGINT and SIGTERM are taken as a wish to stop; off in tests.
  var watchesSignals = true
  /// Where the jobs' threads and the signals report to.
  var inbox = Inbox()

  /// What a run gave.
  struct Report {
    var outcomes: [JobOutcome]
    var isInterrupted: Bool
    var deferrals: DeferralCounts

    /// 130 interrupted; 4 a job failed; 3 a job can never run here; 0 otherwise.
    var exitCode: Int32 {
      if isInterrupted { return 130 }
      if outcomes.contains(where: { $0.state == .failed }) { return 4 }
      if outcomes.contains(where: { $0.state == .refused }) { return 3 }
      return 0
    }
  }

  /// Runs the jobs that the ledger does not know as done.
  ///
  /// - Throws: `UserError` for a wrong specification or an unusable ledger, before anything runs.
  func run(_ specifications: [JobSpecification], ledger path: String) throws -> Report {
    // Every job is checked before the ledger is touched: nothing is left half-done.
    var estimates: [String: JobEstimate] = [:]
    for specification in specifications {
      estimates[specification.id] = try runner.estimate(checked: specification)
    }
    let inbox = inbox
    let watch = watchesSignals ? SignalWatch { inbox.post(.interrupted) } : nil
    defer { watch?.end() }
    let ledger = try Ledger(path: path)
    let (settings, users) = try choices.prepared(for: policy, ledger)
    var world = LocalBackEnd(
      ledger: ledger, runner: runner, inbox: inbox, console: console, users: users)
    world.costs = try InterruptionCosts(ledger)
    let earlier = try submit(specifications, estimates, &world)
    var engine = SchedulerEngine(
      resources: resources, policy: policy.policy(settings), endsByEstimate: false)
    engine.preemptsByPriority = true
    _ = try engine.drive(&world)
    var byID: [String: JobOutcome] = [:]
    for outcome in earlier + world.outcomes { byID[outcome.id] = outcome }
    return Report(
      outcomes: specifications.compactMap { byID[$0.id] }, isInterrupted: world.isInterrupted,
      deferrals: engine.deferrals)
  }

  /// Takes the jobs into the ledger and the back end; returns those that were settled before, or
  /// wait for one that will not end well.
  private func submit(
    _ specifications: [JobSpecification], _ estimates: [String: JobEstimate],
    _ world: inout LocalBackEnd
  ) throws(UserError) -> [JobOutcome] {
    let ledger = world.ledger
    let known = try ledger.jobs()
    for specification in specifications {
      let other = known.first { $0.id == specification.id }
      if let other, other.specification != specification.text {
        throw UserError(
          .input, place: ledger.path, key: specification.id,
          "the ledger holds another job of this name",
          remedy: "rename the job, or give another --ledger")
      }
    }
    try world.checkDependencies(specifications)
    var earlier: [JobOutcome] = []
    var lost: Set<String> = []
    for specification in JobsFile.sorted(specifications, after: { $0.after }).sorted {
      guard let estimate = estimates[specification.id] else { continue }
      let submission = try ledger.submit(
        id: specification.id, specification: specification.text, at: LocalBackEnd.wallTime)
      guard submission == .queued else {
        if case .busy(let owner) = submission {
          console.warn("\(specification.id): process \(owner.id) is running it; left to that one")
        }
        if submission != .done { lost.insert(specification.id) }
        if let job = try ledger.jobs().first(where: { $0.id == specification.id }) {
          earlier.append(JobOutcome(earlier: job, summary: specification.summary))
        }
        continue
      }
      try ledger.predict(specification.id, seconds: estimate.seconds)
      let planned = PlannedJob(
        specification, estimate, zero: 0,
        stepsDone: try ledger.progress(of: specification.id).stepsDone)
      if let cause = specification.after.first(where: lost.contains) {
        lost.insert(specification.id)
        var outcome = JobOutcome(planned)
        outcome.settle(.refused, "depends on \(cause), which will not end well here")
        try ledger.settle(specification.id, as: .refused, reason: outcome.reason)
        earlier.append(outcome)
        continue
      }
      world.take(planned)
    }
    let done = earlier.count { $0.state == .done }
    if done > 0 {
      console.note(
        "\(Format.count(done, "job")) done before; another --ledger would run them again")
    }
    return earlier
  }
}
