/// A number that carries its unit in its type, so that bytes are never added to seconds.
public protocol Quantity: Sendable, Hashable, Comparable, AdditiveArithmetic {
  /// The value in the unit that the type's name says.
  var value: Double { get }
  /// Wraps a value in the unit that the type's name says.
  init(_ value: Double)
}

extension Quantity {
  /// Compares by value.
  public static func < (left: Self, right: Self) -> Bool { left.value < right.value }
  /// Sums two quantities of one unit.
  public static func + (left: Self, right: Self) -> Self { Self(left.value + right.value) }
  /// Subtracts two quantities of one unit.
  public static func - (left: Self, right: Self) -> Self { Self(left.value - right.value) }
  /// Scales by a bare factor.
  public static func * (left: Self, factor: Double) -> Self { Self(left.value * factor) }
  /// Divides by a bare factor.
  public static func / (left: Self, divisor: Double) -> Self { Self(left.value / divisor) }
  /// The bare ratio of two quantities of one unit.
  public static func / (left: Self, right: Self) -> Double { left.value / right.value }
  /// Nothing of this unit.
  public static var zero: Self { Self(0) }
}

/// A span of time in seconds.
public struct Seconds: Quantity {
  /// Seconds.
  public var value: Double
  /// Wraps seconds.
  public init(_ value: Double) { self.value = value }
}

/// A rate of floating-point work in FLOP/s; one multiply-add is 2 FLOP.
public struct FlopsPerSecond: Quantity {
  /// FLOP per second.
  public var value: Double
  /// Wraps FLOP per second.
  public init(_ value: Double) { self.value = value }
}

/// A rate of data in bytes per second.
public struct BytesPerSecond: Quantity {
  /// Bytes per second.
  public var value: Double
  /// Wraps bytes per second.
  public init(_ value: Double) { self.value = value }
}

/// Electric power in watts.
public struct Watts: Quantity {
  /// Watts.
  public var value: Double
  /// Wraps watts.
  public init(_ value: Double) { self.value = value }
}

/// Energy in joules.
public struct Joules: Quantity {
  /// Joules.
  public var value: Double
  /// Wraps joules.
  public init(_ value: Double) { self.value = value }
}
