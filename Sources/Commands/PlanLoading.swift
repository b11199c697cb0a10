import DataFormats
import Planner
import Quantities
import Workloads

/// What a plan says of the loading of its data.
enum PlanLoading {
  /// A line where the devices wait for data.
  static func lines(_ plan: PlanEstimate, _ request: PlanRequest) -> [String] {
    guard let remedy = plan.loadingRemedy(request) else { return [] }
    let share = Format.percent(plan.breakdown.dataLoading / plan.stepSeconds)
    return ["the first plan waits for data for \(share) of its step; it would need \(remedy)"]
  }

  /// What one sample takes; null where that is not known.
  static func json(_ loading: SampleLoading?) -> JSONValue {
    guard let loading else { return .null }
    return .object([
      ("sample", .string(loading.words)), ("bytes", .number(loading.bytes)),
      ("decodeCoreSeconds", .number(loading.decodeSeconds)),
      ("augmentCoreSeconds", .number(loading.augmentSeconds)),
      ("decodeSource", .string(loading.decodeSource)),
      ("augmentSource", .string(loading.augmentSource)),
    ])
  }
}
