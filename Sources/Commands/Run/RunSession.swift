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
    var estimates: [JobEstimate] = []
    for specification in specifications {
      do {
        estimates.append(try runner.estimate(specification))
      } catch {
        throw UserError(
          error.kind, place: error.place,
          key: ["job \"\(specification.id)\"", error.key].filter { !$0.isEmpty }
            .joined(separator: ": "), error.message, remedy: error.remedy)
      }
    }
    let inbox = inbox
    let watch = watchesSignals ? SignalWatch { inbox.post(.interrupted) } : nil
    defer { watch?.end() }
    let ledger = try Ledger(path: path)
    let (planned, earlier) = try submit(specifications, estimates, ledger)
    var engine = SchedulerEngine(
      resources: resources, policy: policy.policy(), endsByEstimate: false)
    var world = LocalBackEnd(
      planned, ledger: ledger, runner: runner, inbox: inbox, console: console)
    _ = try engine.drive(&world)
    var byID: [String: JobOutcome] = [:]
    for outcome in earlier + world.outcomes { byID[outcome.id] = outcome }
    return Report(
      outcomes: specifications.compactMap { byID[$0.id] }, isInterrupted: world.isInterrupted,
      deferrals: engine.deferrals)
  }

  private func submit(
    _ specifications: [JobSpecification], _ estimates: [JobEstimate], _ ledger: Ledger
  ) throws(UserError) -> (planned: [PlannedJob], earlier: [JobOutcome]) {
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
    var planned: [PlannedJob] = []
    var earlier: [JobOutcome] = []
    for (specification, estimate) in zip(specifications, estimates) {
      let submission = try ledger.submit(
        id: specification.id, specification: specification.text, at: LocalBackEnd.wallTime)
      guard submission == .queued else {
        if case .busy(let owner) = submission {
          console.warn("\(specification.id): process \(owner.id) is running it; left to that one")
        }
        if let job = try ledger.jobs().first(where: { $0.id == specification.id }) {
          earlier.append(JobOutcome(earlier: job, summary: specification.summary))
        }
        continue
      }
      try ledger.predict(specification.id, seconds: estimate.seconds)
      planned.append(
        PlannedJob(
          specification, estimate, number: planned.count, submit: specification.submitSeconds))
    }
    try link(&planned)
    let done = earlier.count { $0.state == .done }
    if done > 0 {
      console.note("\(done) jobs were done before; another --ledger would run them again")
    }
    return (planned, earlier)
  }

  /// Gives each job the numbers of those that it waits for. One that is done already holds nobody
  /// up.
  ///
  /// - Throws: `UserError` for a name that is not in the file.
  private func link(_ planned: inout [PlannedJob]) throws(UserError) {
    let numbers = Dictionary(
      planned.map { ($0.id, $0.job.number) }, uniquingKeysWith: { first, _ in first })
    for index in planned.indices {
      planned[index].job.traits.dependencies = planned[index].specification.after.compactMap {
        numbers[$0]
      }
    }
  }
}
