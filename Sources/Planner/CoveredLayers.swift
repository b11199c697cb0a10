import CostModel

/// What a stage's layers keep and repeat where a mode covers part of them.
struct CoveredLayers {
  /// Seconds of repeated work.
  var seconds = 0.0
  /// Bytes kept for one micro-batch's backward, and those of them that only autocast needs.
  var kept = 0.0
  var autocast = 0.0
  /// Largest live bytes beside what is kept while a layer runs.
  var working = 0.0
  /// The share of what the mode saves over all layers.
  var share = 1.0

  /// Covers the first layers of a stage.
  ///
  /// - Parameters:
  ///   - counts: iterations of each layer of the stage.
  ///   - times: seconds of one iteration of each.
  ///   - layerBytes: what one iteration of each keeps; nil for a layer that does not train.
  init(
    _ coverage: CutStage.Coverage, _ counts: [Int], _ step: LayeredStep, _ times: [LayerSeconds],
    _ layerBytes: [LayerBytes?]
  ) {
    let (mode, rest, chunk) = (coverage.mode, coverage.span.rest, coverage.span.chunk)
    var left = coverage.span.layers.map { $0 * coverage.virtualStages } ?? .max
    var least = (kept: 0.0, working: 0.0)
    var most = (kept: 0.0, working: 0.0)
    for layer in counts.indices where counts[layer] > 0 {
      guard let bytes = layerBytes[layer] else { continue }
      let count = counts[layer]
      let isLayer = step.layers[layer].isLayer
      let covered = isLayer ? min(left, count) : 0
      left -= covered
      let joint = min(chunk, max(1, covered))
      let others = isLayer ? rest : .none
      seconds +=
        Double(covered) * times[layer].repeated(mode)
        + Double(count - covered) * (isLayer ? times[layer].repeated(rest) : 0)
      kept += bytes.kept(covered, mode, chunk: joint) + bytes.kept(count - covered, others)
      autocast +=
        Double(covered) * bytes.autocast(mode) + Double(count - covered) * bytes.autocast(others)
      if covered > 0 { working = max(working, bytes.working(mode, chunk: joint)) }
      if covered < count { working = max(working, bytes.working(others)) }
      let whole = isLayer ? mode : .none
      least.kept += bytes.kept(count, whole)
      least.working = max(least.working, bytes.working(whole))
      most.kept += bytes.kept(count, others)
      most.working = max(most.working, bytes.working(others))
    }
    let saving = most.kept + most.working - least.kept - least.working
    if saving > 0 { share = (most.kept + most.working - kept - working) / saving }
  }
}

extension CutStage {
  /// Layers, as `CoveredLayers` takes them, and the modes that share them.
  struct Coverage: Hashable {
    var mode: RecomputeMode
    var span: RecomputeSpan
    var virtualStages = 1

    /// What tells coverages of one search apart; the rest is for equality.
    func hash(into hasher: inout Hasher) {
      hasher.combine(span.layers ?? 0)
      hasher.combine(span.chunk)
      hasher.combine(virtualStages)
    }
  }

  /// Makes full recomputation of this stage mean a mode that covers part of its layers.
  mutating func cover(_ layers: CoveredLayers) {
    seconds.full = layers.seconds
    (keptFull, workingFull) = (layers.kept, layers.working)
    autocastFull = layers.autocast
    coveredShare = layers.share
  }
}
