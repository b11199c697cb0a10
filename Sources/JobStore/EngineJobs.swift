public import Quantities

/// A job that was handed to an engine beyond this machine.
public struct EngineJob: Sendable, Hashable {
  /// The user's name for it.
  public var id: String
  /// What it is, as text; the ledger only compares it.
  public var specification: String
  /// The engine's word: `slurm`.
  public var engine: String
  /// Unique for ever; the engine's job carries it, so that it is found again after a crash.
  public var token: String
  /// The engine's number; nil while it is not known whether the engine has the job.
  public var engineID: Int?
  /// Where it stands.
  public var state: JobState
  /// What was planned, as text.
  public var planned: String
  /// Predicted run time in seconds; nil without a prediction.
  public var predictedSeconds: Double?

  static let table = """
    CREATE TABLE IF NOT EXISTS engine_jobs (
      job TEXT PRIMARY KEY REFERENCES jobs(id), engine TEXT NOT NULL, token TEXT NOT NULL UNIQUE,
      engine_id INTEGER, planned TEXT NOT NULL DEFAULT '', run INTEGER
    ) STRICT
    """

  static let nodes = """
    CREATE TABLE IF NOT EXISTS engine_nodes (
      job TEXT PRIMARY KEY REFERENCES jobs(id), nodes TEXT NOT NULL
    ) STRICT
    """
}

extension Ledger {
  static let enginePrefix = "engine:"

  /// What `enter` did with a job for an engine.
  public enum EngineEntry: Sendable, Hashable {
    /// It is to be submitted, under this token, unless the engine has a job of that token already.
    case pending(token: String)
    /// The engine has it under this number, and it is not over.
    case submitted(token: String, engineID: Int)
    /// It was settled before, and stays so: done or cancelled.
    case settled(JobState)
    /// The ledger holds another job under this name.
    case conflict
  }

  /// Takes a job for an engine into the ledger before the engine hears of it, or says where it
  /// stands. A job that failed or was refused before is tried again under the new token.
  ///
  /// - Throws: `UserError` when the file cannot be written.
  public func enter(
    id: String, specification: String, engine: String, token: String, predictedSeconds: Double?,
    at time: Double
  ) throws(UserError) -> EngineEntry {
    try database.transaction { () throws(UserError) in
      let rows = try database.run(
        """
        SELECT j.specification, j.state, e.token, e.engine_id FROM jobs j
        LEFT JOIN engine_jobs e ON e.job = j.id WHERE j.id = ?
        """, [.text(id)])
      let owner = SQLValue.text(Self.enginePrefix + engine)
      guard let row = rows.first else {
        try database.run(
          """
          INSERT INTO jobs
            (id, position, specification, state, predicted_seconds, submit_time, owner)
          VALUES (?, (SELECT coalesce(max(position), 0) + 1 FROM jobs), ?, 'queued', ?, ?, ?)
          """, [.text(id), .text(specification), SQLValue(predictedSeconds), .real(time), owner])
        try insert(id, engine, token)
        return .pending(token: token)
      }
      guard row[0].string == specification, let known = row[2].string else { return .conflict }
      let state = row[1].string.flatMap { JobState(rawValue: $0) } ?? .interrupted
      if state == .done || state == .cancelled { return .settled(state) }
      if !state.isSettled {
        return row[3].int.map { .submitted(token: known, engineID: $0) } ?? .pending(token: known)
      }
      try database.run("DELETE FROM engine_jobs WHERE job = ?", [.text(id)])
      try database.run("DELETE FROM engine_nodes WHERE job = ?", [.text(id)])
      try insert(id, engine, token)
      try database.run(
        """
        UPDATE jobs SET state = 'queued', reason = '', predicted_seconds = ?, submit_time = ?,
          owner = ?, cancel_requested = 0 WHERE id = ?
        """, [SQLValue(predictedSeconds), .real(time), owner, .text(id)])
      return .pending(token: token)
    }
  }

  private func insert(_ id: String, _ engine: String, _ token: String) throws(UserError) {
    try database.run(
      "INSERT INTO engine_jobs (job, engine, token) VALUES (?, ?, ?)",
      [.text(id), .text(engine), .text(token)])
  }

  /// Notes what was planned for a job.
  public func notePlan(_ planned: String, of id: String) throws(UserError) {
    try database.run(
      "UPDATE engine_jobs SET planned = ? WHERE job = ?", [.text(planned), .text(id)])
  }

  /// Notes the engine's number of a job.
  public func noteEngineID(_ engineID: Int, of id: String) throws(UserError) {
    try database.run(
      "UPDATE engine_jobs SET engine_id = ? WHERE job = ?", [.integer(engineID), .text(id)])
  }

  /// Notes the names of the nodes that the engine gave a job.
  public func noteEngineNodes(_ nodes: [String], of id: String) throws(UserError) {
    try database.run(
      "INSERT OR REPLACE INTO engine_nodes (job, nodes) VALUES (?, ?)",
      [.text(id), .text(nodes.joined(separator: " "))])
  }

