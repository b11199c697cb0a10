import DataFormats
public import Quantities

/// Runs one of Slurm's programs.
public typealias SlurmRunner =
  @Sendable (_ words: [String], _ input: [UInt8], _ seconds: Double) throws -> ProcessOutput

/// Slurm through its programs (sinfo, squeue, scontrol, sbatch, scancel, sacct): what a user may
/// call, with no shell between.
public struct SlurmClient: Sendable {
  private let runner: SlurmRunner
  /// How long one call may take, in seconds.
  public var timeout = 60.0

  /// The programs on `PATH`.
  public init() {
    runner = { words, input, seconds in
      try ProcessRunner.run(words, input: input, within: seconds)
    }
  }

  /// Other programs, for tests with recorded output.
  public init(runner: @escaping SlurmRunner) { self.runner = runner }

  /// Calls a program and returns what it wrote.
  ///
  /// - Throws: `UserError` (.run) with the program's own complaint when it fails.
  public func call(_ words: [String], input: [UInt8] = []) throws(UserError) -> ProcessOutput {
    let result = try attempt(words, input: input)
    let program = words.first ?? ""
    if result.isTimedOut {
      throw UserError(
        .run, place: program, "did not answer within \(Int(timeout)) s",
        remedy: "is slurmctld up? see scontrol ping")
    }
    guard result.status == 0 else {
      throw UserError(
        .run, place: program,
        result.complaint.isEmpty ? "failed with exit code \(result.status)" : result.complaint)
    }
    return result
  }

  /// Calls a program and returns what it wrote, whatever its exit code.
  ///
  /// - Throws: `UserError` (.run) when it cannot be started.
  public func attempt(_ words: [String], input: [UInt8] = []) throws(UserError) -> ProcessOutput {
    do {
      return try runner(words, input, timeout)
    } catch let error as UserError {
      throw error
    } catch {
      throw UserError(.run, place: words.first ?? "", "\(error)")
    }
  }

  /// The JSON document that a program prints.
  func json(_ words: [String]) throws(UserError) -> JSONValue {
    let output = try call(words).output
    do {
      return try JSONValue(parsing: output)
    } catch {
      throw UserError(
        .run, place: words.joined(separator: " "),
        "printed no valid JSON: line \(error.line), column \(error.column): \(error.message)",
        remedy: "Slurm 20.11 or newer with its JSON serializer is needed")
    }
  }
}

extension SlurmClient {
  /// Slurm's configuration as `scontrol show config` prints it.
  func configuration() throws(UserError) -> [String: String] {
    var values: [String: String] = [:]
    for line in try call(["scontrol", "show", "config"]).text.split(separator: "\n") {
      guard let equals = line.firstIndex(of: "=") else { continue }
      let key = line[..<equals].filter { $0 != " " }
      let value = line[line.index(after: equals)...].drop { $0 == " " }
      values[key] = String(value)
    }
    return values
  }

  /// The whole site: nodes, partitions, switches.
  ///
  /// - Throws: `UserError` when Slurm does not answer.
  public func site() throws(UserError) -> SlurmSite {
    let configuration = try configuration()
    var reader = LenientJSON(source: "sinfo --json")
    var nodes = try nodes(&reader)
    if nodes.isEmpty { nodes = try textNodes() }
    let partitions = try partitions()
    let (switches, notes) = try switches()
    for index in nodes.indices {
      let name = nodes[index].name
      if nodes[index].address.isEmpty { nodes[index].address = name }
      nodes[index].switches = switches.filter { $0.nodes.contains(name) }
        .sorted { $0.level < $1.level }.map(\.name)
      if nodes[index].partitions.isEmpty {
        nodes[index].partitions = partitions.filter { $0.nodes.contains(name) }.map(\.name)
      }
    }
    return SlurmSite(
      name: configuration["ClusterName"] ?? "slurm",
      version: configuration["SLURM_VERSION"] ?? "unknown", nodes: nodes, partitions: partitions,
      switches: switches, selectType: configuration["SelectType"] ?? "",
      notes: reader.notes + notes)
  }

  /// Nodes of `sinfo --json`: a list `nodes`, or since 23.02 `sinfo` with grouped nodes, which is
  /// left to `scontrol show node`.
  private func nodes(_ reader: inout LenientJSON) throws(UserError) -> [SlurmNode] {
    let answer = try attempt(["sinfo", "--json"])
    guard answer.status == 0, let document = try? JSONValue(parsing: answer.output) else {
      reader.note("no JSON (\(answer.complaint)); nodes are read from scontrol show node")
      return []
    }
    guard let list = document["nodes"]?.array else {
      reader.note("lists no \"nodes\"; they are read from scontrol show node")
      return []
    }
    var nodes: [SlurmNode] = []
    for value in list {
      if let node = Self.node(value, &reader) { nodes.append(node) }
    }
    return nodes
  }

