import DataFormats
import Glibc
import Quantities
import Scheduler
import Simulation
import Slurm

/// `hfm simulate --from slurm`: when each job of the live queue would start, under this and that
/// policy.
enum SlurmForecast {
  /// A job of the live queue with when it would start, in seconds from now.
  struct Entry {
    let job: SlurmJob
    var starts: [(policy: PolicyName, seconds: Double?)] = []
  }

  static func run(
    _ policies: [PolicyName], _ arguments: Arguments, _ console: Console
  ) throws -> Int32 {
    for name in ["cluster", "processors", "schedule"] where arguments.has(name) {
      throw UserError(
        .input, key: "--\(name)", "does not go with --from slurm",
        remedy: "Slurm says what there is")
    }
    let client = SlurmClient()
    let site = try client.site()
    let widths = Dictionary(
      site.nodes.map { ($0.name, $0.coresPerSocket) }, uniquingKeysWith: { first, _ in first })
    let (jobs, notes) = try client.jobs(coresPerSocket: widths)
    for note in notes { console.warn(note) }
    let now = LocalBackEnd.wallTime
    let queue = LiveQueue(site, jobs, now: now)
    for note in queue.notes { console.warn(note) }
    var entries = queue.waiting.map { Entry(job: $0) }
    for policy in policies {
      let starts = queue.starts(policy)
      for index in entries.indices { entries[index].starts.append((policy, starts[index])) }
    }
    show(entries, queue, policies, now, console)
    return 0
  }

  private static func show(
    _ entries: [Entry], _ queue: LiveQueue, _ policies: [PolicyName], _ now: Double,
    _ console: Console
  ) {
    if console.json {
      console.print(json: json(entries, queue, now))
      return
    }
    console.print("\(queue.running.count) jobs run, \(entries.count) wait; starts from now")
    guard !entries.isEmpty else { return }
    var table = AlignedTable(
      head: ["job", "name", "cores", "time limit", "Slurm expects"] + policies.map(\.rawValue),
      rightAligned: Set(2..<5 + policies.count))
    table.rows = entries.map { entry in
      [
        "\(entry.job.id)", entry.job.name, "\(entry.job.cpus)",
        entry.job.timeLimit.map { Format.seconds(Double($0)) } ?? "none",
        expected(entry.job, now).map(Format.seconds) ?? "–",
      ] + entry.starts.map { $0.seconds.map(Format.seconds) ?? "never" }
    }
    console.print(lines: table.lines)
    guard console.explain else { return }
    console.print()
    console.print(lines: [
      "Slurm expects: the start that its backfill planned last (squeue --start); it plans in whole",
      "minutes. A job that asks for GPUs counts with their part of a node's cores. Run times are",
      "taken as the time limits, as Slurm's own planning does.",
    ])
  }

  /// Slurm's own expectation in seconds from now; nil when it has none.
  private static func expected(_ job: SlurmJob, _ now: Double) -> Double? {
    job.startTime.map { max(0, $0 - now) }
  }

  private static func json(_ entries: [Entry], _ queue: LiveQueue, _ now: Double) -> JSONValue {
    .object([
      ("nowSeconds", .number(now)), ("running", .number(queue.running.count)),
      (
        "jobs",
        .array(
          entries.map { entry in
            .object([
              ("id", .number(entry.job.id)), ("name", .string(entry.job.name)),
              ("slurmStartSeconds", expected(entry.job, now).map { .number($0) } ?? .null),
              (
                "startSeconds",
                .object(
                  entry.starts.map { ($0.policy.rawValue, $0.seconds.map { .number($0) } ?? .null) }
                )
              ),
            ])
          })
      ), ("notes", .array(queue.notes.map { .string($0) })),
    ])
  }
}

