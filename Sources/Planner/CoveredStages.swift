import CostModel

/// Stages of one pipeline under one cut whose layers recompute in different ways.
struct CoveredStages {
  /// Bytes that a stage keeps of one micro-batch, and lives beside them.
  private struct Row {
    var kept: Double
    var autocast: Double
    var working: Double
  }

  /// The stages by the number of covered layers, for one mode over another.
  private struct Rows {
    var mode: RecomputeMode
    var rest: RecomputeMode
    var virtualStages: Int
    /// All stages of no covered layer, of one, and so on.
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

  /// The least of some numbers of covered layers under which all stages fit, given what they hold
  /// besides.
  mutating func fewest(
    _ coverage: CutStage.Coverage, _ counts: ClosedRange<Int>, _ step: LayeredStep,
    _ held: [MemoryForm.Held], _ usable: Double
  ) -> Int? {
    let place = place(coverage)
    // The stage that did not fit mostly does not fit with one layer more.
    var suspect = 0
    for layers in counts {
      while rows[place].stages.count < (layers + 1) * held.count {
        let next = rows[place].stages.count / held.count
        rows[place].stages += made(coverage, next, step)
      }
      let first = layers * held.count
      guard
        let failing = Self.failing(
          rows[place].stages[first..<first + held.count], held, usable, suspect)
      else { return layers }
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

  private func made(_ coverage: CutStage.Coverage, _ layers: Int, _ step: LayeredStep) -> [Row] {
    var coverage = coverage
    coverage.span.layers = layers
    return (partition?.stages ?? []).map { stage in
      let covered = CoveredLayers(coverage, stage.counts, step, times, bytes)
      return Row(kept: covered.kept, autocast: covered.autocast, working: covered.working)
    }
  }

  private mutating func place(_ coverage: CutStage.Coverage) -> Int {
    // The last one asked for is mostly asked for again.
    for place in rows.indices.reversed()
    where rows[place].virtualStages == coverage.virtualStages && rows[place].mode == coverage.mode
      && rows[place].rest == coverage.span.rest
    {
      return place
    }
    rows.append(
      Rows(
        mode: coverage.mode, rest: coverage.span.rest, virtualStages: coverage.virtualStages))
    return rows.count - 1
  }
}