  /// Names of the nodes that engines gave jobs, by job.
  public func engineNodes() throws(UserError) -> [String: [String]] {
    var found: [String: [String]] = [:]
    for row in try database.run("SELECT job, nodes FROM engine_nodes") {
      found[row[0].string ?? ""] = (row[1].string ?? "").split(separator: " ").map(String.init)
    }
    return found
  }

  /// Notes that the engine started a job, once however often it is called.
  public func noteEngineStart(
    _ id: String, on placement: RunPlacement, at time: Double
  ) throws(UserError) {
    _ = try database.transaction { () throws(UserError) in
      try openRun(id, placement, time)
    }
  }

  private func openRun(
    _ id: String, _ placement: RunPlacement, _ time: Double
  ) throws(UserError) -> Int {
    let known = try database.run("SELECT run FROM engine_jobs WHERE job = ?", [.text(id)])
    if let run = known.first?[0].int { return run }
    try database.run(
      """
      INSERT INTO runs (job, state, numa_nodes, cpus, memory_bytes, start_time)
      VALUES (?, 'running', '', ?, ?, ?)
      """,
      [
        .text(id), .text(placement.cpus.map(String.init).joined(separator: " ")),
        .integer(placement.memoryBytes), .real(time),
      ])
    let run = database.lastRow
    try database.run("UPDATE engine_jobs SET run = ? WHERE job = ?", [.integer(run), .text(id)])
    try database.run("UPDATE jobs SET state = 'running' WHERE id = ?", [.text(id)])
    return run
  }

  /// Notes how an engine's job ended, once: a job that is settled already stays as it is.
  ///
  /// - Returns: whether this call settled it.
  @discardableResult
  public func noteEngineEnd(
    _ id: String, as state: JobState, reason: String, on placement: RunPlacement,
    from start: Double,
    to end: Double, measuredSeconds: Double?,
    measurements: [(name: String, unit: String, value: Double)] = []
  ) throws(UserError) -> Bool {
    try database.transaction { () throws(UserError) in
      let rows = try database.run("SELECT state FROM jobs WHERE id = ?", [.text(id)])
      guard let now = rows.first?[0].string.flatMap({ JobState(rawValue: $0) }), !now.isSettled
      else { return false }
      let run = try openRun(id, placement, start)
      try database.run(
        """
        UPDATE runs SET state = ?, start_time = ?, end_time = ?, measured_seconds = ? WHERE id = ?
        """,
        [
          .text(state.rawValue), .real(start), .real(end), SQLValue(measuredSeconds),
          .integer(run),
        ])
      try database.run(
        "UPDATE jobs SET state = ?, reason = ?, owner = NULL WHERE id = ?",
        [.text(state.rawValue), .text(reason), .text(id)])
      for item in measurements {
        try database.run(
          "INSERT INTO measurements (run, name, unit, value) VALUES (?, ?, ?, ?)",
          [.integer(run), .text(item.name), .text(item.unit), .real(item.value)])
      }
      return true
    }
  }

  /// An engine's jobs in the order of their submission.
  public func engineJobs(_ engine: String) throws(UserError) -> [EngineJob] {
    try database.run(
      """
      SELECT j.id, j.specification, e.token, e.engine_id, j.state, e.planned, j.predicted_seconds
      FROM engine_jobs e JOIN jobs j ON j.id = e.job WHERE e.engine = ? ORDER BY j.position
      """, [.text(engine)]
    ).map {
      EngineJob(
        id: $0[0].string ?? "", specification: $0[1].string ?? "", engine: engine,
        token: $0[2].string ?? "", engineID: $0[3].int,
        state: $0[4].string.flatMap { JobState(rawValue: $0) } ?? .interrupted,
        planned: $0[5].string ?? "", predictedSeconds: $0[6].double)
    }
  }

  /// Name of the measurement that holds a model's prediction before it was corrected: corrections
  /// learn from it, for learning from corrected predictions would undo itself.
  public static let uncorrected = "uncorrectedSeconds"

  /// Measured over predicted run time of an engine's jobs that ended well, oldest first: of models,
  /// against the prediction before its correction, and of commands.
  public func engineRatios(
    _ engine: String
  ) throws(UserError) -> (models: [Double], commands: [Double]) {
    let rows = try database.run(
      """
      SELECT r.measured_seconds / coalesce(m.value, j.predicted_seconds), m.value IS NOT NULL
      FROM engine_jobs e JOIN jobs j ON j.id = e.job JOIN runs r ON r.id = e.run
      LEFT JOIN measurements m ON m.run = r.id AND m.name = ?
      WHERE e.engine = ? AND j.state = 'done' AND coalesce(m.value, j.predicted_seconds) > 0
        AND r.measured_seconds > 0
      ORDER BY j.position
      """, [.text(Self.uncorrected), .text(engine)])
    return (
      rows.filter { $0[1].int == 1 }.compactMap { $0[0].double },
      rows.filter { $0[1].int == 0 }.compactMap { $0[0].double }
    )
  }
}
