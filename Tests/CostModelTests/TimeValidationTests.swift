import CostModel
import Graph
import HardwareModel
import Quantities
import TestSupport
import Testing

/// Predicted against measured times of projections of language models on three GPUs (Vidur's
/// profiling data, MLSys 2024). The matrix efficiency was taken from the A100; H100 and A40 are
/// held out. Records come from `HFM_VALIDATION_DATA/vidur`.
@Suite struct TimeValidationTests {
  /// Mean absolute relative error of the up and down projections on one device.
  static func error(_ prefix: String, _ id: String) throws -> (mean: Double, count: Int) {
    let model = TimeModel(device: try HardwareCatalogue.builtIn().device(id))
    let folder = try #require(ValidationData.path("validation/vidur"))
    var (sum, count) = (0.0, 0)
    for name in try TestFile.names(in: folder).sorted()
    where name.hasPrefix("compute__\(prefix)__") {
      let text = try TestFile.text(folder + "/" + name)
      let lines = text.split(separator: "\n").map {
        $0.split(separator: ",", omittingEmptySubsequences: false)
      }
      let head = try #require(lines.first)
      func column(_ name: String) throws -> Int { try #require(head.firstIndex { $0 == name }) }
      let columns = try [
        "num_tokens", "n_embd", "n_expanded_embd", "num_tensor_parallel_workers",
        "use_gated_mlp", "time_stats.mlp_up_proj.median", "time_stats.mlp_down_proj.median",
      ].map(column)
      for row in lines.dropFirst() where row.count == head.count && row[columns[3]] == "1" {
        let tokens = Int(row[columns[0]]) ?? 0
        let hidden = Int(row[columns[1]]) ?? 0
        let inner = Int(row[columns[2]]) ?? 0
        let up = row[columns[4]] == "True" ? 2 * inner : inner
        for (width, depth, cell) in [(up, hidden, columns[5]), (hidden, inner, columns[6])] {
          let cost = OperatorCostTests.cost(
            .linear(bias: false), [[tokens, depth], [width, depth]], [[tokens, width]], .fp16)
          let measured = (Double(row[cell]) ?? .nan) / 1e3
          sum += abs(model.seconds(cost) / measured - 1)
          count += 1
        }
      }
    }
    return (sum / Double(count), count)
  }

  @Test(
    .enabled(if: ValidationData.path("validation/vidur") != nil, "no HFM_VALIDATION_DATA"),
    arguments: [
      ("a100", "a100-80gb-sxm", 0.10), ("h100", "h100-80gb-sxm", 0.15), ("a40", "a40", 0.15),
    ])
  func projectionsAgree(prefix: String, id: String, bound: Double) throws {
    let (mean, count) = try Self.error(prefix, id)
    print("projections on \(id): mean absolute error \(mean * 100) % over \(count) points")
    #expect(count > 1000)
    #expect(mean < bound)
  }
}
