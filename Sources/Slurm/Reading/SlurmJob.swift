import DataFormats
import HardwareModel
public import Quantities

/// What a job was given on one node.
public struct SlurmGrant: Sendable, Hashable {
  /// The node.
  public var node: String
  /// Cores as Slurm numbers them on the node: socket × cores per socket + core.
  public var cores: [Int]
  /// GPUs by their index on the node; empty when Slurm does not tell.
  public var gpus: [Int]
  /// How many GPUs, whether or not their indices are known.
  public var gpuCount: Int
  /// Memory in bytes.
  public var memoryBytes: Int

  /// Creates a grant.
  public init(node: String, cores: [Int], gpus: [Int] = [], gpuCount: Int = 0, memoryBytes: Int = 0)
  {
    self.node = node
    self.cores = cores
    self.gpus = gpus
    self.gpuCount = gpuCount
    self.memoryBytes = memoryBytes
  }
}

extension SlurmGrant {
  /// Grants as text: `n1/0-7/0-1;n2/0-7/0-1`, each node with its cores and GPUs.
  public static func text(_ grants: [SlurmGrant]) -> String {
    grants.map { "\($0.node)/\(IndexList($0.cores))/\(IndexList($0.gpus))" }.joined(separator: ";")
  }
}

/// A job as `squeue --json` (or `sacct`) shows it.
public struct SlurmJob: Sendable, Hashable {
  /// Slurm's number.
  public var id: Int
  /// Number of the array that it is a task of; 0 for none.
  public var arrayJob = 0
  /// Its number in the array; nil for none.
  public var arrayTask: Int?
  /// Tasks of an array that have no record of their own yet, such as `3-9%2`.
  public var arrayPending = ""
  /// Its name.
  public var name = ""
  /// Its comment.
  public var comment = ""
  /// Its partition.
  public var partition = ""
  /// `PENDING`, `RUNNING`, `COMPLETED`, …
  public var state: String
  /// Why it waits or ended.
  public var reason = ""
  /// The wait status's exit code; 128 + signal when a signal ended it.
  public var exitCode = 0
  /// Seconds since 1970; nil when not yet known.
  public var submitTime: Double?
  /// Start, or the expected start of a waiting job; seconds since 1970.
  public var startTime: Double?
  /// End, or the latest end of a running job; seconds since 1970.
  public var endTime: Double?
  /// Time limit in seconds; nil without one.
  public var timeLimit: Int?
  /// Nodes asked for or held.
  public var nodeCount = 1
  /// Processors asked for or held.
  public var cpus = 1
  /// Memory asked for or held, in bytes; 0 when unknown.
  public var memoryBytes = 0
  /// GPUs asked for or held.
  public var gpus = 0
  /// Whether it wants its nodes for itself.
  public var isExclusive = false
  /// Scheduling priority.
  public var priority = 0
  /// What it holds, by node; empty before it starts.
  public var grants: [SlurmGrant] = []

  /// Creates a job.
  public init(id: Int, state: String) {
    self.id = id
    self.state = state
  }

  /// Whether nothing more will happen to it.
  public var isOver: Bool {
    ![
      "PENDING", "RUNNING", "SUSPENDED", "COMPLETING", "CONFIGURING", "REQUEUED", "STAGE_OUT",
      "SIGNALING", "STOPPED", "RESIZING", "REQUEUE_HOLD", "REQUEUE_FED", "SPECIAL_EXIT",
      "REVOKED", "RESV_DEL_HOLD",
    ].contains(state)
  }
}

