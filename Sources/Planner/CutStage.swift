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
  /// Of `parameters`, those kept in fewer than 16 bits, and their bytes.
  var packed = 0.0
  var packedBytes = 0.0
  /// Bytes of constants.
  var buffers = 0.0
  /// Bytes kept for one micro-batch's backward.
  var keptNone = 0.0
  var keptSelective = 0.0
  var keptFull = 0.0
  /// Of the bytes kept, autocast's copies of weights, and what its norms keep wide.
  var weightCopies = 0.0
  var widened = 0.0
  /// The same of `keptFull`: none but where a mode covers part of the layers.
  var autocastFull = 0.0
  /// Largest live bytes inside a running layer: with everything kept, and when it is recomputed.
  var working = 0.0
  var workingFull = 0.0
  /// Whether it is the pipeline's last one.
  var isLast = false
  /// Stages like it.
  var multiplicity = 1.0
  /// Layers of a stack on it.
  var layers = 0.0
  /// Where a mode covers part of the layers: the share of what it saves over all of them.
  var coveredShare = 1.0

  /// Sums a stage's layers.
  ///
  /// - Parameters:
  ///   - counts: iterations of each layer.
  ///   - times: seconds of one iteration of each.
  ///   - bytes: what one iteration of each keeps; nil for a layer that does not train.
  ///   - shared: elements counted twice here because several calls share them.
  init(
    _ stage: StagePartition.Stage, isLast: Bool, _ step: LayeredStep, _ times: [LayerSeconds],
    _ bytes: [LayerBytes?], _ cut: WorkCut, shared: (held: Double, trained: Double),
    setting: StepSetting
  ) {
    index = Double(stage.index)
    self.isLast = isLast
    multiplicity = Double(stage.multiplicity)
    for (layer, count) in stage.counts.enumerated() where count > 0 {
      seconds.add(times[layer], times: Double(count))
      add(step.layers[layer], Double(count), bytes[layer], cut, setting)
    }
    parameters -= shared.held
    trained -= shared.trained
  }

  /// Adds the parameters and kept bytes of `n` iterations of a layer.
  private mutating func add(
    _ work: LayerWork, _ n: Double, _ bytes: LayerBytes?, _ cut: WorkCut, _ setting: StepSetting
  ) {
    let tensor = Double(cut.tensor)
    if work.isLayer { layers += n }
    let held = work.parameters.share(tensor: tensor, sequence: false)
    // What the iterations share is there once.
    parameters += n * held - (n - 1) * work.tied.share(tensor: tensor, sequence: false)
    trained +=
      n * work.trained.share(tensor: tensor, sequence: false)
      - (n - 1) * work.tiedTrained.share(tensor: tensor, sequence: false)
    weightCopies += n * work.weightCopies.share(cut) / Double(cut.context)
    widened += n * work.widened.share(cut) / Double(cut.context)
    let spread = Double(cut.expert * cut.expertTensor)
    expertParameters += n * work.expertParameters / spread
    expertTrained += n * work.expertTrained / spread
    let narrow = work.packed.share(tensor: tensor, sequence: false)
    let narrowBytes = work.packedBytes.share(tensor: tensor, sequence: false)
    packed += n * narrow
    packedBytes += n * narrowBytes
    buffers +=
      n * (work.buffers.share(tensor: tensor, sequence: false) + work.expertBuffers / spread)
    let wide = (held - narrow + work.expertParameters / spread) * work.parameterBytes
    // Packed matrices are fetched as they are kept.
    let fetched = narrowBytes * setting.parameterBytes / setting.computeBytes
    largestLayer = max(largestLayer, wide + fetched)
    guard let bytes else { return }
    keptNone += n * bytes.all
    keptSelective += n * (work.isLayer ? bytes.selective : bytes.all)
    keptFull += n * (work.isLayer ? bytes.boundary : bytes.all)
    working = max(working, bytes.inside)
    workingFull = max(workingFull, bytes.working(work.isLayer ? .full : .none))
  }

  /// Dense parameters as so many elements of the format computed in: what fetching them moves.
  func moved(_ setting: StepSetting) -> Double {
    parameters - packed + packedBytes / setting.computeBytes
  }

  /// Elements that the optimizer updates, experts' included.
  var updated: Double { trained + expertTrained }

  /// Seconds of one micro-batch with the recomputation of a mode.
  func busy(_ mode: RecomputeMode) -> Double { seconds.total + recompute(mode) }

  /// Seconds of repeated work.
  func recompute(_ mode: RecomputeMode) -> Double { seconds.repeated(mode) }

  /// Of the bytes kept for one micro-batch, those that only autocast needs.
  func autocast(_ mode: RecomputeMode) -> Double {
    switch mode {
    case .none: weightCopies + widened
    case .selective: weightCopies
    case .full: autocastFull
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
