import CostModel
import Graph
import Models
import Quantities
import Workloads

/// The options that say which model does what, shared by `cost` and `plan`.
enum WorkloadOptions {
  static let options: [CommandOption] = shapes + TilingOptions.options

  private static let shapes: [CommandOption] = [
    .value(
      "task", "WORD", "what is done with the model (default pretrain)",
      words: WorkloadTask.allCases.map(\.rawValue)),
    .value(
      "objective", "WORD", "what is computed (default: the model's own)",
      words: Objective.allCases.map(\.rawValue)),
    .value(
      "loss", "WORD",
      "what a training step ends in: the objective's own loss, or the mean of the model's results"
        + " in fp32, as measurements without labels do (default own)",
      words: TrainingLoss.allCases.map(\.rawValue)),
    .value("sequence", "N", "tokens per sample (default: the model's own)"),
    .value("image", "HxW", "pixels of an image (default: the model's own)"),
    .value("volume", "DxHxW", "voxels of a volume (default: the model's own)"),
    .value("target-sequence", "N", "tokens of the decoder's side (default: the model's own)"),
    .value("frames", "N", "frames of a video (default: the model's own)"),
    .value("rows", "N", "aligned sequences of a sample (default: the model's own)"),
    .value("images", "N", "images of a sample (default: the model's own)"),
    .value("recycles", "N", "passes before the last one (default: the model's own)"),
    .value("prompts", "N", "prompts for each image of a promptable model (default 1)"),
    .value(
      "denoising-steps", "N", "steps of a sampling by diffusion (default: the model's own)"),
    .value("past", "N", "tokens in the key/value cache: counts one decoding step"),
    .value("classes", "N", "classes of a supervised head"),
    .value(
      "train", "PARTS",
      "everything, head, adapters, last:N layers, a stage, or parts by name (a,b)"),
    .value("rank", "N", "rank of LoRA's updates (default 8 with --task lora)"),
    .value("targets", "NAMES", "matrices that are adapted (default: the task's usual; or all)"),
    .value("virtual-tokens", "N", "learned tokens of prompt and prefix tuning (default 20)"),
    .value("bottleneck", "N", "width of adapters (default 64)"),
    .value(
      "quantize", "WORD", "format of the frozen matrices, with scales by groups",
      words: ["int8", "int4", "fp8"]),
    .value(
      "update-dtype", "WORD",
      "format of LoRA's updates (default: the parameters' own; fp32 in plans with PyTorch, as"
        + " peft keeps them)", words: ["fp32", "bf16", "fp16"]),
    .flag("dropout", "dropout is on in stacks of tokens, whose masks are kept"),
    .value("dtype", "WORD", "number formats (default bf16-mixed)", words: Precision.words),
    .value(
      "optimizer", "WORD", "update rule (default adamw)",
      words: OptimizerKind.allCases.map(\.rawValue)),
    .value("profiles", "DIR", "a folder with further profiles (default: HFM_PROFILES)"),
  ]

  /// The option that trades work for memory.
  static func recompute(_ fallback: String) -> CommandOption {
    .value(
      "recompute", "WORD", "activations computed again in backward, not kept (default \(fallback))",
      words: Recompute.allCases.map(\.rawValue))
  }

  /// The request of one format and update rule, without its batch, which is 1.
  static func request(_ arguments: Arguments) throws(UserError) -> WorkloadRequest {
    let precision = arguments.string("dtype").flatMap(Precision.init(word:))
    return try request(
      arguments,
      precision: precision ?? (task(arguments) == .infer ? .bf16 : .bf16Mixed),
      optimizer: arguments.string("optimizer").flatMap(OptimizerKind.init(rawValue:)) ?? .adamw)
  }

  /// What is done.
  static func task(_ arguments: Arguments) -> WorkloadTask {
    arguments.string("task").flatMap(WorkloadTask.init(rawValue:)) ?? .pretrain
  }