extension SlurmClient {
  /// Every job that slurmctld knows, those that ended lately among them.
  ///
  /// - Parameter coresPerSocket: by node name, to number cores through.
  /// - Throws: `UserError` when Slurm does not answer or prints no JSON.
  public func jobs(
    coresPerSocket: [String: Int] = [:]
  ) throws(UserError) -> (jobs: [SlurmJob], notes: [String]) {
    let document = try json(["squeue", "--json"])
    var reader = LenientJSON(source: "squeue --json")
    guard let list = document["jobs"]?.array else {
      throw UserError(.run, place: "squeue --json", "lists no \"jobs\"")
    }
    var jobs: [SlurmJob] = []
    for value in list {
      if let job = Self.job(value, coresPerSocket, &reader) { jobs.append(job) }
    }
    return (jobs, reader.notes)
  }

  private static func job(
    _ value: JSONValue, _ coresPerSocket: [String: Int], _ reader: inout LenientJSON
  ) -> SlurmJob? {
    guard let id = reader.number(value, "job_id") else {
      reader.note("a job without a number is left out")
      return nil
    }
    let states = reader.words(value, "job_state", "state")
    var job = SlurmJob(id: id, state: states.first ?? "UNKNOWN")
    // Newer versions list flags beside the state; a job that is completing is not over.
    if states.contains("COMPLETING") { job.state = "COMPLETING" }
    job.arrayJob = reader.number(value, "array_job_id") ?? 0
    job.arrayTask = reader.number(value, "array_task_id")
    job.arrayPending = reader.text(value, "array_task_string")
    job.name = reader.text(value, "name")
    job.comment = comment(value, &reader)
    job.partition = reader.text(value, "partition")
    job.reason = reader.text(value, "state_reason")
    job.exitCode = exitCode(value, &reader)
    job.submitTime = time(value, "submit_time", &reader)
    job.startTime = time(value, "start_time", &reader)
    job.endTime = time(value, "end_time", &reader)
    job.timeLimit = reader.number(value, "time_limit").flatMap {
      (1..<100_000_000).contains($0) ? $0 * 60 : nil
    }
    job.nodeCount = LenientJSON.counted(reader.number(value, "node_count") ?? 1)
    job.cpus = LenientJSON.counted(reader.number(value, "cpus") ?? 1)
    job.isExclusive = reader.words(value, "shared").contains("none")
    job.priority = reader.number(value, "priority") ?? 0
    let resources = trackable(reader.text(value, "tres_alloc_str", "tres_req_str"))
    job.memoryBytes = resources.memoryBytes
    job.grants = grants(value, coresPerSocket, &reader)
    job.gpus = max(
      resources.gpus, job.grants.reduce(0) { $0 + $1.gpuCount },
      askedGPUs(value, nodes: job.nodeCount, &reader))
    return job
  }

  private static func comment(_ value: JSONValue, _ reader: inout LenientJSON) -> String {
    // sacct and newer versions: {"job": "…", "administrator": "…"}.
    if let nested = value["comment"], nested.object != nil { return reader.text(nested, "job") }
    return reader.text(value, "comment")
  }

  /// 22.05 prints the raw wait status; newer versions `{"return_code": …, "signal": …}`.
  private static func exitCode(_ value: JSONValue, _ reader: inout LenientJSON) -> Int {
    guard let code = value["exit_code"], !code.isNull else { return 0 }
    if code["return_code"] != nil {
      let signal = code["signal"].flatMap { reader.number($0, "id", "signal_id") } ?? 0
      return signal > 0
        ? 128 + LenientJSON.counted(signal) : reader.number(code, "return_code") ?? 0
    }
    let raw = reader.number(value, "exit_code") ?? 0
    let signal = raw & 0x7F
    return signal == 0 ? (raw >> 8) & 0xFF : 128 + signal
  }

  private static func time(
    _ value: JSONValue, _ key: String, _ reader: inout LenientJSON
  ) -> Double? {
    guard let seconds = reader.number(value, key), seconds > 0, seconds < 1 << 40 else {
      return nil
    }
    return Double(seconds)
  }

