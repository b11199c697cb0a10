public import Graph
public import Quantities

/// What graph is wanted of a model. Extents that a model does not read are ignored.
public struct GraphRequest: Sendable, Hashable {
  /// Samples.
  public var batch: Int
  /// Tokens per sample.
  public var sequence: Int
  /// Tokens per sample of the decoder's side.
  public var targetSequence = 1
  /// `[height, width]` or `[depth, height, width]`.
  public var spatial: [Int]
  /// Frames of a video, or leads of a signal.
  public var frames = 1
  /// Aligned sequences.
  public var rows = 1
  /// Images in one sample.
  public var images = 1
  /// Further passes that start from the last one's results.
  public var recycles = 0
  /// Prompts (boxes, clicks) for each image of a promptable model.
  public var prompts = 1
  /// Steps of a sampling by diffusion.
  public var denoisingSteps = 1
  /// Tokens already in the key/value cache: a decoding step reads them and adds `sequence` more.
  public var past = 0
  /// Formats of parameters and activations.
  public var precision: Precision
  /// How matrices are adapted.
  public var adaptation: MatrixAdaptation?
  /// Learned tokens in front of the embedded ones (prompt tuning, arXiv 2104.08691); nil without.
  public var promptTokens: Int?
  /// Learned keys and values in front of each layer's own (prefix tuning, arXiv 2101.00190;
  /// P-tuning v2, arXiv 2110.07602); nil without.
  public var prefixTokens: Int?
  /// The last layers of a stack, built apart under `last.`, so that they alone can be trained; nil
  /// builds all as one.
  public var trainedLayers: Int?
  /// What is computed: the head and, for training, the loss.
  public var objective: Objective
  /// What a training step ends in; nil for inference, which ends in the model's results.
  public var loss: TrainingLoss?
  /// Classes of a new supervised head; nil keeps the model's own.
  public var classes: Int?
  /// Whose code computes the model.
  public var code = ModelCode.published
  /// Whether dropout is on in stacks of tokens.
  public var dropout = false

  /// Creates a request.
  public init(
    batch: Int, sequence: Int, spatial: [Int], precision: Precision, objective: Objective,
    withLoss: Bool, classes: Int? = nil
  ) {
    self.batch = batch
    self.sequence = sequence
    self.spatial = spatial
    self.precision = precision
    self.objective = objective
    loss = withLoss ? .own : nil
    self.classes = classes
  }

  /// Whether layers behave as in training (statistics of the batch, results of each scale).
  public var trains: Bool { loss != nil }
  /// Whether the model's builder ends the graph in the objective's own loss, with its labels as
  /// inputs.
  var withLoss: Bool { loss == .own }

  /// Prefix of the blocks that hold the last `trainedLayers`.
  public static let lastLayers = "last."
  /// Prefix of the graph inputs that hold keys and values of the past.
  public static let cache = "cache."

  /// The last two spatial extents.
  public var image: ImageSize {
    ImageSize(height: spatial.dropLast().last ?? 1, width: spatial.last ?? 1)
  }

  /// An empty block in the request's formats and adaptation.
  func block(_ name: String) -> BlockBuilder {
    var block = BlockBuilder(name, precision: precision, adaptation: adaptation)
    block.storedStatistics = !trains
    return block
  }
}

extension ModelProfile {
  /// The model's forward computation for one shape.
  ///
  /// A layer is stored once with a count. Graph inputs are `tokens`, `tokenTypes`, `positions`
  /// (0, 1, … plus the model's offset) in int32, `image` in the compute format, and, with a loss,
  /// `labels` (and `nextSentence.labels`) in int32; with a past, `cache.keys.0` `[B, T, Hkv·D]`,
  /// `cache.values.0` and so on for each layer, in the compute format.
  ///
  /// - Throws: `UserError` when the model has no such objective or the shapes do not fit.
  public func graph(_ request: GraphRequest) throws(UserError) -> OperatorGraph {
    var graph = GraphBuilder(id + " " + request.objective.rawValue)
    if let outputs = try SelfSupervision.build(self, request, into: &graph) {
      return try graph.finish(outputs: outputs)
    }
    let outputs: [ValueID] =
      switch architecture {
      case .single(let tower):
        switch request.objective {
        case .preference, .policyGradient:
          try PreferenceBuilder(model: id, tower: tower, request: request).build(into: &graph)
        default: try HeadBuilder(model: id, tower: tower, request: request).build(into: &graph)
        }
      case .dual(let dual):
        try DualBuilder(model: id, dual: dual, request: request).build(into: &graph)
      case .undisclosed:
        throw UserError(
          .impossible, place: id, "the architecture of this model is not public",
          remedy: api == nil
            ? "choose a model that is not closed (hfm models)"
            : "see its price: hfm cost \(id) --task infer")
      case .component(let component):
        try component.base.build(
          BuildScope(model: id, prefix: "", request: request), into: &graph)
      }
    let ends =
      request.loss == .mean
      ? try graph.meanLoss(of: outputs, of: BuildScope(model: id, prefix: "", request: request))
      : outputs
    let result = try graph.finish(outputs: ends)
    guard request.past == 0 || result.readsCache else {
      throw UserError(
        .input, place: id, key: "--past", "this model has no key/value cache",
        remedy: "leave it out; decoders and encoder-decoders have one")
    }
    return result
  }
}

extension OperatorGraph {
  /// Whether an input holds keys and values of the past.
  var readsCache: Bool {
    inputs.contains { values[$0.index].name.contains(GraphRequest.cache) }
  }
}

extension Tower {
  /// The pooling operator for a sequence of `length` with `prefix` tokens in front.
  func pooling(length: Int, prefix: Int) -> Pooling {
    switch heads.pool {
    case .first:
      // Prompts and registers are put before the class token.
      if case .patches(let input) = input {
        .token(prefix - input.classTokens)
      } else {
        .token(prefix)
      }
    case .last: .token(length - 1)
    case .mean: .mean(from: prefix)
    case .endOfText: .endOfText
    }
  }
}

extension BlockBuilder {
  /// The token that stands for the whole, normalised where the tower does.
  mutating func pooled(
    _ hidden: TensorID, tokens: TensorID?, _ tower: Tower, prefix: Int
  ) throws(UserError) -> TensorID {
    let length = block[hidden].shape[1]
    let kind = OperatorKind.pool(tower.pooling(length: length, prefix: prefix))
    var x: TensorID
    if let tokens {
      x = try apply("pool", kind, hidden, tokens)
    } else {
      x = try apply("pool", kind, hidden)
    }
    if tower.heads.poolNorm { x = try norm("pool.norm", x, tower.stack) }
    return x
  }

  /// Dense layer and tanh on a pooled token (BERT's pooler).
  mutating func pooler(_ x: TensorID) throws(UserError) -> TensorID {
    let dense = try linear("pooler", x, to: block[x].columns, bias: true, .head)
    return try apply("pooler.tanh", .activation(.tanh), dense)
  }
}
