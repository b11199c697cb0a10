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
  /// Of `all`, autocast's copies of weights, and what its norms keep wide.
  private let copies, widened: Double

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
    copies = work.weightCopies.share(cut) / parts
    widened = work.widened.share(cut) / parts
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

  /// Of the bytes kept by one iteration, those that only autocast needs.
  func autocast(_ mode: RecomputeMode) -> Double {
    switch mode {
    case .none: copies + widened
    case .selective: copies
    case .full: 0
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
