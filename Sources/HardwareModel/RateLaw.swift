public import DataFormats
public import Quantities

/// A fitted law of few parameters for the time of one kernel, or of a class of operators, in one
/// number format:
///
///     seconds = start + FLOP / flopsPerSecond + bytes / bytesPerSecond + vector FLOP / vectorRate
///       + rows / rowsPerSecond + max(0, bytes − nearBytes) / farBytesPerSecond
///
/// The sum, and not the roofline's maximum (Williams et al., CACM 2009): kernels overlap arithmetic
/// and memory only in part. A rate that the measurements do not show is infinite: its term is left
/// out.
public struct RateLaw: Sendable, Hashable {
  /// The operator class.
  public var operatorClass: OperatorClass
  /// Number format computed in.
  public var dataType: DataType
  /// The kernel (`linearGradWeight`); empty for all of the class that have no law of their own.
  public var kernel: String
  /// Seconds of an operator without work.
  public var startSeconds: Double
  /// FLOP of products per second, with channels in whole blocks; nil without such a term.
  public var flopsPerSecond: Double?
  /// Bytes moved per second; nil without such a term.
  public var bytesPerSecond: Double?
  /// FLOP outside of products per second; nil without such a term.
  public var vectorFlopsPerSecond: Double?
  /// Rows begun per second, each with its own sum, maximum or statistics; nil without such a term.
  public var rowsPerSecond: Double?
  /// Bytes per second that a byte beyond `nearBytes` takes in addition, since it comes from memory
  /// and not from a cache; nil without such a term.
  public var farBytesPerSecond: Double?
  /// Bytes that the caches hold.
  public var nearBytes = 0.0

  /// Creates a law.
  public init(
    operatorClass: OperatorClass, dataType: DataType, kernel: String = "", startSeconds: Double,
    flopsPerSecond: Double?, bytesPerSecond: Double?, vectorFlopsPerSecond: Double? = nil
  ) {
    self.operatorClass = operatorClass
    self.dataType = dataType
    self.kernel = kernel
    self.startSeconds = startSeconds
    self.flopsPerSecond = flopsPerSecond
    self.bytesPerSecond = bytesPerSecond
    self.vectorFlopsPerSecond = vectorFlopsPerSecond
  }

  /// Whether both are laws of one kernel in one number format.
  public func isFor(_ other: RateLaw) -> Bool {
    operatorClass == other.operatorClass && dataType == other.dataType && kernel == other.kernel
  }

  /// Seconds of an operator with these counts.
  public func seconds(
    flops: Double, bytes: Double, vectorFlops: Double = 0, rows: Double = 0
  ) -> Double {
    startSeconds + (flopsPerSecond.map { flops / $0 } ?? 0)
      + (bytesPerSecond.map { bytes / $0 } ?? 0)
      + (vectorFlopsPerSecond.map { vectorFlops / $0 } ?? 0)
      + (rowsPerSecond.map { rows / $0 } ?? 0)
      + (farBytesPerSecond.map { max(0, bytes - nearBytes) / $0 } ?? 0)
  }

  /// The law of `part` of the cores with as much of the memory: the same time for that part of the
  /// work.
  public func scaled(by part: Double) -> RateLaw {
    var law = self
    law.flopsPerSecond = flopsPerSecond.map { $0 * part }
    law.bytesPerSecond = bytesPerSecond.map { $0 * part }
    law.vectorFlopsPerSecond = vectorFlopsPerSecond.map { $0 * part }
    law.rowsPerSecond = rowsPerSecond.map { $0 * part }
    law.farBytesPerSecond = farBytesPerSecond.map { $0 * part }
    law.nearBytes = nearBytes * part
    return law
  }
}

extension RateLaw {
  init(checking cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: [
      "operatorClass", "dataType", "kernel", "startSeconds", "flopsPerSecond", "bytesPerSecond",
      "vectorFlopsPerSecond", "rowsPerSecond", "farBytesPerSecond", "nearBytes",
    ])
    func rate(_ key: String) throws(JSONError) -> Double? {
      try cursor.optional(key)?.double(in: 1e-9...1e30)
    }
    self.init(
      operatorClass: try cursor.field("operatorClass").word(OperatorClass.self),
      dataType: try cursor.field("dataType").word(DataType.self),
      kernel: try cursor.optional("kernel")?.string() ?? "",
      startSeconds: try cursor.field("startSeconds").double(in: 0...1e6),
      flopsPerSecond: try rate("flopsPerSecond"), bytesPerSecond: try rate("bytesPerSecond"),
      vectorFlopsPerSecond: try rate("vectorFlopsPerSecond"))
    rowsPerSecond = try rate("rowsPerSecond")
    farBytesPerSecond = try rate("farBytesPerSecond")
    nearBytes = try cursor.optional("nearBytes")?.double(in: 0...1e15) ?? 0
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
      ("dataType", .string(dataType.rawValue)),
    ]
    if !kernel.isEmpty { members.append(("kernel", .string(kernel))) }
    members.append(("startSeconds", .number(startSeconds)))
    let rates = [
      ("flopsPerSecond", flopsPerSecond), ("bytesPerSecond", bytesPerSecond),
      ("vectorFlopsPerSecond", vectorFlopsPerSecond), ("rowsPerSecond", rowsPerSecond),
      ("farBytesPerSecond", farBytesPerSecond),
    ]
    for case (let key, let rate?) in rates { members.append((key, .number(rate))) }
    if nearBytes > 0 { members.append(("nearBytes", .number(nearBytes))) }
    return .object(members)
  }
}
