import CostModel
import HardwareModel

/// Replicas of one cut on every kind of device, each kind with a share of the batch by its speed.
struct SharedReplicas {
  private let search: MixedSearch
  private let request: PlanRequest
  private let size: Int
  private let kinds: [MixedKind]

  init(_ search: MixedSearch, _ size: Int, _ kinds: [MixedKind]) {
    self.search = search
    request = search.request
    self.size = size
    self.kinds = kinds
  }

  /// The best plan of each cut and ZeRO stage.
  ///
  /// All kinds take micro-batches of one size; a kind with more memory may recompute less.
  func plans() -> [MixedPlan] {
    let common = MixedSearch.common(kinds.map(\.devices))
    var result: [MixedPlan] = []
    for tensor in request.space.tensor ?? [1] where common % tensor == 0 {
      let depths =
        request.space.pipeline ?? SearchSpace.divisors(common / tensor, upTo: common / tensor)
      for pipeline in depths where common % (tensor * pipeline) == 0 {
        for zero in request.space.zeroStage ?? [0, 1, 2, 3] {
          if let plan = plan(tensor, pipeline, zero) { result.append(plan) }
        }
      }
    }
    return result
  }

  private func plan(_ tensor: Int, _ pipeline: Int, _ zero: Int) -> MixedPlan? {
    let width = tensor * pipeline
    let replicas = kinds.map { $0.devices / width }
    var configuration = Configuration(
      parallelism: Parallelism(), microBatch: size, accumulation: 1, recompute: .none)
    configuration.parallelism.tensor = tensor
    configuration.parallelism.pipeline = pipeline
    configuration.parallelism.zeroStage = zero
    configuration.parallelism.data = replicas.reduce(0, +)
    var choices: [Choice] = []
    for kind in kinds {
      guard let choice = fastest(kind, configuration) else { return nil }
      choices.append(choice)
    }
    guard let passes = passes(choices, replicas) else { return nil }
    var parts: [MixedPlan.Part] = []
    for (index, kind) in kinds.enumerated() {
      var own = configuration
      own.recompute = choices[index].mode
      own.accumulation = passes[index]
      guard let estimate = kind.evaluator.estimate(own),
        Double(estimate.peakBytes) <= kind.usable
      else { return nil }
      var part = MixedPlan.Part(
        device: kind.part.device, devices: kind.devices, estimate: estimate,
        samples: replicas[index] * size * passes[index],
        busySeconds: estimate.breakdown.compute)
      load(&part, kind)
      parts.append(part)
    }
    return search.plan(.shares, parts, parts.map(\.estimate.stepSeconds).max() ?? 0)
  }

  /// Loading of a part's own share of the samples; kinds in one machine load all of them together.
  private func load(_ part: inout MixedPlan.Part, _ kind: MixedKind) {
    let samples =
      search.mixed.sharesNode
      ? Double(request.globalBatch) : Double(part.samples) / Double(kind.part.nodes)
    let beside = part.estimate.stepSeconds - part.estimate.breakdown.dataLoading
    part.estimate.breakdown.dataLoading = kind.evaluator.setting.loader.exposed(
      samples: samples, beside: beside)
  }

  /// A kind's recomputation, the seconds of a step of one pass, and those that each more adds.
  private struct Choice {
    var mode: RecomputeMode
    var first: Double
    var each: Double
  }

  /// The fastest mode that fits while gradients are added up.
  private func fastest(_ kind: MixedKind, _ configuration: Configuration) -> Choice? {
    var best: Choice?
    for mode in request.space.recompute ?? RecomputeMode.allCases {
      var one = configuration
      one.recompute = mode
      // Deep pipelines keep more micro-batches the more of them there are.
      one.accumulation = 2 * configuration.parallelism.pipeline
      guard let long = kind.evaluator.estimate(one),
        Double(long.peakBytes) <= kind.usable
      else { continue }
      one.accumulation = 1
      guard let short = kind.evaluator.estimate(one) else { continue }
      let more = Double(2 * configuration.parallelism.pipeline - 1)
      let choice = Choice(
        mode: mode, first: short.stepSeconds,
        each: (long.stepSeconds - short.stepSeconds) / more)
      if choice.each < best?.each ?? .infinity { best = choice }
    }
    return best
  }

  /// Passes of each kind that make up the global batch and end as early as possible.
  private func passes(_ choices: [Choice], _ replicas: [Int]) -> [Int]? {
    guard request.globalBatch % size == 0 else { return nil }
    let total = request.globalBatch / size
    // All end at T where Σ replicas · (1 + (T − first)/each) makes up the batch.
    let speed = zip(choices, replicas).reduce(0) { $0 + Double($1.1) / $1.0.each }
    let offset = zip(choices, replicas).reduce(0) {
      $0 + Double($1.1) * (1 - $1.0.first / $1.0.each)
    }
    guard speed > 0, speed.isFinite else { return nil }
    let end = (Double(total) - offset) / speed
    let ideal = choices.map { 1 + (end - $0.first) / $0.each }
    var best: (seconds: Double, passes: [Int])?
    func seconds(_ passes: [Int]) -> Double {
      zip(choices, passes).reduce(0) { max($0, $1.0.first + Double($1.1 - 1) * $1.0.each) }
    }
    func fill(_ chosen: [Int], _ left: Int) {
      let index = chosen.count
      if index == choices.count - 1 {
        guard left > 0, left % replicas[index] == 0 else { return }
        let passes = chosen + [left / replicas[index]]
        let end = seconds(passes)
        if end < best?.seconds ?? .infinity { best = (end, passes) }
        return
      }
      let middle = Int(min(max(ideal[index], 1), Double(total)).rounded())
      // Far enough that one of them leaves a whole number of passes for the last kind.
      let reach = (replicas.last ?? 1) + 2
      for count in max(1, middle - reach)...(middle + reach) {
        let rest = left - count * replicas[index]
        if rest > 0 { fill(chosen + [count], rest) }
      }
    }
    fill([], total)
    return best?.passes
  }
}
