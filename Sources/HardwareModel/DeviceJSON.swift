public import DataFormats
public import Quantities

// A device profile:
// {"id", "name", "kind": "cpu|gpu", "memoryBytes", "memoryBandwidthBytesPerSecond",
//  "peakFlopsPerSecond": {"bf16": …}, "vectorFlopsPerSecond", "launchOverheadSeconds",
//  "efficiency": {see DeviceEfficiency}, "embodiedGrams", "rentPerHourDollars",
//  "purchaseDollars", "maxPowerWatts", "idlePowerWatts", "rates": [{"operatorClass", "dataType",
//  "points": [[work, workPerSecond], …]}], "partialSpeeds": [{"cores",
//  "memoryBandwidthBytesPerSecond", "rates": […], "laws": […]}], "laws": [{see RateLaw}],
//  "cached": {see CachedSpeeds}, "neighbour": {see NeighbourEffect},
//  "measuredOn": {see MeasuredOn}, "source"}
extension Device {
  private static let keys: Set<String> = [
    "id", "name", "kind", "memoryBytes", "memoryBandwidthBytesPerSecond", "peakFlopsPerSecond",
    "vectorFlopsPerSecond", "launchOverheadSeconds", "maxPowerWatts", "idlePowerWatts", "rates",
    "partialSpeeds", "source", "efficiency", "embodiedGrams", "rentPerHourDollars",
    "purchaseDollars", "laws", "cached", "measuredOn", "neighbour",
  ]

  /// Parses a device profile's bytes; `file` names it in errors.
  ///
  /// - Throws: `UserError` (.input) with file, line, key and what would be right.
  public init(parsing bytes: some Sequence<UInt8>, file: String) throws(UserError) {
    self = try UserError.fromJSON { () throws(JSONError) in
      try Device(checking: JSONCursor(file: file, bytes: bytes))
    }
  }

  /// Reads a device profile from parsed JSON.
  ///
  /// - Throws: `UserError` (.input) with file, line, key and what would be right.
  public init(_ cursor: JSONCursor) throws(UserError) {
    self = try UserError.fromJSON { () throws(JSONError) in try Device(checking: cursor) }
  }

  init(checking cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: Self.keys)
    var peaks: [Peak] = []
    for (_, peak) in try cursor.field("peakFlopsPerSecond").members() {
      let name = peak.path.split(separator: ".").last.map(String.init) ?? ""
      guard let type = DataType(rawValue: name) else {
        let known = DataType.allCases.map(\.rawValue).joined(separator: ", ")
        throw peak.error("unknown number format; known are \(known)")
      }
      peaks.append(Peak(type, FlopsPerSecond(try peak.double(in: 1...1e21))))
    }
    guard !peaks.isEmpty else {
      throw try cursor.field("peakFlopsPerSecond").error("needs at least one number format")
    }
    var rates: [RateCurve] = []
    for rate in try cursor.optional("rates")?.elements() ?? [] {
      rates.append(try RateCurve(checking: rate))
    }
    let source = try cursor.optional("source")?.string()
    self.init(
      id: try cursor.field("id").string(), name: try cursor.field("name").string(),
      kind: try cursor.field("kind").word(Kind.self),
      memoryBytes: try cursor.field("memoryBytes").int(in: 1...(1 << 60)),
      memoryBandwidth: BytesPerSecond(
        try cursor.field("memoryBandwidthBytesPerSecond").double(in: 1...1e18)),
      peaks: peaks,
      vectorFlopsPerSecond: FlopsPerSecond(
        try cursor.field("vectorFlopsPerSecond").double(in: 1...1e21)),
      launchOverhead: Seconds(try cursor.field("launchOverheadSeconds").double(in: 0...10)),
      rates: rates,
      maxPower: try cursor.optional("maxPowerWatts").map { (c) throws(JSONError) in
        Watts(try c.double(in: 0...1e9))
      },
      idlePower: try cursor.optional("idlePowerWatts").map { (c) throws(JSONError) in
        Watts(try c.double(in: 0...1e9))
      },
      source: source ?? "not stated")
    efficiency = try cursor.optional("efficiency").map { (c) throws(JSONError) in
      try DeviceEfficiency(checking: c)
    }
    embodiedGrams = try cursor.optional("embodiedGrams")?.double(in: 0...1e12)
    rentPerHour = try cursor.optional("rentPerHourDollars")?.double(in: 0...1e9)
    purchasePrice = try cursor.optional("purchaseDollars")?.double(in: 0...1e12)
    laws = try RateLaw.list(cursor)
    cached = try cursor.optional("cached").map { (c) throws(JSONError) in
      try CachedSpeeds(checking: c)
    }
    measuredOn = try cursor.optional("measuredOn").map { (c) throws(JSONError) in
      try MeasuredOn(checking: c)
    }
    neighbour = try cursor.optional("neighbour").map { (c) throws(JSONError) in
      try NeighbourEffect(checking: c)
    }
    for partial in try cursor.optional("partialSpeeds")?.elements() ?? [] {
      partialSpeeds.append(try PartialSpeed(checking: partial))
    }
  }

  /// The profile as JSON; parsing it gives an equal device.
  public var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("id", .string(id)), ("name", .string(name)), ("kind", .string(kind.rawValue)),
      ("memoryBytes", .number(memoryBytes)),
      ("memoryBandwidthBytesPerSecond", .number(memoryBandwidth.value)),
      (
        "peakFlopsPerSecond",
        .object(peaks.map { ($0.dataType.rawValue, .number($0.flopsPerSecond.value)) })
      ),
      ("vectorFlopsPerSecond", .number(vectorFlopsPerSecond.value)),
      ("launchOverheadSeconds", .number(launchOverhead.value)),
    ]
    if let efficiency { members.append(("efficiency", efficiency.json)) }
    if let embodiedGrams { members.append(("embodiedGrams", .number(embodiedGrams))) }
    if let rentPerHour { members.append(("rentPerHourDollars", .number(rentPerHour))) }
    if let purchasePrice { members.append(("purchaseDollars", .number(purchasePrice))) }
    if let maxPower { members.append(("maxPowerWatts", .number(maxPower.value))) }
    if let idlePower { members.append(("idlePowerWatts", .number(idlePower.value))) }
    if !rates.isEmpty { members.append(("rates", .array(rates.map(\.json)))) }
    if !laws.isEmpty { members.append(("laws", .array(laws.map(\.json)))) }
    if let cached { members.append(("cached", cached.json)) }
    if let measuredOn { members.append(("measuredOn", measuredOn.json)) }
    if !partialSpeeds.isEmpty {
      members.append(("partialSpeeds", .array(partialSpeeds.map(\.json))))
    }
    if let neighbour { members.append(("neighbour", neighbour.json)) }
    members.append(("source", .string(source)))
    return .object(members)
  }
}

