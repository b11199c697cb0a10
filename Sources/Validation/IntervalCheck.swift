public import Planner
import Quantities

/// How well the 90 % intervals hold: spreads come from one half of the groups, the other half is
/// the test, of rows that no parameter was fitted to.
///
/// The halves are by the groups' names; of the project's own steps, which are few, they are those
/// that its eight parameters were fitted to and the others. Classes of few groups
/// (`CalibrationClass.isHalved`) have their spread from all held-out rows and no test.
public struct IntervalCheck: Sendable {
  /// One class of predictions.
  public struct Part: Sendable {
    /// The class.
    public var calibration: CalibrationClass
    /// Lines that its spread is taken from, and the others.
    public var given, tested: [ValidationReport.Line]

    /// The spread within which 90 % of the given lines lie; nil without any.
    public var spread: Double? {
      let ratios = given.compactMap(\.ratio).sorted()
      guard !ratios.isEmpty else { return nil }
      return ratios[Int((0.9 * Double(ratios.count)).rounded(.up)) - 1] - 1
    }
  }

  /// The classes that occur.
  public let parts: [Part]

  /// Splits lines with a measured time.
  public init(_ lines: [ValidationReport.Line]) {
    let timed = lines.filter { $0.run.seconds != nil }
    parts = CalibrationClass.allCases.compactMap { calibration in
      let own = timed.filter { $0.estimate.basis.calibration == calibration }
      guard !own.isEmpty else { return nil }
      return Part(
        calibration: calibration, given: own.filter(\.givesSpread),
        tested: own.filter { !$0.givesSpread && !$0.run.isFitted })
    }
  }

  /// The spreads that the given halves ask for, a line each.
  public var spreads: [String] {
    parts.map { part in
      let spread = part.spread.map { Format.fixed($0, 3) } ?? "–"
      return "spread, \(part.calibration.rawValue): \(part.calibration.spread) -> \(spread) ("
        + "\(part.given.count) rows)"
    }
  }
}

extension ValidationReport.Line {
  /// Whether a class's spread is taken from this line.
  public var givesSpread: Bool {
    guard estimate.basis.calibration?.isHalved == true else { return !run.isFitted }
    if run.measure == .bareSteps { return run.isFitted }
    return !run.isFitted && RowReader.isEven("interval " + run.table + run.group)
  }

  /// The larger over the smaller of predicted and measured seconds; nil without a measurement.
  var ratio: Double? {
    run.seconds.map { max(predictedSeconds / $0, $0 / predictedSeconds) }
  }
}
