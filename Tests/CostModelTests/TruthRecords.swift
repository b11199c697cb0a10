import DataFormats
import Graph
import Models
import Quantities
import TestSupport
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
        request: request(shape, model, trains: item["backward_flops"]?.int != nil),
        forwardFlops: forward, backwardFlops: item["backward_flops"]?.int)
    }
  }

  /// A record's shape in our words.
  static func request(
    _ shape: JSONValue, _ model: ModelProfile, trains: Bool
  ) -> WorkloadRequest {
    let decodes = shape["past_kv"] != nil
    let lengths = ["new_tokens", "seq", "text", "enc_seq", "n_res", "cols"]
    var request = WorkloadRequest(
      task: trains && !decodes ? .pretrain : .infer, batch: shape["batch"]?.int ?? 1,
      sequence: lengths.lazy.compactMap { shape[$0]?.int }.first)
    // Self-distillation's records hold the backbone, with a loss on its embedding.
    switch model.objective {
    case .dino, .momentumContrast, .simclr, .embedding: request.objective = .supervised
    default: break
    }
    let spatial = shape["spatial"]?.array?.compactMap(\.int)
    switch spatial?.count {
    case 2: request.image = spatial.map { ImageSize(height: $0[0], width: $0[1]) }
    case 3: request.volume = spatial
    default: request.image = shape["image"]?.int.map { ImageSize(height: $0, width: $0) }
    }
    if let latent = shape["latent"]?.array?.compactMap(\.int), latent.count == 3 {
      // An autoencoder's image is larger than its latent by what its extents must be multiples of.
      let factor = model.objective == .reconstruction ? model.sample.multiples.first ?? 1 : 1
      request.image = ImageSize(height: latent[1] * factor, width: latent[2] * factor)
    }
    if model.objective == .reconstruction, !trains {
      request.objective = shape["latent"] == nil ? .embedding : .generation
    }
    if model.sample.targetSequence != nil { request.targetSequence = shape["dec_seq"]?.int }
    request.rows = shape["rows"]?.int ?? shape["n_seq"]?.int
    request.frames = shape["frames"]?.int
    request.images = shape["images"]?.int ?? shape["support"]?.int
    request.past = shape["past_kv"]?.int
    return request
  }
}
