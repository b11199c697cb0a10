import Glibc
import HardwareModel
public import Planner
public import Quantities

/// Predictions held against published measurements.
public struct ValidationReport: Sendable {
  /// One run with its prediction.
  public struct Line: Sendable {
    /// The run.
    public var run: PublishedRun
    /// The prediction.
    public var estimate: PlanEstimate
    /// Whether the predicted peak leaves its device's reserve free.
    public var fits: Bool
    /// The prediction of the best constant MFU of its table, in seconds.
    public var constantSeconds: Double?

    /// Predicted seconds of what was measured.
    public var predictedSeconds: Double { run.predicted(estimate) }
    /// Predicted over measured time, less 1; nil without a measured time.
    public var error: Double? { run.seconds.map { predictedSeconds / $0 - 1 } }
    /// Bytes that an allocator with room to spare reserves for one allocated, where the run states
    /// what was reserved; 1 elsewhere.
    public var reserved = 1.0
    /// Whether twice its micro-batch is said to fit; nil where that was not asked.
    public var doubleFits: Bool?
    /// Predicted peak, cached blocks included where those were measured too.
    public var peakBytes: Double { Double(estimate.peakBytes) * reserved }
    /// Whether the measured time lies in the predicted 90 % interval.
    public var isCovered: Bool? {
      run.seconds.map {
        let ratio = $0 / predictedSeconds
        return ratio <= 1 + estimate.basis.spread && ratio >= 1 / (1 + estimate.basis.spread)
      }
    }
  }

  /// Errors of a set of lines.
  public struct Summary: Sendable {
    /// Lines with a measured time.
    public var count = 0
    /// Mean absolute relative error.
    public var mean = 0.0
    /// Median of it.
    public var median = 0.0
    /// Largest.
    public var worst = 0.0
    /// Mean absolute error of the constant MFU; nil without.
    public var constant: Double?
    /// That of the peer; nil without.
    public var peer: Double?
    /// Share of lines whose interval holds the measurement.
    public var covered = 0.0
  }

  /// All lines, in the order of the data.
  public private(set) var lines: [Line] = []
  /// Rows that were not predicted, by table and reason.
  public let skipped: [(table: String, reason: String, count: Int)]

  /// Predicts every run.
  ///
  /// - Throws: `UserError` as `RunPredictor.estimate`.
  public init(
    _ rows: PublishedRows, _ predictor: RunPredictor, _ hypothesis: Hypothesis = Hypothesis()
  ) throws(UserError) {
    var skipped = rows.skipped
    var unfit: [String: Int] = [:]
    for run in rows.runs {
      if let estimate = try predictor.estimate(run, hypothesis) {
        var line = Line(run: run, estimate: estimate, fits: try predictor.fits(run, estimate))
        line.doubleFits = try predictor.doubleFits(run, hypothesis)
        lines.append(line)
      } else if run.isOfCatalogue {
        // A recipe that adapts its network to the data (nnU-Net) had another one there.
        unfit[run.table, default: 0] += 1
      } else {
        skipped.append((run.table, "layers cannot be laid on the stages", 1))
      }
    }
    for table in unfit.keys.sorted() {
      skipped.append(
        (table, "the catalogue's network does not take these extents", unfit[table] ?? 0))
    }
    self.skipped = skipped
    addConstants()
    addReserves()
  }

  /// What an allocator reserves beyond what is allocated: the median of the fitted rows.
  private mutating func addReserves() {
    let ratios = lines.compactMap { line -> Double? in
      guard line.run.isReserved, line.run.isFitted, let peak = line.run.peakBytes else {
        return nil
      }
      return peak / Double(line.estimate.peakBytes)
    }.sorted()
    guard !ratios.isEmpty else { return }
    for index in lines.indices where lines[index].run.isReserved {
      lines[index].reserved = ratios[ratios.count / 2]
    }
  }

  /// Tables in order of first occurrence.
  public var tables: [String] {
    var seen: [String] = []
    for line in lines where line.run.seconds != nil && !seen.contains(line.run.table) {
      seen.append(line.run.table)
    }
    return seen
  }

  /// Lines with a measured time that nothing was fitted to.
  public var heldOut: [Line] { lines.filter { !$0.run.isFitted && $0.run.seconds != nil } }

  /// Lines of a table; only those fitted or held out when asked.
  public func lines(of table: String, fitted: Bool? = nil) -> [Line] {
    lines.filter { $0.run.table == table && (fitted == nil || $0.run.isFitted == fitted) }
  }

  /// The best single MFU for each table's fitted rows (all rows where none is fitted): what a
  /// planner with one efficiency number could reach.
  private mutating func addConstants() {
    for table in tables {
      let timed = lines(of: table).filter { $0.run.seconds != nil && $0.estimate.mfu > 0 }
      let fitted = timed.filter(\.run.isFitted)
      let basis = fitted.isEmpty ? timed : fitted
      // Seconds at an MFU of 1.
      func ideal(_ line: Line) -> Double { line.predictedSeconds * line.estimate.mfu }
      let candidates = basis.map { ideal($0) / ($0.run.seconds ?? 1) }
      let best = candidates.min { left, right in
        loss(left, basis, ideal) < loss(right, basis, ideal)
      }
      guard let best, best > 0 else { continue }
      for index in lines.indices where lines[index].run.table == table {
        lines[index].constantSeconds = ideal(lines[index]) / best
      }
    }
  }

  private func loss(_ mfu: Double, _ lines: [Line], _ ideal: (Line) -> Double) -> Double {
    lines.reduce(0) { $0 + abs(ideal($1) / mfu / ($1.run.seconds ?? 1) - 1) }
  }

  /// Errors of some lines.
  public static func summary(_ lines: [Line]) -> Summary {
    let timed = lines.filter { $0.run.seconds != nil }
    var result = Summary()
    result.count = timed.count
    guard !timed.isEmpty else { return result }
    let errors = timed.compactMap(\.error).map { abs($0) }.sorted()
    result.mean = errors.reduce(0, +) / Double(errors.count)
    result.median = errors[errors.count / 2]
    result.worst = errors.last ?? 0
    func mean(_ value: (Line) -> Double?) -> Double? {
      let found = timed.compactMap { line in
        value(line).map { abs($0 / (line.run.seconds ?? 1) - 1) }
      }
      return found.isEmpty ? nil : found.reduce(0, +) / Double(found.count)
    }
    result.constant = mean(\.constantSeconds)
    result.peer = mean(\.run.peerSeconds)
    result.covered = Double(timed.count { $0.isCovered == true }) / Double(timed.count)
    return result
  }
}
