import CostModel

/// Stages of one pipeline under one cut whose layers recompute in different ways.
struct CoveredStages {
  /// Bytes that a stage keeps of one micro-batch, and lives beside them.
  private struct Row {
    var kept: Double
    var autocast: Double
    var working: Double
  }

  /// A number of a coverage that a search looks for the least of.
  enum Count { case layers, chunk }

  /// The stages by one number of a coverage.
  private struct Rows {
    /// What is counted, and a coverage of the number 1.
    var count: Count
    var coverage: CutStage.Coverage
    /// All stages of the number 1, of 2, and so on.
    var stages: [Row] = []
  }

  private let times: [LayerSeconds]
  private let bytes: [LayerBytes?]
  private let partition: StagePartition?
  /// Whole modes.
  private let plain: [CutStage]
  private var known: [CutStage.Coverage: [CutStage]] = [:]
  private var rows: [Rows] = []

  /// No stage.
  init() { (times, bytes, partition, plain) = ([], [], nil, []) }

  init(
    _ times: [LayerSeconds], _ bytes: [LayerBytes?], _ partition: StagePartition,
    _ plain: [CutStage]
  ) {
    (self.times, self.bytes, self.partition, self.plain) = (times, bytes, partition, plain)
  }

  /// The stages under a coverage; nil: whole modes.
  mutating func stages(_ coverage: CutStage.Coverage?, _ step: LayeredStep) -> [CutStage] {
    guard let coverage, let partition else { return plain }
    if let found = known[coverage] { return found }
    var made = plain
    for (index, stage) in partition.stages.enumerated() {
      made[index].cover(CoveredLayers(coverage, stage.counts, step, times, bytes))
    }
    known[coverage] = made
    return made
  }

  /// The least number within some bounds from 1 on under which all stages fit, given what they hold
  /// besides.
  mutating func fewest(
    _ count: Count, _ bounds: ClosedRange<Int>, _ coverage: CutStage.Coverage,
    _ step: LayeredStep, _ held: [MemoryForm.Held], _ usable: Double
  ) -> Int? {
    // What a stage holds whatever is covered is too much: no number mends that.
    guard held.allSatisfy({ $0.bytes <= usable }) else { return nil }
    let place = place(count, coverage)
    // The stage that did not fit mostly does not fit with one more.
    var suspect = 0
    for number in bounds {
      while rows[place].stages.count < number * held.count {
        let next = rows[place].stages.count / held.count + 1
        rows[place].stages += made(coverage.with(count, next), step)
      }
      let first = (number - 1) * held.count
      guard
        let failing = Self.failing(
          rows[place].stages[first..<first + held.count], held, usable, suspect)
      else { return number }
      suspect = failing
    }
    return nil
  }

  /// A stage that does not fit, looked for at one place first; nil where all fit.
  private static func failing(
    _ rows: ArraySlice<Row>, _ held: [MemoryForm.Held], _ usable: Double, _ suspect: Int
  ) -> Int? {
    func fits(_ stage: Int) -> Bool {
      let row = rows[rows.startIndex + stage]
      let kept = row.kept - (held[stage].isNarrow ? row.autocast : 0)
      return held[stage].bytes + kept * held[stage].flight + row.working <= usable
    }
    guard fits(suspect) else { return suspect }
    return held.indices.first { !fits($0) }
  }

  private func made(_ coverage: CutStage.Coverage, _ step: LayeredStep) -> [Row] {
    (partition?.stages ?? []).map { stage in
      let covered = CoveredLayers(coverage, stage.counts, step, times, bytes)
      return Row(kept: covered.kept, autocast: covered.autocast, working: covered.working)
    }
  }

  private mutating func place(_ count: Count, _ coverage: CutStage.Coverage) -> Int {
    var coverage = coverage.with(count, 1)
    // Virtual stages matter to a number of layers alone.
    if coverage.span.layers == nil { coverage.virtualStages = 1 }
    // The last one asked for is mostly asked for again.
    let known = rows.lastIndex { $0.count == count && $0.coverage == coverage }
    if let known { return known }
    rows.append(Rows(count: count, coverage: coverage))
    return rows.count - 1
  }
}

extension CutStage.Coverage {
  /// The same with another number.
  fileprivate func with(_ count: CoveredStages.Count, _ number: Int) -> CutStage.Coverage {
    var result = self
    switch count {
    case .layers: result.span.layers = number
    case .chunk: result.span.chunk = number
    }
    return result
  }
}
