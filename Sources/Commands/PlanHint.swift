import Models
import Planner
import Quantities
import Workloads

/// What would let a plan fit, or run better, that the planner cannot choose, since it is the
/// workload's own.
struct PlanHint {
  let model: ModelProfile
  let workload: WorkloadRequest
  let request: PlanRequest

  /// An error with further remedies, each tried: an adaptation that fits no memory may keep its
  /// frozen matrices in four bits (QLoRA, arXiv 2305.14314), a volume may be cut into smaller
  /// patches.
  func narrower(_ error: UserError) -> UserError {
    guard error.kind == .impossible, error.key.isEmpty else { return error }
    var result = error
    if adaptsWideMatrices {
      var narrow = workload
      narrow.options.quantize = .int4
      if let plan = best(narrow) {
        result.remedy +=
          ", or keep the frozen matrices in four bits: --quantize int4 "
          + "(\(Format.bytes(plan.peakBytes)) a device)"
      }
    }
    if let plan = narrowParameters() {
      result.remedy +=
        ", or keep parameters and states in \(plan.precision.word): --dtype "
        + "\(plan.precision.word) (\(Format.bytes(plan.peakBytes)) a device)"
    }
    if let plan = lowRank() {
      result.remedy +=
        ", or train low-rank updates of four-bit matrices: --task lora --quantize int4 "
        + "(\(Format.bytes(plan.peakBytes)) a device)"
    }
    if let patch = largestPatch() {
      let words = patch.extents.map(String.init).joined(separator: "x")
      result.remedy +=
        ", or take a smaller patch: --volume \(words) "
        + "(\(Format.bytes(patch.plan.peakBytes)) a device)"
    }
    return result
  }

  /// The best plan with parameters in the format computed in; nil where they are already, or where
  /// none fits.
  private func narrowParameters() -> PlanEstimate? {
    guard workload.task == .finetune || workload.task == .pretrain, workload.precision.isMixed
    else { return nil }
    var narrow = workload
    let format = workload.precision.compute
    narrow.precision = Precision(parameters: format, compute: format)
    var asked = request
    asked.precision = narrow.precision
    return best(narrow, asked)
  }

  /// The best plan that trains low-rank updates beside matrices of four bits in place of all
  /// parameters (QLoRA); nil for other tasks and where none fits.
  private func lowRank() -> PlanEstimate? {
    guard workload.task == .finetune, workload.trained == nil else { return nil }
    var narrow = workload
    narrow.task = .lora
    narrow.options.quantize = .int4
    return best(narrow)
  }

  /// What a plan is told that keeps frozen matrices in a wider format than it computes in, on the
  /// host for lack of memory; nil for any other.
  func lighter(than plan: PlanEstimate) -> String? {
    guard adaptsWideMatrices, plan.configuration.offload.contains(.parameters),
      plan.precision.isMixed
    else { return nil }
    var narrow = workload
    narrow.precision = Precision(
      parameters: plan.precision.compute, compute: plan.precision.compute)
    var asked = request
    asked.precision = narrow.precision
    guard let other = best(narrow, asked), other.stepSeconds < plan.stepSeconds else { return nil }
    return "frozen matrices are kept in \(plan.precision.parameters.rawValue) here; with --dtype "
      + "\(narrow.precision.word): \(Format.seconds(other.stepSeconds)) a step, "
      + "\(Format.bytes(other.peakBytes)) a device"
  }

  private var adaptsWideMatrices: Bool {
    workload.task == .lora && workload.options.quantize == nil
  }

  private func best(_ workload: WorkloadRequest, _ request: PlanRequest? = nil) -> PlanEstimate? {
    guard var search = try? PlanSearch(model, workload, request ?? self.request) else { return nil }
    search.explains = false
    return try? search.run().plans.first
  }

  /// The largest patch of the same shape that fits, extents in steps of 32 voxels (a network's
  /// strides divide them); nil for a model that reads none, or if none fits.
  private func largestPatch() -> (extents: [Int], plan: PlanEstimate)? {
    guard let whole = workload.volume ?? model.sample.spatial, whole.count == 3,
      let longest = whole.max()
    else { return nil }
    for side in stride(from: (longest - 1) / 32, through: 1, by: -1) {
      var narrow = workload
      let extents = whole.map { max(32, $0 * side * 32 / longest / 32 * 32) }
      narrow.volume = extents
      if let plan = best(narrow) { return (extents, plan) }
    }
    return nil
  }
}
