import CostModel

/// Recomputation of part of the layers.
extension SearchNest {
  /// A configuration that fits: its stages, the closed form's numbers and its memory.
  struct Fit {
    var stages: [CutStage]
    var cut: StepCut
    var memory: Peak
  }

  /// The least load of a choice, whatever the virtual stages: that of the mode itself, of a given
  /// number of layers, or, where the number is open, of no layer.
  mutating func least(_ choice: RecomputeChoice, _ stages: [CutStage]) -> Load {
    if choice.isFewest { return Self.load(stages, choice.span.rest) }
    guard choice.span != .all else { return Self.load(stages, choice.mode) }
    let coverage = CutStage.Coverage(mode: choice.mode, span: choice.span)
    return Self.load(covered.stages(coverage, evaluator.step), .full)
  }

  /// The configuration under a choice where it fits the device's memory; nil, and counted as
  /// refused, where it does not. Its span is the one found.
  ///
  /// - Parameter place: of the configuration among those of its replicas.
  mutating func fit(
    _ stages: [CutStage], _ choice: RecomputeChoice, _ configuration: inout Configuration,
    _ place: Int, _ inners: inout InnerVisit
  ) -> Fit? {
    if choice.isFewest { return fewest(stages, choice, &configuration, place, &inners) }
    let fit =
      choice.span == .all
      ? whole(stages, configuration, place, &inners) : fit(configuration)
    if fit.memory.device <= usable { return fit }
    if choice.mayChunk, let joined = joined(fit, &configuration) { return joined }
    refuse(.memory, configuration, fit.memory.device, fit.stages)
    return nil
  }

  private mutating func fit(_ configuration: Configuration) -> Fit {
    let stages = covered.stages(configuration.coverage, evaluator.step)
    let cut = configuration.stepCut(fusedAttention: evaluator.setting.stack.fusedAttention)
    return Fit(stages: stages, cut: cut, memory: peak(stages, cut))
  }

  /// A configuration whose mode covers all layers; its memory is computed once.
  private func whole(
    _ stages: [CutStage], _ configuration: Configuration, _ place: Int,
    _ inners: inout InnerVisit
  ) -> Fit {
    let cut = configuration.stepCut(fusedAttention: evaluator.setting.stack.fusedAttention)
    if let memory = inners[configuration.recompute, place] {
      return Fit(stages: stages, cut: cut, memory: memory)
    }
    let memory = peak(stages, cut)
    inners[configuration.recompute, place] = memory
    return Fit(stages: stages, cut: cut, memory: memory)
  }

  /// Most layers of a stage, or of a virtual one.
  private func mostLayers(_ stages: [CutStage], _ configuration: Configuration) -> Int {
    let most = stages.reduce(0) { max($0, Int($1.layers)) }
    return most / configuration.parallelism.virtualStages
  }

  /// The fewest covered layers that fit.
  private mutating func fewest(
    _ stages: [CutStage], _ choice: RecomputeChoice, _ configuration: inout Configuration,
    _ place: Int, _ inners: inout InnerVisit
  ) -> Fit? {
    let memory: Peak
    if let known = inners[choice.span.rest, place] {
      memory = known
    } else {
      var plain = configuration
      plain.recompute = choice.span.rest
      plain.span = .all
      memory = whole(stages, plain, place, &inners).memory
    }
    guard memory.device > usable else {
      outcome.refuse(.needless)
      return nil
    }
    let most = mostLayers(stages, configuration) - 1
    guard let count = fewest(upTo: most, stages, configuration) else {
      outcome.refuse(.memory)
      return nil
    }
    configuration.span.layers = count
    return fit(configuration)
  }

  /// What says whether a configuration fits, however many of its layers are covered.
  private enum Gauge {
    /// What its stages hold besides.
    case held([MemoryForm.Held])
    case walked(Evaluator.Walked)
    /// Its own memory alone.
    case itself
  }

  private func gauge(_ stages: [CutStage], _ configuration: Configuration) -> Gauge {
    let cut = configuration.stepCut(fusedAttention: evaluator.setting.stack.fusedAttention)
    if evaluator.trains, let walked = evaluator.walked(cut) { return .walked(walked) }
    guard !walks(cut), !cut.offload.contains(.activations) else { return .itself }
    let form = MemoryForm(setting: evaluator.setting)
    return .held(stages.map { form.held($0, cut) })
  }

  /// Whether a configuration fits with so many layers covered.
  private mutating func fits(
    _ configuration: Configuration, _ count: Int, _ gauge: Gauge
  ) -> Bool {
    if case .held(let held) = gauge, let coverage = configuration.coverage {
      return covered.fewest(.layers, count...count, coverage, evaluator.step, held, usable) != nil
    }
    var tried = configuration
    tried.span.layers = count
    return fits(tried, gauge) ?? (fit(tried).memory.device <= usable)
  }

  /// Whether a configuration fits by the walk over the graph; nil where that does not say it.
  private mutating func fits(_ configuration: Configuration, _ gauge: Gauge) -> Bool? {
    guard case .walked(let walked) = gauge else { return nil }
    let stages = covered.stages(configuration.coverage, evaluator.step)
    return Double(walked.estimate(stages).peakBytes) <= usable
  }

  /// The least number of covered layers that fits; nil where none up to `most` does.
  private mutating func fewest(
    upTo most: Int, _ stages: [CutStage], _ configuration: Configuration
  ) -> Int? {
    guard most >= 1 else { return nil }
    var configuration = configuration
    configuration.span.layers = most
    let gauge = gauge(stages, configuration)
    // Equal layers each save the same, so halving finds the fewest; of others each may differ.
    guard evaluator.isOneStack else {
      if case .held(let held) = gauge, let coverage = configuration.coverage {
        return covered.fewest(.layers, 1...most, coverage, evaluator.step, held, usable)
      }
      for count in 1...most where fits(configuration, count, gauge) { return count }
      return nil
    }
    guard fits(configuration, most, gauge) else { return nil }
    var (low, high) = (1, most)
    while low < high {
      let middle = (low + high) / 2
      if fits(configuration, middle, gauge) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// Layers repeated together where one by one they do not fit: the fewest that do.
  private mutating func joined(_ alone: Fit, _ configuration: inout Configuration) -> Fit? {
    let rest = alone.memory.device - alone.memory.activations
    let most = mostLayers(alone.stages, configuration)
    guard rest < usable, most > 1 else { return nil }
    var tried = configuration
    tried.span.chunk = 2
    let gauge = gauge(alone.stages, tried)
    if case .held(let held) = gauge, let coverage = tried.coverage {
      guard
        let chunk = covered.fewest(.chunk, 2...most, coverage, evaluator.step, held, usable)
      else { return nil }
      tried.span.chunk = chunk
      configuration = tried
      return fit(tried)
    }
    for chunk in 2...most {
      tried.span.chunk = chunk
      if fits(tried, gauge) == false { continue }
      let one = fit(tried)
      if one.memory.device <= usable {
        configuration = tried
        return one
      }
    }
    return nil
  }
}
