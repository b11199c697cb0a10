public import DataFormats
import Glibc

/// The time of messages as latency plus bytes over bandwidth (Hockney 1994, "The communication
/// challenge for MPP").
public struct AlphaBeta: Sendable, Hashable {
  /// Time of an empty message in seconds.
  public var latencySeconds: Double
  /// Bytes per second of an endless message.
  public var bytesPerSecond: Double
  /// Mean |predicted − measured| / measured over the points.
  public var relativeError: Double

  /// A measured message.
  public struct Point: Sendable, Hashable {
    /// Its size.
    public var bytes: Double
    /// Its time one way, in seconds.
    public var seconds: Double
    /// Pairs a size with a time.
    public init(bytes: Double, seconds: Double) {
      self.bytes = bytes
      self.seconds = seconds
    }
  }

  /// Least squares of the relative error, so that short messages count as much as long ones; nil
  /// with fewer than two sizes or times that do not grow.
  public init?(fitting points: [Point]) {
    let sound = points.filter { $0.seconds > 0 && $0.seconds.isFinite && $0.bytes >= 0 }
    // Minimises Σ ((a + b·x)/t − 1)²: normal equations with weights 1/t².
    var (s0, s1, s2, r0, r1) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for point in sound {
      let weight = 1 / (point.seconds * point.seconds)
      s0 += weight
      s1 += weight * point.bytes
      s2 += weight * point.bytes * point.bytes
      r0 += weight * point.seconds
      r1 += weight * point.seconds * point.bytes
    }
    let determinant = s0 * s2 - s1 * s1
    guard determinant > 0, determinant.isFinite else { return nil }
    let latency = (r0 * s2 - r1 * s1) / determinant
    let slope = (s0 * r1 - s1 * r0) / determinant
    guard slope > 0 else { return nil }
    latencySeconds = max(0, latency)
    bytesPerSecond = 1 / slope
    let (alpha, beta) = (latencySeconds, slope)
    relativeError =
      sound.reduce(0) { $0 + abs(alpha + beta * $1.bytes - $1.seconds) / $1.seconds }
      / Double(sound.count)
  }
}

extension AlphaBeta.Point {
  /// The point as it stands in records.
  public var json: JSONValue {
    .object([("bytes", .number(bytes)), ("seconds", .number(seconds))])
  }
}
