public import DataFormats

/// Speeds of a processor's kernels when what they read and write lies in its last-level caches, as
/// from pass to pass of a small model; `Device.laws` are of operands that come from memory.
public struct CachedSpeeds: Sendable, Hashable {
  /// Capacity of the caches in bytes.
  public var cacheBytes: Int
  /// Fitted laws of kernels.
  public var laws: [RateLaw]

  /// Creates speeds.
  public init(cacheBytes: Int, laws: [RateLaw]) {
    self.cacheBytes = cacheBytes
    self.laws = laws
  }

  /// The share of so many bytes, used again and again in turn, that is found in the caches: all of
  /// what fills half of them, for others use them too, and nothing of what exceeds them, for the
  /// longest unused leaves first; between the two linearly (assumed).
  public func share(of bytes: Int) -> Double {
    guard cacheBytes > 0 else { return 0 }
    return min(1, max(0, 2 - 2 * Double(bytes) / Double(cacheBytes)))
  }

  init(checking cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: ["cacheBytes", "laws"])
    self.init(
      cacheBytes: try cursor.field("cacheBytes").int(in: 0...(1 << 50)),
      laws: try RateLaw.list(cursor))
  }

  /// The speeds as JSON.
  public var json: JSONValue {
    .object([("cacheBytes", .number(cacheBytes)), ("laws", .array(laws.map(\.json)))])
  }
}
