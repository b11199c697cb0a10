public import DataFormats
public import Quantities

/// How two jobs slow each other that each hold part of a processor, measured with one kind of work
/// beside each kind: sensitivity and pressure in the sense of Mars et al., "Bubble-Up", MICRO 2011,
/// told apart by what they wait for.
public struct NeighbourEffect: Sendable, Hashable {
  /// What a job waits for.
  public enum Work: String, Sendable, Hashable, CaseIterable {
    /// Arithmetic: a large product.
    case arithmetic
    /// A last-level cache in which all that it reads lies.
    case cache
    /// Memory: weights far larger than the caches.
    case memory
  }

  /// Cores of each of the two jobs.
  public var cores: Int
  /// Bytes of the last-level caches that they share.
  public var cacheBytes: Int
  /// Bytes a second that one of them reads from memory while the other does nothing.
  public var aloneBytesPerSecond: BytesPerSecond
  /// Time beside a neighbour over time alone, at least 1: a row for each kind of own work, in it a
  /// value for each kind of the neighbour's, both in the order of `Work.allCases`.
  public var slowdowns: [[Double]]

  /// Creates a record; slow-downs below 1, which only noise makes, count as 1.
  public init(
    cores: Int, cacheBytes: Int, aloneBytesPerSecond: BytesPerSecond, slowdowns: [[Double]]
  ) {
    self.cores = cores
    self.cacheBytes = cacheBytes
    self.aloneBytesPerSecond = aloneBytesPerSecond
    self.slowdowns = slowdowns.map { $0.map { max(1, $0) } }
  }

  /// How many times longer work of one kind takes beside a neighbour at one kind.
  public func slowdown(_ own: Work, beside other: Work) -> Double {
    guard let row = Work.allCases.firstIndex(of: own), slowdowns.indices.contains(row),
      let column = Work.allCases.firstIndex(of: other), slowdowns[row].indices.contains(column)
    else { return 1 }
    return slowdowns[row][column]
  }

  /// Bytes a second that both read together.
  public var jointBytesPerSecond: BytesPerSecond {
    aloneBytesPerSecond * (2 / slowdown(.memory, beside: .memory))
  }

  /// Bytes a second that a job of so many cores reads alone: in proportion to its cores, and no
  /// more than both halves together.
  public func aloneBytesPerSecond(cores count: Int) -> BytesPerSecond {
    let part = Double(count) / Double(max(1, cores))
    return min(aloneBytesPerSecond * part, max(jointBytesPerSecond, aloneBytesPerSecond))
  }
}

extension NeighbourEffect {
  init(checking cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(
      known: ["cores", "cacheBytes", "aloneBytesPerSecond", "slowdowns"])
    let count = Work.allCases.count
    let rows = try cursor.field("slowdowns").elements()
    guard rows.count == count else {
      throw try cursor.field("slowdowns").error("needs \(count) rows of \(count) values")
    }
    var slowdowns: [[Double]] = []
    for row in rows {
      var values: [Double] = []
      for value in try row.elements() { values.append(try value.double(in: 1...1e6)) }
      guard values.count == count else { throw row.error("needs \(count) values") }
      slowdowns.append(values)
    }
    self.init(
      cores: try cursor.field("cores").int(in: 1...1_000_000),
      cacheBytes: try cursor.field("cacheBytes").int(in: 0...(1 << 50)),
      aloneBytesPerSecond: BytesPerSecond(
        try cursor.field("aloneBytesPerSecond").double(in: 1...1e18)),
      slowdowns: slowdowns)
  }

  /// The record as JSON.
  public var json: JSONValue {
    .object([
      ("cores", .number(cores)), ("cacheBytes", .number(cacheBytes)),
      ("aloneBytesPerSecond", .number(aloneBytesPerSecond.value)),
      ("slowdowns", .array(slowdowns.map { .array($0.map { .number($0) }) })),
    ])
  }
}
