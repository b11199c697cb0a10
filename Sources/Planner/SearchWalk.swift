import CostModel
import HardwareModel
import Quantities

/// Visits the configurations of a space in a fixed order, from what is costly to change (the graph)
/// to what is cheap (ZeRO stage, offload), so that the innermost step is a closed form on numbers.
///
/// A bound leaves out what cannot be among the best: a step takes at least its busiest stage's
/// computing and tensor parallel communication of all micro-batches, whatever the cheap dimensions
/// are. It is a lower bound because every other part of `StepBreakdown` is at least 0.
struct SearchWalk {
  let request: PlanRequest
  let trains: Bool
  let source: PlanSearch.Source
  let progress: PlanSearch.Progress?
  private(set) var outcome = SearchOutcome()
  private let usable: Double
  private let hostShare: Double
  private var threshold = Double.infinity
  /// Where the current size begins in the whole search, and its share of it.
  private var first = 0.0
  private var share = 1.0
  private var visited = 0

  init(
    _ request: PlanRequest, trains: Bool, source: @escaping PlanSearch.Source,
    progress: PlanSearch.Progress?
  ) {
    self.request = request
    self.trains = trains
    self.source = source
    self.progress = progress
    usable = Double(MemoryReserve.usable(request.cluster.device)) * (1 - request.headroom)
    let host = request.cluster.host ?? .assumed(devices: request.cluster.devicesPerNode)
    hostShare = 0.9 * Double(host.memoryBytes) / Double(max(1, request.cluster.devicesPerNode))
  }

  mutating func run() throws(UserError) {
    let sizes = microBatches
    var nothingFits = false
    for (position, size) in sizes.enumerated() {
      (first, share) = (Double(position) / Double(sizes.count), 1 / Double(sizes.count))
      guard goesOn(0) else { break }
      if nothingFits {
        // Memory grows with the micro-batch: what did not fit a smaller one fits no larger one.
        let dimensions = SearchDimensions(request, trains: trains, nil)
        outcome.refuse(.memory, dimensions.count(microBatch: size))
        continue
      }
      let profile: StepProfile
      do {
        profile = try source(size)
      } catch {
        // A size too large to be counted is too large for any memory.
        guard position > 0 else { throw error }
        nothingFits = true
        outcome.refuse(.memory)
        continue
      }
      let evaluator = Evaluator(profile, request)
      if let expert = request.space.expert?.max(), expert > 1,
        evaluator.step.layers.allSatisfy({ $0.experts == 0 })
      {
        throw UserError(
          .input, key: "--expert", "\(expert) devices for a model without experts",
          remedy: "leave it out or give 1")
      }
      outcome.evaluators[size] = evaluator
      let before = outcome.feasible
      let slower = outcome.refused[Refusal.slower.position]
      let memory = outcome.refused[Refusal.memory.position]
      visit(evaluator, size)
      nothingFits =
        outcome.feasible == before && outcome.refused[Refusal.slower.position] == slower
        && outcome.refused[Refusal.memory.position] > memory
      if outcome.stopped { break }
    }
    outcome.best.sort { $0.key < $1.key }
  }

  /// Tells the caller how far the search is; false when it wants no more.
  private mutating func goesOn(_ part: Double) -> Bool {
    guard let progress, !progress(first + share * part, visited) else { return true }
    outcome.stopped = true
    return false
  }

  /// Sizes that divide some replica's share, rising.
  private var microBatches: [Int] {
    if let given = request.space.microBatch { return given.sorted() }
    guard trains else { return (0...10).map { 1 << $0 } }
    return SearchSpace.divisors(request.globalBatch, upTo: SearchSpace.largestMicroBatch)
  }

  // MARK: the nest

  private mutating func visit(_ evaluator: Evaluator, _ size: Int) {
    let dimensions = SearchDimensions(request, trains: trains, evaluator.step)
    let cuts = dimensions.outer
    for (position, outer) in cuts.enumerated() {
      guard goesOn(Double(position) / Double(cuts.count)) else { return }
      let work = outer.work(request)
      let times = evaluator.times(work, outer.contextKind)
      for pipeline in dimensions.pipelines(outer) {
        guard let stages = evaluator.stages(work, times, pipeline) else {
          outcome.refuse(.layers)
          continue
        }
        visit(evaluator, size, dimensions, outer, pipeline, stages)
        if outcome.stopped { return }
      }
    }
  }

  private mutating func visit(
    _ evaluator: Evaluator, _ size: Int, _ dimensions: SearchDimensions,
    _ outer: SearchDimensions.Outer, _ pipeline: Int, _ stages: [CutStage]
  ) {
    let modes = dimensions.recomputes
    var bounds: [Double] = []
    for mode in modes { bounds.append(stages.reduce(0) { max($0, $1.busy(mode)) }) }
    for data in dimensions.datas(outer, pipeline) {
      if let reason = dimensions.refusal(data, outer, pipeline, size) {
        outcome.refuse(reason)
        continue
      }
      var configuration = Configuration(
        parallelism: outer.parallelism, microBatch: size,
        accumulation: trains ? request.globalBatch / (data * size) : 1, recompute: .none)
      configuration.parallelism.data = data
      configuration.parallelism.pipeline = pipeline
      for (mode, bound) in zip(modes, bounds) {
        configuration.recompute = mode
        visit(evaluator, stages, dimensions, bound, &configuration)
      }
    }
  }

