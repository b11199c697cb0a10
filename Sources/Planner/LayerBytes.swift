import CostModel

/// What one iteration of a layer keeps for backward and needs while it runs, in bytes on one device
/// under one cut, for one micro-batch.
struct LayerBytes {
  /// What it hands on.
  let boundary: Double
  /// What it keeps when nothing is recomputed, its result included.
  let all: Double
  /// What it keeps under selective recomputation.
  let selective: Double
  /// Of `all`, what lies inside the layer: made again by full recomputation.
  let inner: Double
  /// Largest live bytes beside what is kept while it runs.
  let inside: Double

  init(_ work: LayerWork, _ cut: WorkCut, _ setting: StepSetting) {
    let (tensor, parts) = (Double(cut.tensor), Double(cut.context))
    let whole = cut.sequenceParallel ? tensor : 1
    boundary = work.boundary / whole / parts
    let scores = cut.fusedAttention ? 0 : work.scores / tensor / parts
    let saved = work.saved.share(cut) / parts
    let cheap = work.cheap.share(cut) / parts
    let masks = setting.dropout && work.isLayer ? boundary : 0
    // The inputs of attention and MLP, whole.
    let inputs = cut.regathers ? 0 : 2 * (work.boundary / parts - boundary)
    all = saved + scores + boundary + masks + inputs
    inner = saved + scores
    let copies = work.weightCopies.share(cut) / parts
    let products = setting.stack.repeatedProducts * max(0, saved - cheap - copies)
    selective = cut.fusedAttention ? max(boundary, all - cheap - products) : all - scores
    let forwardPeak = work.forwardPeak.share(cut) / parts
    let backwardPeak = work.backwardPeak.share(cut) / parts
    // Unfused attention's backward writes the gradients of scores and probabilities.
    // The graph's loss is PyTorch's, of 10 bytes a logit beside the logits.
    let spared = (10 - setting.stack.lossBytes) * work.logits / tensor / parts
    inside = max(0, max(forwardPeak - saved, backwardPeak + 0.8 * scores) - spared)
  }

  /// Bytes kept by so many iterations, `chunk` of which share one kept input under full
  /// recomputation.
  func kept(_ count: Int, _ mode: RecomputeMode, chunk: Int = 1) -> Double {
    switch mode {
    case .none: Double(count) * all
    case .selective: Double(count) * selective
    case .full: ((Double(count) / Double(chunk)).rounded(.up)) * boundary
    }
  }

  /// Live bytes beside what is kept while `chunk` iterations are made again.
  func working(_ mode: RecomputeMode, chunk: Int = 1) -> Double {
    switch mode {
    case .none: inside
    case .selective: inside + all - selective
    case .full: inside + Double(chunk) * inner + Double(chunk - 1) * (all - inner)
    }
  }
}

extension CutStage {
  /// Layers, as `init` takes them, and the modes that share them.
  struct Coverage: Hashable {
    var mode: RecomputeMode
    var span: RecomputeSpan
    var virtualStages = 1
  }

  /// Makes full recomputation of this stage mean a mode that covers part of its layers.
  ///
  /// - Parameters:
  ///   - counts: iterations of each layer of the stage.
  ///   - times: seconds of one iteration of each.
  ///   - layerBytes: what one iteration of each keeps; nil for a layer that does not train.
  mutating func cover(
    _ coverage: Coverage, _ counts: [Int], _ step: LayeredStep, _ times: [LayerSeconds],
    _ layerBytes: [LayerBytes?]
  ) {
    let (mode, rest, chunk) = (coverage.mode, coverage.span.rest, coverage.span.chunk)
    var left = coverage.span.layers.map { $0 * coverage.virtualStages } ?? .max
    seconds.full = 0
    var (kept, working) = (0.0, 0.0)
    var least = (kept: 0.0, working: 0.0)
    var most = (kept: 0.0, working: 0.0)
    for (layer, count) in counts.enumerated() where count > 0 {
      guard let bytes = layerBytes[layer] else { continue }
      let isLayer = step.layers[layer].isLayer
      let covered = isLayer ? min(left, count) : 0
      left -= covered
      let joint = min(chunk, max(1, covered))
      let others = isLayer ? rest : .none
      seconds.full +=
        Double(covered) * times[layer].repeated(mode)
        + Double(count - covered) * (isLayer ? times[layer].repeated(rest) : 0)
      kept += bytes.kept(covered, mode, chunk: joint) + bytes.kept(count - covered, others)
      if covered > 0 { working = max(working, bytes.working(mode, chunk: joint)) }
      if covered < count { working = max(working, bytes.working(others)) }
      let whole = isLayer ? mode : .none
      least.kept += bytes.kept(count, whole)
      least.working = max(least.working, bytes.working(whole))
      most.kept += bytes.kept(count, others)
      most.working = max(most.working, bytes.working(others))
    }
    (keptFull, workingFull) = (kept, working)
    let saving = most.kept + most.working - least.kept - least.working
    coveredShare = saving > 0 ? (most.kept + most.working - kept - working) / saving : 1
  }
}

extension LayerSeconds {
  /// What a mode repeats.
  func repeated(_ mode: RecomputeMode) -> Double {
    switch mode {
    case .none: 0
    case .selective: selective
    case .full: full
    }
  }
}
