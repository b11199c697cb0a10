import CostModel

/// One pipeline stage under one cut, for one micro-batch: everything that a configuration's closed
/// form needs, as plain numbers.
struct CutStage {
  var seconds = LayerSeconds()
  /// Place of the first such stage.
  var index = 0.0
  /// Elements of parameters on one device, held and trained; bytes of the largest layer's.
  var parameters = 0.0
  var trained = 0.0
  /// The same of experts: other devices hold copies of these.
  var expertParameters = 0.0
  var expertTrained = 0.0
  var largestLayer = 0.0
  /// Bytes kept for one micro-batch's backward.
  var keptNone = 0.0
  var keptSelective = 0.0
  var keptFull = 0.0
  /// Of the bytes kept, autocast's copies of weights, and what its norms keep wide.
  var weightCopies = 0.0
  var widened = 0.0
  /// Largest live bytes inside a running layer: with everything kept, and when it is recomputed.
  var working = 0.0
  var workingFull = 0.0
  /// Whether it is the pipeline's last one.
  var isLast = false
  /// Stages like it.
  var multiplicity = 1.0
  /// Layers of a stack on it.
  var layers = 0.0

  /// Sums a stage's layers.
  ///
  /// - Parameters:
  ///   - counts: iterations of each layer.
  ///   - times: seconds of one iteration of each.
  ///   - shared: elements counted twice here because several calls share them.
  init(
    _ stage: StagePartition.Stage, isLast: Bool, _ step: LayeredStep, _ times: [LayerSeconds],
    _ cut: WorkCut, shared: Double, setting: StepSetting
  ) {
    index = Double(stage.index)
    self.isLast = isLast
    multiplicity = Double(stage.multiplicity)
    let (tensor, parts) = (Double(cut.tensor), Double(cut.context))
    for (layer, count) in stage.counts.enumerated() where count > 0 {
      let work = step.layers[layer]
      let n = Double(count)
      seconds.add(times[layer], times: n)
      if work.isLayer { layers += n }
      let held = work.parameters.share(tensor: tensor, sequence: false)
      parameters += n * held
      trained += n * work.trained.share(tensor: tensor, sequence: false)
      weightCopies += n * work.weightCopies.share(cut) / Double(cut.context)
      widened += n * work.widened.share(cut) / Double(cut.context)
      let spread = Double(cut.expert * cut.expertTensor)
      expertParameters += n * work.expertParameters / spread
      expertTrained += n * work.expertTrained / spread
      largestLayer = max(
        largestLayer, (held + work.expertParameters / spread) * work.parameterBytes)
      guard !work.backward.isEmpty else { continue }
      let whole = cut.sequenceParallel ? tensor : 1
      let boundary = work.boundary / whole / parts
      let scores = cut.fusedAttention ? 0 : work.scores / tensor / parts
      let saved = work.saved.share(cut) / parts
      let cheap = work.cheap.share(cut) / parts
      let masks = setting.dropout && work.isLayer ? boundary : 0
      // The inputs of attention and MLP, whole.
      let inputs = cut.regathers ? 0 : 2 * (work.boundary / parts - boundary)
      let all = saved + scores + boundary + masks + inputs
      keptNone += n * all
      let copies = work.weightCopies.share(cut) / parts
      let products = setting.stack.repeatedProducts * max(0, saved - cheap - copies)
      let selective = cut.fusedAttention ? max(boundary, all - cheap - products) : all - scores
      keptSelective += n * (work.isLayer ? selective : all)
      keptFull += n * (work.isLayer ? boundary : all)
      let forwardPeak = work.forwardPeak.share(cut) / parts
      let backwardPeak = work.backwardPeak.share(cut) / parts
      // Unfused attention's backward writes the gradients of scores and probabilities.
      // The graph's loss is PyTorch's, of 10 bytes a logit beside the logits.
      let spared = (10 - setting.stack.lossBytes) * work.logits / tensor / parts
      let inside = max(0, max(forwardPeak - saved, backwardPeak + 0.8 * scores) - spared)
      working = max(working, inside)
      workingFull = max(workingFull, work.isLayer ? inside + saved + scores : inside)
    }
    parameters -= shared
    trained = min(trained, max(0, trained - shared))
  }

  /// Elements that the optimizer updates, experts' included.
  var updated: Double { trained + expertTrained }

  /// Seconds of one micro-batch with the recomputation of a mode.
  func busy(_ mode: RecomputeMode) -> Double { seconds.total + recompute(mode) }

  /// Seconds of repeated work.
  func recompute(_ mode: RecomputeMode) -> Double {
    switch mode {
    case .none: 0
    case .selective: seconds.selective
    case .full: seconds.full
    }
  }

  /// Of the bytes kept for one micro-batch, those that only autocast needs.
  func autocast(_ mode: RecomputeMode) -> Double {
    switch mode {
    case .none: weightCopies + widened
    case .selective: weightCopies
    case .full: 0
    }
  }

  /// Bytes kept for one micro-batch.
  func kept(_ mode: RecomputeMode) -> Double {
    switch mode {
    case .none: keptNone
    case .selective: keptSelective
    case .full: keptFull
    }
  }
}
