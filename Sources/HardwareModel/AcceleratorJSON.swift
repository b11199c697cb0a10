import DataFormats

// The keys of an accelerator in `hfm topology --json`.
extension Accelerator {
  var json: JSONValue {
    .object([
      ("name", .string(name)), ("model", .string(model)), ("pciAddress", .string(pciAddress)),
      ("numaNode", .number(numaNode)), ("memoryBytes", memoryBytes.map { .number($0) } ?? .null),
      ("maxClockHertz", maxClockHertz.map { .number($0) } ?? .null),
      ("linkPeers", .array(linkPeers.map { .string($0) })), ("slot", slot?.json ?? .null),
      ("paths", .array(paths.map(\.json))),
      ("networkInterfaces", .array(networkInterfaces.map { .string($0) })),
    ])
  }

  init(_ cursor: JSONCursor) throws(JSONError) {
    self.init(
      name: try cursor.field("name").string(), model: try cursor.field("model").string(),
      pciAddress: try cursor.field("pciAddress").string(),
      numaNode: try cursor.field("numaNode").index(),
      memoryBytes: try cursor.optional("memoryBytes")?.int(in: 0...1 << 60),
      maxClockHertz: try cursor.optional("maxClockHertz")?.double(),
      linkPeers: try Self.names(cursor, "linkPeers"))
    slot = try cursor.optional("slot").map(Slot.init)
    for item in try cursor.optional("paths")?.elements() ?? [] { paths.append(try Path(item)) }
    networkInterfaces = try Self.names(cursor, "networkInterfaces")
  }

  private static func names(_ cursor: JSONCursor, _ key: String) throws(JSONError) -> [String] {
    var names: [String] = []
    for item in try cursor.optional(key)?.elements() ?? [] { names.append(try item.string()) }
    return names
  }
}

extension Accelerator.Slot {
  fileprivate var json: JSONValue {
    .object([
      ("lanes", .number(lanes)), ("mostLanes", .number(mostLanes)),
      ("generation", .number(generation)),
    ])
  }

  fileprivate init(_ cursor: JSONCursor) throws(JSONError) {
    self.init(
      lanes: try cursor.field("lanes").int(in: 0...64),
      mostLanes: try cursor.field("mostLanes").int(in: 0...64),
      generation: try cursor.field("generation").int(in: 0...99))
  }
}

extension Accelerator.Path {
  fileprivate var json: JSONValue {
    .object([
      ("peer", .string(peer)), ("links", .number(links)),
      ("across", across.map { .string($0.rawValue) } ?? .null),
    ])
  }

  fileprivate init(_ cursor: JSONCursor) throws(JSONError) {
    var across: Accelerator.Crossing?
    if let word = try cursor.optional("across") {
      across = Accelerator.Crossing(rawValue: try word.string())
      guard across != nil else {
        throw word.error(
          "expected one of "
            + Accelerator.Crossing.allCases.map(\.rawValue).joined(separator: ", "))
      }
    }
    self.init(
      peer: try cursor.field("peer").string(), links: try cursor.field("links").int(in: 0...1024),
      across: across)
  }
}
