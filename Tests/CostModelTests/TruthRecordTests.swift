import CostModel
import DataFormats
import Models
import TestSupport
import Testing
import Workloads

/// Every record of the truth folder whose model is in the catalogue: parameters equal, FLOPs of
/// forward and backward within 0.1 %.
@Suite("Truth: counts of every catalogued record")
struct TruthRecordTests {
  @Test(
    .enabled(if: ValidationData.isPresent, "no HFM_VALIDATION_DATA"),
    arguments: TruthRecords.catalogued)
  func parameters(record: String) throws {
    let truth = try ValidationData.json("truth/truth/\(record).json")
    let model = try ModelCatalogue.builtIn.model(record)
    #expect(try model.parameterCount() == truth["params"]?["total"]?.int)
  }

  @Test(
    .enabled(if: ValidationData.isPresent, "no HFM_VALIDATION_DATA"),
    arguments: TruthRecords.catalogued)
  func flops(record: String) throws {
    for item in try TruthRecords.cases(record) {
      let workload = try Workload(item.model, item.request)
      let cost =
        try workload.training.map(GraphCost.init(training:))
        ?? GraphCost(inference: workload.forward)
      #expect(isClose(cost.flops.forward, item.forwardFlops), "\(item) forward")
      if workload.training != nil, let backward = item.backwardFlops {
        #expect(isClose(cost.flops.backward, backward), "\(item) backward")
      }
    }
  }

  private func isClose(_ counted: Int, _ truth: Int) -> Bool {
    abs(counted - truth) <= truth / 1000
  }
}
