/// How the layers of a step are laid on the stages of a pipeline.
///
/// Stages are contiguous. Stages that hold the same layers are kept once, at the earliest place.
struct StagePartition: Sendable {
  /// Equal stages.
  struct Stage: Sendable {
    /// Iterations of each layer of the step.
    var counts: [Int]
    /// Place of the first such stage, from 0.
    var index: Int
    /// Stages like it.
    var multiplicity: Int
  }
  let stages: [Stage]
  /// Of each place in the pipeline, which of `stages` stands there.
  let places: [Int]
  /// All stages, equal ones counted each.
  var pipeline: Int { places.count }

  /// The layers spread evenly: the stack's layers by number, what stands before it on the first
  /// stage and what follows it on the last (Megatron-LM's layout). Left-over layers go to the
  /// middle stages first.
  init?(even counts: [Int], isLayer: [Bool], over pipeline: Int) {
    let stacks = isLayer.indices.filter { isLayer[$0] }
    guard pipeline > 1 else {
      (stages, places) = ([Stage(counts: counts, index: 0, multiplicity: 1)], [0])
      return
    }
    guard stacks.count == 1, counts[stacks[0]] >= pipeline else { return nil }
    let stack = stacks[0]
    let (share, rest) = counts[stack].quotientAndRemainder(dividingBy: pipeline)
    // Places 1…rest get one more; the first only when all but the last have it.
    let middle = min(rest, pipeline - 2)
    var runs: [Stage] = []
    var order: [Int] = []
    func append(_ places: Range<Int>, more: Bool) {
      guard let first = places.first else { return }
      var held = [Int](repeating: 0, count: counts.count)
      held[stack] = share + (more ? 1 : 0)
      if first == 0 { for before in 0..<stack { held[before] = counts[before] } }
      if places.last == pipeline - 1 {
        for after in counts.indices.dropFirst(stack + 1) { held[after] = counts[after] }
      }
      let known = runs.firstIndex { $0.counts == held }
      if let known {
        runs[known].multiplicity += places.count
      } else {
        runs.append(Stage(counts: held, index: first, multiplicity: places.count))
      }
      order += repeatElement(known ?? runs.count - 1, count: places.count)
    }
    append(0..<1, more: rest == pipeline - 1)
    append(1..<middle + 1, more: true)
    append(middle + 1..<pipeline - 1, more: false)
    append(pipeline - 1..<pipeline, more: false)
    (stages, places) = (runs, order)
  }

  /// Layers one by one, in order.
  struct Units {
    /// Iterations of each layer.
    let counts: [Int]
    /// The layer of each unit, and its weight.
    fileprivate let layers: [Int]
    fileprivate let weights: [Double]
    fileprivate let heaviest: Double

    /// - Parameter weights: one iteration's of each layer.
    init(_ counts: [Int], weights: [Double]) {
      self.counts = counts
      layers = zip(counts.indices, counts).flatMap { Array(repeating: $0, count: $1) }
      self.weights = layers.map { weights[$0] }
      heaviest = weights.max() ?? 0
    }
  }

  /// The contiguous cut whose heaviest stage is lightest.
  ///
  /// The optimum's weight is found by bisection over what a greedy filling needs (exact for
  /// contiguous cuts up to the resolution of a millionth).
  init?(balanced units: Units, over pipeline: Int) {
    guard units.layers.count >= pipeline else { return nil }
    var low = units.heaviest
    var high = units.weights.reduce(0, +)
    for _ in 0..<40 where high - low > 1e-6 * high {
      let middle = (low + high) / 2
      if Self.fill(units.weights, middle, pipeline) { high = middle } else { low = middle }
    }
    var all: [Range<Int>] = []
    all.reserveCapacity(pipeline)
    let fits = Self.fill(units.weights, high * (1 + 1e-9), pipeline) { all.append($0) }
    guard fits else { return nil }
    (stages, places) = Self.distinct(
      all.map { range in
        var held = [Int](repeating: 0, count: units.counts.count)
        for unit in range { held[units.layers[unit]] += 1 }
        return held
      })
  }

  /// Fills stages up to `limit`, leaving at least one unit for each later stage; tells them one by
  /// one, and whether all units have found a place.
  private static func fill(
    _ weights: [Double], _ limit: Double, _ pipeline: Int,
    _ tell: (Range<Int>) -> Void = { _ in }
  ) -> Bool {
    var start = 0
    for stage in 0..<pipeline {
      var end = start
      var load = 0.0
      let last = weights.count - (pipeline - 1 - stage)
      while end < last, load + weights[end] <= limit {
        load += weights[end]
        end += 1
      }
      guard end > start else { return false }
      tell(start..<end)
      start = end
    }
    return start == weights.count
  }

  private static func distinct(_ all: [[Int]]) -> (stages: [Stage], places: [Int]) {
    var stages: [Stage] = []
    var places: [Int] = []
    for (index, counts) in all.enumerated() {
      let known = stages.firstIndex { $0.counts == counts }
      if let known {
        stages[known].multiplicity += 1
      } else {
        stages.append(Stage(counts: counts, index: index, multiplicity: 1))
      }
      places.append(known ?? stages.count - 1)
    }
    return (stages, places)
  }
}
