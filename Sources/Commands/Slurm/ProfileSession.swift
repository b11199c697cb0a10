import DataFormats
import Glibc
import Quantities
import Slurm

/// One `hfm profile --slurm`: asks Slurm for the nodes as one job, lets them measure, and collects
/// what they left, whole or not.
struct ProfileSession {
  let client: SlurmClient
  let site: SlurmSite
  /// Nodes to measure.
  let names: [String]
  /// Nodes asked for on which no job can start, with the reason.
  let away: [NodeOutcome]
  let partition: String?
  /// Absolute.
  let folder: String
  let stages: [String]
  let measuresPairs: Bool
  /// Whether links are measured by MPI, in a job of its own.
  let usesMPI: Bool
  let isQuick: Bool
  let isExclusive: Bool
  let copiesProgram: Bool
  let program: String
  let timeLimit: Int
  let pollSeconds: Double
  let console: Console

  private var allPairs: [(String, String)] {
    guard measuresPairs else { return [] }
    return names.indices.flatMap { first in
      names.indices.dropFirst(first + 1).map { (names[first], names[$0]) }
    }
  }

  /// Pairs to measure over TCP.
  private var pairs: [(String, String)] { usesMPI ? [] : allPairs }

  /// Measures what is not measured yet, and collects.
  func run() throws -> ClusterMeasurement {
    try makeFolder()
    let result = try measureNodes()
    guard usesMPI, measuresPairs else { return result }
    let present = names.filter { name in
      result.nodes.contains { $0.name == name && $0.state != .missing }
    }
    let record = try MPIMeasurement(session: self, nodes: present).run()
    guard record == nil || record?.pairs.isEmpty == true else {
      return ClusterMeasurement(
        nodes: result.nodes, pairs: [], pairsWanted: allPairs.count, switches: result.switches,
        mpi: record)
    }
    console.warn("MPI measured no link; they are measured over TCP")
    return try withoutMPI.measureNodes()
  }

  private var withoutMPI: ProfileSession {
    ProfileSession(
      client: client, site: site, names: names, away: away, partition: partition, folder: folder,
      stages: stages, measuresPairs: measuresPairs, usesMPI: false, isQuick: isQuick,
      isExclusive: isExclusive, copiesProgram: copiesProgram, program: program,
      timeLimit: timeLimit, pollSeconds: pollSeconds, console: console)
  }

  private func measureNodes() throws -> ClusterMeasurement {
    let open = openNodes()
    if open.isEmpty {
      console.note("all was measured before; remove \(folder) to measure anew")
      return collect(why: "")
    }
    let known = names.count - open.count
    if known > 0 {
      console.note("\(known) nodes were measured before; remove \(folder) to measure them anew")
    }
    let plan = ProfilePlan(
      run: Self.token(), members: members(open), stages: stages,
      measuresPairs: measuresPairs && !usesMPI, isQuick: isQuick)
    try Files.writeAtomically(plan.json.text(), to: folder + "/" + ProfileFiles.plan)
    var batch = self.batch(open, plan.run, [program, "profile", "--agent", folder])
    // Where devices are confined to their jobs, an agent sees the GPUs that it asked for.
    if isExclusive {
      batch.shape.gpusPerNode = open.compactMap { site.node($0)?.gpuCount }.min() ?? 0
    }
    batch.survivesNodes = true
    batch.copiesProgram = copiesProgram
    let total = names.count * (stages.count + 1) + pairs.count
    let why = try carryOut(batch, total: total) {
      let counts = counts()
      return (
        counts.stages + counts.pairs,
        "\(counts.nodes) nodes, \(counts.pairs) of \(pairs.count) links"
      )
    }
    return collect(why: why)
  }

  /// Submits a job and waits for its end; returns why it ended early, in words.
  func carryOut(
    _ batch: BatchJob, total: Int, done: () -> (count: Int, text: String)
  ) throws -> String {
    try makeFolder(batch.home)
    try Files.writeAtomically(try SbatchScript.text(batch), to: batch.home + "/job.sh")
    let id = try client.submit(batch)
    console.note("Slurm job \(id) on \(batch.nodes.count) nodes")
    return try follow(id, batch, total, done)
  }

  /// Nodes that lack their own record, or a pair with another.
  private func openNodes() -> [String] {
    var open = Set(names.filter { !isComplete(outcome($0, why: "")) })
    for (first, second) in pairs where pair(first, second) == nil {
      open.insert(first)
      open.insert(second)
    }
    return names.filter(open.contains)
  }

  private func isComplete(_ outcome: NodeOutcome) -> Bool { outcome.state == .measured }

  private func members(_ open: [String]) -> [ProfilePlan.Member] {
    open.map { ProfilePlan.Member(name: $0, address: site.node($0)?.address ?? $0) }
  }

