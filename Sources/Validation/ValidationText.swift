import CostModel
import Planner
import Quantities

extension ValidationReport {
  private static func percent(_ value: Double?) -> String {
    guard let value else { return "–" }
    return Format.fixed(value * 100, 1)
  }

  /// What others reach on these tables, measured or stated in the field.
  private static let peers: [String: String] = [
    "Megatron SC21 table 1": "Calculon 13.9", "Korthikanti table 5": "Calculon 3.65 / 8.87",
    "vTrain 64-512 GPUs": "vTrain 14.7, Calculon 15.3",
    "vTrain 2-8 GPUs": "vTrain 8.4, Calculon 39.0",
  ]

  /// One line a table: errors of fitted and held-out rows, the constant MFU, the peer.
  public var summaryRows: [[String]] {
    tables.map { table in
      let fitted = Self.summary(lines(of: table, fitted: true))
      let held = Self.summary(lines(of: table, fitted: false))
      return [
        table, String(fitted.count), fitted.count > 0 ? Self.percent(fitted.mean) : "–",
        String(held.count), held.count > 0 ? Self.percent(held.mean) : "–",
        held.count > 0 ? Self.percent(held.median) : "–",
        held.count > 0 ? Self.percent(held.worst) : "–",
        Self.percent(held.count > 0 ? held.constant : fitted.constant),
        Self.peers[table] ?? held.peer.map { "\(table) \(Self.percent($0))" } ?? "–",
        held.count > 0 ? Self.percent(held.covered) : "–", measured(table),
      ]
    }
  }

  /// What a table's times cover.
  private func measured(_ table: String) -> String {
    let kinds = Set(lines(of: table).filter { $0.run.seconds != nil }.map(\.run.measure))
    return Measure.allCases.filter(kinds.contains).map(\.rawValue).joined(separator: ", ")
  }

  /// How the intervals of all held-out rows hold, by label.
  public var judgements: [String] {
    var result: [String] = []
    func cover(_ name: String, _ lines: [Line]) {
      guard !lines.isEmpty else { return }
      let covered = Self.percent(Self.summary(lines).covered)
      result.append("90 % intervals, \(name): \(covered) % of \(lines.count) held-out rows")
    }
    cover("all", heldOut)
    let check = IntervalCheck(lines)
    cover("all, groups that gave no spread", check.parts.flatMap(\.tested))
    for part in check.parts {
      cover("\(part.calibration.rawValue), groups that gave no spread", part.tested)
    }
    let healthcare = heldOut.filter {
      Self.healthcareTables.contains($0.run.table)
    }
    if !healthcare.isEmpty {
      let median = Self.percent(Self.summary(healthcare).median)
      result.append(
        "vision, bioinformatics and multimodal together: median error \(median) % of "
          + "\(healthcare.count) held-out rows")
    }
    return result
  }

  /// Tables of vision, bioinformatics and multimodal runs.
  public static let healthcareTables = [
    "vision", "multimodal", "bioinformatics", "nnU-Net", "timm RTX 3090", "Stable Diffusion",
  ]

  /// Heads of `summaryRows`.
  public static let summaryHead = [
    "table", "fitted rows", "error %", "held out", "error %", "median %", "worst %",
    "constant MFU %", "peer %", "in 90 % interval", "measured",
  ]

  /// Rows of measured memory: predicted and published peak.
  ///
  /// - Parameter least: bytes that a peak is over; those of steps that no card ran are left out
  ///   where it is above 0.
  public func memoryRows(over least: Double = 0) -> [[String]] {
    lines.compactMap { line in
      guard let peak = line.run.peakBytes, peak > least else { return nil }
      let isCounted = Self.summarised.contains(line.run.table)
      guard !isCounted || least == 0 else { return nil }
      let predicted = line.peakBytes
      return [
        line.run.table, line.run.label, Format.bytes(Int(predicted)), Format.bytes(Int(peak)),
        Self.signed(predicted / peak - 1), line.run.isFitted ? "fitted" : "held out",
        "stage \(line.estimate.peakStage)",
      ]
    }
  }

  /// Tables of many peaks, which have a line each (`countedPeaks`).
  static let summarised = [TruthRows.single, TruthRows.sharded] + MeasuredRuns.tables

