/// Why a job waits.
public enum WaitReason: String, Sendable, Hashable, CaseIterable {
  /// Too few cores are free.
  case cores
  /// Too little memory is free.
  case memory
  /// Too few accelerators are free.
  case accelerators
  /// It would fit, but would delay a reservation or overtake one that the policy puts first.
  case reservation
  /// A job that it depends on has not ended yet.
  case dependency
  /// As many tasks of its array as may run at once wait or run already.
  case array
  /// The policy holds it back on purpose: for a cheaper or cleaner hour, or for a fair share.
  case policy
}

/// Jobs that had to wait, counted once each by what held them up on submission.
public struct DeferralCounts: Sendable, Hashable {
  private var counts: [WaitReason: Int] = [:]

  /// Nobody had to wait.
  public init() {}

  /// How many jobs had to wait for a reason.
  public subscript(_ reason: WaitReason) -> Int { counts[reason] ?? 0 }

  /// Reasons with their counts, in a fixed order.
  public var byReason: [(reason: String, count: Int)] {
    WaitReason.allCases.map { ($0.rawValue, self[$0]) }
  }

  mutating func count(_ reason: WaitReason) { counts[reason, default: 0] += 1 }

  /// Adds the counts of another part of the schedule.
  public static func += (left: inout DeferralCounts, right: DeferralCounts) {
    left.counts.merge(right.counts, uniquingKeysWith: +)
  }
}

/// Why a job waits now, and when it should start if all goes as estimated.
public struct WaitExplanation: Sendable, Hashable {
  /// What holds it up.
  public var reason: WaitReason
  /// How many jobs stand before it in the queue; nil for one that is not in the queue yet.
  public var ahead: Int?
  /// What is free now.
  public var free: Amounts
  /// The earliest start if every job takes as long as estimated and none is submitted, in seconds
  /// on the driver's clock; nil when the forecast does not reach it.
  public var forecastStart: Double?
  /// The jobs that it waits for to end, for a dependency.
  public var dependencies: [Int] = []
}