  /// 16 random digits.
  static func token() -> String {
    let digits = String(UInt64.random(in: .min ... .max), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  private func makeFolder(_ path: String? = nil) throws(UserError) {
    let path = path ?? folder
    if mkdir(path, 0o700) != 0, errno != EEXIST {
      throw UserError(
        .run, place: path, "the folder cannot be made: \(String(cString: strerror(errno)))",
        remedy: "give --work FOLDER that all nodes see and you may write")
    }
  }

  /// A job of one task on each of some nodes.
  func batch(_ open: [String], _ token: String, _ command: [String]) -> BatchJob {
    let nodes = open.compactMap { site.node($0) }
    let shape = TaskShape(
      nodes: open.count, coresPerTask: nodes.map(\.cores).min() ?? 1,
      memoryBytes: nodes.map(\.memoryBytes).min() ?? 1 << 30)
    var batch = BatchJob(
      id: "profile", token: token, shape: shape, timeLimit: timeLimit, command: command,
      folder: folder)
    batch.nodes = open
    batch.isExclusive = isExclusive
    if let partition { batch.words = [BatchJob.Word("partition", partition)] }
    return batch
  }

  /// Waits until the job is over or all is there; returns why it ended early, in words.
  private func follow(
    _ id: Int, _ batch: BatchJob, _ total: Int, _ done: () -> (count: Int, text: String)
  ) throws(UserError) -> String {
    let progress = Progress("profile", total: Double(total), console)
    defer { progress.finish() }
    var silent = 0
    while true {
      let states: [String]
      do {
        states = try client.states()[id] ?? []
        silent = 0
      } catch {
        silent += 1
        if silent > 30 { throw error }
        progress.show("Slurm does not answer: \(error.message)")
        usleep(useconds_t(pollSeconds * 1e6))
        continue
      }
      let (count, text) = done()
      progress.set(
        done: Double(count), states.first == "PENDING" ? "waits in Slurm's queue" : text)
      if states.isEmpty || SlurmJob(id: id, state: states[0]).isOver {
        let state = states.first?.lowercased() ?? "gone"
        if state == "completed" { return "" }
        let line =
          SubmitFolder.lastError(batch).map { ": " + $0 }
          ?? (Files.exists(batch.home + "/started")
            ? "" : "; do all nodes see \(folder)? give --work FOLDER that they do")
        return "Slurm job \(id) is \(state)\(line)"
      }
      usleep(useconds_t(pollSeconds * 1e6))
    }
  }

  private func counts() -> (stages: Int, nodes: Int, pairs: Int) {
    let outcomes = names.map { outcome($0, why: "") }
    return (
      outcomes.reduce(0) { $0 + ($1.record?.stages.count ?? 0) },
      outcomes.count { $0.state == .measured }, pairs.count { pair($0, $1) != nil }
    )
  }

  private func collect(why: String) -> ClusterMeasurement {
    // Slurm's word on the nodes now, not as they were before.
    let now = (try? client.site()) ?? site
    let nodes = names.map { name in
      var reasons = [why]
      if let node = now.node(name), node.availability != .up {
        let told = node.reason.isEmpty ? "" : " (\(node.reason))"
        reasons.insert("Slurm says \(node.states.joined(separator: "+"))\(told)", at: 0)
      }
      return outcome(name, why: reasons.filter { !$0.isEmpty }.joined(separator: "; "))
    }
    return ClusterMeasurement(
      nodes: nodes + away, pairs: pairs.compactMap { pair($0, $1) }, pairsWanted: pairs.count,
      switches: switches)
  }

  /// Switches above each node, leaf first.
  var switches: [String: [String]] {
    Dictionary(site.nodes.map { ($0.name, $0.switches) }, uniquingKeysWith: { first, _ in first })
  }

  /// What a node left so far.
  private func outcome(_ name: String, why: String) -> NodeOutcome {
    var outcome = record(name, why: why)
    outcome.listedGPUs = site.node(name)?.gpus ?? []
    return outcome
  }

  private func record(_ name: String, why: String) -> NodeOutcome {
    let path = folder + "/" + ProfileFiles.node(name)
    guard Files.exists(path) else {
      return NodeOutcome(
        name: name, state: .missing, reason: why.isEmpty ? "it left no record" : why)
    }
    do {
      let record = try NodeRecord(
        parsing: try Files.read(path, limit: 1 << 26), file: path, node: name)
      let left = (["topology"] + stages).filter { !record.stages.contains($0) }
      if left.isEmpty, record.fault.isEmpty {
        return NodeOutcome(name: name, state: .measured, record: record)
      }
      let lacking = left.isEmpty ? [] : ["lacks " + Set(left).sorted().joined(separator: ", ")]
      let parts = lacking + [record.fault, why]
      return NodeOutcome(
        name: name, state: .partial,
        reason: parts.filter { !$0.isEmpty }.joined(separator: "; "), record: record)
    } catch {
      return NodeOutcome(name: name, state: .garbage, reason: "\(error)")
    }
  }

  private func pair(_ first: String, _ second: String) -> PairRecord? {
    let path = folder + "/" + ProfileFiles.pair(first, second)
    guard let bytes = try? Files.read(path, limit: 1 << 22) else { return nil }
    return PairRecord(parsing: bytes, first: first, second: second)
  }
}