/// The jobs that run and wait, as a trace that begins now.
struct LiveQueue {
  private(set) var running: [SlurmJob] = []
  private(set) var waiting: [SlurmJob] = []
  private(set) var notes: [String] = []
  private let resources: Resources
  private let now: Double
  private let coresPerGPU: Double
  private let coresPerNode: Int

  /// Reasons of jobs that wait for something else than room.
  private static let held: Set<String> = [
    "JobHeldUser", "JobHeldAdmin", "Dependency", "DependencyNeverSatisfied", "BeginTime",
    "PartitionDown", "PartitionInactive", "BadConstraints", "PartitionNodeLimit",
    "PartitionTimeLimit", "ReqNodeNotAvail", "Reservation",
  ]
  /// Waiting jobs come a moment after those that run, which hold what they hold.
  private static let moment = 1.0
  /// A job without a time limit is taken to run so long.
  private static let endless = 365.0 * 86_400

  init(_ site: SlurmSite, _ jobs: [SlurmJob], now: Double) {
    self.now = now
    let usable = site.nodes.filter { $0.availability == .up }
    var first = 0
    resources = Resources(
      nodes: usable.enumerated().map { position, node in
        defer { first += node.cores }
        return Resources.Node(
          id: position, cpus: Array(first..<first + node.cores), memoryBytes: node.memoryBytes)
      })
    coresPerNode = usable.map(\.cores).min() ?? 1
    let gpus = usable.reduce(0) { $0 + $1.gpuCount }
    let cores = usable.filter { $0.gpuCount > 0 }.reduce(0) { $0 + $1.cores }
    coresPerGPU = gpus > 0 ? Double(cores) / Double(gpus) : 0
    var left = 0
    for job in jobs {
      switch job.state {
      case "RUNNING", "COMPLETING", "CONFIGURING", "SUSPENDED": running.append(job)
      case "PENDING":
        if Self.held.contains(job.reason) || job.priority == 0 {
          left += 1
        } else {
          waiting.append(job)
        }
      default: break
      }
    }
    waiting.sort { ($0.priority, -$0.id) > ($1.priority, -$1.id) }
    if left > 0 {
      notes.append(
        "\(left) waiting jobs are held, or wait for another job or a time; they are left out")
    }
    let arrays = waiting.count { $0.arrayPending.contains { "-,".contains($0) } }
    if arrays > 0 {
      notes.append("\(arrays) job arrays count with their next task only")
    }
  }

  /// Seconds from now until each waiting job starts; nil for one that never can.
  func starts(_ policy: PolicyName) -> [Double?] {
    var jobs = running.map { trace($0, submit: 0, priority: 1_000_000, seconds: remaining($0)) }
    for (position, job) in waiting.enumerated() {
      jobs.append(
        trace(
          job, submit: Self.moment, priority: waiting.count - position,
          seconds: Double(job.timeLimit ?? Int(Self.endless))))
    }
    let result = simulate(jobs, on: resources, policy: policy.policy())
    var starts = [Double?](repeating: nil, count: waiting.count)
    for record in result.schedule where record.number >= running.count {
      starts[record.number - running.count] = max(0, record.start - Self.moment)
    }
    return starts
  }

  private func trace(
    _ job: SlurmJob, submit: Double, priority: Int, seconds: Double
  ) -> TraceJob {
    // Slurm counts a waiting job for whole nodes with the processors that it needs at least.
    let whole = job.isExclusive ? job.nodeCount * coresPerNode : 0
    let share = Int((Double(job.gpus) * coresPerGPU).rounded(.up))
    return TraceJob(
      id: String(job.id),
      job: Job(
        number: 0, submit: submit, priority: priority, cores: max(1, job.cpus, share, whole),
        memoryBytes: job.memoryBytes, estimateSeconds: max(1, seconds)),
      runSeconds: max(1, seconds))
  }

  private func remaining(_ job: SlurmJob) -> Double {
    job.endTime.map { min(max(1, $0 - now), Self.endless) } ?? Self.endless
  }
}
