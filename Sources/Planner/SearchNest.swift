import CostModel
import HardwareModel
import Quantities

/// Visits the configurations of one cut of the kernels for one micro-batch size: pipelines,
/// replicas, recomputation, and innermost a closed form on numbers.
///
/// It knows the worst goal among the best plans of earlier cuts, and nothing else of the search: so
/// that cuts can be visited side by side, and give the same outcome in any order of execution.
struct SearchNest {
  private(set) var evaluator: Evaluator
  let dimensions: SearchDimensions
  let size: Int
  var usable: Double { evaluator.usable }
  let hostShare: Double
  var outcome = SearchOutcome()
  /// Stages of the current pipeline some of whose layers recompute; made where they are needed.
  var covered = CoveredStages()
  private var threshold: Double
  /// Least seconds of one micro-batch under a cut, whatever the communication; empty: no bound.
  private let computing: [WorkCut: Double]
  private var execution: ExecutionChoice?
  /// Not stored: what the nest holds itself is copied with it.
  private var request: PlanRequest { dimensions.request }
  private var trains: Bool { dimensions.trains }

  init(
    _ evaluator: Evaluator, _ dimensions: SearchDimensions, size: Int, hostShare: Double,
    threshold: Double, computing: [WorkCut: Double] = [:]
  ) {
    self.evaluator = evaluator
    self.dimensions = dimensions
    self.size = size
    self.hostShare = hostShare
    self.threshold = threshold
    self.computing = computing
  }

  /// Visits everything under one cut.
  mutating func visit(_ outer: SearchDimensions.Outer) {
    execution = outer.execution
    let limit = min(threshold, request.atMost)
    if let least = computing[outer.plain], scaled(least, outer) > limit {
      return refuse(outer, .slower)
    }
    evaluator = evaluator.executing(execution)
    let times = evaluator.times(outer.work(request), outer.contextKind)
    let least = evaluator.least(times)
    let isSlow = bound(outer, least) > limit
    let units = evaluator.units(times)
    var bytes: [LayerBytes?] = []
    for pipeline in dimensions.pipelines(outer)
    where execution?.matters(pipeline: pipeline) ?? true {
      if isSlow || !reaches(outer.tensor, execution?.tensor)
        || bound(outer, pipeline, least) > min(threshold, request.atMost)
      {
        count(outer, pipeline, .slower)
      } else if let partition = evaluator.partition(pipeline, units) {
        let work = outer.work(request)
        if bytes.isEmpty { bytes = evaluator.bytes(work) }
        let stages = evaluator.stages(work, times, bytes, partition)
        covered = CoveredStages(times, bytes, partition, stages)
        visit(outer, pipeline, stages)
      } else {
        outcome.refuse(.layers)
      }
    }
  }

  /// Counts everything under one cut as refused.
  mutating func refuse(_ outer: SearchDimensions.Outer, _ why: Refusal) {
    execution = outer.execution
    for pipeline in dimensions.pipelines(outer)
    where execution?.matters(pipeline: pipeline) ?? true {
      count(outer, pipeline, why)
    }
  }

  /// What no cheap dimension changes: one micro-batch on the busiest stage, the part of it that
  /// computes, and the other stages' time with the gradients of weights in it.
  struct Load {
    var busiest = -1.0
    var computing = 0.0
    var others = 0.0
    var weights = 0.0
  }

  static func load(_ stages: [CutStage], _ mode: RecomputeMode) -> Load {
    var result = Load()
    var heavy = 0.0
    for stage in stages {
      let busy = stage.busy(mode)
      result.others += busy * stage.multiplicity
      result.weights += stage.seconds.weightGradient * stage.multiplicity
      guard busy > result.busiest else { continue }
      result.busiest = busy
      result.computing = stage.seconds.forward + stage.seconds.backward + stage.recompute(mode)
      heavy = stage.seconds.weightGradient
    }
    result.others -= result.busiest
    result.weights -= heavy
    return result
  }

  /// Whether a group of neighbours lies within the network chosen for it.
  private func reaches(_ devices: Int, _ network: ExecutionChoice.Network?) -> Bool {
    network != .inside || devices <= request.cluster.devicesPerNode
  }

  /// Why a configuration cannot communicate as chosen; nil when it can.
  private func unreachable(_ outer: SearchDimensions.Outer, _ pipeline: Int, _ data: Int) -> Bool {
    guard let execution else { return false }
    return !reaches(outer.tensor, execution.tensor)
      || data > 1 && !reaches(outer.tensor * data, execution.data)
      || pipeline > 1 && !reaches(outer.tensor * data * pipeline, execution.pipeline)
  }

  /// Configurations that differ in nothing but what the closed form sees.
  private func choices(_ configuration: Configuration) -> Int {
    let count = dimensions.innerCount(configuration.parallelism)
    return dimensions.recomputes.reduce(0) { sum, choice in
      guard execution?.matters(choice.mode) ?? true else { return sum }
      return sum + count.of(choice)
    }
  }

