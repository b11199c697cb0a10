/// Catches kernels that touch memory which is not theirs: for tests, at a cost that no production
/// run should bear.
///
/// Each buffer of the program and each lane's scratch lies in pages of its own, with pages between
/// them that nobody may touch. While an operator runs, its inputs can only be read, its outputs be
/// read and written, and no other buffer be touched at all; scratch is as long as that operator
/// asked for. A kernel that strays ends the process with SIGSEGV, so run in a process of its own.
/// Scratch and outputs hold NaN (−1 in integers) before each operator, so that results made of
/// what nobody wrote are seen, too.
public struct MemoryGuard: Sendable {
  /// The side on which a buffer touches the forbidden page, to the byte.
  public enum Side: String, Sendable, Codable, CaseIterable {
    case before, after
  }

  /// Which side is watched to the byte; on the other one, up to a page is not.
  public var side: Side
  /// Told the operators that run next, so that what ends the process has a name.
  public var willRun: @Sendable (String) -> Void

  /// Creates a guard.
  public init(_ side: Side, willRun: @escaping @Sendable (String) -> Void = { _ in }) {
    self.side = side
    self.willRun = willRun
  }

  /// What fills memory that nobody wrote yet: NaN in each floating-point format.
  static let poison: UInt8 = 0xff
}
