/// When the phases of a calibration must be over; a phase that takes less leaves its time to the
/// next.
struct CalibrationSchedule {
  private let start: ContinuousClock.Instant
  private let isQuick: Bool

  /// A quick calibration ends within so many seconds of its start.
  private static let quickSeconds = 12.6

  init(start: ContinuousClock.Instant, isQuick: Bool) {
    (self.start, self.isQuick) = (start, isQuick)
  }

  enum Phase: Double {
    // Shares of the time that are over when the phase must be.
    case whole = 0.78
    case part = 0.87
    case neighbours = 0.92
  }

  /// Nil where it takes the time it needs. Without a phase on part of the workers the first has
  /// theirs, too.
  func end(of phase: Phase, isAlone: Bool = false) -> ContinuousClock.Instant? {
    let share = isAlone ? Phase.neighbours.rawValue : phase.rawValue
    return isQuick ? start + .seconds(Self.quickSeconds * share) : nil
  }
}
