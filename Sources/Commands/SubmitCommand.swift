import DataFormats
import Glibc
import HardwareModel
import JobStore
import Quantities
import Scheduler
import Slurm

/// `hfm submit`: hands jobs to Slurm and follows them.
enum SubmitCommand: Command {
  static let specification = CommandSpecification(
    name: "submit", summary: "hands jobs to Slurm and follows them, or to this machine's service",
    operands: ["JOBS.json"],
    options: [
      .value("engine", "NAME", "who runs the jobs", words: ["slurm", "local"]),
      .value(
        "placement", "WHO", "who chooses nodes, cores and GPUs (default ours)",
        words: SubmitSession.Placement.allCases.map(\.rawValue)),
      .value(
        "policy", "NAME", "scheduling policy of placement ours (default easy)",
        words: PolicyName.allCases.map(\.rawValue)),
      .value("ledger", "FILE", "record of jobs and runs (default \(RunSession.defaultLedger))"),
      .value("work", "FOLDER", "for scripts and outputs; all nodes see it (default hfm-slurm)"),
      .value(
        "cluster", "FILE", "a profile with the processors' speed; what jobs took is added to it"),
      HardwareSource.option,
      .value("hfm", "PATH", "this program on the nodes (default: its own path)"),
      .value("poll", "SECONDS", "time between looks at Slurm (default 2)"),
      .flag("no-wait", "submit and leave; with --placement slurm only"),
      .flag("cancel", "cancel the jobs of the file that Slurm has"),
    ],
    discussion: """
      With --engine local the jobs go to hfm serve-jobs, which runs them here; a job
      reported as queued is on record and is not lost. With --engine slurm:

      JOBS.json holds the jobs of hfm run (docs/Jobs.md), with a key "slurm" for what
      Slurm needs to know, and jobs with a command of their own; docs/Slurm.md
      describes every key. Jobs are handed over once: called again after a crash or a
      kill, hfm submit finds what Slurm has by a unique comment and goes on. Ctrl-C
      ends the following, not the jobs. Exit codes: 4 a job failed, 3 a job can never
      run there.
      """,
    examples: [
      "hfm submit jobs.json --engine slurm",
      "hfm submit jobs.json --engine slurm --placement slurm --no-wait",
    ])

  static func run(_ arguments: Arguments, _ console: Console) throws -> Int32 {
    let path = arguments.operand(0) ?? ""
    if arguments.string("engine") == "local" {
      return try LocalSubmission.run(
        try JobsFile.parse(try Files.read(path), file: path),
        ledger: arguments.string("ledger") ?? RunSession.defaultLedger, console)
    }
    guard arguments.string("engine") == "slurm" else {
      throw UserError(
        .input, key: "--engine", "hfm submit needs to know who runs the jobs",
        remedy: "give --engine slurm, or --engine local for hfm serve-jobs")
    }
    var jobs = try SubmitFile.parse(try Files.read(path), file: path)
    let ledger = arguments.string("ledger") ?? RunSession.defaultLedger
    if arguments.flag("cancel") { return try cancel(jobs, ledger, console) }
    let placement =
      arguments.string("placement").flatMap(SubmitSession.Placement.init(rawValue:)) ?? .ours
    if arguments.flag("no-wait"), placement == .ours {
      throw UserError(
        .input, key: "--no-wait", "placement ours starts jobs as room comes free",
        remedy: "give --placement slurm, or stay")
    }
    let site = try SlurmClient().site()
    let cluster = try cluster(arguments)
    let launch = PlannedLaunch(site: site, cluster: cluster)
    for index in jobs.indices { jobs[index] = try launch.resolve(jobs[index]) }
    let (device, cores) = device(cluster, site)
    var session = SubmitSession(
      site: site, placement: placement,
      policy: try SimulateCommand.policy(arguments.string("policy") ?? "easy"), ledgerPath: ledger,
      folder: try absolute(arguments.string("work") ?? "hfm-slurm"),
      program: arguments.string("hfm") ?? ownPath(), device: device, nodeCores: cores,
      waits: !arguments.flag("no-wait"),
      pollSeconds: try arguments.double("poll", in: 0.1...600) ?? 2, console: console)
    session.learnt = try learnt(arguments)
    let outcomes = try session.run(jobs)
    try teach(arguments, outcomes)
    show(outcomes, console)
    if outcomes.contains(where: { $0.state == .failed }) { return 4 }
    return outcomes.contains { $0.state == .refused } ? 3 : 0
  }

