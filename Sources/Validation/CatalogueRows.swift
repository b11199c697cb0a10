public import DataFormats
import Graph
import Models
import Planner
import Quantities
import Workloads

/// Reads published runs of models that the catalogue holds: `facts/training_runs_*.json` and timm's
/// tables. A run counts when model, device, batch and time are all stated.
public enum CatalogueRows {
  /// A row's model in the catalogue and the table that it is reported in.
  private struct Known {
    var id: String
    var table: String
    var task = WorkloadTask.pretrain
    var objective: Objective?
  }

  private static let known: [String: Known] = [
    "dinov2_vit_l16_pretrain": Known(id: "uni", table: "vision"),
    "mae_vit_l16": Known(id: "mae_vit_large_patch16_dec512d8b", table: "vision"),
    "vit_b16": Known(id: "vit-b-16", table: "vision", task: .finetune),
    "vit_l16": Known(id: "vit-l-16", table: "vision", task: .finetune),
    "vit_h14": Known(id: "vit-h-14", table: "vision", task: .finetune),
    "sam_vit_b": Known(id: "medsam-vit-b", table: "vision", task: .finetune),
    "nnunet_3d_fullres": Known(id: "nnunet-3d-fullres", table: "nnU-Net"),
    "nnunet_2d": Known(id: "nnunet-2d", table: "nnU-Net"),
    "clip_vit_b32": Known(id: "clip-vit-b-32", table: "multimodal"),
    "clip_vit_b16": Known(id: "clip-vit-b-16", table: "multimodal"),
    "clip_vit_b16_plus_240": Known(id: "clip-vit-b-16-plus-240", table: "multimodal"),
    "clip_vit_l14": Known(id: "clip-vit-l-14", table: "multimodal"),
    "clip_vit_h14": Known(id: "clip-vit-h-14", table: "multimodal"),
    "clip_vit_g14": Known(id: "clip-vit-g-14", table: "multimodal"),
    "albef": Known(id: "albef", table: "multimodal"),
    "mgca_vit_b": Known(id: "mgca-vit-b", table: "multimodal"),
  ]

  // MARK: vision and multimodal

  /// Runs of `training_runs_vision_multimodal.json`.
  public static func vision(_ document: JSONValue) -> PublishedRows {
    var rows = PublishedRows()
    for row in document["runs"]?.array ?? [] {
      guard row["usable_for_validation"]?.bool == true else { continue }
      vision(row, &rows)
    }
    return rows
  }

  private static func vision(_ row: JSONValue, _ rows: inout PublishedRows) {
    guard let model = known[row["arch"]?.string ?? ""] else {
      return rows.skip("vision and multimodal", "its recipe is not in the catalogue")
    }
    let (hardware, work) = (row["hardware"], row["work"])
    let name = hardware?["accelerator"]?.string ?? ""
    guard let site = site(name, hardware?["memory_gb"]?.double) else {
      return rows.skip(model.table, "device not known here")
    }
    guard let devices = hardware?["count"]?.int,
      let micro = work?["batch_per_device"]?.int
        ?? (devices == 1 ? work?["global_batch"]?.int : nil),
      let global = work?["global_batch"]?.int, global % (devices * micro) == 0
    else { return rows.skip(model.table, "batch of a device is not stated") }
    guard let seconds = seconds(row, global) else {
      return rows.skip(model.table, "time is not stated")
    }
    guard let format = row["precision"]?.string else {
      return rows.skip(model.table, "format is not stated")
    }
    let precision = precision(format, name)
    var request = WorkloadRequest(
      task: model.task, objective: model.objective, batch: micro, precision: precision)
    let extents = (work?["resolution"]?.array ?? []).compactMap(\.int)
    switch extents.count {
    case 2: request.image = ImageSize(height: extents[0], width: extents[1])
    case 3: request.volume = extents
    default: return rows.skip(model.table, "extents are not stated")
    }
    if model.task == .finetune, model.id.hasPrefix("vit") { request.classes = 1000 }
    if model.table == "nnU-Net" { request.optimizer = .momentum }
    let sharded = row["parallelism"]?.string?.contains("FSDP") == true
    guard
      let configuration = RowReader.configuration(
        data: devices, tensor: 1, pipeline: 1, micro: micro, global: global, recompute: .none,
        zero: sharded ? 2 : 0)
    else { return rows.skip(model.table, "batch does not divide") }
    let id = row["id"]?.string ?? ""
    // DINOv2, UNI and MedSAM: PyTorch 2 with fused attention.
    let isRecent = sharded || model.id == "medsam-vit-b"
    let isBenchmark = model.table == "nnU-Net"
    var run = PublishedRun(
      table: model.table, group: id, label: id, cluster: site.cluster, device: site.device,
      stack: isBenchmark ? "nnunet" : isRecent ? "pytorch" : "pytorch-2021-runs",
      model: .catalogue(model.id, request), precision: precision,
      configuration: configuration, seconds: seconds,
      isFitted: isBenchmark ? name.contains("A100") : !isRecent && RowReader.isEven(id))
    run.statesMemory = isBenchmark
    rows.runs.append(run)
  }

