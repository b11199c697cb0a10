import Calibration
import HardwareModel
import Models
import Quantities
import Workloads

/// What all passes of `hfm-bench predict` say together.
struct PredictionSummary {
  let passes: [PredictedPass]
  let calibrations: [CalibrationResult]
  /// Workloads for which the time did not suffice.
  let leftOut: Int

  /// Calibrations further apart than this say that the machine's own speed moved.
  private static let mostDrift = 0.1

  var rows: [BenchmarkRow] { classes + parts + errors + circumstances }

  private func mean(_ figure: String, _ values: [Double]) -> BenchmarkRow? {
    values.isEmpty
      ? nil
      : BenchmarkRow(
        contender: "all models", figure: figure, unit: "%",
        values: [values.reduce(0, +) / Double(values.count)])
  }

  /// Predicted over measured time by class of operator, each pass weighing the same.
  private var classes: [BenchmarkRow] {
    OperatorClass.allCases.compactMap { kind in
      let shares = passes.map { pass in
        let all = pass.classes.values.reduce(0) { $0 + $1.measured }
        let part = pass.classes[kind] ?? (0, 0)
        return all > 0 ? (part.measured / all, part.predicted / all) : (0, 0)
      }
      let (measured, predicted) = shares.reduce((0, 0)) { ($0.0 + $1.0, $0.1 + $1.1) }
      guard measured > 0 else { return nil }
      let share = Format.fixed(100 * measured / Double(passes.count), 1)
      return BenchmarkRow(
        contender: "all models", figure: "\(kind.rawValue), \(share) % of the time",
        unit: "predicted/measured", values: [predicted / measured])
    }
  }

  /// Mean absolute errors by task and format.
  private var parts: [BenchmarkRow] {
    [WorkloadTask.infer, .finetune].flatMap { task in
      ["fp32", "bf16"].compactMap { type in
        let values = passes.filter { $0.variant.task == task && $0.variant.type == type }
          .map { abs($0.error) }
        return mean("mean absolute error, \(values.count) of \(task.rawValue) in \(type)", values)
      }
    }
  }

  /// Of all passes, of the two halves of the catalogue, and of what the machine held still for.
  private var errors: [BenchmarkRow] {
    let halves = (1...2).map { half in
      passes.filter { BenchmarkOptions.Part(number: half, of: 2).includes($0.model) }
    }
    let still = passes.filter { $0.drift <= Self.mostDrift }
    let limit = Format.fixed(100 * Self.mostDrift, 0)
    return [
      mean("mean absolute error, all \(passes.count)", passes.map { abs($0.error) }),
      median("median of the absolute errors", passes.map { abs($0.error) }),
      mean("mean of the errors with their signs", passes.map(\.error)),
      mean("mean absolute error, \(halves[0].count) of part 1/2", halves[0].map { abs($0.error) }),
      mean("mean absolute error, \(halves[1].count) of part 2/2", halves[1].map { abs($0.error) }),
      mean(
        "mean absolute error, \(still.count) whose calibrations differ by at most \(limit) %",
        still.map { abs($0.error) }),
      mean("mean absolute error by the first calibration alone", passes.map { abs($0.errorFirst) }),
    ].compactMap { $0 }
  }

  private func median(_ figure: String, _ values: [Double]) -> BenchmarkRow? {
    values.isEmpty
      ? nil
      : BenchmarkRow(
        contender: "all models", figure: figure, unit: "%", values: [values.quantile(0.5)])
  }

  /// What else a reader must know to judge them.
  private var circumstances: [BenchmarkRow] {
    let heldOut = calibrations.map(\.fit.meanAbsolutePercentageError)
    let rows = [
      mean(
        "how far the calibrations before and after a pass differ", passes.map { 100 * $0.drift }),
      mean(
        "spread of a measurement: p90 over median",
        passes.map { 100 * ($0.seconds.quantile(0.9) / $0.median - 1) }),
      mean("held-out operators of \(calibrations.count) calibrations", heldOut),
    ].compactMap { $0 }
    guard leftOut > 0 else { return rows }
    return rows + [
      BenchmarkRow(
        contender: "all models", figure: "left out for time", unit: "workloads",
        values: [Double(leftOut)])
    ]
  }
}
