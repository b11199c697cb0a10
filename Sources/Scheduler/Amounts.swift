/// Cores and bytes together: what is free, asked for or given back.
public struct Amounts: Sendable, Hashable {
  /// Cores.
  public var cores: Int
  /// Bytes of memory.
  public var bytes: Int
  /// Pairs cores with bytes.
  public init(cores: Int, bytes: Int) {
    self.cores = cores
    self.bytes = bytes
  }

  /// Whether a demand fits into these amounts.
  @inlinable
  public func covers(_ demand: Amounts) -> Bool {
    demand.cores <= cores && demand.bytes <= bytes
  }

  /// Adds both amounts.
  @inlinable
  public static func += (left: inout Amounts, right: Amounts) {
    left.cores += right.cores
    left.bytes += right.bytes
  }

  /// Subtracts both amounts.
  @inlinable
  public static func -= (left: inout Amounts, right: Amounts) {
    left.cores -= right.cores
    left.bytes -= right.bytes
  }
}
