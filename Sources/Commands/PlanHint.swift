import Models
import Planner
import Quantities
import Workloads

/// What would let a plan fit that the planner cannot know, since it is the workload's own.
enum PlanHint {
  /// An error with a further remedy: an adaptation that fits no memory may keep its frozen matrices
  /// in four bits (QLoRA, arXiv 2305.14314).
  static func narrower(
    _ error: UserError, _ model: ModelProfile, _ workload: WorkloadRequest, _ request: PlanRequest
  ) -> UserError {
    guard error.kind == .impossible, error.key.isEmpty, workload.task == .lora,
      workload.options.quantize == nil
    else { return error }
    var narrow = workload
    narrow.options.quantize = .int4
    guard let found = try? PlanSearch(model, narrow, request).run().plans.first else {
      return error
    }
    var result = error
    result.remedy +=
      ", or keep the frozen matrices in four bits: --quantize int4 "
      + "(\(Format.bytes(found.peakBytes)) a device)"
    return result
  }
}
