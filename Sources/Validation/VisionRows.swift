public import DataFormats
import Graph
import Models
import Planner
import Quantities
import Workloads

extension CatalogueRows {
  /// A row's model in the catalogue and the table that it is reported in.
  private struct Known {
    var id: String
    var table: String
    var task = WorkloadTask.pretrain
    var objective: Objective?
    /// Pixels of an image for each element of the latent that the network reads.
    var latent = 1
    /// Samples of a step where a row states images and its source the steps that they took.
    var global: Int?
    /// Samples of a pass where the source's configuration states them.
    var pass: Int?
    /// Images of a step over samples of the catalogue's step: MoCo 1 and 2 see one view of an
    /// image as query and one as key, the catalogue's (version 3, arXiv 2104.02057) both as both.
    var views = 1
  }

  private static let known: [String: Known] = [
    "dinov2_vit_l16_pretrain": Known(id: "uni", table: "vision"),
    "dinov2_vit_l14_pretrain": Known(id: "dinov2-vitl14", table: "vision", objective: .dino),
    "dinov2_vit_g14_pretrain": Known(id: "dinov2-vitg14", table: "vision", objective: .dino),
    "mae_vit_l16_pretrain": Known(id: "mae_vit_large_patch16_dec512d8b", table: "vision"),
    "moco_resnet50": Known(
      id: "resnet50", table: "vision", objective: .momentumContrast, views: 2),
    "vit_b16": Known(id: "vit-b-16", table: "vision", task: .finetune),
    "vit_l16": Known(id: "vit-l-16", table: "vision", task: .finetune),
    "vit_h14": Known(id: "vit-h-14", table: "vision", task: .finetune),
    "sam_vit_b": Known(id: "medsam-vit-b", table: "vision", task: .finetune),
    "stunet_b": Known(id: "stunet-b", table: "nnU-Net"),
    "stunet_l": Known(id: "stunet-l", table: "nnU-Net"),
    "swin_unetr": Known(id: "swinunetr-48", table: "nnU-Net"),
    "voco_swin_b": Known(id: "voco-b", table: "vision"),
    "nnunet_3d_fullres": Known(id: "nnunet-3d-fullres", table: "nnU-Net"),
    "nnunet_2d": Known(id: "nnunet-2d", table: "nnU-Net"),
    "clip_rn50x64": Known(id: "clip-rn50x64", table: "multimodal"),
    "clip_vit_b32": Known(id: "clip-vit-b-32", table: "multimodal"),
    "clip_vit_b16": Known(id: "clip-vit-b-16", table: "multimodal"),
    "clip_vit_b16_plus_240": Known(id: "clip-vit-b-16-plus-240", table: "multimodal"),
    "clip_vit_l14": Known(id: "clip-vit-l-14", table: "multimodal"),
    "clip_vit_l16": Known(id: "clip-vit-l-16", table: "multimodal"),
    "clip_vit_h14": Known(id: "clip-vit-h-14", table: "multimodal"),
    "clip_vit_g14": Known(id: "clip-vit-g-14", table: "multimodal"),
    "albef": Known(id: "albef", table: "multimodal"),
    "mgca_vit_b": Known(id: "mgca-vit-b", table: "multimodal"),
    "stable_diffusion_v1": Known(id: "stable-diffusion-v1", table: "Stable Diffusion"),
    // github.com/mosaicml/diffusion-benchmark, benchmark.py: `batch_size` 2048.
    "stable_diffusion_v2": Known(
      id: "stable-diffusion-v2", table: "Stable Diffusion", global: 2048),
    // github.com/mosaicml/diffusion, yamls/hydra-yamls/SD-2-base-256.yaml and -512.yaml:
    // `train_batch_size` 2048, `device_train_microbatch_size` 16.
    "stable_diffusion_v2_unet": Known(
      id: "sd2-unet", table: "Stable Diffusion", latent: 8, global: 2048, pass: 16),
  ]