  /// Least seconds of a step under a cut whatever the pipeline and the replicas: all layers' work
  /// of all samples over all devices; 0 where the goal is not time.
  private func bound(_ outer: SearchDimensions.Outer, _ least: Evaluator.Least) -> Double {
    guard request.usesBounds, trains, request.goal == .time else { return 0 }
    return scaled(least.total, outer)
  }

  /// The same of a pipeline: its busiest stage works at least as long as the mean of all, on as
  /// few micro-batches as the replicas leave, and the others' work is waited for as
  /// `SearchDimensions.leastBubble` says.
  private func bound(
    _ outer: SearchDimensions.Outer, _ pipeline: Int, _ least: Evaluator.Least
  ) -> Double {
    guard request.usesBounds, trains, request.goal == .time else { return 0 }
    let datas = dimensions.datas(outer, pipeline)
    let possible = datas.filter { dimensions.refusal($0, outer, pipeline, size) == nil }
    guard let most = possible.max() else { return 0 }
    let bubble = dimensions.leastBubble(pipeline)
    let mean = least.total / Double(pipeline)
    let others = least.total - mean - (bubble.fills ? 2 * least.weights : 0)
    let passes = Double(request.globalBatch / (most * size))
    // Never above the bound of a configuration, which is rounded as well.
    return (1 - 2e-9) * (passes * mean + max(0, others) * bubble.share)
  }

  /// Seconds of one micro-batch on all its devices as a share of a step of all devices.
  private func scaled(_ all: Double, _ outer: SearchDimensions.Outer) -> Double {
    let passes = Double(request.globalBatch) / Double(size)
    // A rounding error must not cut off a plan as good as the bound.
    return (1 - 1e-9) * passes * all * Double(outer.tensor * outer.context)
      / Double(request.availableDevices)
  }

  /// Counts what is left out, as visiting it would.
  private mutating func count(
    _ outer: SearchDimensions.Outer, _ pipeline: Int, _ why: Refusal
  ) {
    guard evaluator.fills(pipeline) else { return outcome.refuse(.layers) }
    for data in dimensions.datas(outer, pipeline) where execution?.matters(data: data) ?? true {
      if let reason = dimensions.refusal(data, outer, pipeline, size) {
        outcome.refuse(reason)
        continue
      }
      let reason = unreachable(outer, pipeline, data) ? Refusal.network : why
      outcome.refuse(reason, choices(configuration(outer, pipeline, data)))
    }
  }

  private func configuration(
    _ outer: SearchDimensions.Outer, _ pipeline: Int, _ data: Int
  ) -> Configuration {
    var result = Configuration(
      parallelism: outer.parallelism, microBatch: size,
      accumulation: trains ? request.globalBatch / (data * size) : 1, recompute: .none)
    result.parallelism.data = data
    result.parallelism.pipeline = pipeline
    return result
  }

  private mutating func visit(
    _ outer: SearchDimensions.Outer, _ pipeline: Int, _ stages: [CutStage]
  ) {
    let modes = dimensions.recomputes
    let bounds = modes.map { least($0, stages) }
    let bubble = dimensions.leastBubble(pipeline)
    for data in dimensions.datas(outer, pipeline) where execution?.matters(data: data) ?? true {
      if let reason = dimensions.refusal(data, outer, pipeline, size) {
        outcome.refuse(reason)
        continue
      }
      var configuration = configuration(outer, pipeline, data)
      guard !unreachable(outer, pipeline, data) else {
        outcome.refuse(.network, choices(configuration))
        continue
      }
      let count = dimensions.innerCount(configuration.parallelism)
      var inners = InnerVisit()
      for (choice, bound) in zip(modes, bounds) where execution?.matters(choice.mode) ?? true {
        configuration.recompute = choice.mode
        let waits = bubble.fills ? max(0, bound.others - 2 * bound.weights) : bound.others
        let passes = Double(configuration.accumulation)
        let least = (1 - 1e-9) * (passes * bound.busiest + waits * bubble.share)
        if request.usesBounds, threshold < .infinity || request.atMost < .infinity,
          goal(least, passes * bound.computing, configuration) > min(threshold, request.atMost)
        {
          outcome.refuse(.slower, count.of(choice))
          continue
        }
        if inners.all.isEmpty {
          inners = InnerVisit(dimensions.inner(configuration.parallelism))
        }
        visit(stages, choice, &configuration, &inners)
      }
    }
  }

  private mutating func visit(
    _ stages: [CutStage], _ choice: RecomputeChoice, _ configuration: inout Configuration,
    _ inners: inout InnerVisit
  ) {
    let form = StepForm(setting: evaluator.setting)
    for place in inners.all.indices {
      let inner = inners.all[place]
      guard dimensions.takes(inner.offload, choice) else { continue }
      configuration.parallelism.virtualStages = inner.virtualStages
      configuration.parallelism.schedule = inner.schedule
      configuration.parallelism.zeroStage = inner.zero
      configuration.parallelism.shardGroup = inner.shards
      configuration.offload = inner.offload
      configuration.span = choice.span
      guard let fit = fit(stages, choice, &configuration, place, &inners) else { continue }
      guard fit.memory.host <= hostShare else {
        outcome.refuse(.hostMemory)
        outcome.leastOnHost = min(outcome.leastOnHost, fit.memory.host)
        continue
      }
      consider(configuration, fit.cut, fit.stages, form, fit.memory.device)
    }
  }

