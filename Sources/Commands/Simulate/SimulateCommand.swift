import DataFormats
import Quantities
import Scheduler
import Simulation

/// `hfm simulate`: replays a trace of jobs against scheduling policies in virtual time.
enum SimulateCommand: Command {
  static let specification = CommandSpecification(
    name: "simulate", summary: "replays a trace of jobs against scheduling policies",
    operands: ["[TRACE]"],
    options: [
      .value("from", "WHERE", "instead of TRACE: the live queue of a cluster", words: ["slurm"]),
      .value(
        "cluster", "NAME[:LABEL…][,…]|FILE|here",
        "what the jobs run on; a cluster's devices are given out"),
      .value("processors", "N", "instead of a cluster: N equal processors"),
      HardwareSource.option,
      .value("policy", "NAME[,NAME…]", "see below; several with commas (default easy)"),
      .value("schedule", "FILE.csv", "write id,submit,start,end of every job"),
      .value(
        "placements", "FILE.csv", "write where each job ran: cores, memory, accelerators, network"),
      .value("html", "FILE", "write a page: policies, use over time, who ran where"),
      .value("failures", "UP/DOWN", "nodes fail: mean time up and to repair, such as 30d/4h"),
      .value("seed", "N", "the seed of the failures (default 0)"),
      .flag("preempt", "higher priorities interrupt jobs that allow it"),
      .value("power", "BUSY/IDLE", "watts of a processor or device, such as 400/60"),
      .value(
        "carbon", "FILE.csv|GRID",
        "g CO2e per kWh: a column gramsPerKilowattHour by hour, or a grid"),
      .value("shares", "USER=N,…", "shares of users for fair-share and drf (default 1 each)"),
      .value("round", "TIME", "time between two divisions of devices, elastic-goodput (60s)"),
      .value("sweep", "N,N,…", "what if: with so many processors, or nodes of the cluster"),
      .value("goal-wait", "TIME", "how many keep the mean wait below, or at 0s; of --sweep or any"),
      .value("throughputs", "FILE.json", "a Gavel trace: steps/s by job type and kind of device"),
      .value("devices", "KIND=N,…", "a Gavel trace: devices by kind, the fastest first"),
    ],
    discussion: """
      TRACE is a file in the Standard Workload Format, or JSON Lines with one job per
      line: id, submitSeconds, runSeconds and optionally cores, memoryBytes,
      estimateSeconds, priority, user, deadlineSeconds, dependsOn and more; see
      docs/Scheduling.md. With several policies --schedule puts the policy's name
      before the file's extension, as with --placements. A line that names a model is
      planned for the cluster. Clusters joined by commas differ: a job with "requires"
      stays on nodes with those labels.
      With --from slurm the jobs that run and wait now are taken, and the result is
      when each would start, beside Slurm's own expectation.

      Policies: fcfs, easy, conservative, easy-sjbf, wfp, sjf, edf, fair-share, drf,
      carbon-aware, elastic-goodput. In rounds over kinds of devices (with --throughputs):
      least-attained-service, max-min-fairness, finish-time-fairness,
      min-total-duration, shortest-remaining.
      """,
    examples: [
      "hfm simulate SDSC-SP2.swf --processors 128 --policy fcfs,easy,conservative,wfp",
      "hfm simulate jobs.jsonl --cluster selene-a100 --policy easy --schedule starts.csv",
      "hfm simulate year.jsonl --cluster hospital-4x4-l40s:on-premise,dgx-h100 "
        + "--policy elastic-goodput,easy --html year.html",
      "hfm simulate SDSC-SP2.swf --sweep 96,128,160,192 --policy easy,wfp",
      "hfm simulate year.jsonl --cluster dgx-h100-superpod --goal-wait 1h",
      "hfm simulate jobs.trace --throughputs t.json --devices v100=8,p100=16,k80=24 "
        + "--policy max-min-fairness",
      "hfm simulate --from slurm --policy easy,conservative",
    ])

