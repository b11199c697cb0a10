public import CostModel
import HardwareModel
public import Models
public import Quantities
public import Workloads

extension StepProfile {
  /// Counts one pass of a workload: a micro-batch of training, or a batch of inference.
  ///
  /// - Parameter shards: whether several devices may share parameters.
  /// - Throws: `UserError` for shapes that the model cannot take or that are too large to count.
  public init(_ workload: Workload, shards: Bool = true) throws(UserError) {
    if let training = workload.training {
      try self.init(
        training: training, batch: workload.request.batch, shards: shards,
        eager: workload.request.code == .transformers)
      skippedSamples = workload.skippedSamples
      gatheredElements = workload.gatheredElements
    } else {
      try self.init(inference: workload.forward, batch: workload.samples)
    }
  }
}

extension PlanSearch {
  /// Searches plans of a model's workload; the batch in `workload` is not used, its formats
  /// replace those of `request`.
  ///
  /// - Throws: `UserError` as `init(_:trains:source:)`.
  public init(
    _ model: ModelProfile, _ workload: WorkloadRequest, _ request: PlanRequest
  ) throws(UserError) {
    var request = request
    request.precision = workload.precision
    var workload = workload
    if workload.task.trains, workload.precision.compute == .fp8 {
      request.matrixFormat = .fp8
      workload.precision.compute = .bf16
      if workload.precision.parameters == .fp8 { workload.precision.parameters = .bf16 }
    }
    let counted = workload
    let shards = request.cluster.deviceCount > 1
    try self.init(request, trains: workload.task != .infer) {
      size, family throws(UserError) in
      if let known = try family?.profile(size) { return known }
      var micro = counted
      micro.batch = size
      return try StepProfile(Workload(model, micro), shards: shards)
    }
  }
}
