import Glibc
import JobStore
import Quantities
import Scheduler

/// One life of `hfm serve-jobs`: takes up what an earlier one left, and serves until it is stopped.
struct ServiceSession {
  var resources: Resources
  var policy: PolicyName
  /// What the policy is told.
  var choices = LocalChoices()
  var runner: any JobRunner
  var console: Console
  var watchesSignals = true
  var inbox = Inbox()
  /// Called when requests are taken; for tests.
  var isReady: @Sendable () -> Void = {}

  /// Serves a ledger.
  ///
  /// - Throws: `UserError` when another process serves it, or it cannot be used.
  func run(ledger path: String) throws {
    // Nobody else may read the ledger or what lies beside it.
    umask(0o077)
    let lock = try LedgerLock(ledger: path)
    defer { withExtendedLifetime(lock) {} }
    let (ledger, aside) = try Ledger.openOrSetAside(path: path, at: LocalBackEnd.wallTime)
    if let aside {
      console.warn("\(path): the ledger was damaged; it lies in \(aside) now, and a new one begins")
    }
    let socket = try ServiceSocket(path: ServiceSocket.path(ledger: path))
    defer { socket.end() }
    let inbox = inbox
    let watch = watchesSignals ? SignalWatch { inbox.post(.interrupted) } : nil
    defer { watch?.end() }
    let (settings, users) = try choices.prepared(for: policy, ledger)
    var world = LocalBackEnd(
      ledger: ledger, runner: runner, inbox: inbox, console: console, isService: true,
      users: users)
    world.costs = try InterruptionCosts(ledger)
    try takeUp(ledger, &world)
    var engine = SchedulerEngine(
      resources: resources, policy: policy.policy(settings), endsByEstimate: false)
    engine.preemptsByPriority = true
    let empty = engine
    world.refusal = { empty.refusal(of: $0) }
    socket.serve(inbox)
    console.note("serving \(path) on \(resources.total.cores) cores")
    isReady()
    _ = try engine.drive(&world)
  }

  /// Queues what an earlier service accepted and did not finish.
  private func takeUp(_ ledger: Ledger, _ world: inout LocalBackEnd) throws(UserError) {
    let handed = Set(try ledger.engineJobs("slurm").map(\.id))
    for job in try ledger.jobs() where job.state == .interrupted && !handed.contains(job.id) {
      let progress = try ledger.progress(of: job.id)
      do {
        let specification = try JobsFile.recorded(job.id, job.specification)
        let estimate = try runner.estimate(specification)
        do {
          try world.checkDependencies([specification])
        } catch {
          try ledger.settle(job.id, as: .refused, reason: error.message)
          continue
        }
        guard
          try ledger.submit(id: job.id, specification: job.specification, at: job.submitTime)
            == .queued
        else { continue }
        // Times of the job count from its submission; only the wall clock outlasts a process.
        var planned = PlannedJob(
          specification, estimate, zero: min(0, job.submitTime - LocalBackEnd.wallTime),
          stepsDone: progress.stepsDone)
        planned.wasAccepted = true
        world.take(planned)
        guard progress.isPaused else { continue }
        let number = world.jobs.count - 1
        world.pending.removeAll { $0 == number }
        world.paused.insert(number)
        try ledger.setPaused(job.id, true)
      } catch {
        console.warn("\(job.id): cannot be taken up: \(error)")
      }
    }
    if !world.jobs.isEmpty { console.note("\(Format.count(world.jobs.count, "job")) taken up") }
  }
}
