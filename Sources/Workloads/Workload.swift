public import Graph
public import Models
public import Quantities

/// A model put to work: the graphs to count, to plan and to run.
public struct Workload: Sendable {
  /// The model.
  public let model: ModelProfile
  /// What was asked for.
  public let request: WorkloadRequest
  /// The request with every default filled in.
  public let resolved: GraphRequest
  /// Forward computation; ends in the loss when training.
  public let forward: OperatorGraph
  /// Forward, backward and optimizer step of one micro-batch; nil for inference.
  public let training: TrainingGraph?

  /// Builds the graphs.
  ///
  /// - Throws: `UserError` for shapes that the model cannot take, for an objective it lacks, and
  ///   for formats in which it cannot train.
  public init(_ model: ModelProfile, _ request: WorkloadRequest) throws(UserError) {
    self.model = model
    self.request = request
    let resolved = try request.resolved(for: model)
    self.resolved = resolved
    forward = try model.graph(resolved)
    guard resolved.withLoss else {
      training = nil
      return
    }
    let headOnly = request.trained == .head
    training = try TrainingGraph.derive(from: forward, optimizer: request.optimizer) {
      block, tensor in
      !headOnly || (block.name == "head" && tensor.role == .parameter(.head))
    }
  }
}

extension WorkloadRequest {
  /// Fills in the model's defaults and checks the shapes.
  ///
  /// - Throws: `UserError` that names the option, the value found and what the model takes.
  public func resolved(for model: ModelProfile) throws(UserError) -> GraphRequest {
    func fault(_ option: String, _ message: String, _ remedy: String) -> UserError {
      UserError(.input, place: model.id, key: option, message, remedy: remedy)
    }
    guard batch >= 1 else {
      throw fault("--batch", "a batch of \(batch) samples", "give at least 1")
    }
    if let classes, classes < 1 {
      throw fault("--classes", "\(classes) classes", "give at least 1")
    }
    let training = task != .infer
    if training {
      let formats = [precision.parameters, precision.compute]
      guard formats.allSatisfy({ $0.isFloatingPoint }) else {
        throw fault(
          "--dtype", "cannot train in \(precision.word)", "use fp32, bf16 or bf16-mixed")
      }
    }
    let objective =
      self.objective
      ?? model.defaultObjective(
        training: training, newTask: task == .finetune)
    return GraphRequest(
      batch: batch, sequence: try sequence(for: model), image: try image(for: model),
      precision: precision, objective: objective, withLoss: training,
      classes: classes ?? (task == .finetune && objective == .supervised ? 2 : nil))
  }

  private func sequence(for model: ModelProfile) throws(UserError) -> Int {
    guard let input = model.tokenInput else {
      guard sequence == nil else {
        throw UserError(
          .input, place: model.id, key: "--sequence", "this model reads images, not tokens",
          remedy: "use --image HxW")
      }
      return 1
    }
    let length = sequence ?? input.sequence
    guard length >= 1, length <= input.context else {
      throw UserError(
        .input, place: model.id, key: "--sequence", "a sequence of \(length) tokens",
        remedy: "the model takes 1 to \(input.context)")
    }
    return length
  }

  private func image(for model: ModelProfile) throws(UserError) -> ImageSize {
    guard let input = model.patchInput else {
      guard image == nil else {
        throw UserError(
          .input, place: model.id, key: "--image", "this model reads tokens, not images",
          remedy: "use --sequence N")
      }
      return ImageSize(height: 1, width: 1)
    }
    let size = image ?? ImageSize(height: input.image, width: input.image)
    guard size.height >= 1, size.width >= 1, size.height % input.patch == 0,
      size.width % input.patch == 0
    else {
      throw UserError(
        .input, place: model.id, key: "--image", "an image of \(size.height)x\(size.width)",
        remedy: "both extents must be multiples of the patch size \(input.patch)")
    }
    return size
  }
}
