import DataFormats
import Graph
import Models
import Quantities
import TestSupport
import Validation
import Workloads

/// A case of a record under `HFM_VALIDATION_DATA/truth/truth`: what PyTorch counted on the real
/// implementation, and the request of ours that asks for the same.
struct TruthCase: Sendable, CustomStringConvertible {
  var record: String
  var name: String
  var model: ModelProfile
  var request: WorkloadRequest
  var forwardFlops: Int
  /// nil where the record counted no backward pass.
  var backwardFlops: Int?

  var description: String { "\(record) \(name)" }
}

enum TruthRecords {
  /// Records by file name, without those whose model is not in the catalogue.
  static let catalogued: [String] = {
    guard let folder = ValidationData.path("truth/truth"),
      let names = try? TestFile.names(in: folder)
    else { return [] }
    let known = ModelCatalogue.builtIn.models
    return names.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
      .filter { id in known.contains { $0.id == id || $0.aliases.contains(id) } }
  }()

  static func cases(_ record: String) throws -> [TruthCase] {
    let json = try ValidationData.json("truth/truth/\(record).json")
    let model = try ModelCatalogue.builtIn.model(record)
    return (json["cases"]?.array ?? []).compactMap { item in
      guard let shape = item["shape"], let forward = item["forward_flops"]?.int else { return nil }
      return TruthCase(
        record: record, name: item["name"]?.string ?? "", model: model,
        request: TruthRows.request(shape, model, trains: item["backward_flops"]?.int != nil),
        forwardFlops: forward, backwardFlops: item["backward_flops"]?.int)
    }
  }
}
