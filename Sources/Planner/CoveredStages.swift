import CostModel

/// Stages of one pipeline under one cut whose layers recompute in different ways.
struct CoveredStages {
  /// Bytes that a stage keeps of one micro-batch, and lives beside them.
  private struct Row {
    var kept: Double
    var working: Double
  }

  /// The stages by the number of covered layers, for one mode over another.
  private struct Rows {
    var mode: RecomputeMode
    var rest: RecomputeMode
    var virtualStages: Int
    /// Each number's stages; empty where it has not been asked for.
    var stages: [[Row]] = []
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

  /// Whether all stages fit under a coverage of so many layers, given what they hold besides.
  mutating func fit(
    _ coverage: CutStage.Coverage, _ layers: Int, _ step: LayeredStep, _ held: [MemoryForm.Held],
    _ usable: Double
  ) -> Bool {
    let place = place(coverage)
    while rows[place].stages.count <= layers { rows[place].stages.append([]) }
    if rows[place].stages[layers].isEmpty {
      rows[place].stages[layers] = made(coverage, layers, step)
    }
    for index in held.indices {
      let row = rows[place].stages[layers][index]
      guard held[index].bytes + row.kept * held[index].flight + row.working <= usable
      else { return false }
    }
    return true
  }

  private func made(_ coverage: CutStage.Coverage, _ layers: Int, _ step: LayeredStep) -> [Row] {
    var coverage = coverage
    coverage.span.layers = layers
    return (partition?.stages ?? []).map { stage in
      let covered = CoveredLayers(coverage, stage.counts, step, times, bytes)
      return Row(kept: covered.kept, working: covered.working)
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
