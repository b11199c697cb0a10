public import Graph
public import Quantities

extension ModelProfile {
  /// The tower that reads tokens, if any.
  public var textTower: Tower? {
    switch architecture {
    case .single(let tower): if case .tokens = tower.input { tower } else { nil }
    case .dual(let dual): dual.text
    case .component, .undisclosed: nil
    }
  }

  /// The tower that reads images, if any.
  public var visionTower: Tower? {
    switch architecture {
    case .single(let tower): if case .patches = tower.input { tower } else { nil }
    case .dual(let dual): dual.vision
    case .component, .undisclosed: nil
    }
  }

  /// How tokens enter, if they do.
  public var tokenInput: TokenInput? {
    if case .tokens(let input) = textTower?.input { input } else { nil }
  }

  /// How images enter, if they do.
  public var patchInput: PatchInput? {
    if case .patches(let input) = visionTower?.input { input } else { nil }
  }

  /// What a sample of the model is made of.
  public var sample: SampleDefaults {
    if case .component(let component) = architecture { return component.base.sample }
    var sample = SampleDefaults()
    if let tokens = tokenInput {
      sample.sequence = tokens.sequence
      sample.context = tokens.context
    }
    if let patches = patchInput {
      sample.spatial = patches.extents
      sample.multiples = patches.steps
    }
    return sample
  }

  /// Parameters of the model as it was pre-trained: each tied tensor once.
  ///
  /// - Throws: `UserError` when the profile's numbers do not fit together.
  public func parameterCount() throws(UserError) -> Int {
    let sample = sample
    var request = GraphRequest(
      batch: 1, sequence: min(sample.sequence ?? 1, 2), spatial: sample.spatial ?? [1, 1],
      precision: .fp32, objective: wholeObjective, withLoss: false)
    request.targetSequence = min(sample.targetSequence ?? 1, 2)
    request.frames = sample.frames ?? 1
    request.rows = min(sample.rows ?? 1, 2)
    request.images = min(sample.images ?? 1, 1)
    return try graph(request).parameterCount
  }

  /// The objective whose forward pass holds every parameter of the model.
  private var wholeObjective: Objective {
    if case .component(let component) = architecture, let whole = component.base.wholeObjective {
      return whole
    }
    return inferenceObjective
  }

  /// What is inferred with the pre-trained model when nothing else is said.
  var inferenceObjective: Objective {
    if case .component(let component) = architecture, let own = component.base.inferenceObjective {
      return own
    }
    return switch objective {
    case .dino, .mae, .simclr, .momentumContrast, .maskedImage: .embedding
    default: objective
    }
  }

  /// What a task computes when nothing else is said.
  public func defaultObjective(
    training: Bool, newTask: Bool
  ) -> Objective {
    if !training { return inferenceObjective }
    // An encoder that only gives embeddings trains on a loss over them.
    guard newTask else { return objective == .embedding ? .supervised : objective }
    switch objective {
    case .causalLanguage, .contrastive, .sequenceToSequence, .contrastiveCaptioning, .hybrid,
      .diffusion, .reconstruction, .structure:
      return objective
    default: return .supervised
    }
  }
}

extension OperatorGraph {
  /// Elements of all parameters, each shared one once.
  public var parameterCount: Int {
    var total = sharedParameters.reduce(0) { $0 + $1.count }
    for call in calls where call.reuses == nil {
      let block = blocks[call.block]
      let tied = Set(call.tied.map(\.local))
      for id in block.parameters where !tied.contains(id) { total += block[id].count * call.count }
    }
    return total
  }
}