  private mutating func visit(
    _ evaluator: Evaluator, _ stages: [CutStage], _ dimensions: SearchDimensions,
    _ bound: Double, _ configuration: inout Configuration
  ) {
    let choices = dimensions.inner(configuration)
    let reached = outcome.best.count >= request.limit
    if request.usesBounds, reached || request.atMost < .infinity {
      let least = Double(configuration.accumulation) * bound
      let goal = goal(least, least, configuration)
      if goal > min(reached ? threshold : .infinity, request.atMost) {
        outcome.refuse(.slower, choices.count)
        return
      }
    }
    let form = StepForm(setting: evaluator.setting)
    for choice in choices {
      configuration.parallelism.virtualStages = choice.virtualStages
      configuration.parallelism.schedule = choice.schedule
      configuration.parallelism.zeroStage = choice.zero
      configuration.parallelism.shardGroup = choice.shards
      configuration.offload = choice.offload
      visited += 1
      let cut = configuration.stepCut(request.stack)
      let memory = peak(evaluator, stages, cut)
      guard memory.device <= usable else {
        refuse(.memory, configuration, memory.device, evaluator, stages)
        continue
      }
      guard memory.host <= hostShare else {
        outcome.refuse(.hostMemory)
        continue
      }
      consider(configuration, cut, stages, form, evaluator, memory.device)
    }
  }

  private func peak(
    _ evaluator: Evaluator, _ stages: [CutStage], _ cut: StepCut
  ) -> (device: Double, host: Double) {
    if (evaluator.isExact && cut.isPlain) || !trains {
      let memory = evaluator.memory(stages, cut)
      let cache = evaluator.cacheBytes(cut)
      return (Double(memory.estimate.peakBytes) + Double(cache), Double(memory.host))
    }
    let worst = MemoryForm(setting: evaluator.setting).worst(stages, cut)
    return (worst.peak + Double(evaluator.profile.memory.buffers), worst.host)
  }

  private mutating func refuse(
    _ reason: Refusal, _ configuration: Configuration, _ bytes: Double, _ evaluator: Evaluator,
    _ stages: [CutStage]
  ) {
    outcome.refuse(reason)
    if bytes < outcome.closest.map({ Double($0.peakBytes) }) ?? .infinity {
      outcome.closest = evaluator.estimate(configuration, stages)
    }
  }

  private mutating func consider(
    _ configuration: Configuration, _ cut: StepCut, _ stages: [CutStage], _ form: StepForm,
    _ evaluator: Evaluator, _ memory: Double
  ) {
    let breakdown = form.breakdown(stages, cut)
    var seconds = breakdown.total
    if request.withFailures {
      seconds += CheckpointModel(
        request, evaluator.setting, devices: configuration.parallelism.devices
      ).overhead(
        perStep: seconds, parameters: Double(evaluator.profile.cost.parameters.trainable))
    }
    let devices = Double(configuration.parallelism.devices)
    if let deadline = request.deadlineSeconds, seconds * Double(request.steps) > deadline {
      outcome.refuse(.slower)
      return
    }
    if let budget = request.budget, let price = request.pricePerDeviceHour,
      seconds * Double(request.steps) * devices / 3600 * price > budget
    {
      outcome.refuse(.slower)
      return
    }
    outcome.feasible += 1
    let goal = goal(seconds, breakdown.compute, configuration)
    guard goal <= threshold || outcome.best.count < request.limit else { return }
    let cut = configuration.parallelism
    var simplicity = Double(cut.zeroStage) * 8 + (configuration.recompute == .none ? 0 : 1)
    simplicity += Double(cut.tensor + cut.pipeline + cut.context + cut.expert) * 64
    simplicity += Double(cut.expertTensor)
    simplicity += Double(configuration.microBatch) * 1e-4
    outcome.best.append(
      SearchOutcome.Candidate(
        configuration: configuration,
        key: RankKey(goal: goal, devices: devices, memory: memory, simplicity: simplicity)))
    trim()
  }

  /// Keeps the best `limit`; sorting is put off until there are many more.
  private mutating func trim() {
    let limit = max(1, request.limit)
    if outcome.best.count == limit {
      threshold = outcome.best.reduce(-.infinity) { max($0, $1.key.goal) }
    } else if outcome.best.count >= 2 * limit + 64 {
      outcome.best.sort { $0.key < $1.key }
      outcome.best.removeLast(outcome.best.count - limit)
      threshold = outcome.best[limit - 1].key.goal
    }
  }

  /// What is made least; `busy` is the computing part of `seconds`.
  private func goal(_ seconds: Double, _ busy: Double, _ configuration: Configuration) -> Double {
    guard trains else {
      return seconds / Double(configuration.microBatch * configuration.parallelism.data)
    }
    let devices = Double(configuration.parallelism.devices)
    switch request.goal {
    case .time: return seconds
    case .deviceHours, .cost: return seconds * devices
    case .energy, .co2:
      let model = EnergyModel(device: request.cluster.device)
      guard let idle = model.idlePower, let full = model.busyPower else { return seconds * devices }
      return devices * (idle.value * seconds + (full.value - idle.value) * busy)
    }
  }
}
