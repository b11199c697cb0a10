public import Quantities

/// The durable record of jobs, runs and measurements: one SQLite file.
///
/// Every change is one transaction; a process killed at any moment leaves a valid ledger, and the
/// next one that opens it sees the killed one's jobs as interrupted. Not `Sendable`: one thread
/// uses a ledger; several processes may use one file.
public final class Ledger {
  let database: Database

  /// Opens or creates a ledger, and marks jobs of processes that are gone as interrupted.
  ///
  /// - Throws: `UserError` that names the file.
  public init(path: String) throws(UserError) {
    let opened = try Database(path: path)
    try Schema.prepare(opened)
    database = opened
    try interruptAbandoned()
  }

  /// The file.
  public var path: String { database.path }

  /// What `submit` did with a job.
  public enum Submission: Sendable, Hashable {
    /// It is queued now; a new one, or one that was interrupted, failed or refused before.
    case queued
    /// It was done before; nothing to do.
    case done
    /// A user cancelled it before; it stays so.
    case cancelled
    /// Another live process queues or runs it.
    case busy(ProcessIdentity)
    /// The ledger holds another job under this name.
    case conflict
  }

  /// Queues a job for a process, or says why not.
  ///
  /// - Throws: `UserError` when the file cannot be written.
  public func submit(
    id: String, specification: String, at time: Double, by owner: ProcessIdentity = .current
  ) throws(UserError) -> Submission {
    try database.transaction { () throws(UserError) in
      let known = try database.run(
        "SELECT state, specification, owner FROM jobs WHERE id = ?", [.text(id)])
      guard let row = known.first else {
        try database.run(
          """
          INSERT INTO jobs (id, position, specification, state, submit_time, owner)
          VALUES (?, (SELECT coalesce(max(position), 0) + 1 FROM jobs), ?, 'queued', ?, ?)
          """, [.text(id), .text(specification), .real(time), .text("\(owner)")])
        return .queued
      }
      if row[1].string != specification { return .conflict }
      let state = row[0].string.flatMap { JobState(rawValue: $0) } ?? .interrupted
      if state == .done { return .done }
      if state == .cancelled { return .cancelled }
      if !state.isSettled, let text = row[2].string, let other = ProcessIdentity(text),
        other != owner, other.isAlive
      {
        return .busy(other)
      }
      try database.run(
        """
        UPDATE jobs SET state = 'queued', reason = '', submit_time = ?, owner = ?,
          cancel_requested = 0 WHERE id = ?
        """, [.real(time), .text("\(owner)"), .text(id)])
      return .queued
    }
  }

  /// Notes the predicted run time of a job.
  public func predict(_ id: String, seconds: Double) throws(UserError) {
    try database.run(
      "UPDATE jobs SET predicted_seconds = ? WHERE id = ?", [.real(seconds), .text(id)])
  }

  /// Notes that a job starts, and returns the run's number.
  public func begin(
    _ id: String, on placement: RunPlacement, at time: Double
  ) throws(UserError) -> Int {
    try database.transaction { () throws(UserError) in
      try database.run(
        """
        INSERT INTO runs (job, state, numa_nodes, cpus, memory_bytes, start_time)
        VALUES (?, 'running', ?, ?, ?, ?)
        """,
        [
          .text(id), .text(Self.list(placement.numaNodes)), .text(Self.list(placement.cpus)),
          .integer(placement.memoryBytes), .real(time),
        ])
      let run = database.lastRow
      try database.run("UPDATE jobs SET state = 'running' WHERE id = ?", [.text(id)])
      return run
    }
  }

  /// Notes how a run ended, with measurements; its job takes over the state and reason.
  public func finish(
    run: Int, state: JobState, reason: String = "", measuredSeconds: Double?, at time: Double,
    measurements: [(name: String, unit: String, value: Double)] = []
  ) throws(UserError) {
    try database.transaction { () throws(UserError) in
      try database.run(
        "UPDATE runs SET state = ?, end_time = ?, measured_seconds = ? WHERE id = ?",
        [.text(state.rawValue), .real(time), SQLValue(measuredSeconds), .integer(run)])
      try database.run(
        """
        UPDATE jobs SET state = ?, reason = ?, owner = NULL
        WHERE id = (SELECT job FROM runs WHERE id = ?)
        """, [.text(state.rawValue), .text(reason), .integer(run)])
      try add(measurements, to: run)
    }
  }

  /// Notes measurements of a run.
  func add(
    _ measurements: [(name: String, unit: String, value: Double)], to run: Int
  ) throws(UserError) {
    for measurement in measurements {
      try database.run(
        "INSERT INTO measurements (run, name, unit, value) VALUES (?, ?, ?, ?)",
        [
          .integer(run), .text(measurement.name), .text(measurement.unit),
          .real(measurement.value),
        ])
    }
  }

