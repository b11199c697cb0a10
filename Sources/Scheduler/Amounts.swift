/// Cores, bytes and accelerators together: what is free, asked for or given back.
public struct Amounts: Sendable, Hashable {
  /// Cores.
  public var cores: Int
  /// Bytes of memory.
  public var bytes: Int
  /// GPUs and other accelerators, where they are given out beside cores.
  public var accelerators: Int
  /// Puts amounts together.
  public init(cores: Int, bytes: Int, accelerators: Int = 0) {
    self.cores = cores
    self.bytes = bytes
    self.accelerators = accelerators
  }

  /// Whether a demand fits into these amounts.
  @inlinable
  public func covers(_ demand: Amounts) -> Bool {
    demand.cores <= cores && demand.bytes <= bytes && demand.accelerators <= accelerators
  }

  /// Adds all amounts.
  @inlinable
  public static func += (left: inout Amounts, right: Amounts) {
    left.cores += right.cores
    left.bytes += right.bytes
    left.accelerators += right.accelerators
  }

  /// Subtracts all amounts.
  @inlinable
  public static func -= (left: inout Amounts, right: Amounts) {
    left.cores -= right.cores
    left.bytes -= right.bytes
    left.accelerators -= right.accelerators
  }
}
