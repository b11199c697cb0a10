import CostModel
import HardwareModel
import Quantities

/// Evaluates configurations of one micro-batch size; the graph was counted once.
///
/// A class, since all cuts of a search share it, and it is large: it never changes.
final class Evaluator: Sendable {
  let request: PlanRequest
  let cost: GraphCost
  let memoryModel: MemoryModel
  let trains: Bool
  let step: LayeredStep
  let setting: StepSetting
  let isExact: Bool
  /// Whether one stack holds all repeated layers.
  let isOneStack: Bool
  private let isLayer: [Bool]
  private let layerCount: Int
  private let clock: LayerClock
  private let time: TimeModel
  private let energy: EnergyModel
  private let mix: PowerMix?
  private let peak: Double
  private let measuredShare: Double
  private let basis: PredictionBasis
  /// Bytes that a plan may use of a device: without the reserve, the headroom and what the memory's
  /// risk asks for.
  let usable: Double

  init(_ profile: StepProfile, _ request: PlanRequest, step counted: LayeredStep? = nil) {
    // The graph itself is not needed any more, and large.
    (cost, memoryModel, trains) = (profile.cost, profile.memory, profile.trains)
    self.request = request
    let device = request.cluster.device
    let stack = request.stack
    let work = WorkTime(
      device: device, efficiency: request.efficiency, streaming: stack.streaming,
      clock: stack.clock,
      narrowClock: stack.narrowClock, matrixFormat: request.matrixFormat,
      attentionClock: stack.attentionClock, expertStreaming: stack.expertStreaming,
      convolution: stack.convolution, transposes: stack.transposes, scores: stack.scores,
      launch: stack.launchSeconds, channelBlocks: stack.channelBlocks,
      waves: stack.waves, volumes: stack.volumes)
    var links = Collectives(request.cluster)
    links.reducesInSwitches = stack.reducesInSwitches
    clock = LayerClock(time: work, links: links, stack: device.kind == .cpu ? .processor : stack)
    step =
      counted
      ?? profile.layered(
        fusing: work.fuses, eager: stack.isEager && work.fuses)
    mix = device.kind == .gpu ? step.powerMix(clock) : nil
    energy = EnergyModel(device: device, mix: mix)
    isLayer = step.layers.map(\.isLayer)
    isOneStack = isLayer.count { $0 } == 1
    layerCount = step.layers.reduce(0) { $0 + $1.count }
    time = TimeModel(device: device)
    peak = time.computePeak(request.precision.compute).value
    setting = StepSetting(profile, step, request, links, time)
    // One device under the graph's own formats: the walk over the graph says it exactly.
    isExact = !(profile.trains && (stack.mainParameters || !stack.hasGraphLoss))
    measuredShare = time.measuredShare(profile.cost.forward, profile.cost.backward)
    basis = PredictionBasis(request.calibration(step, mix, measuredShare: measuredShare))
    usable = request.usable(basis)
  }

  /// The same with communication carried out in another way; nil: as it is.
  func executing(_ choice: ExecutionChoice?) -> Evaluator {
    guard let choice else { return self }
    let setting = StepSetting(setting, executing: choice)
    let clock = LayerClock(
      time: clock.time, links: clock.links, stack: setting.stack, network: choice.tensor)
    return Evaluator(self, request, setting, clock)
  }

  /// The same for a request that differs in its space and limits alone.
  func answering(_ request: PlanRequest) -> Evaluator {
    Evaluator(self, request, setting, clock)
  }

  /// Another with the same counts.
  private init(
    _ other: Evaluator, _ request: PlanRequest, _ setting: StepSetting, _ clock: LayerClock
  ) {
    (cost, memoryModel, trains) = (other.cost, other.memoryModel, other.trains)
    (step, isExact) = (other.step, other.isExact)
    (isOneStack, isLayer, layerCount) = (other.isOneStack, other.isLayer, other.layerCount)
    (self.request, self.setting, self.clock) = (request, setting, clock)
    (time, energy, mix, peak) = (other.time, other.energy, other.mix, other.peak)
    (measuredShare, basis) = (other.measuredShare, other.basis)
    usable = request.usable(basis)
  }

  // MARK: stages

  /// Seconds of one iteration of each layer under a cut.
  func times(_ cut: WorkCut, _ kind: ContextKind) -> [LayerSeconds] {
    step.byKind { clock.seconds($0, cut, kind) }
  }

  /// Seconds of one micro-batch without recomputation, all layers one after the other.
  struct Least {
    var total = 0.0
    /// Of it, gradients of weights.
    var weights = 0.0
  }

