import Calibration
import CostModel
import DataFormats
import HardwareModel
import JobStore
import Models
import Planner
import Quantities

/// Everything that one demonstration found.
struct DemoResult {
  var machine: Machine
  var calibration: CalibrationResult
  var costs: [DemoCosts]
  var report: RunSession.Report
  /// The workers' processing units, in the pool's order.
  var cpus: [Int]

  var meanError: Double? { DemoRun.meanError(report.outcomes) }

  /// The document of `hfm demo --json`.
  var json: JSONValue {
    .object([
      ("machine", machine.json),
      ("device", calibration.device.json),
      (
        "fit",
        .object([
          (
            "meanAbsolutePercentageError",
            .number(calibration.fit.meanAbsolutePercentageError)
          ), ("points", .number(calibration.fit.points)),
        ])
      ),
      ("models", .array(costs.map(Self.model))),
      ("plans", .array(costs.flatMap(Self.plans))),
      ("jobs", .array(report.outcomes.map(\.json))),
      ("meanAbsolutePercentageError", meanError.map { .number($0 * 100) } ?? .null),
    ])
  }

  private static func model(_ costs: DemoCosts) -> JSONValue {
    .object([
      ("id", .string(costs.model.id)), ("family", .string(costs.model.family.rawValue)),
      ("parameters", .number(costs.training.cost.parameters.total)),
      ("forwardFlopsPerSample", .number(costs.inference.cost.flops.forward)),
      ("trainingFlopsPerSample", .number(costs.training.cost.flops.step)),
      ("inferencePeakBytes", .number(costs.inference.memory.estimate().peakBytes)),
      ("trainingPeakBytes", .number(costs.training.memory.estimate().peakBytes)),
    ])
  }

  private static func plans(_ costs: DemoCosts) -> [JSONValue] {
    costs.plans.map { planned in
      guard let report = planned.report, let best = report.result.plans.first else {
        return .object([
          ("model", .string(costs.model.id)), ("cluster", .string(planned.cluster.id)),
          ("refusal", .string(planned.refusal)),
        ])
      }
      let members = report.json(best, explain: false).object ?? []
      return .object(
        [("model", .string(costs.model.id)), ("cluster", .string(planned.cluster.id))]
          + members.map { ($0.key, $0.value) })
    }
  }
}
