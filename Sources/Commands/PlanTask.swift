import Graph
import HardwareModel
import Models
import Planner
import Quantities
import Workloads

/// What `hfm plan` is asked to plan: a model's workload, and what its step may compute with.
struct PlanTask {
  let model: ModelProfile
  /// The workload in the first of its variants.
  let workload: WorkloadRequest
  let space: VariantSpace
  /// What is tried on the devices at hand.
  private let variants: [StepVariant]

  /// Reads the options.
  ///
  /// - Throws: `UserError` for sizes out of range.
  init(
    _ model: ModelProfile, _ arguments: Arguments, on devices: [Device]
  ) throws(UserError) {
    self.model = model
    space = VariantOptions.space(arguments)
    variants = space.variants(
      on: devices, WorkloadOptions.task(arguments), PlanOptions.stack(arguments))
    // Of several formats those count that each device has.
    for device in devices where variants.count == 1 {
      if var missing = VariantSpace.refusal(
        of: variants[0].precision, on: device, WorkloadOptions.task(arguments))
      {
        missing.kind = .input
        throw missing
      }
    }
    let first = variants.first
    var workload = try WorkloadOptions.request(
      arguments, precision: first?.precision ?? .fp32, optimizer: first?.optimizer ?? .adamw)
    let stack = PlanOptions.stack(arguments)
    workload.code = stack.modelCode
    workload.options.updates = workload.options.updates ?? stack.updateFormat
    self.workload = workload
  }

  /// The search of all variants on a request's cluster.
  ///
  /// - Parameter volume: extents of a sample in place of the workload's own.
  func search(_ request: PlanRequest, volume: [Int]? = nil) -> VariantSearch {
    var workload = workload
    if let volume { workload.volume = volume }
    return VariantSearch(model, workload, request, space)
  }

  /// The one variant of devices of several kinds.
  ///
  /// - Throws: `UserError` (.input) where there are several.
  func onlyVariant() throws(UserError) -> StepVariant {
    guard let first = variants.first, variants.count == 1 else {
      let name = zip(VariantOptions.words(variants[0]), VariantOptions.words(variants[1]))
        .first { $0.word != $1.word }?.0.name
      throw UserError(
        .input, key: "--\(name ?? "dtype")", "several words are not known on a mixed cluster",
        remedy: "give one, or plan one kind of device by itself")
    }
    return first
  }

  /// Model, cluster, task and formats in one line.
  func headline(_ request: PlanRequest, on cluster: String) -> String {
    var formats: [String] = []
    for variant in variants where !formats.contains(variant.precision.word) {
      formats.append(variant.precision.word)
    }
    var words = [workload.task.rawValue, formats.joined(separator: " or ")]
    if workload.task != .infer { words.append("global batch \(request.globalBatch)") }
    if request.steps != 1 { words.append("\(request.steps) steps") }
    return "\(model.name) on \(cluster): \(words.joined(separator: ", "))"
  }
}