  static func run(_ arguments: Arguments, _ console: Console) throws -> Int32 {
    if arguments.has("from") {
      return try SlurmForecast.run(
        policies(arguments.string("policy") ?? "easy"), arguments, console)
    }
    guard let path = arguments.operand(0) else {
      throw UserError(
        .input, "hfm simulate needs a TRACE", remedy: "give a trace's path, or --from slurm")
    }
    if arguments.string("throughputs") != nil {
      return try SimulateRounds.run(path, arguments, console)
    }
    let policies = try policies(arguments.string("policy") ?? "easy")
    let bytes = try Files.read(path)
    let trace = try SimulatedTrace(bytes, file: path)
    if arguments.has("sweep") || arguments.has("goal-wait") {
      return try SimulateSweep(arguments, policies).run(trace, bytes, path, console)
    }
    let resources = try resources(arguments, trace)
    let jobs = try trace.jobs(
      bytes, file: path, cores: resources.total.cores,
      clusters: try SimulatedCluster.parts(
        arguments.string("cluster") ?? "here", profiles: arguments.string("profiles")
      ).map(\.cluster))
    var settings = try settings(arguments)
    settings.keepsPlacements = arguments.has("html") || arguments.has("placements")
    var choices = try SimulateChoices(arguments)
    if arguments.has("shares") { try choices.name(try trace.users(bytes, file: path)) }
    var outcomes: [SimulationOutcome] = []
    for policy in policies {
      let outcome = outcome(jobs, resources, policy, settings, choices)
      outcomes.append(outcome)
      if let file = arguments.string("schedule") {
        let target = policies.count == 1 ? file : named(file, policy)
        try Files.writeAtomically(scheduleText(outcome.result), to: target)
      }
      if let file = arguments.string("placements") {
        let target = policies.count == 1 ? file : named(file, policy)
        try Files.writeAtomically(placementText(outcome.result), to: target)
      }
    }
    if let file = arguments.string("html") {
      let unit = arguments.string("cluster").map {
        SimulatedCluster.isMachine($0) ? "cores" : "devices"
      }
      let page = SimulationPage(
        title: path, outcomes: outcomes, resources: resources, unit: unit ?? "processors",
        users: jobs.map(\.job.user), names: try trace.users(bytes, file: path).names)
      try Files.writeAtomically(page.html, to: file)
    }
    report(outcomes, console)
    return 0
  }

  static func outcome(
    _ jobs: [TraceJob], _ resources: Resources, _ policy: PolicyName,
    _ settings: SimulationSettings, _ choices: SimulateChoices
  ) -> SimulationOutcome {
    let clock = ContinuousClock()
    let began = clock.now
    let result = simulate(
      jobs, on: resources, policy: policy.policy(choices.policySettings), settings)
    let seconds = (clock.now - began) / .seconds(1)
    return SimulationOutcome(
      policy: policy, result: result, wallSeconds: max(seconds, 1e-9), power: choices.power,
      carbon: choices.carbon)
  }

  static func settings(_ arguments: Arguments) throws(UserError) -> SimulationSettings {
    var settings = SimulationSettings()
    // The schedule's file names no places.
    settings.keepsPlacements = false
    settings.preempts = arguments.flag("preempt")
    settings.seed = UInt64(try arguments.int("seed", in: 0...Int.max) ?? 0)
    let failures = try pair(arguments, "failures", "30d/4h") { AmountParser.seconds($0) }
    settings.failures = failures.map { (meanUp: $0.0, meanDown: $0.1) }
    return settings
  }

  /// Two amounts above zero with a slash between them.
  static func pair(
    _ arguments: Arguments, _ option: String, _ example: String, _ parse: (String) -> Double?
  ) throws(UserError) -> (Double, Double)? {
    guard let text = arguments.string(option) else { return nil }
    let parts = text.split(separator: "/").map { parse(String($0)) }
    guard parts.count == 2, let first = parts[0], let second = parts[1], first > 0, second >= 0,
      first.isFinite, second.isFinite
    else {
      throw UserError(
        .input, key: "--\(option)", "\"\(text)\" is wrong", remedy: "write it like \(example)")
    }
    return (first, second)
  }

  private static func policies(_ text: String) throws(UserError) -> [PolicyName] {
    var found: [PolicyName] = []
    for word in text.split(separator: ",", omittingEmptySubsequences: false) {
      found.append(try policy(String(word)))
    }
    return found
  }