  /// Seconds of a step from what a row states of time and work.
  private static func seconds(_ row: JSONValue, _ global: Int) -> Double? {
    let time = row["time"]
    if let step = time?["step_time_s"]?.double { return step }
    if let rate = time?["throughput_samples_per_s"]?.double { return Double(global) / rate }
    guard let hours = time?["wall_clock_hours"]?.double,
      let seen = row["work"]?["samples_seen"]?.double
    else { return nil }
    return hours * 3600 * Double(global) / seen
  }

  /// Mixed precision keeps fp32 parameters; V100 and older have no bf16.
  private static func precision(_ text: String, _ device: String) -> Precision {
    guard !text.hasPrefix("fp32") else { return .fp32 }
    let half: DataType = text.hasPrefix("bf16") ? .bf16 : .fp16
    // The P100's generation computes in fp32 whatever autocast says.
    return Precision(parameters: .fp32, compute: device.hasPrefix("Titan Xp") ? .fp32 : half)
  }

  /// Where a device stands; single ones by themselves.
  private static func site(
    _ name: String, _ gigabytes: Double?
  ) -> (cluster: String, device: String?)? {
    let text = name.lowercased()
    if text.contains("a100") {
      if text.contains("pcie") { return ("a100-40gb-pcie", nil) }
      return gigabytes == 40 ? ("dgx-a100-40gb", nil) : ("dgx-a100-superpod", nil)
    }
    if text.contains("h100") { return ("dgx-h100-superpod", nil) }
    if text.contains("v100") {
      return text.contains("pcie") ? ("v100-32gb-pcie", nil) : ("dgx1-v100-32gb", nil)
    }
    let single = [
      "quadro rtx6000": "quadro-rtx-6000", "titan rtx": "titan-rtx", "titan xp": "titan-xp",
      "rtx 2080 ti": "rtx-2080-ti", "rtx 3090": "workstation-2x-rtx-3090",
    ]
    return single.first { text.contains($0.key) }.map { ($0.value, nil) }
  }

  // MARK: bioinformatics

  /// Runs of `training_runs_language_bio.json` with complete inputs.
  public static func biology(_ document: JSONValue) -> PublishedRows {
    let known = [
      "geneformer-10m-nv": ("geneformer", 32), "geneformer-106m-nv": ("geneformer-106m", 16),
    ]
    var rows = PublishedRows()
    for row in document["runs"]?.array ?? [] {
      guard let (model, micro) = known[row["id"]?.string ?? ""] else {
        rows.skip("bioinformatics and language", "cut, batch or time is not stated")
        continue
      }
      guard let devices = row["n_devices"]?.int, let steps = row["steps"]?.double,
        let hours = row["wall_clock_hours"]?.double, let sequence = row["seq_len"]?.int,
        let configuration = RowReader.configuration(
          data: devices, tensor: 1, pipeline: 1, micro: micro, global: micro * devices,
          recompute: .none)
      else { continue }
      let precision = Precision(parameters: .fp32, compute: .bf16)
      let request = WorkloadRequest(
        task: .pretrain, batch: micro, sequence: sequence, precision: precision)
      rows.runs.append(
        PublishedRun(
          table: "bioinformatics", group: model, label: "\(model) on \(devices) A100",
          cluster: "dgx-a100-superpod", stack: "pytorch-2021-runs",
          model: .catalogue(model, request),
          precision: precision, configuration: configuration, seconds: hours * 3600 / steps,
          isFitted: false))
    }
    return rows
  }

  // MARK: timm

  /// Names of timm that the catalogue spells otherwise.
  private static let spelt = [
    "vit_small_patch16_224": "vit-s-16", "vit_base_patch16_224": "vit-b-16",
    "vit_large_patch16_224": "vit-l-16",
  ]

  /// Training on one RTX 3090 under autocast (`timm/benchmark-train-amp-nchw-….csv`).
  public static func timm(_ table: CSVTable) -> PublishedRows {
    var rows = PublishedRows()
    guard let name = table.column("model"), let rate = table.column("train_samples_per_sec"),
      let batch = table.column("train_batch_size"), let extent = table.column("train_img_size")
    else { return rows }
    let catalogue = Set(ModelCatalogue.builtIn.models.map(\.id))
    let precision = Precision(parameters: .fp32, compute: .fp16)
    for row in table.rows {
      let id = spelt[row[name]] ?? row[name]
      guard let micro = Int(row[batch]), let size = Int(row[extent]), let speed = Double(row[rate]),
        catalogue.contains(id),
        let configuration = RowReader.configuration(
          data: 1, tensor: 1, pipeline: 1, micro: micro, global: micro, recompute: .none)
      else {
        rows.skip("timm RTX 3090", "not in the catalogue")
        continue
      }
      var request = WorkloadRequest(
        task: .finetune, batch: micro, image: ImageSize(height: size, width: size),
        precision: precision, optimizer: .momentum)
      request.classes = 1000
      rows.runs.append(
        PublishedRun(
          table: "timm RTX 3090", group: id, label: "\(row[name]) b\(micro) \(size) px",
          cluster: "rtx-3090", stack: "pytorch-2021", model: .catalogue(id, request),
          precision: precision, configuration: configuration, seconds: Double(micro) / speed,
          isFitted: RowReader.isEven(id)))
    }
    return rows
  }
}