  /// Models that read images and a text of a length that rows do not state.
  private static let chatty = ["llava", "minigpt", "openflamingo", "med_flamingo"]

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
    let word = row["arch"]?.string ?? ""
    guard !chatty.contains(where: { word.hasPrefix($0) }) else {
      return rows.skip("multimodal", "LLaVA and its kin: the text's mean length is not stated")
    }
    guard let model = known[word] else {
      return rows.skip("vision and multimodal", "\(word): its recipe is not in the catalogue")
    }
    let (hardware, work) = (row["hardware"], row["work"])
    let name = hardware?["accelerator"]?.string ?? ""
    guard let site = site(name, hardware?["memory_gb"]?.double) else {
      return rows.skip(model.table, "device not known here")
    }
    guard let devices = hardware?["count"]?.int else {
      return rows.skip(model.table, "\(model.id): number of devices is not stated")
    }
    let stated = work?["global_batch"]?.int ?? model.global
    let choosesMicroBatch =
      stated == nil && row["time"]?["throughput_samples_per_s"]?.double != nil
    // What a device gets at once where it is said, else its share of the whole.
    let pass = statedPass(row) ?? model.pass
    guard let global = stated ?? (choosesMicroBatch ? devices * (pass ?? 1) : nil),
      let micro = work?["batch_per_device"]?.int ?? pass ?? share(global, devices),
      global % (devices * micro) == 0
    else { return rows.skip(model.table, "\(model.id): batch is not stated or does not divide") }
    guard let seconds = seconds(row, global) else {
      return rows.skip(model.table, "time is not stated")
    }
    guard let format = row["precision"]?.string else {
      return rows.skip(model.table, "\(model.id): format is not stated")
    }
    let precision = precision(format, name)
    var request = WorkloadRequest(
      task: model.task, objective: model.objective, batch: max(1, micro / model.views),
      precision: precision)
    let extents = (work?["resolution"]?.array ?? []).compactMap(\.int).map { $0 / model.latent }
    switch extents.count {
    case 2: request.image = ImageSize(height: extents[0], width: extents[1])
    case 3: request.volume = extents
    default: return rows.skip(model.table, "\(model.id): extents of a patch are not stated")
    }
    if model.task == .finetune, model.id.hasPrefix("vit") { request.classes = 1000 }
    if model.table == "nnU-Net" { request.optimizer = .momentum }
    let sharded = row["parallelism"]?.string?.contains("FSDP") == true
    let recompute = row["recompute"]?.string
    guard
      let configuration = RowReader.configuration(
        data: devices, tensor: 1, pipeline: 1, micro: micro, global: global,
        recompute: recompute == nil ? .none : .full, zero: sharded ? 2 : 0)
    else { return rows.skip(model.table, "batch does not divide") }
    let id = row["id"]?.string ?? ""
    // DINOv2, UNI, MedSAM and Mosaic's diffusion: PyTorch 2, or xFormers, with fused attention.
    let isRecent = sharded || model.id == "medsam-vit-b" || id.hasPrefix("mosaic")
    let isBenchmark = model.table == "nnU-Net"
    var run = PublishedRun(
      table: model.table, group: id, label: id, cluster: site.cluster, device: site.device,
      stack: isBenchmark ? "nnunet" : isRecent ? "pytorch" : "pytorch-2021-runs",
      model: .catalogue(model.id, request), precision: precision,
      configuration: configuration, seconds: seconds,
      isFitted: isBenchmark ? name.contains("A100") : !isRecent && RowReader.isEven(id))
    run.statesMemory = isBenchmark
    run.mayRecompute = !isBenchmark && recompute == nil
    run.mayAccumulate = !isBenchmark && work?["batch_per_device"]?.int == nil && pass == nil
    run.choosesMicroBatch = choosesMicroBatch && pass == nil
    run.measure = isTimed(row) ? .steps : .wholeRun
    rows.runs.append(run)
  }

  /// `device_train_microbatch_size 4` in the notes: samples of a pass.
  private static func statedPass(_ row: JSONValue) -> Int? {
    let words = (row["notes"]?.string ?? "").split { $0 == " " || $0 == ";" }
    guard let at = words.firstIndex(of: "device_train_microbatch_size"), at + 1 < words.count
    else { return nil }
    return Int(words[at + 1])
  }

  private static func share(_ global: Int, _ devices: Int) -> Int? {
    global % devices == 0 ? global / devices : nil
  }

  /// Whether steps were timed or their rate logged: no whole run by the clock.
  private static func isTimed(_ row: JSONValue) -> Bool {
    row["time"]?["step_time_s"]?.double != nil
      || row["time"]?["throughput_samples_per_s"]?.double != nil
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
    guard !text.hasPrefix("tf32") else { return Precision(parameters: .fp32, compute: .tf32) }
    let half: DataType = text.hasPrefix("bf16") ? .bf16 : .fp16
    // The P100's generation computes in fp32 whatever autocast says.
    return Precision(parameters: .fp32, compute: device.hasPrefix("Titan Xp") ? .fp32 : half)
  }

  /// Where a device stands; single ones by themselves.
  static func site(
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
      "quadro rtx6000": "quadro-rtx-6000", "quadro rtx 6000": "quadro-rtx-6000",
      "titan rtx": "titan-rtx", "titan xp": "titan-xp",
      "rtx 2080 ti": "rtx-2080-ti", "rtx 2080ti": "rtx-2080-ti",
      "rtx 3090": "workstation-2x-rtx-3090", "rtx a6000": "workstation-4x-rtx-a6000",
    ]
    return single.first { text.contains($0.key) }.map { ($0.value, nil) }
  }
}
