public import Graph
public import Models
public import Quantities

/// What is done with a model.
public enum WorkloadTask: String, Sendable, Hashable, CaseIterable {
  /// Train from scratch on the model's own objective.
  case pretrain
  /// Train all parameters on a task, with a new head where the task is supervised.
  case finetune
  /// Run forward only.
  case infer
  /// Fine-tune low-rank updates beside frozen matrices.
  case lora
  /// Fine-tune bottlenecks behind frozen matrices.
  case adapter
  /// Fine-tune scales of frozen matrices' results (IA³).
  case ia3
  /// Fine-tune learned tokens in front of the embedded ones.
  case promptTuning = "prompt-tuning"
  /// Fine-tune learned keys and values in front of each layer's (prefix tuning, P-tuning v2).
  case prefixTuning = "prefix-tuning"
  /// Train a classifier on frozen embeddings.
  case linearProbe = "linear-probe"
  /// Train on preferred and rejected answers beside a frozen reference.
  case dpo
  /// Train policy and value on sampled answers beside frozen reference and reward models.
  case ppo

  /// Whether parameters change.
  public var trains: Bool { self != .infer }

  /// Whether a pre-trained model meets a new task.
  var adapts: Bool { self != .pretrain && self != .infer }

  /// What is trained when nothing else is said.
  var trained: TrainedPart {
    switch self {
    case .pretrain, .finetune, .infer, .dpo, .ppo: .everything
    case .lora, .adapter, .ia3, .promptTuning, .prefixTuning: .adapters
    case .linearProbe: .head
    }
  }
}

/// How an adapting task is sized; what is nil takes the task's usual value.
public struct AdaptationOptions: Sendable, Hashable {
  /// Rank of low-rank updates (8). Given with another task, that task trains such updates.
  public var rank: Int?
  /// Names of the adapted matrices; empty takes the task's usual ones, `all` every one.
  public var targets: [String] = []
  /// Learned tokens (20).
  public var tokens: Int?
  /// Width of bottlenecks (64).
  public var bottleneck: Int?
  /// Format of the frozen matrices.
  public var quantize: DataType?
  /// Format of low-rank updates; nil: the parameters' own (see `MatrixAdaptation.updates`).
  public var updates: DataType?
  /// Layers at the end of a stack that can be trained alone.
  public var lastLayers: Int?

  /// Creates options that take everything as usual.
  public init() {}

  /// What is done to matrices; nil where nothing is.
  ///
  /// Usual targets: queries and values for LoRA (arXiv 2106.09685, section 4.2), the products that
  /// end attention and MLP for bottlenecks (arXiv 1902.00751, figure 2), keys, values and the
  /// MLP's inner values for IA³ (arXiv 2205.05638, section 3.3).
  func matrices(_ task: WorkloadTask) -> MatrixAdaptation? {
    func named(_ usual: [String]) -> [String] {
      targets.isEmpty ? usual : targets == ["all"] ? [] : targets
    }
    var result = MatrixAdaptation(rank: nil, targets: [], weights: quantize)
    switch task {
    case .adapter:
      result.bottleneck = bottleneck ?? 64
      result.targets = named(["attention.output", "mlp.down"])
    case .ia3:
      let scaled = named(["key", "value", "down"])
      result.scaledInputs = scaled.filter { $0.hasSuffix("down") }
      result.scaledOutputs = scaled.filter { !$0.hasSuffix("down") }
      // Nothing is a target of its own.
      result.targets = ["."]
    default:
      guard let rank = rank ?? (task == .lora ? 8 : nil) else {
        return quantize.map { _ in result }
      }
      result.rank = rank
      result.updates = updates
      result.targets = named(["query", "value"])
    }
    return result
  }
}

/// One workload's shape, formats and purpose.
public struct WorkloadRequest: Sendable, Hashable {
  /// What is done.
  public var task: WorkloadTask
  /// What is computed; nil for the model's own (fine-tuning: supervised, or the model's own for
  /// decoders and dual encoders).
  public var objective: Objective?
  /// What a training step ends in.
  public var loss = TrainingLoss.own
  /// Samples in one pass (a micro-batch in training).
  public var batch: Int
  /// Tokens per sample; nil for the model's own.
  public var sequence: Int?
  /// Image extents; nil for the model's own.
  public var image: ImageSize?
  /// `[depth, height, width]` of a volume; nil for the model's own.
  public var volume: [Int]?
  /// Tokens per sample of the decoder's side; nil for the model's own.
  public var targetSequence: Int?
  /// Frames of a video or leads of a signal; nil for the model's own.
  public var frames: Int?
  /// Aligned sequences of a sample; nil for the model's own.
  public var rows: Int?
  /// Images of a sample; nil for the model's own.
  public var images: Int?
  /// Further passes that start from the last one's results; nil for the model's own.
  public var recycles: Int?
  /// Prompts for each image of a promptable model; nil for the model's own.
  public var prompts: Int?
  /// Steps of a sampling by diffusion; nil for the model's own.
  public var denoisingSteps: Int?
  /// A slide or scan over which the model runs tile by tile, `batch` of them in a pass; nil for
  /// samples of the model's own extents.
  public var whole: WholeRequest?
  /// Tokens in the key/value cache: a decoding step adds `sequence` (default 1) to them.
  public var past: Int?
  /// How matrices are adapted, word for word; nil follows from the task and `options`.
  public var adaptation: MatrixAdaptation?
  /// How an adapting task is sized.
  public var options = AdaptationOptions()
  /// Whether a frozen embedding's result gets a gradient all the same, as PyTorch's recomputation
  /// needs it (peft does so).
  public var embeddingGradient = false
  /// Whose code computes the model.
  public var code = ModelCode.published
  /// Whether dropout is on in stacks of tokens while they train.
  public var dropout = false
  /// Formats of parameters and activations.
  public var precision: Precision
  /// The update rule of a training step.
  public var optimizer: OptimizerKind
  /// Classes of a supervised head; nil for the model's own, or 2 when fine-tuning.
  public var classes: Int?
  /// Which parameters are trained; nil for what the task usually trains.
  public var trained: TrainedPart?

  /// Creates a request.
  public init(
    task: WorkloadTask, objective: Objective? = nil, batch: Int, sequence: Int? = nil,
    image: ImageSize? = nil, precision: Precision = .fp32, optimizer: OptimizerKind = .adamw,
    classes: Int? = nil, trained: TrainedPart? = nil
  ) {
    self.task = task
    self.objective = objective
    self.batch = batch
    self.sequence = sequence
    self.image = image
    self.precision = precision
    self.optimizer = optimizer
    self.classes = classes
    self.trained = trained
  }

  /// Which parameters are trained.
  func trainedPart(of model: ModelProfile, _ objective: Objective) -> TrainedPart {
    if let trained { return trained.resolved(for: model) }
    if task == .pretrain, objective == model.objective, let stage = model.stage {
      return TrainedPart.parts([stage]).resolved(for: model)
    }
    // Updates that a rank adds to another task are all that it trains.
    return options.rank != nil && task.trained == .everything ? .adapters : task.trained
  }
}