  func least(_ times: [LayerSeconds]) -> Least {
    zip(step.layers, times).reduce(into: Least()) {
      $0.total += Double($1.0.count) * $1.1.total
      $0.weights += Double($1.0.count) * $1.1.weightGradient
    }
  }

  /// Whether there is a layer for each stage.
  func fills(_ pipeline: Int) -> Bool { pipeline <= 1 || pipeline <= layerCount }

  /// The layers one by one, for `partition`.
  func units(_ times: [LayerSeconds]) -> StagePartition.Units {
    StagePartition.Units(step.layers.map(\.count), weights: times.map(\.total))
  }

  /// Where the layers go; nil when there are fewer than stages.
  func partition(_ pipeline: Int, _ units: StagePartition.Units) -> StagePartition? {
    StagePartition(even: units.counts, isLayer: isLayer, over: pipeline)
      ?? StagePartition(balanced: units, over: pipeline)
  }

  /// What one iteration of each layer keeps under a cut; nil for a layer of a training step that
  /// does not train.
  func bytes(_ cut: WorkCut) -> [LayerBytes?] {
    step.byKind { trains && $0.backward.isEmpty ? nil : LayerBytes($0, cut, setting) }
  }

  /// The stages of a pipeline under a cut.
  func stages(
    _ cut: WorkCut, _ times: [LayerSeconds], _ bytes: [LayerBytes?], _ partition: StagePartition
  ) -> [CutStage] {
    let width = max(1, step.layers.first?.parameterBytes ?? 4)
    func shared(_ bytes: LayerWork.Split) -> Double {
      guard partition.pipeline == 1 else { return 0 }
      return bytes.share(tensor: Double(cut.tensor), sequence: false) / width
    }
    return partition.stages.map { stage in
      CutStage(
        stage, isLast: stage.counts.last ?? 0 > 0, step, times, bytes, cut,
        shared: (shared(step.sharedParameters), shared(step.sharedTrained)), setting: setting)
    }
  }

  // MARK: estimates

  /// The estimate, whether it fits or not; nil for more stages than layers.
  func estimate(_ configuration: Configuration) -> PlanEstimate? {
    var work = configuration.workCut(request.stack)
    work.imbalance = request.expertImbalance
    work.regathers = setting.execution?.regathers ?? true
    let times = times(work, configuration.parallelism.contextKind)
    let units = units(times)
    guard let partition = partition(configuration.parallelism.pipeline, units) else { return nil }
    let bytes = bytes(work)
    var covered = CoveredStages(
      times, bytes, partition, stages(work, times, bytes, partition))
    var result = estimate(
      configuration, covered.stages(configuration.coverage, step), over: partition)
    result.stages = partition.described(step.layers)
    return result
  }

  /// - Parameter partition: where the layers go; nil: yet to be found.
  func estimate(
    _ configuration: Configuration, _ stages: [CutStage], over partition: StagePartition? = nil
  ) -> PlanEstimate {
    let cut = configuration.stepCut(fusedAttention: request.stack.fusedAttention)
    var breakdown = StepForm(setting: setting).breakdown(stages, cut)
    let memory = memory(stages, cut)
    let devices = configuration.parallelism.devices
    let failures = failures(configuration, perStep: breakdown.total)
    breakdown.add(failures)
    let passes = Double(configuration.accumulation) * Double(configuration.parallelism.data)
    let model = Double(cost.flops.step) * passes
    let repeated =
      breakdown.recompute > 0 ? repeatedFlops(configuration, partition) * passes : 0
    let capacity = breakdown.total * Double(devices) * peak
    var estimate = PlanEstimate(
      configuration: configuration, precision: request.precision, breakdown: breakdown,
      memory: memory.estimate, kvCacheBytes: cacheBytes(configuration), modelFlops: model,
      hardwareFlops: model + repeated, mfu: capacity > 0 ? model / capacity : 0,
      hfu: capacity > 0 ? (model + repeated) / capacity : 0, steps: request.steps,
      measuredShare: measuredShare)
    estimate.checkpointInterval = failures?.interval
    estimate.peakStage = memory.stage
    estimate.hostBytes = memory.host
    estimate.basis = basis
    (estimate.mix, estimate.busyPower) = (mix, energy.busyPower)
    spend(&estimate)
    return estimate
  }

  /// What checkpoints and failures add to a step; nil when they are left out.
  func failures(
    _ configuration: Configuration, perStep seconds: Double
  ) -> CheckpointModel.Overhead? {
    CheckpointModel(request, setting, devices: configuration.parallelism.devices).overhead(
      perStep: seconds, parameters: Double(cost.parameters.trainable))
  }

