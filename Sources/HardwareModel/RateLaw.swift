public import DataFormats
public import Quantities

/// A fitted law of few parameters for the time of one operator of a class in one number format:
///
///     seconds = start + FLOP / flopsPerSecond + bytes / bytesPerSecond
///
/// The sum, and not the roofline's maximum (Williams et al., CACM 2009): kernels overlap arithmetic
/// and memory only in part. A rate that the measurements do not show is infinite: its term is left
/// out.
public struct RateLaw: Sendable, Hashable {
  /// The operator class.
  public var operatorClass: OperatorClass
  /// Number format computed in.
  public var dataType: DataType
  /// Seconds of an operator without work.
  public var startSeconds: Double
  /// FLOP per second (hardware FLOP, as in `OperatorClass.workIsFlops`); nil without such a term.
  public var flopsPerSecond: Double?
  /// Bytes read and written per second; nil without such a term.
  public var bytesPerSecond: Double?

  /// Creates a law.
  public init(
    operatorClass: OperatorClass, dataType: DataType, startSeconds: Double,
    flopsPerSecond: Double?, bytesPerSecond: Double?
  ) {
    self.operatorClass = operatorClass
    self.dataType = dataType
    self.startSeconds = startSeconds
    self.flopsPerSecond = flopsPerSecond
    self.bytesPerSecond = bytesPerSecond
  }

  /// Seconds of an operator with these counts.
  public func seconds(flops: Double, bytes: Double) -> Double {
    startSeconds + (flopsPerSecond.map { flops / $0 } ?? 0)
      + (bytesPerSecond.map { bytes / $0 } ?? 0)
  }

  /// The law of `part` of the cores with as much of the memory: the same time for that part of the
  /// work.
  public func scaled(by part: Double) -> RateLaw {
    var law = self
    law.flopsPerSecond = flopsPerSecond.map { $0 * part }
    law.bytesPerSecond = bytesPerSecond.map { $0 * part }
    return law
  }
}

extension RateLaw {
  init(checking cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: [
      "operatorClass", "dataType", "startSeconds", "flopsPerSecond", "bytesPerSecond",
    ])
    self.init(
      operatorClass: try cursor.field("operatorClass").word(OperatorClass.self),
      dataType: try cursor.field("dataType").word(DataType.self),
      startSeconds: try cursor.field("startSeconds").double(in: 0...1e6),
      flopsPerSecond: try cursor.optional("flopsPerSecond")?.double(in: 1e-9...1e30),
      bytesPerSecond: try cursor.optional("bytesPerSecond")?.double(in: 1e-9...1e30))
  }

  /// The laws under the key `laws` of a profile; none when it is missing.
  static func list(_ cursor: JSONCursor) throws(JSONError) -> [RateLaw] {
    var laws: [RateLaw] = []
    for law in try cursor.optional("laws")?.elements() ?? [] {
      laws.append(try RateLaw(checking: law))
    }
    return laws
  }

  /// The law as JSON.
  public var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("operatorClass", .string(operatorClass.rawValue)),
      ("dataType", .string(dataType.rawValue)), ("startSeconds", .number(startSeconds)),
    ]
    if let flopsPerSecond { members.append(("flopsPerSecond", .number(flopsPerSecond))) }
    if let bytesPerSecond { members.append(("bytesPerSecond", .number(bytesPerSecond))) }
    return .object(members)
  }
}