  private static func show(_ outcomes: [SubmitOutcome], _ console: Console) {
    if console.json {
      console.print(json: .object([("submitted", .array(outcomes.map(\.json)))]))
      return
    }
    var table = AlignedTable(
      head: SubmitOutcome.head, rightAligned: SubmitOutcome.rightAligned)
    table.rows = outcomes.map(\.row)
    console.print(lines: table.lines)
    for outcome in outcomes where !outcome.reason.isEmpty {
      console.print("\(outcome.id): \(outcome.state.rawValue): \(outcome.reason)")
    }
  }

  /// The profile that was given; nil for none.
  private static func cluster(_ arguments: Arguments) throws(UserError) -> Cluster? {
    guard let path = arguments.string("cluster") else { return nil }
    let catalogue = try HardwareSource.catalogue(arguments)
    return try Cluster(parsing: try Files.read(path), file: path) { id throws(UserError) in
      try catalogue.device(id)
    }
  }

  /// What the profile's jobs taught before.
  private static func learnt(_ arguments: Arguments) throws(UserError) -> Correction {
    guard let path = arguments.string("cluster") else { return Correction() }
    return (try? JSONValue(parsing: try Files.read(path))).map(Correction.init(profile:))
      ?? Correction()
  }

  /// Adds to the profile what the jobs took against their predictions.
  private static func teach(
    _ arguments: Arguments, _ outcomes: [SubmitOutcome]
  ) throws(UserError) {
    guard let file = arguments.string("cluster"),
      let profile = try? JSONValue(parsing: try Files.read(file)),
      let taught = Correction(outcomes: outcomes).added(to: profile)
    else { return }
    try Files.writeAtomically(taught.text(), to: file)
  }

  /// The speed of a node's processors: a profile's, else a rough figure.
  private static func device(_ cluster: Cluster?, _ site: SlurmSite) -> (Device, Int) {
    let group = site.groups().first { !$0.usable.isEmpty } ?? site.groups().first
    let cores = group.map { $0.sockets * $0.coresPerSocket } ?? 1
    let rough = Device(roughly: group?.machine ?? Machine(source: "Slurm", name: ""))
    guard let device = cluster?.device, device.kind == .cpu else { return (rough, cores) }
    return (device, cores)
  }

  private static func cancel(
    _ jobs: [SubmitJob], _ path: String, _ console: Console
  ) throws -> Int32 {
    guard Files.exists(path) else {
      throw UserError(.input, place: path, "there is no such ledger", remedy: "give --ledger FILE")
    }
    let ledger = try Ledger(path: path)
    let names = Set(jobs.map(\.id))
    let open = try ledger.engineJobs("slurm").filter {
      names.contains($0.id) && !$0.state.isSettled
    }
    try SlurmClient().cancel(open.compactMap(\.engineID))
    for job in open { try ledger.settle(job.id, as: .cancelled, reason: "cancelled by the user") }
    if console.json {
      console.print(json: .object([("cancelled", .array(open.map { .string($0.id) }))]))
    } else {
      console.print("\(open.count) jobs cancelled")
    }
    return 0
  }

  /// This program's own file.
  static func ownPath() -> String {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
    guard count > 0 else { return "hfm" }
    return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// A path from the root.
  static func absolute(_ path: String) throws(UserError) -> String {
    if path.hasPrefix("/") { return path }
    guard let here = getcwd(nil, 0) else {
      throw UserError(.run, place: path, "the current folder is gone")
    }
    defer { free(here) }
    return String(cString: here) + "/" + path
  }
}
