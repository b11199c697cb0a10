import DataFormats
import Glibc
import JobStore
import Quantities
import Slurm

/// Our jobs at Slurm: hands them over once, follows them, and keeps the ledger true.
struct SlurmQueue {
  let client: SlurmClient
  let site: SlurmSite
  let ledger: Ledger
  let console: Console
  /// Jobs by position, and what became of each.
  let jobs: [SubmitJob]
  var batches: [BatchJob]
  var outcomes: [SubmitOutcome]
  /// Positions of jobs that Slurm has and that are not over.
  private(set) var active: Set<Int> = []
  /// Every job that slurmctld knew at the last look.
  private(set) var known: [SlurmJob] = []
  private var missed: [Int: Int] = [:]
  /// Names of the nodes that the ledger knows of a job.
  private var noted: [Int: [String]] = [:]
  /// States of our jobs at the last look.
  private var seen: [Int: [String]] = [:]
  private let coresPerSocket: [String: Int]

  init(
    _ jobs: [SubmitJob], _ batches: [BatchJob], client: SlurmClient, site: SlurmSite,
    ledger: Ledger, console: Console
  ) {
    (self.jobs, self.batches, self.client, self.site) = (jobs, batches, client, site)
    (self.ledger, self.console) = (ledger, console)
    outcomes = jobs.map { SubmitOutcome(id: $0.id, state: .queued) }
    coresPerSocket = Dictionary(
      site.nodes.map { ($0.name, $0.coresPerSocket) }, uniquingKeysWith: { first, _ in first })
  }

  /// Position of a job by name.
  func position(_ id: String) -> Int? { jobs.firstIndex { $0.id == id } }

  /// Takes note that Slurm has a job.
  mutating func adopt(_ index: Int, _ engineID: Int, planned: String) throws(UserError) {
    try ledger.noteEngineID(engineID, of: jobs[index].id)
    attach(index, engineID, planned: planned)
  }

  /// The same for a job that the ledger has noted already.
  mutating func attach(_ index: Int, _ engineID: Int, planned: String) {
    outcomes[index].engineID = engineID
    outcomes[index].planned = planned
    active.insert(index)
  }

  /// What handing a job over led to.
  enum Handing {
    /// Slurm has it.
    case submitted
    /// Slurm did not answer; to be tried again.
    case later(String)
    /// Slurm refused it for good; the ledger says so.
    case refused
  }

  /// Hands a job to Slurm, on the nodes planned or wherever Slurm wants.
  mutating func submit(_ index: Int, _ grants: [SlurmGrant]) throws(UserError) -> Handing {
    batches[index].nodes = grants.map(\.node)
    batches[index].after = jobs[index].after.compactMap { name in
      position(name).flatMap { active.contains($0) ? outcomes[$0].engineID : nil }
    }
    let batch = batches[index]
    let planned = SlurmGrant.text(grants)
    try SubmitFolder.write(batch, jobs[index])
    // Before sbatch, so that a job found again after a crash is still held against its plan.
    if !planned.isEmpty { try ledger.notePlan(planned, of: jobs[index].id) }
    do {
      try adopt(index, try client.submit(batch), planned: planned)
      return .submitted
    } catch {
      // It may have come through all the same.
      if let found = try? client.numbersByComment().first(where: { $0.comment == batch.comment }) {
        try adopt(index, found.id, planned: planned)
        return .submitted
      }
      if Self.isPassing(error.message) { return .later(error.description) }
      try settle(index, .refused, error.description)
      return .refused
    }
  }

  private static func isPassing(_ complaint: String) -> Bool {
    [
      "Unable to contact", "timed out", "Timed out", "temporarily", "try again", "did not answer",
      "Connection refused", "Socket", "job array size", "already running", "MaxJobCount",
      "Zero Bytes",
    ].contains { complaint.contains($0) }
  }

