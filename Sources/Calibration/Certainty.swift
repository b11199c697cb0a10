import Quantities

/// How certain the medians of a calibration are.
public struct Certainty: Sendable, Hashable {
  /// A median is certain when half its 95 % confidence interval is at most this share of it.
  public var tolerance: Double
  /// Half of each median's interval, as a share of the median; infinite where fewer than six values
  /// were taken, which tell none: of operators that take long.
  public var halfWidths: [Double]
  /// Operators that were not measured, since the time was over.
  public var leftOut = 0

  /// Medians.
  public var count: Int { halfWidths.count }
  /// Those of fewer than six values.
  public var untold: Int { halfWidths.count { $0 == .infinity } }
  /// Those whose interval is known and wider than the tolerance.
  public var uncertain: Int { halfWidths.count { $0 > tolerance } - untold }

  /// The half width that a share of the known intervals does not exceed (nearest rank); 0 without.
  public func halfWidth(of share: Double) -> Double {
    let known = halfWidths.filter { $0 < .infinity }.sorted()
    guard !known.isEmpty else { return 0 }
    return known[min(known.count - 1, Int(share * Double(known.count)))]
  }

  /// Half the width of the 95 % confidence interval of the median, by order statistics and so
  /// without assuming a distribution, as a share of the median (Hoefler and Belli, SC 2015, section
  /// 3.1.3: ranks n/2 ± 1.96·√n/2). Infinite below six values, which give no such interval.
  public static func halfWidth(ofMedian values: [Double]) -> Double {
    let count = values.count
    let middle = values.median
    guard count >= 6, middle > 0 else { return .infinity }
    let sorted = values.sorted()
    let reach = 0.98 * Double(count).squareRoot()
    let low = max(0, Int((Double(count) / 2 - reach).rounded(.down)) - 1)
    let high = min(count - 1, Int((Double(count) / 2 + reach).rounded(.up)))
    return (sorted[high] - sorted[low]) / 2 / middle
  }
}
