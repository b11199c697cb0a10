import CostModel
import HardwareModel
import Models
import Planner
import Quantities
import Workloads

/// What one model costs, on no particular hardware, and how it would be planned on some.
struct DemoCosts: Sendable {
  /// A cluster with the best plan found on it, or why there is none.
  struct Planned: Sendable {
    var report: PlanReport?
    var cluster: Cluster
    var refusal = ""

    var best: PlanEstimate? { report?.result.plans.first?.plan }
  }

  let model: ModelProfile
  let demo: DemoModel
  /// One sample of inference.
  let inference: StepProfile
  /// One training step of one sample.
  let training: StepProfile
  let plans: [Planned]

  /// Samples in one update of the plans: what one update of a small pre-training run takes.
  static let globalBatch = 256

  /// Counts a model and plans its training on clusters.
  ///
  /// - Throws: `UserError` when the catalogue or the workload is at fault.
  init(_ demo: DemoModel, clusters: [Cluster]) throws(UserError) {
    self.demo = demo
    let model = try ModelCatalogue.builtIn.model(demo.id)
    self.model = model
    inference = try StepProfile(Workload(model, demo.inference(batch: 1, .bf16)))
    training = try StepProfile(Workload(model, demo.training(batch: 1, .bf16)))
    var plans: [Planned] = []
    for cluster in clusters { plans.append(try Self.plan(model, demo, on: cluster)) }
    self.plans = plans
  }

  /// Plans in the formats that people use there: fp32 on processors, autocast on GPUs.
  private static func plan(
    _ model: ModelProfile, _ demo: DemoModel, on cluster: Cluster
  ) throws(UserError) -> Planned {
    var space = VariantSpace()
    if cluster.device.kind == .cpu { space.precision = .these([.fp32]) }
    let workload = demo.training(batch: 1, .fp32)
    var request = PlanRequest(cluster: cluster, globalBatch: globalBatch, precision: .fp32)
    request.devices = cluster.deviceCount
    let clock = ContinuousClock()
    do {
      let start = clock.now
      let search = VariantSearch(model, workload, request, space)
      let result = try search.run()
      let report = PlanReport(
        result: result, source: search, cluster: cluster,
        seconds: (clock.now - start) / .seconds(1))
      return Planned(report: report, cluster: cluster)
    } catch  where error.kind == .impossible {
      return Planned(cluster: cluster, refusal: error.message)
    }
  }
}
