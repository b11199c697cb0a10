import Glibc
import HardwareModel
import JobStore
import Quantities
import Scheduler
import Slurm

/// One `hfm submit`: takes jobs into the ledger, hands to Slurm those that it does not have yet,
/// and follows them.
struct SubmitSession {
  /// Who chooses nodes.
  enum Placement: String, CaseIterable { case ours, slurm }

  var client = SlurmClient()
  var site: SlurmSite
  var placement: Placement
  var policy: PolicyName
  var ledgerPath: String
  /// Folder for the jobs' own folders, absolute.
  var folder: String
  /// The program that runs models on the nodes.
  var program: String
  /// The speed of a node's processors, for predictions.
  var device: Device
  var nodeCores: Int
  /// What jobs of earlier ledgers taught, as a profile holds it.
  var learnt = Correction()
  /// Whether to stay until all jobs are over.
  var waits: Bool
  var pollSeconds: Double
  var console: Console

  /// Runs it.
  ///
  /// - Throws: `UserError` for a job that cannot be, or a ledger in use, before anything is
  ///   submitted.
  func run(_ jobs: [SubmitJob]) throws -> [SubmitOutcome] {
    let lock = try SubmitLock(path: ledgerPath + ".submit-lock")
    defer { lock.release() }
    let ledger = try Ledger(path: ledgerPath)
    let past = Correction(try ledger.engineRatios("slurm")).orElse(learnt)
    var predictions: [Prediction] = []
    var batches: [BatchJob] = []
    for job in jobs {
      let (batch, predicted) = try batch(job, past)
      batches.append(batch)
      predictions.append(predicted)
    }
    var queue = SlurmQueue(
      jobs, batches, client: client, site: site, ledger: ledger, console: console)
    let pending = try enter(&queue, predictions)
    let limits = batches.map { Double($0.timeLimit ?? 3600) }
    let progress = Progress("jobs", total: Double(jobs.count), console)
    if placement == .ours {
      let partition = commonPartition(jobs)
      var engine = SchedulerEngine(
        resources: resources(partition), policy: policy.policy(), endsByEstimate: false)
      var world = SlurmBackEnd(
        queue, pending: pending, seconds: limits, partition: partition,
        poll: PollInterval(least: pollSeconds), progress: progress)
      _ = try engine.drive(&world)
      queue = world.queue
    } else {
      try handAll(&queue, pending, progress)
      if waits { try follow(&queue, progress) }
    }
    progress.finish()
    return queue.outcomes
  }

  // MARK: - Making jobs

  private func batch(
    _ job: SubmitJob, _ past: Correction
  ) throws(UserError) -> (BatchJob, Prediction) {
    var predicted = job.predictedSeconds
    var uncorrected: Double?
    var memory = job.memoryBytes ?? 256 << 20
    if let kernel = job.kernel {
      let estimate: JobEstimate
      do {
        estimate = try KernelJobRunner.estimate(kernel, device: device, total: nodeCores)
      } catch {
        throw UserError(
          error.kind, place: error.place,
          key: ["job \"\(job.id)\"", error.key].filter { !$0.isEmpty }.joined(separator: ": "),
          error.message, remedy: error.remedy)
      }
      uncorrected = estimate.seconds
      predicted = predicted ?? past.corrected(estimate.seconds)
      // The program itself with its threads' stacks and libraries, measured at about 200 MiB.
      memory = job.memoryBytes ?? estimate.memoryBytes + 512 << 20
    }
    let shape = TaskShape(
      nodes: job.nodes, tasksPerNode: job.tasksPerNode, coresPerTask: job.coresPerTask ?? 1,
      memoryBytes: memory, gpusPerNode: job.gpusPerNode, gpuType: job.gpuType)
    if let why = SitePlanner.refusal(shape, site, partition: job.partition) {
      throw UserError(
        .impossible, key: "job \"\(job.id)\"", why, remedy: "see hfm cluster discover --slurm")
    }
    var limit =
      job.timeLimit ?? predicted.map { past.upperEnd($0, ofModel: job.kernel != nil) }
    // A job that goes on after its limit needs no more than the partition allows.
    if job.timeLimit == nil, job.requeueCode != nil, let upper = limit, let most = longest(job) {
      limit = min(upper, most)
    }
    try checkLimit(job, limit)
    var batch = BatchJob(
      id: job.id, token: Self.token(), shape: shape, timeLimit: limit, command: job.command,
      folder: folder)
    if job.kernel != nil {
      batch.command = [program, "run", "jobs.json", "--ledger", "ledger.db", "--json", "--quiet"]
    }
    batch.environment = job.environment
    if job.plan != nil { batch.planFile = "plan.json" }
    batch.words = job.words
    batch.taskWords = job.taskWords
    batch.array = job.array
    batch.arrayLimit = job.arrayLimit
    batch.isRequeued = job.isRequeued || job.requeueCode != nil
    batch.requeueCode = job.requeueCode
    // Written once now, so that a text that cannot be is found before anything is submitted.
    _ = try SbatchScript.text(batch)
    return (batch, Prediction(seconds: predicted, uncorrectedSeconds: uncorrected))
  }