  /// A policy by its word; also used by `hfm run`.
  static func policy(_ word: String) throws(UserError) -> PolicyName {
    guard let policy = PolicyName(rawValue: word) else {
      throw UserError(
        .input, key: "--policy", "unknown policy \"\(word)\"",
        remedy: "known are " + PolicyName.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return policy
  }

  private static func resources(
    _ arguments: Arguments, _ trace: SimulatedTrace
  ) throws(UserError) -> Resources {
    let processors = try arguments.int("processors", in: 1...10_000_000)
    switch (arguments.string("cluster"), processors) {
    case (nil, let count?): return Resources(processors: count)
    case (let name?, nil):
      return try SimulatedCluster.resources(name, profiles: arguments.string("profiles"))
    case (_?, _?):
      throw UserError(
        .input, key: "--processors", "given together with --cluster", remedy: "give one of both")
    case (nil, nil):
      let hint = trace.processors.map { "--processors \($0), as the trace's header says," }
      throw UserError(
        .input, "hfm simulate needs to know what the jobs run on",
        remedy: "give \(hint ?? "--processors N") or --cluster NAME")
    }
  }

  /// `starts.csv` for policy `easy` becomes `starts-easy.csv`.
  private static func named(_ file: String, _ policy: PolicyName) -> String {
    let slash = file.lastIndex(of: "/") ?? file.startIndex
    guard let dot = file[slash...].lastIndex(of: "."), dot > slash else {
      return "\(file)-\(policy.rawValue)"
    }
    return "\(file[..<dot])-\(policy.rawValue)\(file[dot...])"
  }

  /// A number in its shortest form, whole numbers without a point.
  private static func shortest(_ value: Double) -> String {
    if value == value.rounded(.towardZero), abs(value) < 1e15 { return String(Int(value)) }
    return "\(value)"
  }

  private static func scheduleText(_ result: SimulationResult) -> String {
    var out = "id,submit,start,end\n"
    for record in result.schedule {
      CSVTable.append(
        [record.id] + [record.submit, record.start, record.end].map(Self.shortest),
        to: &out)
    }
    return out
  }

  /// One line for each part of each attempt.
  private static func placementText(_ result: SimulationResult) -> String {
    var out = "id,start,node,cpus,memoryBytes,accelerators,networkInterfaces,span\n"
    for record in result.attempts {
      for share in record.placement.shares {
        CSVTable.append(
          [
            record.id, shortest(record.start), String(share.node), JobOutcome.ranges(share.cpus),
            String(share.memoryBytes), share.accelerators.joined(separator: " "),
            share.networkInterfaces.joined(separator: " "), String(record.span),
          ], to: &out)
      }
    }
    return out
  }

  private static func report(_ outcomes: [SimulationOutcome], _ console: Console) {
    for outcome in outcomes where !outcome.result.refused.isEmpty {
      let refused = outcome.result.refused
      let first = refused.prefix(3).map { "\($0.id) \($0.refusal)" }.joined(separator: "; ")
      console.warn(
        "\(outcome.policy.rawValue): \(Format.count(refused.count, "job")) can never run here: "
          + first
          + (refused.count > 3 ? "; …" : ""))
    }
    if console.json {
      console.print(json: .array(outcomes.map(\.json)))
      return
    }
    var table = AlignedTable(
      head: [
        "policy", "jobs", "refused", "makespan s", "mean wait s", "p99 wait s", "mean JCT s",
        "bounded slowdown", "utilization %", "events/s",
      ], rightAligned: Set(1...9))
    table.rows = outcomes.map(\.row)
    console.print(lines: table.lines)
    guard console.explain else { return }
    console.print()
    var fairness = AlignedTable(
      head: SimulationOutcome.fairnessHead, rightAligned: Set(1...8))
    fairness.rows = outcomes.map(\.fairnessRow)
    console.print(lines: fairness.lines)
    console.print()
    console.print(lines: SimulationOutcome.explanation)
    for outcome in outcomes {
      let counts = outcome.result.deferrals.byReason.map { "\($0.reason) \($0.count)" }
      console.print(
        "\(outcome.policy.rawValue): jobs that had to wait, by what they lacked on submission: "
          + counts.joined(separator: ", "))
      let spans = outcome.spans.enumerated().map { "\($0.offset): \($0.element)" }
      console.print(
        "\(outcome.policy.rawValue): starts by the tiers that they span (0 a node, 1 a switch, …): "
          + spans.joined(separator: ", "))
    }
  }
}