  /// Settles a job that Slurm never had, or has no more.
  mutating func settle(_ index: Int, _ state: JobState, _ reason: String) throws(UserError) {
    active.remove(index)
    try ledger.settle(jobs[index].id, as: state, reason: reason)
    outcomes[index].state = state
    outcomes[index].reason = reason
    console.note("\(jobs[index].id): \(state.rawValue): \(reason)")
  }

  /// Looks at Slurm once, and returns the positions of the jobs that ended since the last look.
  ///
  /// - Parameter wantsRoom: whether it must be known what is free, even when none of ours changed.
  mutating func poll(wantsRoom: Bool = false) throws(UserError) -> [Int] {
    let states = try client.states()
    var ours: [Int: [String]] = [:]
    for index in active {
      if let id = outcomes[index].engineID { ours[id] = states[id] ?? [] }
    }
    let isUnchanged = ours == seen && !ours.values.contains([])
    seen = ours
    if isUnchanged && !wantsRoom { return [] }
    known = try client.jobs(coresPerSocket: coresPerSocket).jobs
    var byID: [Int: [SlurmJob]] = [:]
    for job in known { byID[job.arrayJob == 0 ? job.id : job.arrayJob, default: []].append(job) }
    var ended: [Int] = []
    var absent: [Int] = []
    for index in active.sorted() {
      guard let engineID = outcomes[index].engineID else { continue }
      guard let parts = byID[engineID] else {
        absent.append(index)
        continue
      }
      missed[index] = nil
      if try look(index, parts) { ended.append(index) }
    }
    if !absent.isEmpty { ended += try recover(absent) }
    for index in ended { active.remove(index) }
    return ended
  }

  /// Notes what Slurm says of a job (or of the tasks of its array); whether it is over.
  private mutating func look(_ index: Int, _ parts: [SlurmJob]) throws(UserError) -> Bool {
    let grants = parts.flatMap(\.grants)
    let cores = parts.filter { !$0.grants.isEmpty }.flatMap { $0.grants.flatMap(\.cores) }
    let place = RunPlacement(
      numaNodes: [], cpus: cores, memoryBytes: grants.reduce(0) { $0 + $1.memoryBytes })
    if !grants.isEmpty, jobs[index].array == nil { noteGrant(index, grants) }
    let isOver = parts.allSatisfy(\.isOver)
    let started = parts.compactMap { $0.state == "PENDING" ? nil : $0.startTime }.min()
    if outcomes[index].state == .queued, let started, !parts.allSatisfy({ $0.state == "PENDING" }) {
      outcomes[index].state = .running
      try ledger.noteEngineStart(jobs[index].id, on: place, at: started)
    }
    let nodes = Set(grants.map(\.node)).sorted()
    if !nodes.isEmpty, noted.updateValue(nodes, forKey: index) != nodes {
      try ledger.noteEngineNodes(nodes, of: jobs[index].id)
    }
    guard isOver else { return false }
    let worst = parts.first { $0.state != "COMPLETED" } ?? parts[0]
    let end = parts.compactMap(\.endTime).max() ?? LocalBackEnd.wallTime
    try finish(
      index, worst, place, from: started ?? end, to: end)
    return true
  }

  private mutating func noteGrant(_ index: Int, _ grants: [SlurmGrant]) {
    var grants = grants
    if batches[index].shape.gpusPerNode > 0, grants.allSatisfy(\.gpus.isEmpty) {
      // squeue tells them only while the job runs.
      let known = SubmitFolder.grantedGPUs(batches[index])
      for place in grants.indices { grants[place].gpus = known[grants[place].node] ?? [] }
      if grants.allSatisfy(\.gpus.isEmpty) { return }
    }
    let isNews = outcomes[index].granted.isEmpty
    outcomes[index].granted = SlurmGrant.text(grants)
    if isNews, outcomes[index].isAsPlanned == false {
      console.warn(
        "\(jobs[index].id): planned on \(outcomes[index].planned), Slurm granted "
          + outcomes[index].granted)
    }
  }

