public import DataFormats

/// The GPUs of one node: what Slurm lists, and what their driver showed while the node measured.
public struct NodeGPUs: Sendable {
  /// Slurm's generic resources named `gpu`.
  public var listed: [GRES]
  /// The accelerators of the node's machine, as `hfm topology --json` prints them; nil before the
  /// node told.
  public var shown: [JSONValue]?
  /// How many the measuring job was given here; nil when it asked for none.
  var given: Int?

  /// Joins both.
  init(listed: [GRES], record: NodeRecord?) {
    self.listed = listed
    given = record?.givenGPUs
    shown =
      record?.stages.contains("topology") == true
      ? record?.machine["accelerators"]?.array ?? [] : nil
  }

  /// How many Slurm lists.
  public var listedCount: Int { listed.reduce(0) { $0 + $1.count } }
  /// Slurm's words for them, such as `8 a100`.
  public var listedText: String {
    listed.map { "\($0.count) \($0.type.isEmpty ? "gpu" : $0.type)" }.joined(separator: ", ")
  }

  /// Why no bandwidth of these GPUs stands in the profile; nil for a node without GPUs.
  public var whyNotMeasured: String? {
    guard let shown else { return listedCount > 0 ? "the node told nothing" : nil }
    if shown.isEmpty, given == nil, listedCount > 0 { return "the job asked for none of them" }
    if !shown.isEmpty { return "hfm runs nothing on GPUs; links are read from their driver" }
    return listedCount > 0 ? "no driver on the node shows the GPUs that Slurm lists" : nil
  }

  /// What is wrong with them on this node alone, with the figures.
  var faults: [String] {
    guard let shown else { return [] }
    var faults: [String] = []
    // Where devices are confined to their jobs, no more than those given are shown.
    if listedCount > 0, let given, shown.count < given || shown.count > listedCount {
      let count = shown.isEmpty ? "none" : "\(shown.count)"
      faults.append("GPUs: Slurm lists \(listedText), the driver shows \(count)")
    }
    for device in shown {
      guard let lanes = device["slot"]?["lanes"]?.int, let most = device["slot"]?["mostLanes"]?.int,
        lanes < most
      else { continue }
      faults.append(
        "GPU \(device["name"]?.string ?? ""): uses \(lanes) of \(most) lanes of PCI Express")
    }
    return faults
  }

  /// What must be equal on equal nodes, by name; empty where GPUs are missing, which is a fault of
  /// its own and would make every list differ.
  var configuration: [(name: String, value: String)] {
    guard let shown, !shown.isEmpty, listed.isEmpty || shown.count == listedCount else {
      return []
    }
    func join(_ value: (JSONValue) -> String) -> String {
      shown.map(value).joined(separator: " ")
    }
    return [
      ("memory of GPUs", join { "\($0["memoryBytes"]?.int ?? 0)" }),
      ("highest clock of GPUs", join { "\($0["maxClockHertz"]?.int ?? 0)" }),
      ("NUMA nodes of GPUs", join { "\($0["numaNode"]?.int ?? -1)" }),
      ("NVLinks between GPUs", join { Self.paths($0) { "\($0["links"]?.int ?? 0)" } }),
      ("PCI Express between GPUs", join { Self.paths($0) { $0["across"]?.string ?? "-" } }),
      (
        "network interfaces beside GPUs",
        join { "\($0["networkInterfaces"]?.array?.count ?? 0)" }
      ),
    ]
  }

  private static func paths(_ device: JSONValue, _ value: (JSONValue) -> String) -> String {
    (device["paths"]?.array ?? []).map(value).joined(separator: ",")
  }

  /// `nodes[].gpus` of `hfm profile --json`; null for a node without GPUs.
  var json: JSONValue {
    guard listedCount > 0 || shown?.isEmpty == false else { return .null }
    return .object([
      (
        "listed",
        .array(
          listed.map {
            .object([
              ("type", .string($0.type)), ("count", .number($0.count)),
              ("sockets", .array($0.sockets.map { .number($0) })),
            ])
          })
      ), ("shown", shown.map { .array($0) } ?? .null), ("linkBytesPerSecond", .null),
      ("notMeasured", whyNotMeasured.map { .string($0) } ?? .null),
    ])
  }
}
