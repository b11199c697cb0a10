import CostModel
import HardwareModel

/// Pipelines through all kinds of devices: neighbouring stages of one kind, each with as many
/// layers as its card computes in time and can keep.
struct MixedPipeline {
  private let search: MixedSearch
  private let request: PlanRequest
  private let size: Int
  private let kinds: [MixedKind]
  /// The layers' places in the step, one entry an iteration.
  private let units: [Int]

  init(_ search: MixedSearch, _ size: Int, _ kinds: [MixedKind]) {
    self.search = search
    request = search.request
    self.size = size
    self.kinds = kinds
    let layers = kinds[0].evaluator.step.layers
    units = zip(layers.indices, layers).flatMap {
      Array(repeating: $0, count: min($1.count, 100_000))
    }
  }

  /// The best plan of each number of pipelines, tensor cut, recomputation and order of kinds.
  func plans() -> [MixedPlan] {
    let common = MixedSearch.common(kinds.map(\.devices))
    var result: [MixedPlan] = []
    for tensor in request.space.tensor ?? SearchSpace.divisors(common, upTo: common)
    where common % tensor == 0 {
      for data in request.space.data ?? SearchSpace.divisors(common / tensor, upTo: common)
      where common % (tensor * data) == 0 && request.globalBatch % (data * size) == 0 {
        for mode in request.space.recompute ?? RecomputeMode.allCases {
          for zero in data > 1 ? request.space.zeroStage ?? [0, 1] : [0] {
            for order in orders {
              if let plan = plan(tensor, data, zero, mode, order) { result.append(plan) }
            }
          }
        }
      }
    }
    return result
  }

  /// The kinds as given and in reverse: the first stages keep more micro-batches, the last ones
  /// hold the head.
  private var orders: [[Int]] { [Array(kinds.indices), kinds.indices.reversed()] }

  private func plan(
    _ tensor: Int, _ data: Int, _ zero: Int, _ mode: RecomputeMode, _ order: [Int]
  ) -> MixedPlan? {
    let places = order.flatMap {
      Array(repeating: $0, count: kinds[$0].devices / (tensor * data))
    }
    var configuration = Configuration(
      parallelism: Parallelism(), microBatch: size,
      accumulation: request.globalBatch / (data * size), recompute: mode)
    configuration.parallelism.data = data
    configuration.parallelism.tensor = tensor
    configuration.parallelism.pipeline = places.count
    configuration.parallelism.zeroStage = zero
    guard request.space.pipeline.map({ $0.contains(places.count) }) ?? true,
      units.count >= places.count
    else { return nil }
    let filling = PipelineFilling(kinds, places, units, configuration)
    guard let stages = filling.best() else { return nil }
    return plan(stages, places, configuration)
  }

  private func plan(
    _ stages: [CutStage], _ places: [Int], _ configuration: Configuration
  ) -> MixedPlan? {
    let cut = configuration.stepCut(fusedAttention: request.stack.fusedAttention)
    let busiest = stages.indices.max {
      stages[$0].busy(cut.recompute) < stages[$1].busy(cut.recompute)
    }
    guard let busiest else { return nil }
    var breakdown = StepForm(setting: kinds[places[busiest]].evaluator.setting)
      .breakdown(stages, cut)
    var parts: [MixedPlan.Part] = []
    var update = 0.0
    for (index, kind) in kinds.enumerated() {
      let own = stages.indices.filter { places[$0] == index }
      // The worst stage speaks for the kind's memory, each for its own update.
      let estimates = own.map { kind.evaluator.estimate(configuration, [stages[$0]]) }
      guard let worst = estimates.max(by: { $0.peakBytes < $1.peakBytes }) else { return nil }
      update = max(update, estimates.reduce(0) { max($0, $1.breakdown.optimizer) })
      let busy = estimates.reduce(0) { max($0, $1.breakdown.compute) }
      parts.append(
        MixedPlan.Part(
          device: kind.part.device, devices: kind.devices, estimate: worst,
          samples: request.globalBatch, layers: own.map { Int(stages[$0].layers) },
          busySeconds: busy))
    }
    // Loading hides behind the slowest kind's update, too.
    if breakdown.dataLoading > 0 {
      breakdown.dataLoading = max(0, breakdown.dataLoading + breakdown.optimizer - update)
    }
    breakdown.optimizer = update
    breakdown.add(kinds[0].evaluator.failures(configuration, perStep: breakdown.total))
    for index in parts.indices { parts[index].estimate.breakdown = breakdown }
    return search.plan(.stages, parts, breakdown.total)
  }
}

