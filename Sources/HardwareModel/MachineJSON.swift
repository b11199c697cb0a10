public import DataFormats

// The keys of `hfm topology --json`; docs/CommandLine.md lists them for scripts.
extension Machine {
  /// The machine as `hfm topology --json` prints it.
  public var json: JSONValue {
    .object([
      ("source", .string(source)),
      ("name", .string(name)),
      ("packages", .array(packages.map(\.json))),
      ("numaNodes", .array(numaNodes.map(\.json))),
      ("cores", .array(cores.map(\.json))),
      ("processingUnits", .array(processingUnits.map(\.json))),
      ("caches", .array(caches.map(\.json))),
      ("accelerators", .array(accelerators.map(\.json))),
      ("networkInterfaces", .array(networkInterfaces.map(\.json))),
      ("limits", limits?.json ?? .null),
      ("notes", .array(notes.map { .string($0) })),
    ])
  }
}

extension JSONValue {
  fileprivate static func integers(_ values: [Int]) -> JSONValue {
    .array(values.map { .number($0) })
  }
}

extension Package {
  fileprivate var json: JSONValue {
    .object([("id", .number(id)), ("model", .string(model)), ("cpus", .integers(cpus))])
  }
}

extension NUMANode {
  fileprivate var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("id", .number(id)),
      ("cpus", .integers(cpus)),
      ("localCpus", .integers(localCpus)),
      ("memoryBytes", .number(memoryBytes)),
      ("memorySource", .string(memorySource)),
      ("distances", .integers(distances)),
    ]
    if let bandwidth = bandwidthBytesPerSecond {
      members.append(("bandwidthBytesPerSecond", .number(bandwidth)))
    }
    if let latency = latencySeconds { members.append(("latencySeconds", .number(latency))) }
    return .object(members)
  }
}

extension Core {
  fileprivate var json: JSONValue {
    .object([
      ("id", .number(id)), ("cpus", .integers(cpus)), ("numaNode", .number(numaNode)),
      ("package", .number(package)), ("kind", .number(kind)),
    ])
  }
}

extension ProcessingUnit {
  fileprivate var json: JSONValue {
    .object([("id", .number(id)), ("core", .number(core)), ("numaNode", .number(numaNode))])
  }
}

extension Cache {
  fileprivate var json: JSONValue {
    .object([
      ("level", .number(level)), ("sizeBytes", .number(sizeBytes)),
      ("lineBytes", .number(lineBytes)), ("cpus", .integers(cpus)),
    ])
  }
}

extension NetworkInterface {
  fileprivate var json: JSONValue {
    .object([
      ("name", .string(name)), ("pciAddress", .string(pciAddress)), ("numaNode", .number(numaNode)),
    ])
  }
}

extension Limits {
  fileprivate var json: JSONValue {
    .object([
      ("cpus", .integers(cpus)), ("cpuQuota", cpuQuota.map { .number($0) } ?? .null),
      ("memoryBytes", .number(memoryBytes)), ("memorySource", .string(memorySource)),
      ("lockedMemoryBytes", lockedMemoryBytes.map { .number($0) } ?? .null),
    ])
  }
}
