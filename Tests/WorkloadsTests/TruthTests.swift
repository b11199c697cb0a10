import DataFormats
import Graph
import Models
import Quantities
import TestSupport
import Testing
import Workloads

/// Records counted by PyTorch 2.15 on the real implementations (transformers 5.23, timm 1.0.22,
/// open_clip 3.3, fair-esm 2.0): parameters, forward and backward FLOPs, held in a folder named by
/// HFM_VALIDATION_DATA.
@Suite("Truth: parameters and FLOPs equal the real implementations'")
struct TruthTests {
  /// Records whose model is in the catalogue under the record's name and made of transformer
  /// towers alone: their counts are equal to the last FLOP, which this suite adds up by itself.
  /// CostModelTests hold every record, other kinds included.
  static let catalogued: [String] = {
    guard let folder = ValidationData.path("truth/truth"),
      let names = try? TestFile.names(in: folder)
    else { return [] }
    let known = ModelCatalogue.builtIn.models
    return names.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }
      .filter { id in
        known.contains {
          ($0.id == id || $0.aliases.contains(id))
            && ($0.textTower != nil || $0.visionTower != nil)
            && $0.objective != .embedding && $0.sample.spatial?.count != 3
        }
      }
  }()

  @Test(.enabled(if: ValidationData.isPresent, "no HFM_VALIDATION_DATA"), arguments: catalogued)
  func catalogue(record: String) throws {
    let truth = try ValidationData.json("truth/truth/\(record).json")
    let model = try ModelCatalogue.builtIn.model(record)
    #expect(try model.parameterCount() == truth["params"]?["total"]?.int)
    for item in truth["cases"]?.array ?? [] {
      guard let shape = item["shape"], shape["past_kv"] == nil else { continue }
      let objective: Objective? = model.objective == .dino ? .supervised : nil
      let side = shape["spatial"]?[0]?.int ?? shape["image"]?.int
      let request = WorkloadRequest(
        task: .pretrain, objective: objective, batch: shape["batch"]?.int ?? 0,
        sequence: shape["seq"]?.int ?? shape["text"]?.int,
        image: side.map { ImageSize(height: $0, width: $0) })
      let workload = try Workload(model, request)
      let name = item["name"]?.string ?? ""
      #expect(forwardFlops(workload.forward) == item["forward_flops"]?.int, "\(name)")
      let training = try #require(workload.training)
      #expect(backwardFlops(training) == item["backward_flops"]?.int, "\(name)")
      for block in training.backwardBlocks {
        try block.validate(for: training.forward.blocks[block.forward])
      }
    }
  }
}
