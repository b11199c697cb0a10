public import Quantities

/// How far a job has come, and whether it is paused.
public struct JobProgress: Sendable, Hashable {
  /// Steps whose result is kept; a new run goes on after them.
  public var stepsDone: Int
  /// Whether a user set it aside.
  public var isPaused: Bool

  /// Creates a record.
  public init(stepsDone: Int, isPaused: Bool) {
    self.stepsDone = stepsDone
    self.isPaused = isPaused
  }

  static let table = """
    CREATE TABLE IF NOT EXISTS progress (
      job TEXT PRIMARY KEY REFERENCES jobs(id), steps_done INTEGER NOT NULL DEFAULT 0,
      paused INTEGER NOT NULL DEFAULT 0
    ) STRICT
    """

  /// No job is done twice: a second completed run of one cannot even be written.
  static let oneCompletion = """
    CREATE UNIQUE INDEX IF NOT EXISTS one_completion ON runs(job) WHERE state = 'done'
    """
}

/// What a run that has ended used.
public struct EndedRun: Sendable, Hashable {
  /// Its job as text.
  public var specification: String
  /// Cores held times seconds.
  public var coreSeconds: Double
  /// When it ended, in seconds since 1970.
  public var endTime: Double
}

extension Ledger {
  /// How far a job has come; nothing for one without a record.
  public func progress(of id: String) throws(UserError) -> JobProgress {
    let rows = try database.run(
      "SELECT steps_done, paused FROM progress WHERE job = ?", [.text(id)])
    return JobProgress(
      stepsDone: rows.first?[0].int ?? 0, isPaused: rows.first?[1].int == 1)
  }

  /// Notes that a running job wrote its state and gave its resources back: it waits again, or, when
  /// paused, until it is resumed. One transaction.
  public func yield(
    _ id: String, run: Int, stepsDone: Int, isPaused: Bool, measuredSeconds: Double?,
    at time: Double, measurements: [(name: String, unit: String, value: Double)] = []
  ) throws(UserError) {
    try database.transaction { () throws(UserError) in
      try database.run(
        "UPDATE runs SET state = 'interrupted', end_time = ?, measured_seconds = ? WHERE id = ?",
        [.real(time), SQLValue(measuredSeconds), .integer(run)])
      try database.run(
        """
        INSERT INTO progress (job, steps_done, paused) VALUES (?, ?, ?)
        ON CONFLICT (job) DO UPDATE SET steps_done = excluded.steps_done, paused = excluded.paused
        """, [.text(id), .integer(stepsDone), .integer(isPaused ? 1 : 0)])
      try database.run(
        "UPDATE jobs SET state = ?, reason = ? WHERE id = ?",
        [
          .text(isPaused ? JobState.interrupted.rawValue : JobState.queued.rawValue),
          .text(isPaused ? "paused by the user" : ""), .text(id),
        ])
      try add(measurements, to: run)
    }
  }

  /// Sets a waiting job aside, or lets a paused one wait again.
  public func setPaused(_ id: String, _ isPaused: Bool) throws(UserError) {
    try database.transaction { () throws(UserError) in
      try database.run(
        """
        INSERT INTO progress (job, paused) VALUES (?, ?)
        ON CONFLICT (job) DO UPDATE SET paused = excluded.paused
        """, [.text(id), .integer(isPaused ? 1 : 0)])
      try database.run(
        "UPDATE jobs SET state = ?, reason = ? WHERE id = ?",
        [
          .text(isPaused ? JobState.interrupted.rawValue : JobState.queued.rawValue),
          .text(isPaused ? "paused by the user" : ""), .text(id),
        ])
    }
  }

  /// How often each job was completed; more than once would be a fault.
  public func completions() throws(UserError) -> [String: Int] {
    var counts: [String: Int] = [:]
    for row in try database.run(
      "SELECT job, count(*) FROM runs WHERE state = 'done' GROUP BY job")
    {
      counts[row[0].string ?? ""] = row[1].int ?? 0
    }
    return counts
  }

  /// What each run that has ended used: its job's text, core-seconds, and when it ended in seconds
  /// since 1970.
  public func endedRuns() throws(UserError) -> [EndedRun] {
    try database.run(
      """
      SELECT j.specification, r.cpus, r.start_time, r.end_time
      FROM runs r JOIN jobs j ON j.id = r.job WHERE r.end_time IS NOT NULL ORDER BY r.id
      """
    ).map { row in
      let end = row[3].double ?? 0
      let cores = (row[1].string ?? "").split(separator: " ").count
      return EndedRun(
        specification: row[0].string ?? "",
        coreSeconds: Double(cores) * max(0, end - (row[2].double ?? end)), endTime: end)
    }
  }

  /// One measurement of the latest `count` runs that have both, the oldest first, with another of
  /// the same run.
  public func measurements(
    _ name: String, per other: String, last count: Int
  ) throws(UserError) -> [(Double, Double)] {
    try database.run(
      """
      SELECT a.value, b.value FROM measurements a JOIN measurements b ON b.run = a.run
      WHERE a.name = ? AND b.name = ? ORDER BY a.id DESC LIMIT ?
      """, [.text(name), .text(other), .integer(count)]
    ).reversed().map { ($0[0].double ?? 0, $0[1].double ?? 0) }
  }

  /// Lets the file grow to so many pages at most: for tests of a full disk.
  public func limitPages(_ pages: Int) throws(UserError) {
    try database.run("PRAGMA max_page_count = \(pages)")
  }

  /// How many pages the file has.
  public func pageCount() throws(UserError) -> Int {
    try database.run("PRAGMA page_count").first?.first?.int ?? 0
  }
}