  /// Settles a job that does not run: refused, cancelled, interrupted or failed before its start.
  public func settle(_ id: String, as state: JobState, reason: String = "") throws(UserError) {
    try database.run(
      "UPDATE jobs SET state = ?, reason = ?, owner = NULL WHERE id = ?",
      [.text(state.rawValue), .text(reason), .text(id)])
  }

  /// What asking to cancel a job led to.
  public enum Cancellation: Sendable, Hashable {
    /// It waited in no live process, and is cancelled now.
    case cancelled
    /// The process that queues or runs it was asked, and will stop it.
    case requested(ProcessIdentity)
    /// It is settled already.
    case settled(JobState)
    /// The ledger holds no such job.
    case unknown
  }

  /// Cancels a waiting job, or asks the process that holds it to.
  public func cancel(_ id: String) throws(UserError) -> Cancellation {
    try database.transaction { () throws(UserError) in
      let rows = try database.run("SELECT state, owner FROM jobs WHERE id = ?", [.text(id)])
      guard let row = rows.first else { return .unknown }
      let state = row[0].string.flatMap { JobState(rawValue: $0) } ?? .interrupted
      if state.isSettled && state != .interrupted { return .settled(state) }
      if let owner = row[1].string.flatMap({ ProcessIdentity($0) }), owner.isAlive {
        try database.run("UPDATE jobs SET cancel_requested = 1 WHERE id = ?", [.text(id)])
        return .requested(owner)
      }
      try database.run(
        "UPDATE jobs SET state = 'cancelled', reason = 'cancelled by the user' WHERE id = ?",
        [.text(id)])
      return .cancelled
    }
  }

  /// Jobs of a process that someone asked to cancel.
  public func cancellationRequests(
    of owner: ProcessIdentity = .current
  ) throws(UserError) -> [String] {
    try database.run(
      "SELECT id FROM jobs WHERE cancel_requested = 1 AND owner = ? ORDER BY position",
      [.text("\(owner)")]
    ).compactMap { $0[0].string }
  }

  /// All jobs in the order of their first submission.
  public func jobs() throws(UserError) -> [LedgerJob] {
    try database.run(
      """
      SELECT j.id, j.specification, j.state, j.reason, j.predicted_seconds, j.submit_time,
        r.numa_nodes, r.cpus, r.memory_bytes, r.start_time, r.end_time, r.measured_seconds,
        (SELECT count(*) FROM runs c WHERE c.job = j.id)
      FROM jobs j LEFT JOIN runs r ON r.id = (SELECT max(id) FROM runs m WHERE m.job = j.id)
      ORDER BY j.position
      """
    ).map { Self.job($0) }
  }

  /// Measurements of a job's latest run, in the order of writing.
  public func measurements(
    of id: String
  ) throws(UserError) -> [(name: String, unit: String, value: Double)] {
    try database.run(
      """
      SELECT name, unit, value FROM measurements
      WHERE run = (SELECT max(id) FROM runs WHERE job = ?) ORDER BY id
      """, [.text(id)]
    ).map { (name: $0[0].string ?? "", unit: $0[1].string ?? "", value: $0[2].double ?? 0) }
  }

  /// SQLite's own check of the file; empty when it is sound.
  public func faults() throws(UserError) -> [String] {
    try database.run("PRAGMA integrity_check").compactMap { $0[0].string }.filter { $0 != "ok" }
  }

  private func interruptAbandoned() throws(UserError) {
    try database.transaction { () throws(UserError) in
      let open = try database.run(
        "SELECT id, owner FROM jobs WHERE state IN ('queued', 'running') ORDER BY position")
      for row in open {
        if let owner = row[1].string.flatMap({ ProcessIdentity($0) }), owner.isAlive { continue }
        // An engine's jobs go on without us; `hfm submit` looks after them.
        if row[1].string?.hasPrefix(Self.enginePrefix) == true { continue }
        try database.run(
          "UPDATE runs SET state = 'interrupted' WHERE job = ? AND state = 'running'", [row[0]])
        try database.run(
          """
          UPDATE jobs SET state = 'interrupted', owner = NULL,
            reason = 'its hfm run ended before it did' WHERE id = ?
          """, [row[0]])
      }
    }
  }

  private static func list(_ numbers: [Int]) -> String {
    numbers.map(String.init).joined(separator: " ")
  }

  private static func numbers(_ value: SQLValue) -> [Int] {
    (value.string ?? "").split(separator: " ").compactMap { Int($0) }
  }

  private static func job(_ row: [SQLValue]) -> LedgerJob {
    LedgerJob(
      id: row[0].string ?? "", specification: row[1].string ?? "",
      state: row[2].string.flatMap { JobState(rawValue: $0) } ?? .interrupted,
      reason: row[3].string ?? "", predictedSeconds: row[4].double,
      measuredSeconds: row[11].double, numaNodes: numbers(row[6]), cpus: numbers(row[7]),
      memoryBytes: row[8].int, submitTime: row[5].double ?? 0, startTime: row[9].double,
      endTime: row[10].double, runs: row[12].int ?? 0)
  }
}
