public import DataFormats
public import Quantities

extension Machine {
  /// Reads what `json` wrote (a file of `hfm topology --json`) and validates it.
  ///
  /// - Throws: `UserError` (input) with file, line, key, the value found and what was expected.
  public init(json cursor: JSONCursor) throws(UserError) {
    let machine: Machine
    do {
      machine = try Machine(reading: cursor)
    } catch {
      throw UserError(.input, place: error.place, key: error.key, error.message)
    }
    try machine.validate(place: cursor.file)
    self = machine
  }

  private init(reading cursor: JSONCursor) throws(JSONError) {
    self.init(
      source: try cursor.field("source").string(), name: try cursor.field("name").string())
    for item in try cursor.field("packages").elements() { packages.append(try Package(item)) }
    for item in try cursor.field("numaNodes").elements() { numaNodes.append(try NUMANode(item)) }
    for item in try cursor.field("cores").elements() { cores.append(try Core(item)) }
    for item in try cursor.field("processingUnits").elements() {
      processingUnits.append(try ProcessingUnit(item))
    }
    for item in try cursor.field("caches").elements() { caches.append(try Cache(item)) }
    for item in try cursor.optional("accelerators")?.elements() ?? [] {
      accelerators.append(try Accelerator(item))
    }
    for item in try cursor.optional("networkInterfaces")?.elements() ?? [] {
      networkInterfaces.append(try NetworkInterface(item))
    }
    if let item = try cursor.optional("limits") { limits = try Limits(item) }
    for item in try cursor.optional("notes")?.elements() ?? [] { notes.append(try item.string()) }
  }
}

extension JSONCursor {
  /// The operating system's numbers: -1 stands for unknown.
  func index() throws(JSONError) -> Int { try int(in: -1...Int(UInt32.max)) }

  fileprivate func integers(_ key: String) throws(JSONError) -> [Int] {
    var values: [Int] = []
    for item in try field(key).elements() { values.append(try item.int(in: 0...Int.max)) }
    return values
  }

  fileprivate func bytes(_ key: String) throws(JSONError) -> Int {
    try field(key).int(in: 0...1 << 60)
  }
}

extension Package {
  fileprivate init(_ cursor: JSONCursor) throws(JSONError) {
    self.init(
      id: try cursor.field("id").index(), model: try cursor.field("model").string(),
      cpus: try cursor.integers("cpus"))
  }
}

extension NUMANode {
  fileprivate init(_ cursor: JSONCursor) throws(JSONError) {
    self.init(
      id: try cursor.field("id").index(), cpus: try cursor.integers("cpus"),
      memoryBytes: try cursor.bytes("memoryBytes"),
      memorySource: try cursor.optional("memorySource")?.string() ?? "not recorded",
      distances: try cursor.integers("distances"),
      localCpus: cursor.has("localCpus") ? try cursor.integers("localCpus") : nil)
    bandwidthBytesPerSecond = try cursor.optional("bandwidthBytesPerSecond")?.double(in: 1...1e18)
    latencySeconds = try cursor.optional("latencySeconds")?.double(in: 0...1)
  }
}

extension Core {
  fileprivate init(_ cursor: JSONCursor) throws(JSONError) {
    self.init(
      id: try cursor.field("id").index(), cpus: try cursor.integers("cpus"),
      numaNode: try cursor.field("numaNode").index(), package: try cursor.field("package").index(),
      kind: try cursor.field("kind").index())
  }
}

extension ProcessingUnit {
  fileprivate init(_ cursor: JSONCursor) throws(JSONError) {
    self.init(
      id: try cursor.field("id").index(), core: try cursor.field("core").index(),
      numaNode: try cursor.field("numaNode").index())
  }
}

extension Cache {
  fileprivate init(_ cursor: JSONCursor) throws(JSONError) {
    self.init(
      level: try cursor.field("level").int(in: 1...5), sizeBytes: try cursor.bytes("sizeBytes"),
      lineBytes: try cursor.bytes("lineBytes"), cpus: try cursor.integers("cpus"))
  }
}

extension NetworkInterface {
  fileprivate init(_ cursor: JSONCursor) throws(JSONError) {
    self.init(
      name: try cursor.field("name").string(),
      pciAddress: try cursor.field("pciAddress").string(),
      numaNode: try cursor.field("numaNode").index())
  }
}

extension Limits {
  fileprivate init(_ cursor: JSONCursor) throws(JSONError) {
    self.init(
      cpus: try cursor.integers("cpus"), cpuQuota: try cursor.optional("cpuQuota")?.double(),
      memoryBytes: try cursor.bytes("memoryBytes"),
      memorySource: try cursor.field("memorySource").string(),
      lockedMemoryBytes: try cursor.optional("lockedMemoryBytes")?.int(in: 0...Int.max))
  }
}