/// Lays layers on stages of given kinds so that the slowest stage is as fast as possible and none
/// exceeds its card's memory.
private struct PipelineFilling {
  private let kinds: [MixedKind]
  private let places: [Int]
  private let units: [Int]
  private let configuration: Configuration
  private let work: WorkCut
  private let times: [[LayerSeconds]]
  /// What an iteration of each layer keeps on each kind.
  private let bytes: [[LayerBytes?]]
  private let cut: StepCut

  init(
    _ kinds: [MixedKind], _ places: [Int], _ units: [Int], _ configuration: Configuration
  ) {
    self.kinds = kinds
    self.places = places
    self.units = units
    self.configuration = configuration
    let stack = kinds[0].evaluator.setting.stack
    let work = configuration.workCut(stack)
    self.work = work
    cut = configuration.stepCut(fusedAttention: stack.fusedAttention)
    times = kinds.map { $0.evaluator.times(work, .ring) }
    bytes = kinds.map { $0.evaluator.bytes(work) }
  }

  /// The stages; nil where the memory does not hold the layers.
  ///
  /// The least limit of a stage's seconds under which a greedy filling holds all layers is found
  /// by bisection, exact up to a millionth, as in `StagePartition`.
  func best() -> [CutStage]? {
    var low = 0.0
    var high =
      times.map { seconds in
        units.reduce(0) { $0 + busy(seconds[$1]) }
      }.max() ?? 0
    guard var found = filled(high) else { return nil }
    while high - low > 1e-6 * high {
      let middle = (low + high) / 2
      if let better = filled(middle) { (found, high) = (better, middle) } else { low = middle }
    }
    return found
  }

  private func busy(_ seconds: LayerSeconds) -> Double {
    seconds.total + seconds.repeated(configuration.recompute)
  }

  /// A filling in which no stage takes longer than a limit.
  private func filled(_ limit: Double) -> [CutStage]? {
    var result: [CutStage] = []
    var start = 0
    for place in places.indices {
      let last = units.count - (places.count - 1 - place)
      // More layers take more time and memory, so halving finds the most that a stage holds.
      var (low, high) = (start, last)
      var held: CutStage?
      while low < high {
        let end = (low + high + 1) / 2
        let stage = stage(place, start..<end)
        if fits(stage, place, limit) { (low, held) = (end, stage) } else { high = end - 1 }
      }
      guard low > start, let held else { return nil }
      result.append(held)
      start = low
    }
    return start == units.count ? result : nil
  }

  private func stage(_ place: Int, _ range: Range<Int>) -> CutStage {
    let kind = kinds[places[place]]
    var counts = [Int](repeating: 0, count: kind.evaluator.step.layers.count)
    for unit in range { counts[units[unit]] += 1 }
    return CutStage(
      StagePartition.Stage(counts: counts, index: place, multiplicity: 1),
      isLast: place == places.count - 1, kind.evaluator.step, times[places[place]],
      bytes[places[place]], work, shared: (0, 0), setting: kind.evaluator.setting)
  }

  private func fits(_ stage: CutStage, _ place: Int, _ limit: Double) -> Bool {
    guard stage.busy(configuration.recompute) <= limit else { return false }
    let kind = kinds[places[place]]
    let memory = MemoryForm(setting: kind.evaluator.setting).worst([stage], cut)
    return memory.peak <= kind.usable
  }
}
