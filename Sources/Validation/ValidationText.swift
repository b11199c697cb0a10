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
        Self.peers[table] ?? "–", held.count > 0 ? Self.percent(held.covered) : "–",
      ]
    }
  }

  /// Heads of `summaryRows`.
  public static let summaryHead = [
    "table", "fitted rows", "error %", "held out", "error %", "median %", "worst %",
    "constant MFU %", "peer %", "in 90 % interval",
  ]

  /// One line a run.
  public func runRows(_ lines: [Line]) -> [[String]] {
    lines.map { line in
      [
        line.run.table, line.run.label, line.run.isFitted ? "fitted" : "held out",
        Format.seconds(line.estimate.stepSeconds),
        line.run.seconds.map { Format.seconds($0) } ?? "–", Self.signed(line.error),
        line.estimate.basis.label.rawValue,
      ]
    }
  }

  /// Heads of `runRows`.
  public static let runHead = [
    "table", "run", "part", "predicted", "published", "error %", "basis",
  ]

  private static func signed(_ value: Double?) -> String {
    guard let value else { return "–" }
    return (value >= 0 ? "+" : "") + Format.fixed(value * 100, 1)
  }

  /// The whole report as Markdown.
  public func markdown(outliers: Double = 0.15) -> [String] {
    var text = ["## Step times", ""]
    text += Self.table(Self.summaryHead, summaryRows)
    text += ["", "## Rows off by more than \(Format.fixed(outliers * 100, 0)) %", ""]
    let far = lines.filter { abs($0.error ?? 0) > outliers }
      .sorted { abs($0.error ?? 0) > abs($1.error ?? 0) }
    text += Self.table(Self.runHead, runRows(Array(far.prefix(80))))
    text += ["", "## Rows without a prediction", ""]
    text += Self.table(
      ["table", "reason", "rows"], skipped.map { [$0.table, $0.reason, String($0.count)] })
    return text
  }

  static func table(_ head: [String], _ rows: [[String]]) -> [String] {
    var lines = ["| " + head.joined(separator: " | ") + " |"]
    lines.append("|" + head.map { _ in "---|" }.joined())
    for row in rows { lines.append("| " + row.joined(separator: " | ") + " |") }
    return lines
  }
}
