public import Graph
public import Models
public import Quantities

/// A model put to work: the graphs to count, to plan and to run.
public struct Workload: Sendable {
  /// The model.
  public let model: ModelProfile
  /// What was asked for.
  public let request: WorkloadRequest
  /// The request of one pass with every default filled in.
  public let resolved: GraphRequest
  /// Tiles of a slide or scan; nil for samples of the model's own extents.
  public let tiling: Tiling?
  /// Forward computation; ends in the loss when training.
  public let forward: OperatorGraph
  /// Forward, backward and optimizer step of one micro-batch; nil for inference.
  public let training: TrainingGraph?
  /// Share of the samples that a trained block leaves out (stochastic depth of self-distillation).
  public var skippedSamples: Double {
    let distils = (resolved.objective == .dino) && request.task == .pretrain
    return distils ? model.pretraining.stochasticDepth : 0
  }

  /// Elements of each sample that replicas gather before a contrastive loss; 0 without one.
  public var gatheredElements: Int {
    switch resolved.objective {
    case .contrastive, .contrastiveCaptioning, .hybrid: training == nil ? 0 : model.gatheredElements
    default: 0
    }
  }

  /// Builds the graphs.
  ///
  /// - Throws: `UserError` for shapes that the model cannot take, for an objective it lacks, and
  ///   for formats in which it cannot train.
  public init(_ model: ModelProfile, _ request: WorkloadRequest) throws(UserError) {
    self.model = model
    self.request = request
    let resolved = try request.resolved(for: model)
    self.resolved = resolved
    let tiling = try request.tiling(model.sample, tile: resolved.spatial, model: model.id)
    self.tiling = tiling
    var graph = try model.graph(resolved)
    if let tiling, let whole = request.whole {
      let (passes, overflow) = tiling.passes(batch: resolved.batch)
        .multipliedReportingOverflow(by: whole.mirrors)
      graph.passes = overflow ? .max : passes
    }
    forward = graph
    guard resolved.trains else {
      training = nil
      return
    }
    let part = request.trainedPart(of: model, resolved.objective)
    try part.check(forward, model: model)
    let newTask = request.task.adapts && resolved.objective == .supervised
    training = try TrainingGraph.derive(
      from: forward, isChecked: true, optimizer: request.optimizer,
      isTrainable: { part.covers($0, $1, newTask: newTask) },
      wantsGradient: { request.embeddingGradient && $0.name.hasSuffix("embeddings") })
  }
}