  private static func node(_ value: JSONValue, _ reader: inout LenientJSON) -> SlurmNode? {
    let name = reader.text(value, "name")
    guard !name.isEmpty else {
      reader.note("a node without a name is left out")
      return nil
    }
    let boards = reader.number(value, "boards") ?? 1
    let sockets = max(1, LenientJSON.counted(reader.number(value, "sockets") ?? 1))
    let cpus = LenientJSON.counted(reader.number(value, "cpus") ?? sockets)
    let (gres, unread) = GRES.list(reader.text(value, "gres"))
    let (used, _) = GRES.list(reader.text(value, "gres_used"))
    for word in unread { reader.note("node \(name): unknown generic resource \"\(word)\"") }
    // MiB since Slurm's beginning.
    let memory = max(0, min(reader.number(value, "real_memory") ?? 0, 1 << 40))
    var node = SlurmNode(
      name: name, sockets: sockets,
      coresPerSocket: max(1, LenientJSON.counted(reader.number(value, "cores") ?? cpus / sockets)),
      threadsPerCore: max(1, LenientJSON.counted(reader.number(value, "threads") ?? 1)),
      cpus: cpus,
      memoryBytes: memory << 20, gres: gres, features: reader.words(value, "features"),
      partitions: reader.words(value, "partitions"),
      states: (reader.words(value, "state") + reader.words(value, "state_flags"))
        .map { $0.lowercased() },
      reason: reader.text(value, "reason"))
    node.gresUsed = used
    node.address = reader.text(value, "address")
    if boards > 1 { reader.note("node \(name) has \(boards) boards, which are taken as one") }
    return node
  }

  /// Nodes of `scontrol show node`.
  private func textNodes() throws(UserError) -> [SlurmNode] {
    let text = try call(["scontrol", "-d", "show", "node"]).text
    return KeyValueText.records(text, startingWith: "NodeName").map { record in
      let cpus = Int(record["CPUTot"] ?? "") ?? 1
      let sockets = Int(record["Sockets"] ?? "") ?? 1
      var node = SlurmNode(
        name: record["NodeName"] ?? "", sockets: sockets,
        coresPerSocket: Int(record["CoresPerSocket"] ?? "") ?? max(1, cpus / max(1, sockets)),
        threadsPerCore: Int(record["ThreadsPerCore"] ?? "") ?? 1, cpus: cpus,
        memoryBytes: max(0, min(Int(record["RealMemory"] ?? "") ?? 0, 1 << 40)) << 20,
        gres: GRES.list(record["Gres"] ?? "").known,
        features: (record["AvailableFeatures"] ?? "").split(separator: ",").map(String.init),
        partitions: (record["Partitions"] ?? "").split(separator: ",").map(String.init),
        states: (record["State"] ?? "").lowercased().split { "+*$~#%".contains($0) }
          .map(String.init) + ((record["State"] ?? "").contains("*") ? ["not_responding"] : []),
        reason: record["Reason"] ?? "")
      node.gresUsed = GRES.list(record["GresUsed"] ?? "").known
      node.address = record["NodeAddr"] ?? ""
      return node
    }
  }

  private func partitions() throws(UserError) -> [SlurmPartition] {
    let text = try call(["scontrol", "-o", "show", "partition"]).text
    return KeyValueText.records(text, startingWith: "PartitionName").map { record in
      let megabytes = record["DefMemPerCPU"].flatMap { Int($0) }
      return SlurmPartition(
        name: record["PartitionName"] ?? "", isDefault: record["Default"] == "YES",
        state: record["State"] ?? "UP", nodes: HostList.expand(record["Nodes"] ?? "") ?? [],
        maxSeconds: record["MaxTime"].flatMap(KeyValueText.seconds),
        defaultSeconds: record["DefaultTime"].flatMap(KeyValueText.seconds),
        maxNodes: record["MaxNodes"].flatMap { Int($0) },
        maxCPUsPerNode: record["MaxCPUsPerNode"].flatMap { Int($0) },
        defaultMemoryPerCPU: megabytes.map { max(0, min($0, 1 << 40)) << 20 })
    }
  }

  /// Switches; none where the site has no topology plugin.
  private func switches() throws(UserError) -> (known: [SlurmSwitch], notes: [String]) {
    let answer = try attempt(["scontrol", "show", "topology"])
    guard answer.status == 0 else { return ([], []) }
    let notes =
      answer.text.contains("BlockName=")
      ? ["scontrol show topology lists blocks, which hfm does not read: only switches count"] : []
    let records = KeyValueText.records(answer.text, startingWith: "SwitchName")
    let known = records.compactMap { record -> SlurmSwitch? in
      guard let name = record["SwitchName"] else { return nil }
      return SlurmSwitch(
        name: name, level: Int(record["Level"] ?? "") ?? 0,
        nodes: HostList.expand(record["Nodes"] ?? "") ?? [],
        switches: HostList.expand(record["Switches"] ?? "") ?? [])
    }
    return (known, notes)
  }
}