  /// The request without its batch, which is 1.
  static func request(
    _ arguments: Arguments, precision: Precision, optimizer: OptimizerKind
  ) throws(UserError) -> WorkloadRequest {
    let task = task(arguments)
    let image = try arguments.extents("image", count: 2).map {
      ImageSize(height: $0[0], width: $0[1])
    }
    var request = WorkloadRequest(
      task: task, objective: arguments.string("objective").flatMap(Objective.init(rawValue:)),
      batch: 1, sequence: try arguments.int("sequence", in: 1...10_000_000), image: image,
      precision: precision, optimizer: optimizer,
      classes: try arguments.int("classes", in: 1...10_000_000))
    request.loss = arguments.string("loss").flatMap(TrainingLoss.init(rawValue:)) ?? .own
    (request.trained, request.options) = try adaptation(arguments, task)
    request.volume = try arguments.extents("volume", count: 3)
    request.targetSequence = try arguments.int("target-sequence", in: 1...10_000_000)
    request.frames = try arguments.int("frames", in: 1...1_000_000)
    request.rows = try arguments.int("rows", in: 1...1_000_000)
    request.images = try arguments.int("images", in: 1...1_000_000)
    request.recycles = try arguments.int("recycles", in: 0...100)
    request.prompts = try arguments.int("prompts", in: 1...1_000_000)
    request.denoisingSteps = try arguments.int("denoising-steps", in: 1...100_000)
    request.whole = try TilingOptions.whole(arguments)
    request.past = try arguments.int("past", in: 1...100_000_000)
    request.dropout = arguments.flag("dropout")
    return request
  }

  /// What is trained, and how an adapting task is sized.
  private static func adaptation(
    _ arguments: Arguments, _ task: WorkloadTask
  ) throws(UserError) -> (TrainedPart?, AdaptationOptions) {
    var options = AdaptationOptions()
    options.rank = try arguments.int("rank", in: 1...1_000_000)
    options.tokens = try arguments.int("virtual-tokens", in: 1...1_000_000)
    options.bottleneck = try arguments.int("bottleneck", in: 1...1_000_000)
    options.quantize = arguments.string("quantize").flatMap(DataType.init(rawValue:))
    options.updates = arguments.string("update-dtype").flatMap(DataType.init(rawValue:))
    if options.updates != nil, task != .lora, options.rank == nil {
      throw UserError(
        .input, key: "--update-dtype", "\(task.rawValue) adds no updates of low rank",
        remedy: "use --task lora, or give --rank")
    }
    options.targets = Arguments.listed(arguments.string("targets") ?? "")
    if options.quantize != nil, task == .pretrain || (task == .finetune && options.rank == nil) {
      throw UserError(
        .input, key: "--quantize",
        "\(task.rawValue) trains every matrix, and a narrow one cannot be",
        remedy: "use --task lora, adapter, prompt-tuning, linear-probe or infer")
    }
    var parts: [String] = []
    for word in Arguments.listed(arguments.string("train") ?? "") {
      guard word.hasPrefix("last:") else {
        parts.append(word)
        continue
      }
      guard let count = Int(word.dropFirst(5)), (1...100_000).contains(count) else {
        throw UserError(
          .input, key: "--train", "\"\(word)\" names no layers", remedy: "give last:N, N from 1")
      }
      options.lastLayers = count
      parts += [GraphRequest.lastLayers, "norm", "head"]
    }
    switch parts {
    case []: return (nil, options)
    case ["everything"]: return (.everything, options)
    case ["head"]: return (.head, options)
    case ["adapters"]: return (.adapters, options)
    default: return (.parts(parts), options)
    }
  }

  /// The model that MODEL names: a catalogue id or a file.
  static func model(_ arguments: Arguments) throws(UserError) -> ModelProfile {
    try ModelSource.model(arguments.operand(0) ?? "", profiles: arguments.string("profiles"))
  }

  /// Paths of the profiles in a folder and its folders; none when there is no such folder.
  static func profiles(in folder: String) throws(UserError) -> [String] {
    guard Files.isFolder(folder) else { return [] }
    var paths: [String] = []
    for name in try Files.names(in: folder) {
      let path = folder + "/" + name
      if Files.isFolder(path) {
        paths += try profiles(in: path)
      } else if name.hasSuffix(".json") {
        paths.append(path)
      }
    }
    return paths
  }
}