extension PartialSpeed {
  init(checking cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: ["cores", "memoryBandwidthBytesPerSecond", "rates", "laws"])
    var rates: [RateCurve] = []
    for rate in try cursor.field("rates").elements() { rates.append(try RateCurve(checking: rate)) }
    self.init(
      cores: try cursor.field("cores").int(in: 1...1_000_000),
      memoryBandwidth: BytesPerSecond(
        try cursor.field("memoryBandwidthBytesPerSecond").double(in: 1...1e18)),
      rates: rates, laws: try RateLaw.list(cursor))
  }

  /// The speed as JSON.
  public var json: JSONValue {
    .object(
      [
        ("cores", .number(cores)),
        ("memoryBandwidthBytesPerSecond", .number(memoryBandwidth.value)),
        ("rates", .array(rates.map(\.json))),
      ] + (laws.isEmpty ? [] : [("laws", .array(laws.map(\.json)))]))
  }
}

extension RateCurve {
  init(checking cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: ["operatorClass", "dataType", "points"])
    var points: [RatePoint] = []
    let list = try cursor.field("points")
    for point in try list.elements() {
      let pair = try point.elements()
      guard pair.count == 2 else { throw point.error("expected [work, workPerSecond]") }
      let work = try pair[0].double(in: 1e-9...1e30)
      if let last = points.last, work <= last.work {
        throw pair[0].error("work must rise from point to point")
      }
      points.append(RatePoint(work: work, workPerSecond: try pair[1].double(in: 1e-9...1e30)))
    }
    guard !points.isEmpty else { throw list.error("needs at least one point") }
    self.init(
      operatorClass: try cursor.field("operatorClass").word(OperatorClass.self),
      dataType: try cursor.field("dataType").word(DataType.self), points: points)
  }

  /// The curve as JSON.
  public var json: JSONValue {
    .object([
      ("operatorClass", .string(operatorClass.rawValue)), ("dataType", .string(dataType.rawValue)),
      (
        "points",
        .array(points.map { .array([.number($0.work), .number($0.workPerSecond)]) })
      ),
    ])
  }
}

extension UserError {
  /// Runs a JSON reading and turns its error into the user's kind.
  static func fromJSON<Value>(
    _ body: () throws(JSONError) -> Value
  ) throws(UserError) -> Value {
    do {
      return try body()
    } catch {
      throw UserError(.input, place: error.place, key: error.key, error.message)
    }
  }
}
