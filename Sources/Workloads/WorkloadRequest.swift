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
}

/// Which parameters a training step changes.
public enum TrainedPart: Sendable, Hashable {
  /// Every parameter that the loss depends on.
  case everything
  /// Only the head (linear probing): backward stops at the pooled embedding.
  case head
  /// What an adaptation added (LoRA's matrices, adapters, prompts), and a new head.
  case adapters
  /// Blocks whose names start so (`projector.`), the rest frozen.
  case parts([String])

  /// Whether a block's parameter is trained.
  func covers(_ block: Block, _ tensor: Tensor) -> Bool {
    let isHead = block.name == "head" && tensor.role == .parameter(.head)
    switch self {
    case .everything: return true
    case .head: return isHead
    case .adapters: return tensor.role == .parameter(.adapter) || isHead
    case .parts(let prefixes): return prefixes.contains { block.name.hasPrefix($0) }
    }
  }
}

/// One workload's shape, formats and purpose.
public struct WorkloadRequest: Sendable, Hashable {
  /// What is done.
  public var task: WorkloadTask
  /// What is computed; nil for the model's own (fine-tuning: supervised, or the model's own for
  /// decoders and dual encoders).
  public var objective: Objective?
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
  /// Steps of a sampling by diffusion; nil for the model's own.
  public var denoisingSteps: Int?
  /// Prompts for each image of a promptable model; nil for the model's own.
  public var prompts: Int?
  /// Tokens in the key/value cache: a decoding step adds `sequence` (default 1) to them.
  public var past: Int?
  /// How matrices are adapted.
  public var adaptation: MatrixAdaptation?
  /// Formats of parameters and activations.
  public var precision: Precision
  /// The update rule of a training step.
  public var optimizer: OptimizerKind
  /// Classes of a supervised head; nil for the model's own, or 2 when fine-tuning.
  public var classes: Int?
  /// Which parameters are trained.
  public var trained: TrainedPart

  /// Creates a request.
  public init(
    task: WorkloadTask, objective: Objective? = nil, batch: Int, sequence: Int? = nil,
    image: ImageSize? = nil, precision: Precision = .fp32, optimizer: OptimizerKind = .adamw,
    classes: Int? = nil, trained: TrainedPart = .everything
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
}