extension Workload {
  /// Samples that one run of the forward graph (all of its passes) gives: one slide or scan, or a
  /// batch.
  public var samples: Int { tiling == nil ? resolved.batch : 1 }
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
    let training = task.trains
    if training {
      let formats = [precision.parameters, precision.compute]
      guard formats.allSatisfy({ $0.isFloatingPoint }) else {
        throw fault(
          "--dtype", "cannot train in \(precision.word)", "use fp32, bf16 or bf16-mixed")
      }
    }
    let objective =
      self.objective
      ?? defaultObjective(model)
    let sample = model.sample
    var resolved = GraphRequest(
      batch: batch, sequence: 1, spatial: try spatial(sample, model.id), precision: precision,
      objective: objective, withLoss: training,
      classes: classes ?? (task.adapts && objective == .supervised ? 2 : nil))
    if training { resolved.loss = loss }
    resolved.code = code
    resolved.dropout = dropout && training
    resolved.sequence = try sequence(sample, model.id)
    resolved.targetSequence = try extent(
      targetSequence, past == nil ? sample.targetSequence : sample.targetSequence.map { _ in 1 },
      "--target-sequence", model.id)
    resolved.frames = try extent(frames, sample.frames, "--frames", model.id)
    resolved.rows = try extent(rows, sample.rows, "--rows", model.id)
    resolved.images = try extent(images, sample.images, "--images", model.id)
    resolved.recycles = try recycles(sample, model.id)
    resolved.prompts = try extent(prompts, sample.prompts, "--prompts", model.id)
    resolved.denoisingSteps = try extent(
      denoisingSteps, sample.denoisingSteps, "--denoising-steps", model.id)
    resolved.past = past ?? 0
    resolved.adaptation = adaptation ?? options.matrices(task)
    resolved.trainedLayers = options.lastLayers
    if task == .promptTuning { resolved.promptTokens = options.tokens ?? 20 }
    if task == .prefixTuning { resolved.prefixTokens = options.tokens ?? 20 }
    return resolved
  }

  private func defaultObjective(_ model: ModelProfile) -> Objective {
    switch task {
    case .dpo: .preference
    case .ppo: .policyGradient
    case .linearProbe: .supervised
    default: model.defaultObjective(training: task.trains, newTask: task.adapts)
    }
  }

  /// An extent that the user gives, or the model's own; an error where the model has none.
  private func extent(
    _ given: Int?, _ own: Int?, _ option: String, _ model: String
  ) throws(UserError) -> Int {
    guard let own else {
      guard given == nil else {
        throw UserError(
          .input, place: model, key: option, "this model has no such extent",
          remedy: "leave it out")
      }
      return 1
    }
    let value = given ?? own
    guard value >= 1 else {
      throw UserError(
        .input, place: model, key: option, "\(value) is wrong", remedy: "give at least 1")
    }
    return value
  }

  /// Further passes: 0 or more, where the model has a loop of its own.
  private func recycles(_ sample: SampleDefaults, _ model: String) throws(UserError) -> Int {
    let most = SampleDefaults.mostRecycles
    guard let own = sample.recycles else {
      guard recycles == nil else {
        throw UserError(
          .input, place: model, key: "--recycles", "this model does not recycle its results",
          remedy: "leave it out")
      }
      return 0
    }
    let value = recycles ?? own
    guard (0...most).contains(value) else {
      throw UserError(
        .input, place: model, key: "--recycles", "\(value) is wrong", remedy: "give 0 to \(most)")
    }
    return value
  }

  private func sequence(_ sample: SampleDefaults, _ model: String) throws(UserError) -> Int {
    guard let own = sample.sequence else {
      guard sequence == nil else {
        throw UserError(
          .input, place: model, key: "--sequence", "this model reads images, not tokens",
          remedy: "use --image HxW")
      }
      return 1
    }
    // Beside a past, the decoder's side is what grows: where a model has one, it takes the new
    // tokens.
    let grows = past != nil && sample.targetSequence == nil
    let length = sequence ?? (grows ? 1 : own)
    let longest = sample.context ?? .max
    guard length >= 1, length <= longest else {
      throw UserError(
        .input, place: model, key: "--sequence", "a sequence of \(length) tokens",
        remedy: "the model takes 1 to \(longest)")
    }
    // A full cache is the largest: the step that follows it is still counted.
    guard let past, past > longest else { return length }
    throw UserError(
      .input, place: model, key: "--past", "a past of \(past) tokens",
      remedy: "the model's context holds \(longest)")
  }

  /// Extents of the image or volume, checked against what the model takes.
  private func spatial(_ sample: SampleDefaults, _ model: String) throws(UserError) -> [Int] {
    let given = volume ?? image.map { [$0.height, $0.width] }
    let option = volume == nil ? "--image" : "--volume"
    func words(_ extents: [Int]) -> String { extents.map(String.init).joined(separator: "x") }
    guard let own = sample.spatial else {
      guard given == nil else {
        throw UserError(
          .input, place: model, key: option, "this model reads no images or volumes",
          remedy: sample.sequence == nil ? "leave it out" : "use --sequence N")
      }
      return [1, 1]
    }
    let extents = given ?? own
    guard extents.count == own.count else {
      throw UserError(
        .input, place: model, key: option, "\(words(extents)) has \(extents.count) extents",
        remedy: own.count == 3 ? "use --volume DxHxW" : "use --image HxW")
    }
    for (axis, extent) in extents.enumerated() {
      let multiple = axis < sample.multiples.count ? sample.multiples[axis] : 1
      guard extent >= 1, extent % multiple == 0 else {
        throw UserError(
          .input, place: model, key: option,
          "\(own.count == 3 ? "a volume" : "an image") of \(words(extents))",
          remedy: "each extent must be a positive multiple of \(words(sample.multiples))")
      }
    }
    return extents
  }
}
