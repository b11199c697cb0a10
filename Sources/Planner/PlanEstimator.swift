public import CostModel

/// Estimates single configurations of one counted micro-batch, without a search: for validation,
/// for what-if questions and for callers that choose by themselves.
public struct PlanEstimator {
  private let evaluator: Evaluator

  /// Prepares a micro-batch.
  ///
  /// - Parameters:
  ///   - profile: the counted micro-batch.
  ///   - step: its layers, when they were read before; nil reads them.
  ///   - request: cluster, software and job.
  public init(_ profile: StepProfile, step: LayeredStep? = nil, _ request: PlanRequest) {
    evaluator = Evaluator(profile, request, step: step)
  }

  /// The estimate, whether it fits or not; nil for more pipeline stages than layers. The
  /// configuration's micro-batch must be the profile's.
  public func estimate(_ configuration: Configuration) -> PlanEstimate? {
    evaluator.estimate(configuration)
  }
}
