import CostModel
public import DataFormats
public import Models
import Planner
import Quantities
public import Workloads

/// Reads PyTorch's own counts of training steps of the models that the catalogue holds: its
/// MemTracker's peaks on one device (`truth/memory`) and under FSDP2 (`truth/memory_fsdp2.json`).
public enum TruthRows {
  /// The table of steps on one device.
  public static let single = "PyTorch, one device"
  /// The table of steps under FSDP2.
  public static let sharded = "PyTorch, FSDP2"

  /// One record of `truth/memory`.
  public static func step(_ record: JSONValue) -> PublishedRows {
    let word = record["precision"]?.string ?? ""
    return rows(
      record, single, shape: record["shape"],
      precision: word == "autocast_bf16" ? "bf16-mixed" : word,
      recomputes: record["activation_checkpointing"]?.isNull == false, devices: 1, zero: 0)
  }

  /// The records of `truth/memory_fsdp2.json`.
  public static func sharded(_ document: JSONValue) -> PublishedRows {
    var found = PublishedRows()
    for record in document.array ?? [] {
      let mixed = record["mixed_precision"]?.string == "mp_bf16"
      found.add(
        rows(
          record, sharded, shape: record["shape_per_rank"],
          precision: mixed ? "bf16-mixed" : "fp32",
          recomputes: record["activation_checkpointing"]?.bool == true,
          devices: record["world_size"]?.int ?? 1,
          zero: record["reshard_after_forward"]?.bool == true ? 3 : 2))
    }
    return found
  }

  private static func rows(
    _ record: JSONValue, _ table: String, shape: JSONValue?, precision word: String,
    recomputes: Bool, devices: Int, zero: Int
  ) -> PublishedRows {
    var found = PublishedRows()
    guard let id = record["id"]?.string, let model = try? ModelCatalogue.builtIn.model(id) else {
      found.skip(table, "not in the catalogue")
      return found
    }
    guard let shape, let precision = Precision(word: word), let peak = record["peak_bytes"]?.double
    else {
      found.skip(table, "incomplete")
      return found
    }
    var request = training(shape, model)
    request.precision = precision
    guard
      let configuration = RowReader.configuration(
        data: devices, tensor: 1, pipeline: 1, micro: request.batch,
        global: devices * request.batch, recompute: recomputes ? .full : .none, zero: zero)
    else { return found }
    let optimizer = record["optimizer"]?.string ?? ""
    var run = PublishedRun(
      table: table, group: id,
      label: "\(id) b\(request.batch) \(word)\(recomputes ? " recomputed" : "") \(optimizer)"
        + (zero > 0 ? " z\(zero)" : ""),
      cluster: "dgx-a100-80gb", stack: "pytorch", model: .catalogue(id, request),
      precision: precision, configuration: configuration, peakBytes: peak, isFitted: false)
    run.optimizerKernel = optimizer == "adamw_fused" ? .fused : .foreach
    found.runs.append(run)
    return found
  }

  /// The training step of a memory record. Models of images, volumes and alignments have no loss of
  /// their own in their implementation (but MAE): those steps end in the mean of the results.
  public static func training(_ shape: JSONValue, _ model: ModelProfile) -> WorkloadRequest {
    var request = request(shape, model, trains: true)
    let isLabelled = model.sample.sequence != nil && shape["n_seq"] == nil
    if !isLabelled, model.objective != .mae { request.loss = .mean }
    return request
  }

  /// A record's shape in our words.
  public static func request(
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