  /// Heads of `memoryRows`.
  public static let memoryHead = [
    "table", "run", "predicted", "published", "error %", "part", "peak at",
  ]

  /// One line a run.
  public func runRows(_ lines: [Line]) -> [[String]] {
    lines.map { line in
      [
        line.run.table, line.run.label, line.run.isFitted ? "fitted" : "held out",
        Format.seconds(line.predictedSeconds),
        line.run.seconds.map { Format.seconds($0) } ?? "–", Self.signed(line.error),
        line.estimate.basis.label.rawValue, Format.bytes(line.estimate.peakBytes),
        line.fits ? "yes" : "no",
      ]
    }
  }

  /// Where the time of some runs goes: one line a run, parts in the order of a step.
  ///
  /// - Parameter word: what a run's table or label holds.
  public func partLines(_ word: String) -> [String] {
    lines.filter { $0.run.table.contains(word) || $0.run.label.contains(word) }.map { line in
      let parts = line.estimate.breakdown.parts.filter { $0.seconds > 0 }
      let mix = line.estimate.mix.map {
        " [products \(Format.percent($0.products)), memory \(Format.percent($0.memory)), waiting "
          + "\(Format.percent($0.waiting))]"
      }
      return "\(line.run.label) (\(Self.signed(line.error)) %)\(mix ?? ""): "
        + parts.map { "\($0.name) \(Format.seconds($0.seconds))" }.joined(separator: ", ")
    }
  }

  /// Heads of `runRows`.
  public static let runHead = [
    "table", "run", "part", "predicted", "published", "error %", "basis", "peak", "fits",
  ]

  private static let outlierHead = [
    "table", "run", "part", "predicted", "published", "error %", "basis", "cause",
  ]

  private static func signed(_ value: Double?) -> String {
    guard let value else { return "–" }
    return (value >= 0 ? "+" : "") + Format.fixed(value * 100, 1)
  }

  /// The whole report as Markdown.
  ///
  /// - Parameters:
  ///   - notes: further findings in words.
  ///   - fits: how right "fits" and "does not fit" are, in words.
  public func markdown(
    outliers: Double = 0.30, notes: [String] = [], fits: [String] = []
  ) -> [String] {
    var text = Self.introduction + ["## Step times", ""]
    text += Self.table(Self.summaryHead, summaryRows)
    text += [""] + (judgements + notes).map { "- \($0)" }
    text += [
      "", "## Memory", "",
      "Peak of one device. Megatron-LM's runs are what PyTorch allocated, all decoders over",
      "5 GiB; torchtitan's are what its allocator reserved with room to spare: the median ratio of",
      "its fitted rows is applied. Nothing else was fitted to memory.", "",
    ]
    text += (countedPeaks + fits).map { "- \($0)" } + [""]
    text += Self.verdicts + [""]
    text += Self.table(Self.memoryHead, memoryRows(over: 5 * 1_073_741_824))
    text += ["", "## Rows off by more than \(Format.fixed(outliers * 100, 0)) %", ""]
    text += Self.causes + [""]
    let far = self.outliers(outliers)
    text += Self.table(
      Self.outlierHead,
      far.map { found in
        let run = found.line.run
        return [
          run.table, run.label, run.isFitted ? "fitted" : "held out",
          Format.seconds(found.line.predictedSeconds),
          run.seconds.map { Format.seconds($0) } ?? "–",
          Self.signed(found.line.error), found.line.estimate.basis.label.rawValue, found.cause,
        ]
      })
    text += ["", "## Rows without a prediction", ""]
    text += Self.table(
      ["table", "reason", "rows"], skipped.map { [$0.table, $0.reason, String($0.count)] })
    return text
  }

  /// Runs off by more than a share, the farthest first, with what stands behind each.
  public func outliers(_ least: Double) -> [(line: Line, cause: String)] {
    lines.filter { abs($0.error ?? 0) > least }
      .sorted { abs($0.error ?? 0) > abs($1.error ?? 0) }
      .map { ($0, OutlierCause.of($0.run)) }
  }

  static func table(_ head: [String], _ rows: [[String]]) -> [String] {
    var lines = ["| " + head.joined(separator: " | ") + " |"]
    lines.append("|" + head.map { _ in "---|" }.joined())
    for row in rows { lines.append("| " + row.joined(separator: " | ") + " |") }
    return lines
  }
}
