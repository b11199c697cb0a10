import CostModel
import DataFormats
import Models
import Quantities
import TestSupport
import Testing
import Workloads

/// Peak memory against PyTorch's MemTracker (fake tensors, torch 2.15) on the real
/// implementations; the records come from `HFM_VALIDATION_DATA/truth/memory`.
@Suite struct MemoryValidationTests {
  struct Row: Sendable, CustomStringConvertible {
    var name: String
    var predicted: MemoryEstimate
    var measured: Int
    var parameters: Int
    var phases: String
    var error: Double { Double(predicted.peakBytes) / Double(measured) - 1 }
    var description: String {
      "\(name): \(predicted.peakBytes) \(predicted.peakPhase.rawValue) \(measured) \(phases)"
        + " error \((error * 1000).rounded() / 10) %"
    }
  }

  static func rows() throws -> [Row] {
    guard let folder = ValidationData.path("truth/memory") else { return [] }
    var rows: [Row] = []
    for name in try TestFile.names(in: folder).sorted() {
      let json = try ValidationData.json("truth/memory/" + name)
      guard let id = json["id"]?.string, let model = try ReferenceModels.model(id) else { continue }
      rows.append(try row(name, json, model))
    }
    return rows
  }

  private static func row(_ name: String, _ json: JSONValue, _ model: ModelProfile) throws -> Row {
    let word = json["precision"]?.string ?? ""
    let precision = try #require(
      Precision(word: word == "autocast_bf16" ? "bf16-mixed" : word))
    let request = WorkloadRequest(
      task: .pretrain, batch: try #require(json["shape"]?["batch"]?.int),
      sequence: json["shape"]?["seq"]?.int, precision: precision)
    let workload = try Workload(model, request)
    let memory = MemoryModel(training: try #require(workload.training))
    let checkpointed = json["activation_checkpointing"]?.isNull == false
    let fused = json["optimizer"]?.string == "adamw_fused"
    let estimate = memory.estimate(
      MemorySettings(
        recompute: checkpointed ? .full : .none, optimizerKernel: fused ? .fused : .foreach))
    return Row(
      name: name, predicted: estimate, measured: try #require(json["peak_bytes"]?.int),
      parameters: json["params"]?.int ?? 0, phases: json["peak_phase"]?.string ?? "")
  }

  /// Implementations that keep more than fused kernels do: transformers' MegatronBert has no fused
  /// attention, its ESM writes out GELU. The model assumes fused kernels and stays below.
  static let unfused = ["gatortron-base-345m", "esm2-650m-hf"]

  @Test(.enabled(if: ValidationData.isPresent, "no HFM_VALIDATION_DATA"))
  func peaksAgree() throws {
    let rows = try Self.rows()
    try #require(rows.count > 30)
    var sum = 0.0
    for row in rows {
      print(row)
      sum += abs(row.error)
      if Self.unfused.contains(where: row.name.hasPrefix) {
        #expect(row.error < 0.01 && row.error > -0.25, "\(row)")
      } else {
        #expect(abs(row.error) < 0.03, "\(row)")
      }
    }
    let mean = sum / Double(rows.count)
    print("peak memory: mean absolute error \(mean * 100) % over \(rows.count) rows")
    #expect(mean < 0.025)
  }
}