  /// Jobs that slurmctld has forgotten: slurmdbd knows them, or they left their own record.
  private mutating func recover(_ absent: [Int]) throws(UserError) -> [Int] {
    let accounted = try client.accounted(absent.compactMap { outcomes[$0].engineID })
    var ended: [Int] = []
    for index in absent {
      guard let engineID = outcomes[index].engineID else { continue }
      let now = LocalBackEnd.wallTime
      let place = RunPlacement(numaNodes: [], cpus: [], memoryBytes: 0)
      if let job = accounted.first(where: { $0.id == engineID }), job.isOver {
        let seconds = (job.endTime ?? 0) - (job.startTime ?? 0)
        try finish(index, job, place, from: now - seconds, to: now)
        ended.append(index)
      } else if let record = SubmitFolder.ended(batches[index]) {
        var job = SlurmJob(id: engineID, state: record.code == 0 ? "COMPLETED" : "FAILED")
        job.exitCode = record.code
        try finish(index, job, place, from: record.begin, to: record.end)
        ended.append(index)
      } else {
        missed[index, default: 0] += 1
        guard missed[index, default: 0] >= 3 else { continue }
        try settle(index, .failed, "Slurm no longer knows job \(engineID), and it left no record")
        ended.append(index)
      }
    }
    return ended
  }

  private mutating func finish(
    _ index: Int, _ job: SlurmJob, _ place: RunPlacement, from start: Double, to end: Double
  ) throws(UserError) {
    let record = SubmitFolder.ended(batches[index])
    let measured = SubmitFolder.measured(batches[index], jobs[index])
    let seconds =
      measured
      ?? record.map { $0.end - $0.begin + SubmitFolder.earlierParts(batches[index]) }
      ?? (job.state == "COMPLETED" ? end - start : nil)
    var (state, reason) = Self.verdict(job)
    if state == .failed, job.exitCode == SbatchScript.folderUnseen,
      SubmitFolder.started(batches[index]) == nil
    {
      reason =
        "its node does not see \(batches[index].folder); give --work FOLDER that all nodes see"
    } else if state == .failed, let line = SubmitFolder.lastError(batches[index]) {
      reason += ": " + line
    }
    var details: [(name: String, unit: String, value: Double)] = [
      (name: "slurmJob", unit: "", value: Double(outcomes[index].engineID ?? 0)),
      (name: "slurmElapsed", unit: "s", value: end - start),
    ]
    if let isAsPlanned = outcomes[index].isAsPlanned {
      details.append((name: "grantedAsPlanned", unit: "", value: isAsPlanned ? 1 : 0))
    }
    if let seconds = outcomes[index].uncorrectedSeconds {
      details.append((name: Ledger.uncorrected, unit: "s", value: seconds))
    }
    try ledger.noteEngineEnd(
      jobs[index].id, as: state, reason: reason, on: place, from: start, to: end,
      measuredSeconds: state == .done ? seconds : nil, measurements: details)
    outcomes[index].state = state
    outcomes[index].reason = reason
    outcomes[index].measuredSeconds = state == .done ? seconds : nil
  }

  private static func verdict(_ job: SlurmJob) -> (JobState, String) {
    switch job.state {
    case "COMPLETED": (.done, "")
    case "CANCELLED": (.cancelled, "cancelled in Slurm")
    case "FAILED": (.failed, "exit code \(job.exitCode)")
    case "TIMEOUT": (.failed, "reached its time limit")
    case "NODE_FAIL": (.failed, "a node failed")
    case "OUT_OF_MEMORY": (.failed, "used more memory than it asked for")
    case "DEADLINE": (.failed, "could not end by its deadline")
    case "PREEMPTED": (.interrupted, "preempted")
    default: (.failed, job.state.lowercased())
    }
  }
}