  private func repeatedFlops(
    _ configuration: Configuration, _ partition: StagePartition?
  ) -> Double {
    let all = repeatedFlops(configuration.recompute)
    guard configuration.coverage != nil else { return all }
    let share = coveredShare(configuration, partition)
    return share * all + (1 - share) * repeatedFlops(configuration.span.rest)
  }

  /// Share of the repeated layers' forward FLOPs that lies in the layers that a span covers.
  private func coveredShare(
    _ configuration: Configuration, _ known: StagePartition?
  ) -> Double {
    guard let layers = configuration.span.layers else { return 1 }
    var work = configuration.workCut(request.stack)
    work.imbalance = request.expertImbalance
    let partition =
      known
      ?? partition(
        configuration.parallelism.pipeline,
        units(times(work, configuration.parallelism.contextKind)))
    var (covered, all) = (0.0, 0.0)
    for stage in partition?.stages ?? [] {
      var left = layers * configuration.parallelism.virtualStages
      for (layer, count) in zip(step.layers, stage.counts) where layer.isLayer {
        let flops =
          Double(stage.multiplicity) * layer.forward.reduce(0) { $0 + Double($1.cost.modelFlops) }
        covered += flops * Double(min(left, count))
        all += flops * Double(count)
        left -= min(left, count)
      }
    }
    return all > 0 ? covered / all : 0
  }

  private func repeatedFlops(_ mode: RecomputeMode) -> Double {
    switch mode {
    case .none: 0
    case .selective:
      request.stack.fusedAttention
        ? 0
        : Double(
          cost.recomputable.entries.reduce(0) {
            $0 + ($1.cost.operatorClass == .attention ? $1.cost.modelFlops * $1.count : 0)
          })
    case .full: Double(cost.recomputable.sum(\.modelFlops))
    }
  }

  /// Joules of one device and its share of the host over some seconds, of which it computes `busy`;
  /// nil when its power is unknown.
  func joules(over seconds: Double, busy: Double) -> Double? {
    let host =
      (request.cluster.host?.power.value ?? 0) / Double(max(1, request.cluster.devicesPerNode))
    let share = seconds > 0 ? busy / seconds : 0
    return energy.energy(over: Seconds(seconds), busy: share).map { $0.value + host * seconds }
  }

  /// Grams of CO2e of one device over some seconds, of its electricity and its share of its
  /// manufacture; nil when the power or the intensity is unknown.
  func grams(over seconds: Double, busy: Double) -> Double? {
    guard let intensity = request.gramsPerKilowattHour,
      let joules = joules(over: seconds, busy: busy)
    else { return nil }
    return joules * request.powerUsageEffectiveness / 3.6e6 * intensity
      + (embodiedGrams(deviceHours: seconds / 3600) ?? 0)
  }

  /// A device's share of its manufacture over a life of four years (Gupta et al., Chasing Carbon,
  /// HPCA 2021, take three to five).
  private func embodiedGrams(deviceHours: Double) -> Double? {
    request.cluster.device.embodiedGrams.map { $0 * deviceHours / (4 * 365.25 * 24) }
  }

  private func spend(_ estimate: inout PlanEstimate) {
    let (total, busy) = (estimate.breakdown.total, estimate.breakdown.compute)
    let joules = joules(over: total, busy: busy).map {
      $0 * Double(estimate.steps) * Double(estimate.devices) * request.powerUsageEffectiveness
    }
    estimate.energy = joules.map { Joules($0) }
    if let joules, let intensity = request.gramsPerKilowattHour {
      estimate.co2Grams = joules / 3.6e6 * intensity
    }
    estimate.embodiedGrams = embodiedGrams(deviceHours: estimate.deviceHours)
    estimate.cost = request.pricePerDeviceHour.map { $0 * estimate.deviceHours }
  }

  // MARK: memory

  /// An estimate and the stage it is of.
  struct Memory {
    var estimate: MemoryEstimate
    var stage: Int
    var host: Int
  }

