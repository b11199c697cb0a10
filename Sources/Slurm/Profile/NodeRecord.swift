public import DataFormats
public import HardwareModel
public import Quantities

/// What one node measured of itself.
public struct NodeRecord: Sendable {
  /// Slurm's name of the node.
  public var node: String
  /// The stages that were finished: `topology`, `kernels`, `memory`.
  public var stages: [String]
  /// The machine as found; packages, NUMA nodes, caches.
  public var machine: JSONValue
  /// Settings of the system that speed depends on, by name.
  public var settings: [(name: String, value: String)]
  /// Its processors as a measured device; nil before the stage `kernels`.
  public var device: Device?
  /// Bandwidth of copies by the cores of one NUMA node in the memory of another.
  public var memory: [MemoryBandwidth]
  /// How often its processors were slowed for heat while measuring; nil when not told.
  public var throttled: Int?
  /// GPUs that its driver shows.
  public var accelerators: [String]
  /// How many GPUs Slurm gave the measuring job here; nil when it asked for none, and may not have
  /// been shown them.
  public var givenGPUs: Int?
  /// What went wrong; empty when nothing did.
  public var fault: String

  /// A bandwidth between two NUMA nodes.
  public struct MemoryBandwidth: Sendable, Hashable {
    /// NUMA node of the cores.
    public var cores: Int
    /// NUMA node of the memory.
    public var memory: Int
    /// Bytes read and written per second.
    public var bytesPerSecond: Double
    /// Creates a bandwidth.
    public init(cores: Int, memory: Int, bytesPerSecond: Double) {
      self.cores = cores
      self.memory = memory
      self.bytesPerSecond = bytesPerSecond
    }
  }

  /// An empty record.
  public init(node: String, machine: JSONValue = .null) {
    self.node = node
    self.machine = machine
    stages = []
    settings = []
    memory = []
    accelerators = []
    fault = ""
  }

  /// Reads a node's file; what is not one is refused, never half believed.
  ///
  /// - Throws: `UserError` with file, line and key.
  public init(parsing bytes: [UInt8], file: String, node: String) throws(UserError) {
    let cursor: JSONCursor
    do {
      cursor = try JSONCursor(file: file, bytes: bytes)
      self.init(node: try cursor.field("node").string(), machine: try cursor.field("machine").value)
      for stage in try cursor.field("stages").elements() { stages.append(try stage.string()) }
      for (name, value) in try cursor.field("settings").members() {
        settings.append((name, try value.string()))
      }
      for item in try cursor.field("memory").elements() {
        memory.append(
          MemoryBandwidth(
            cores: try item.field("cores").int(in: 0...4096),
            memory: try item.field("memory").int(in: 0...4096),
            bytesPerSecond: try item.field("bytesPerSecond").double(in: 1e3...1e15)))
      }
      throttled = try cursor.optional("throttled")?.int(in: 0...1_000_000_000)
      for item in try cursor.field("accelerators").elements() {
        accelerators.append(try item.string())
      }
      givenGPUs = try cursor.optional("givenGpus")?.int(in: 0...100_000)
      fault = try cursor.optional("fault")?.string() ?? ""
    } catch {
      throw UserError(.run, place: error.place, key: error.key, error.message)
    }
    guard self.node == node else {
      throw UserError(.run, place: file, key: "node", "is \"\(self.node.prefix(40))\", not \(node)")
    }
    if cursor.has("device") {
      let place: JSONCursor
      do { place = try cursor.field("device") } catch {
        throw UserError(.run, place: error.place, key: error.key, error.message)
      }
      device = try Device(place)
    }
  }

  /// The node's file.
  public var json: JSONValue {
    .object([
      ("node", .string(node)), ("stages", .strings(stages)), ("machine", machine),
      ("settings", .object(settings.map { ($0.name, .string($0.value)) })),
      ("device", device?.json ?? .null),
      (
        "memory",
        .array(
          memory.map {
            .object([
              ("cores", .number($0.cores)), ("memory", .number($0.memory)),
              ("bytesPerSecond", .number($0.bytesPerSecond)),
            ])
          })
      ), ("throttled", .optional(throttled)), ("accelerators", .strings(accelerators)),
      ("givenGpus", .optional(givenGPUs)),
      ("fault", .string(fault)),
    ])
  }

  /// What must be equal on equal nodes, by name.
  var configuration: [(name: String, value: String)] {
    var parts: [(String, String)] = []
    let packages = machine["packages"]?.array ?? []
    parts.append(("sockets", "\(packages.count)"))
    parts.append(("processor", packages.first?["model"]?.string ?? ""))
    parts.append(("cores", "\(machine["cores"]?.array?.count ?? 0)"))
    parts.append(("NUMA nodes", "\(machine["numaNodes"]?.array?.count ?? 0)"))
    let bytes = (machine["numaNodes"]?.array ?? []).reduce(0.0) {
      $0 + ($1["memoryBytes"]?.double ?? 0)
    }
    // Nodes of one make differ by what their firmware keeps for itself.
    parts.append(("memory", "\(Int((bytes / 4e9).rounded()) * 4) GB"))
    parts.append(("GPUs", accelerators.joined(separator: ", ")))
    return parts + settings
  }
}

/// What two nodes measured between them.
public struct PairRecord: Sendable, Hashable {
  /// The nodes.
  public var first: String
  /// The nodes.
  public var second: String
  /// Messages one way.
  public var points: [AlphaBeta.Point]
  /// Latency and bandwidth.
  public var fit: AlphaBeta

  /// Fits the points; nil when they make no line.
  public init?(first: String, second: String, points: [AlphaBeta.Point]) {
    guard let fit = AlphaBeta(fitting: points) else { return nil }
    (self.first, self.second, self.points, self.fit) = (first, second, points, fit)
  }

  /// Reads a pair's file; nil when it is none.
  public init?(parsing bytes: [UInt8], first: String, second: String) {
    guard let value = try? JSONValue(parsing: bytes), value["first"]?.string == first,
      value["second"]?.string == second, let list = value["points"]?.array
    else { return nil }
    let points = list.compactMap { item -> AlphaBeta.Point? in
      guard let bytes = item["bytes"]?.double, let seconds = item["seconds"]?.double else {
        return nil
      }
      return AlphaBeta.Point(bytes: bytes, seconds: seconds)
    }
    self.init(first: first, second: second, points: points)
  }

  /// The pair's file.
  public var json: JSONValue {
    .object([
      ("first", .string(first)), ("second", .string(second)),
      ("latencySeconds", .number(fit.latencySeconds)),
      ("bandwidthBytesPerSecond", .number(fit.bytesPerSecond)),
      ("relativeError", .number(fit.relativeError)),
      ("points", .array(points.map(\.json))),
    ])
  }
}
