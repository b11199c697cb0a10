import Quantities

/// The ledger's tables, by version.
enum Schema {
  /// "HFML", so that another program's database is never taken for a ledger.
  static let application = 0x4846_4D4C
  static let version = 1

  static let tables = [
    """
    CREATE TABLE jobs (
      id TEXT PRIMARY KEY, position INTEGER NOT NULL, specification TEXT NOT NULL,
      state TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '', predicted_seconds REAL,
      submit_time REAL NOT NULL, owner TEXT, cancel_requested INTEGER NOT NULL DEFAULT 0
    ) STRICT
    """,
    """
    CREATE TABLE runs (
      id INTEGER PRIMARY KEY, job TEXT NOT NULL REFERENCES jobs(id), state TEXT NOT NULL,
      numa_nodes TEXT NOT NULL, cpus TEXT NOT NULL, memory_bytes INTEGER NOT NULL,
      start_time REAL NOT NULL, end_time REAL, measured_seconds REAL
    ) STRICT
    """,
    """
    CREATE TABLE measurements (
      id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES runs(id), name TEXT NOT NULL,
      unit TEXT NOT NULL, value REAL NOT NULL
    ) STRICT
    """,
    "CREATE INDEX runs_of_job ON runs(job, id)",
    "CREATE INDEX measurements_of_run ON measurements(run)",
  ]

  /// Creates the tables in an empty database, and checks the version of an older one.
  static func prepare(_ database: borrowing Database) throws(UserError) {
    // WAL: readers go on while a run writes, and a kill leaves the last whole transaction. FULL:
    // what was reported as done outlasts a power cut as well.
    try database.run("PRAGMA journal_mode = WAL")
    try database.run("PRAGMA synchronous = FULL")
    try database.run("PRAGMA foreign_keys = ON")
    try database.transaction { () throws(UserError) in
      let found = try integer(database, "PRAGMA user_version")
      let application = try integer(database, "PRAGMA application_id")
      if found == 0, application == 0,
        try integer(database, "SELECT count(*) FROM sqlite_schema") == 0
      {
        for table in tables { try database.run(table) }
        try additions(database)
        try database.run("PRAGMA application_id = \(Schema.application)")
        try database.run("PRAGMA user_version = \(version)")
        return
      }
      guard application == Schema.application else {
        throw UserError(
          .input, place: database.path, "is a database, but not a ledger of hfm",
          remedy: "give another --ledger")
      }
      guard found == version else {
        throw UserError(
          .input, place: database.path,
          "is a ledger of version \(found), this hfm knows version \(version)",
          remedy: "use the hfm that wrote it, or another --ledger")
      }
      try additions(database)
    }
  }

  /// What came later and changes nothing for those who do not know it.
  private static func additions(_ database: borrowing Database) throws(UserError) {
    try database.run(EngineJob.table)
    try database.run(EngineJob.nodes)
    try database.run(JobProgress.table)
    try database.run(JobProgress.oneCompletion)
  }

  private static func integer(
    _ database: borrowing Database, _ sql: String
  ) throws(UserError) -> Int { try database.run(sql).first?.first?.int ?? 0 }
}