  /// `cpu=16,mem=4G,node=2,gres/gpu=4`.
  static func trackable(_ text: String) -> (memoryBytes: Int, gpus: Int) {
    var found = (memoryBytes: 0, gpus: 0)
    for part in text.split(separator: ",") {
      let sides = part.split(separator: "=", maxSplits: 1)
      guard sides.count == 2 else { continue }
      if sides[0] == "gres/gpu" { found.gpus = Int(sides[1]).map(LenientJSON.counted) ?? 0 }
      if sides[0] == "mem" {
        let units: [Character: Double] = [
          "K": 1024, "M": 1_048_576, "G": 1_073_741_824, "T": 1_099_511_627_776,
        ]
        let unit = sides[1].last.flatMap { units[$0] }
        let number = Double(unit == nil ? sides[1] : sides[1].dropLast()) ?? 0
        guard number.isFinite else { continue }
        found.memoryBytes = Int(min(max(0, number * (unit ?? 1_048_576)), 1e18))
      }
    }
    return found
  }

  private static func askedGPUs(
    _ value: JSONValue, nodes: Int, _ reader: inout LenientJSON
  ) -> Int {
    func count(_ text: String) -> Int {
      LenientJSON.counted(
        GRES.list(text).known.filter { $0.name == "gpu" }.reduce(0) { $0 + $1.count })
    }
    let tasks = max(1, LenientJSON.counted(reader.number(value, "tasks") ?? 1))
    return max(
      count(reader.text(value, "tres_per_job")),
      count(reader.text(value, "tres_per_node")) * max(1, nodes),
      count(reader.text(value, "tres_per_task")) * tasks)
  }

  /// `job_resources`: 22.05's `allocated_nodes` with maps of sockets and cores, or the
  /// `nodes.allocation` lists of 23.11 and newer.
  private static func grants(
    _ value: JSONValue, _ coresPerSocket: [String: Int], _ reader: inout LenientJSON
  ) -> [SlurmGrant] {
    guard let resources = value["job_resources"], resources.object != nil else { return [] }
    let list =
      resources["allocated_nodes"]?.array ?? resources["nodes"]?["allocation"]?.array
      ?? resources["nodes"]?["allocation"]?["nodes"]?.array ?? []
    let details = (value["gres_detail"]?.array ?? []).map { $0.string ?? "" }
    return list.enumerated().map { position, node in
      let name = reader.text(node, "nodename", "name")
      let width = coresPerSocket[name] ?? 0
      var cores: [Int] = []
      for (socket, core) in allocated(node["sockets"]) {
        cores.append(LenientJSON.counted(socket) * width + LenientJSON.counted(core))
      }
      let memory =
        reader.number(node, "memory_allocated")
        ?? node["memory"].flatMap { reader.number($0, "allocated") } ?? 0
      let gpus =
        details.indices.contains(position)
        ? GRES.list(details[position]).known.filter { $0.name == "gpu" } : []
      return SlurmGrant(
        node: name, cores: cores.sorted(), gpus: gpus.flatMap(\.indices).sorted(),
        gpuCount: gpus.reduce(0) { $0 + $1.count },
        memoryBytes: max(0, min(memory, 1 << 40)) << 20)
    }
  }

  private static func allocated(_ sockets: JSONValue?) -> [(socket: Int, core: Int)] {
    var found: [(Int, Int)] = []
    if let members = sockets?.object {
      for socket in members {
        for core in socket.value["cores"]?.object ?? [] where isAllocated(core.value) {
          if let place = Int(socket.key), let index = Int(core.key) { found.append((place, index)) }
        }
      }
    }
    for socket in sockets?.array ?? [] {
      for core in socket["cores"]?.array ?? [] where core["status"].map(isAllocated) ?? false {
        if let place = socket["index"]?.int, let index = core["index"]?.int {
          found.append((place, index))
        }
      }
    }
    return found
  }

  private static func isAllocated(_ value: JSONValue) -> Bool {
    let words = value.array?.compactMap(\.string) ?? [value.string ?? ""]
    return words.contains { $0.lowercased().hasPrefix("allocated") }
  }
}
