import CostModel
import HardwareModel
import Quantities

/// Visits the configurations of a space in a fixed order, from what is costly to change (the graph)
/// to what is cheap (ZeRO stage, offload).
///
/// Cuts of the kernels are visited in waves, side by side where the caller has workers; what one
/// wave found bounds the next. The waves do not depend on the number of workers, so the outcome
/// does not either.
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
  private let hostShare: Double
  private var threshold = Double.infinity
  private let workers: PlanSearch.Workers?
  /// Sizes that are counted, in this walk or in an earlier one of the same search.
  private(set) var known: CountedSizes
  /// Where the current size begins in the whole search, and its share of it.
  private var first = 0.0
  private var share = 1.0

  init(
    _ request: PlanRequest, trains: Bool, source: @escaping PlanSearch.Source,
    progress: PlanSearch.Progress?, workers: PlanSearch.Workers?,
    known: CountedSizes = CountedSizes()
  ) {
    self.request = request
    self.trains = trains
    self.source = source
    self.progress = progress
    self.workers = workers
    self.known = known
    hostShare = request.hostShare
  }

  mutating func run() throws(UserError) {
    let sizes = microBatches
    var nothingFits = false
    for (position, size) in sizes.enumerated() {
      (first, share) = (Double(position) / Double(sizes.count), 1 / Double(sizes.count))
      guard goesOn(0) else { break }
      if nothingFits {
        // Memory grows with the micro-batch: what did not fit a smaller one fits no larger one.
        refuse(size)
        continue
      }
      let evaluator: Evaluator
      do {
        evaluator = try counted(sizes[position...])
      } catch {
        // A size too large to be counted is too large for any memory.
        guard position > 0 else { throw error }
        nothingFits = true
        refuse(size)
        continue
      }
      if let expert = request.space.expert?.max(), expert > 1,
        evaluator.step.layers.allSatisfy({ $0.experts == 0 })
      {
        throw UserError(
          .input, key: "--expert", "\(expert) devices for a model without experts",
          remedy: "leave it out or give 1")
      }
      outcome.evaluators[size] = evaluator
      let before = outcome.inMemory
      let memory = outcome.refused[Refusal.memory.position]
      visit(evaluator, size, beside: upcoming(sizes[(position + 1)...]))
      nothingFits =
        outcome.inMemory == before && outcome.refused[Refusal.memory.position] > memory
      if outcome.stopped { break }
    }
    outcome.best.sort { $0.key < $1.key }
  }

  /// Sizes counted side by side: the next one is wanted most often, later ones not always.
  private static let ahead = 2

  /// The first of some sizes counted, and with it those behind it where there are workers.
  private mutating func counted(_ sizes: ArraySlice<Int>) throws(UserError) -> Evaluator {
    let size = sizes[sizes.startIndex]
    if let counted = known[size] { return try counted.get().answering(request) }
    let next = uncounted(sizes, workers == nil ? 1 : Self.ahead)
    let count = counting(next)
    keep(workers?(next.count, count) ?? (0..<next.count).map(count), of: next)
    return try counted(sizes)
  }

  /// Sizes worth counting beside the visit of one: the next ones whose memory will do, as far as
  /// plans that fit tell it; the first visit knows of none.
  private func upcoming(_ sizes: ArraySlice<Int>) -> [Int] {
    guard workers != nil else { return [] }
    // None far ahead: a visit after which nothing fits ends the search.
    let next = uncounted(sizes.prefix(2 * Self.ahead), Self.ahead)
    guard outcome.evaluators.count > 1 else { return next }
    guard let leanest = outcome.best.min(by: { $0.key.memory < $1.key.memory }) else { return [] }
    let visited = leanest.configuration.microBatch
    let usable = outcome.evaluators[visited]?.usable ?? 0
    return next.filter { leanest.key.memory * (Double($0) / Double(visited)) <= usable }
  }

  private func uncounted(_ sizes: ArraySlice<Int>, _ count: Int) -> [Int] {
    Array(sizes.filter { known[$0] == nil }.prefix(count))
  }

  private func counting(_ sizes: [Int]) -> @Sendable (Int) -> SearchPart {
    let (source, request, family) = (source, request, known.family)
    return { index in
      var part = SearchPart()
      part.evaluator = Result { () throws(UserError) in
        let profile = try source(sizes[index], family)
        if family == nil { part.profile = profile }
        return Evaluator(profile, request)
      }
      return part
    }
  }

  private mutating func keep(_ parts: some Collection<SearchPart>, of sizes: [Int]) {
    for (size, part) in zip(sizes, parts) { known.keep(part, of: size) }
  }

  /// Counts the configurations of a size as too large; any size's evaluator knows the layers.
  private mutating func refuse(_ size: Int) {
    guard let last = outcome.evaluators.keys.max(), let evaluator = outcome.evaluators[last] else {
      return outcome.refuse(.memory)
    }
    let dimensions = SearchDimensions(request, trains: trains, evaluator.step)
    var nest = SearchNest(
      evaluator, dimensions, size: size, hostShare: hostShare, threshold: 0)
    for outer in dimensions.outer { nest.refuse(outer, .memory) }
    outcome.add(nest.outcome)
  }

  /// Tells the caller how far the search is; false when it wants no more.
  private mutating func goesOn(_ part: Double) -> Bool {
    guard let progress, !progress(first + share * part, outcome.visited) else { return true }
    outcome.stopped = true
    return false
  }

  /// Sizes that divide some replica's share, rising.
  private var microBatches: [Int] {
    if let given = request.space.microBatch { return given.sorted() }
    guard trains else { return (0...10).map { 1 << $0 } }
    return SearchSpace.divisors(request.globalBatch, upTo: SearchSpace.largestMicroBatch)
  }

  // MARK: waves

  /// Cuts of a wave: enough to keep every worker of a large machine busy, few enough that bounds
  /// are young.
  private static let wave = 32

  /// Seconds of computing of one micro-batch under each cut, where many cuts differ in
  /// communication alone; empty elsewhere, since bounds that are used once cost what they save.
  private func computing(
    _ evaluator: Evaluator, _ cuts: [SearchDimensions.Outer]
  ) -> [WorkCut: Double] {
    guard request.usesBounds, trains, request.goal == .time, request.space.executions != nil
    else { return [:] }
    var result: [WorkCut: Double] = [:]
    for outer in cuts where result[outer.plain] == nil {
      let times = evaluator.times(outer.work(request), outer.contextKind)
      result[outer.plain] = zip(evaluator.step.layers, times).reduce(0) {
        $0 + Double($1.0.count) * ($1.1.forward + $1.1.backward)
      }
    }
    return result
  }

  /// Visits a size's cuts. `upcoming` sizes are counted beside the first of them, and begun before
  /// them: cuts, which are smaller, then fill what time is left.
  private mutating func visit(_ evaluator: Evaluator, _ size: Int, beside upcoming: [Int]) {
    let dimensions = SearchDimensions(request, trains: trains, evaluator.step)
    let cuts = dimensions.outer
    let computing = computing(evaluator, cuts)
    for start in stride(from: 0, to: cuts.count, by: Self.wave) {
      guard goesOn(Double(start) / Double(cuts.count)) else { return }
      let wave = cuts[start..<min(start + Self.wave, cuts.count)]
      let nest = SearchNest(
        evaluator, dimensions, size: size, hostShare: hostShare, threshold: threshold,
        computing: computing)
      let others = start == 0 ? upcoming : []
      let count = counting(others)
      let visit: @Sendable (Int) -> SearchPart = { index in
        guard index >= others.count else { return count(index) }
        var nest = nest
        nest.visit(wave[wave.startIndex + index - others.count])
        return SearchPart(outcome: nest.outcome)
      }
      let all = others.count + wave.count
      let parts = workers?(all, visit) ?? (0..<all).map(visit)
      keep(parts.prefix(others.count), of: others)
      for part in parts.dropFirst(others.count) { outcome.add(part.outcome) }
      if outcome.best.count >= request.limit {
        threshold = outcome.keepBest(max(1, request.limit))
      }
    }
  }
}
