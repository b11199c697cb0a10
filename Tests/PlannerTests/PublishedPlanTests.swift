import CostModel
import DataFormats
import HardwareModel
import Models
import Planner
import Quantities
import TestSupport
import Testing
import Workloads

/// Predicted against published iteration times of purely data parallel training: Megatron-LM
/// (SC 2021, table 1) and vTrain (MICRO 2024, 4 to 64 A100). Nothing was fitted to these rows.
@Suite struct PublishedPlanTests {
  static func model(_ config: JSONValue) throws -> ModelProfile {
    func number(_ key: String) -> Int { config[key]?.int ?? 0 }
    let text = """
      {"id": "gpt", "name": "gpt", "family": "language", "status": "open", "source": "test",
       "objective": "causal-lm", "architecture":
       {"tokens": {"vocabulary": \(config["vocab"]?.int ?? 51200), "positions": \(number("seq"))},
        "stack": {"layers": \(number("layers")), "hidden": \(number("hidden")),
          "heads": \(number("heads")), "causal": true, "activation": "geluTanh",
          "finalNorm": true},
        "heads": {"language": {"kind": "linear", "tied": true}}}}
      """
    return try ModelProfile(parsing: Array(text.utf8), file: "gpt")
  }

  /// The estimate's step over the measured one; nil for a row of another kind.
  static func ratio(_ row: JSONValue) throws -> Double? {
    guard let config = row["config"], config["tp"]?.int == 1, config["pp"]?.int == 1,
      ["vtrain_single", "vtrain_multi"].contains(row["set"]?.string),
      let measured = row["measured"]?["iter_ms"]?.double, let data = config["dp"]?.int,
      let micro = config["micro_batch"]?.int, let global = config["global_batch"]?.int,
      global % (data * micro) == 0
    else { return nil }
    let cluster = try HardwareCatalogue.builtIn().cluster("selene-a100")
    var request = PlanRequest(cluster: cluster, globalBatch: global, precision: .bf16)
    request.space.data = [data]
    request.space.microBatch = [micro]
    request.space.zeroStage = [0]
    request.space.recompute = [.full]
    // Megatron's fp16: half-precision weights and gradients.
    let workload = WorkloadRequest(
      task: .pretrain, batch: micro, sequence: config["seq"]?.int, precision: .bf16)
    let result = try? PlanSearch(model(config), workload, request).run()
    return result?.plans.first.map { $0.stepSeconds * 1e3 / measured }
  }

  @Test(.enabled(if: ValidationData.path("validation/published.json") != nil, "no data"))
  func vTrainIterations() throws {
    let rows = try ValidationData.json("validation/published.json")["rows"]?.array ?? []
    let ratios = try rows.compactMap(Self.ratio).sorted()
    try #require(ratios.count > 50)
    let error = ratios.map { abs($0 - 1) }.reduce(0, +) / Double(ratios.count)
    print(
      "vTrain, pure data parallel: \(ratios.count) rows, mean absolute error \(error * 100) %,"
        + " median ratio \(ratios[ratios.count / 2]), "
        + "from \(ratios[0]) to \(ratios[ratios.count - 1])"
    )
    #expect(error < 0.5)
  }
}