  /// Bytes on the device at the peak, of these those of kept activations, and bytes on the host.
  struct Peak {
    var device: Double
    var activations: Double
    var host: Double
  }

  /// Whether a walk over the graph says a cut's memory, not the closed form.
  func walks(_ cut: StepCut) -> Bool { (evaluator.isExact && cut.isPlain) || !trains }

  func peak(_ stages: [CutStage], _ cut: StepCut) -> Peak {
    if walks(cut) {
      let memory = evaluator.memory(stages, cut)
      let cache = evaluator.cacheBytes(cut)
      return Peak(
        device: Double(memory.estimate.peakBytes) + Double(cache),
        activations: Double(memory.estimate.activationsBytes), host: Double(memory.host))
    }
    let worst = MemoryForm(setting: evaluator.setting).worst(stages, cut)
    return Peak(
      device: worst.peak, activations: worst.activations, host: worst.host)
  }

  mutating func refuse(
    _ reason: Refusal, _ configuration: Configuration, _ bytes: Double, _ stages: [CutStage]
  ) {
    outcome.refuse(reason)
    if bytes < outcome.closest.map({ Double($0.plan.peakBytes) }) ?? .infinity {
      let plan = evaluator.estimate(configuration, stages)
      outcome.closest = NearMiss(reason, Double(plan.peakBytes), plan)
    }
  }

  private mutating func consider(
    _ configuration: Configuration, _ cut: StepCut, _ stages: [CutStage], _ form: StepForm,
    _ memory: Double
  ) {
    let breakdown = form.breakdown(stages, cut)
    let work = breakdown.working
    // The sum of a step's parts is rounded: steps that wait for the same data take one time.
    var seconds = breakdown.dataLoading > 0 ? form.loaded(cut, beside: work) : work
    if request.withFailures {
      seconds += evaluator.failures(configuration, perStep: seconds)?.total ?? 0
    }
    let devices = Double(configuration.parallelism.devices)
    let total = seconds * Double(request.steps)
    if let deadline = request.deadlineSeconds, total > deadline {
      return miss(.deadline, total, configuration, stages)
    }
    if let budget = request.budget, let price = request.pricePerDeviceHour,
      total * devices / 3600 * price > budget
    {
      return miss(.budget, total * devices / 3600 * price, configuration, stages)
    }
    outcome.feasible += 1
    let goal = goal(seconds, breakdown.compute, configuration)
    guard goal <= threshold else { return }
    let cut = configuration.parallelism
    var simplicity = Double(cut.zeroStage) * 8 + (configuration.recompute == .none ? 0 : 1)
    simplicity += configuration.span == .all ? 0 : 1
    simplicity += Double(cut.tensor + cut.pipeline + cut.context + cut.expert) * 64
    simplicity += Double(cut.expertTensor)
    simplicity += Double(configuration.microBatch) * 1e-4
    outcome.best.append(
      SearchOutcome.Candidate(
        configuration: configuration, execution: execution,
        key: RankKey(
          goal: goal, devices: devices, work: work, memory: memory, simplicity: simplicity)))
    trim()
  }

  /// A plan that fits the memory but not the user's limits; the nearest is kept.
  private mutating func miss(
    _ reason: Refusal, _ figure: Double, _ configuration: Configuration, _ stages: [CutStage]
  ) {
    outcome.refuse(reason)
    guard figure < outcome.missed?.figure ?? .infinity else { return }
    outcome.missed = NearMiss(reason, figure, evaluator.estimate(configuration, stages))
  }

  /// Keeps the best `limit`; sorting is put off until there are many more.
  private mutating func trim() {
    let limit = max(1, request.limit)
    guard outcome.best.count == limit || outcome.best.count >= 2 * limit + 64 else { return }
    threshold = min(threshold, outcome.keepBest(limit))
  }

  /// What is made least, of a step or of a sample to be served; `busy` is the computing part of
  /// `seconds`.
  private func goal(_ seconds: Double, _ busy: Double, _ configuration: Configuration) -> Double {
    let devices = Double(configuration.parallelism.devices)
    let samples =
      trains ? 1 : Double(configuration.microBatch * configuration.parallelism.data)
    switch request.goal {
    case .time: return seconds / samples
    case .deviceHours, .cost: return seconds * devices / samples
    case .co2:
      guard let grams = evaluator.grams(over: seconds, busy: busy) else { fallthrough }
      return grams * devices / samples
    case .energy:
      return (evaluator.joules(over: seconds, busy: busy) ?? seconds) * devices / samples
    }
  }
}