  func memory(_ stages: [CutStage], _ cut: StepCut) -> Memory {
    if let walked = walked(cut) {
      return Memory(estimate: walked.estimate(stages), stage: 0, host: 0)
    }
    let exact = exact(cut, cut.recompute == .full ? .full : .none)
    if isExact, cut.isPlain { return Memory(estimate: exact, stage: 0, host: 0) }
    let worst = MemoryForm(setting: setting).worst(stages, cut)
    var estimate = exact
    func whole(_ bytes: Double) -> Int { bytes < 9e18 ? Int(bytes) : .max }
    estimate.parametersBytes = whole(worst.parameters)
    estimate.gradientsBytes = whole(worst.gradients)
    estimate.optimizerBytes = whole(worst.states)
    estimate.activationsBytes = whole(worst.activations)
    estimate.gradientsAtPeakBytes = estimate.gradientsBytes
    estimate.activationsAtPeakBytes = estimate.activationsBytes
    estimate.temporaryBytes = whole(worst.working + worst.gathered)
    estimate.buffersBytes = whole(worst.buffers)
    estimate.peakBytes = whole(worst.peak)
    estimate.peakPhase = worst.inUpdate ? .optimizer : trains ? .backward : .forward
    return Memory(estimate: estimate, stage: worst.stage, host: whole(worst.host))
  }

  /// What the walk over the graph says of a device some of whose layers a mode covers.
  struct Walked {
    /// With all of them covered, and with none.
    var all: MemoryEstimate, none: MemoryEstimate

    /// The estimate of so many as its one stage covers.
    func estimate(_ stages: [CutStage]) -> MemoryEstimate {
      all.mixed(none, share: stages.first?.coveredShare ?? 1)
    }
  }

  /// What the walk says of a cut however many of its layers are covered; nil where they are all, or
  /// where the closed form says it.
  func walked(_ cut: StepCut) -> Walked? {
    guard isExact, cut.isPlain, let coverage = cut.coverage else { return nil }
    return Walked(
      all: exact(cut, cut.recompute == .full ? .full : .none),
      none: exact(cut, coverage.span.rest == .full ? .full : .none))
  }

  /// What the walk over the graph says of one device.
  private func exact(_ cut: StepCut, _ recompute: Recompute) -> MemoryEstimate {
    memoryModel.estimate(
      MemorySettings(
        recompute: recompute, zeroStage: cut.zero, dataParallel: cut.replicas,
        optimizerKernel: request.optimizerKernel, accumulates: cut.accumulation > 1))
  }

  private func cacheBytes(_ configuration: Configuration) -> Int {
    cacheBytes(configuration.stepCut(fusedAttention: request.stack.fusedAttention))
  }

  /// Bytes of keys and values of a batch on one device; 0 for training.
  func cacheBytes(_ cut: StepCut) -> Int {
    guard !trains, request.cachedTokens > 0 else { return 0 }
    let (tokens, first) = request.cachedTokens.multipliedReportingOverflow(
      by: cut.microBatch)
    let (bytes, second) = tokens.multipliedReportingOverflow(
      by: memoryModel.kvCacheBytesPerToken)
    let shares = cut.tensor * cut.pipeline
    return first || second ? .max : bytes / shares
  }
}

extension StepCut {
  /// Whether one device does everything but ZeRO's shares.
  var isPlain: Bool {
    tensor == 1 && pipeline == 1 && context == 1 && expert == 1 && recompute != .selective
      && coverage?.mode != .selective && coverage?.span.rest != .selective
      && offload.isEmpty
      && !nodeShards
  }
}

extension MemoryEstimate {
  /// This estimate where a share of its saving over `rest` is had: what a walk over the layers
  /// gives at both ends, and their closed form between.
  fileprivate func mixed(_ rest: MemoryEstimate, share: Double) -> MemoryEstimate {
    func mix(_ all: Int, _ none: Int) -> Int {
      max(0, Int((Double(none) + share * (Double(all) - Double(none))).rounded(.up)))
    }
    var result = share < 0.5 ? rest : self
    result.activationsBytes = mix(activationsBytes, rest.activationsBytes)
    result.activationsAtPeakBytes = mix(activationsAtPeakBytes, rest.activationsAtPeakBytes)
    result.gradientsAtPeakBytes = mix(gradientsAtPeakBytes, rest.gradientsAtPeakBytes)
    result.temporaryBytes = mix(temporaryBytes, rest.temporaryBytes)
    result.peakBytes = mix(peakBytes, rest.peakBytes)
    return result
  }
}

extension TimeModel {
  /// Share of the seconds that come from measured curves.
  func measuredShare(_ tallies: WorkTally...) -> Double {
    guard !device.rates.isEmpty else { return 0 }
    var (measured, total) = (0.0, 0.0)
    for entry in tallies.flatMap(\.entries) {
      let seconds = Double(entry.count) * seconds(entry.cost)
      total += seconds
      if isMeasured(entry.cost) { measured += seconds }
    }
    return total > 0 ? measured / total : 0
  }
}