  /// The partition's longest time limit; nil without one.
  private func longest(_ job: SubmitJob) -> Int? {
    let name = job.partition ?? site.partitions.first(where: \.isDefault)?.name
    return site.partitions.first { $0.name == name }?.maxSeconds
  }

  private func checkLimit(_ job: SubmitJob, _ limit: Int?) throws(UserError) {
    guard let limit, let most = longest(job), limit > most else { return }
    let name = job.partition ?? site.partitions.first(where: \.isDefault)?.name ?? ""
    throw UserError(
      .impossible, key: "job \"\(job.id)\"",
      "needs a time limit of \(Format.seconds(Double(limit))), partition \(name) allows "
        + Format.seconds(Double(most)),
      remedy: "give another partition, a smaller timeLimit, or signal and requeueOn for a program "
        + "that saves its state")
  }

  /// 64 random bits as hexadecimal digits.
  private static func token() -> String {
    let digits = String(UInt64.random(in: .min ... .max), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  private func commonPartition(_ jobs: [SubmitJob]) -> String? {
    let names = Set(jobs.map { $0.partition ?? "" })
    let name = names.count == 1 ? names.first ?? "" : ""
    return name.isEmpty ? site.partitions.first(where: \.isDefault)?.name : name
  }

  private func resources(_ partition: String?) -> Resources {
    let nodes = site.nodes.filter {
      $0.availability == .up && (partition.map($0.partitions.contains) ?? true)
    }
    var first = 0
    return Resources(
      nodes: nodes.enumerated().map { position, node in
        defer { first += node.cores }
        return Resources.Node(
          id: position, cpus: Array(first..<first + node.cores), memoryBytes: node.memoryBytes)
      })
  }

  // MARK: - Ledger and Slurm

  /// Takes all jobs into the ledger; returns those to hand over.
  private func enter(
    _ queue: inout SlurmQueue, _ predictions: [Prediction]
  ) throws(UserError) -> [Int] {
    var pending: [Int] = []
    for index in queue.jobs.indices {
      let job = queue.jobs[index]
      queue.outcomes[index].predictedSeconds = predictions[index].seconds
      queue.outcomes[index].uncorrectedSeconds = predictions[index].uncorrectedSeconds
      let entry = try queue.ledger.enter(
        id: job.id, specification: job.text, engine: "slurm", token: queue.batches[index].token,
        predictedSeconds: predictions[index].seconds, at: LocalBackEnd.wallTime)
      switch entry {
      case .pending(let token):
        queue.batches[index].token = token
        pending.append(index)
      case .submitted(let token, let engineID):
        queue.batches[index].token = token
        queue.attach(index, engineID, planned: "")
      case .settled(let state):
        queue.outcomes[index].state = state
        queue.outcomes[index].isEarlier = true
      case .conflict:
        throw UserError(
          .input, place: ledgerPath, key: job.id, "the ledger holds another job of this name",
          remedy: "rename the job, or give another --ledger")
      }
    }
    try fillFromLedger(&queue)
    try findLost(&queue, &pending)
    let earlier = queue.outcomes.count { $0.isEarlier }
    if earlier > 0 { console.note("\(earlier) jobs were settled before") }
    return pending
  }

  private func fillFromLedger(_ queue: inout SlurmQueue) throws(UserError) {
    let engineJobs = try queue.ledger.engineJobs("slurm")
    let known = Dictionary(engineJobs.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    let rows = Dictionary(
      try queue.ledger.jobs().map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    for index in queue.outcomes.indices {
      guard let job = known[queue.outcomes[index].id] else { continue }
      queue.outcomes[index].engineID = job.engineID
      queue.outcomes[index].planned = job.planned
      if queue.outcomes[index].isEarlier, let row = rows[job.id] {
        queue.outcomes[index].measuredSeconds = row.measuredSeconds
        queue.outcomes[index].predictedSeconds = row.predictedSeconds
        queue.outcomes[index].reason = row.reason
      } else if rows[job.id]?.state == .running {
        queue.outcomes[index].state = .running
      }
    }
  }

  /// Finds among the pending those that Slurm has after all: a call was killed between sbatch and
  /// our record.
  private func findLost(_ queue: inout SlurmQueue, _ pending: inout [Int]) throws(UserError) {
    let tokens = Set(pending.map { queue.batches[$0].token })
    SubmitFolder.awaitOrphans(tokens, console: console)
    let numbers = Dictionary(
      try client.numbersByComment(), uniquingKeysWith: { first, _ in first })
    var left: [Int] = []
    for index in pending {
      let batch = queue.batches[index]
      if let id = numbers[batch.comment] ?? SubmitFolder.started(batch) {
        try queue.adopt(index, id, planned: queue.outcomes[index].planned)
        console.note("\(batch.id): Slurm has it already as job \(id)")
      } else {
        left.append(index)
      }
    }
    pending = left
  }

  private func handAll(
    _ queue: inout SlurmQueue, _ pending: [Int], _ progress: Progress
  ) throws(UserError) {
    for (count, index) in pending.enumerated() {
      let bad = queue.jobs[index].after.first { name in
        queue.position(name).map {
          queue.outcomes[$0].state.isSettled && queue.outcomes[$0].state != .done
        } ?? false
      }
      if let bad {
        try queue.settle(index, .failed, "job \(bad), which it waits for, did not end well")
        continue
      }
      for attempt in 0... {
        guard case .later(let why) = try queue.submit(index, []) else { break }
        guard attempt < 30 else {
          throw UserError(.run, place: "sbatch", why, remedy: "run hfm submit again to go on")
        }
        progress.show(why)
        usleep(2_000_000)
      }
      progress.show("\(count + 1) of \(pending.count) submitted")
    }
  }

  private func follow(_ queue: inout SlurmQueue, _ progress: Progress) throws(UserError) {
    let interval = PollInterval(least: pollSeconds)
    let clock = ContinuousClock()
    while !queue.active.isEmpty {
      let start = clock.now
      do {
        _ = try queue.poll()
      } catch {
        progress.show("Slurm does not answer: \(error.message)")
      }
      interval.note((clock.now - start) / .seconds(1))
      progress.set(
        done: Double(queue.outcomes.count { $0.state.isSettled }),
        "\(queue.outcomes.count { $0.state == .running }) running")
      if !queue.active.isEmpty { usleep(useconds_t(interval.seconds * 1e6)) }
    }
  }
}

/// A lock that goes with the process: one `hfm submit` on a ledger at a time.
final class SubmitLock {
  private let descriptor: Int32

  init(path: String) throws(UserError) {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let why = String(cString: strerror(errno))
      if descriptor >= 0 { close(descriptor) }
      throw UserError(
        .run, place: path, "another hfm submit uses this ledger: \(why)",
        remedy: "wait for it, or give another --ledger")
    }
  }

  func release() { close(descriptor) }
}
