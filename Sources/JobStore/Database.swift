import CSQLite
import Quantities

/// A value in or out of SQLite.
enum SQLValue: Sendable, Hashable {
  case null
  case integer(Int)
  case real(Double)
  case text(String)

  init(_ value: Int?) { self = value.map { .integer($0) } ?? .null }
  init(_ value: Double?) { self = value.map { .real($0) } ?? .null }
  init(_ value: String?) { self = value.map { .text($0) } ?? .null }

  var int: Int? { if case .integer(let value) = self { value } else { nil } }
  var string: String? { if case .text(let value) = self { value } else { nil } }
  var double: Double? {
    switch self {
    case .real(let value): value
    case .integer(let value): Double(value)
    default: nil
    }
  }
}

/// Owns an open SQLite database; closes it when it goes.
struct Database: ~Copyable {
  private let handle: OpaquePointer
  let path: String

  /// Opens or creates a database file.
  ///
  /// - Throws: `UserError` (.input) that names the file.
  init(path: String) throws(UserError) {
    var opened: OpaquePointer?
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX
    let code = sqlite3_open_v2(path, &opened, flags, nil)
    guard code == SQLITE_OK, let handle = opened else {
      let reason = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "no memory"
      sqlite3_close_v2(opened)
      throw UserError(.input, place: path, "cannot be opened as a ledger: \(reason)")
    }
    self.handle = handle
    self.path = path
    // Another hfm may hold the write lock for a moment.
    sqlite3_busy_timeout(handle, 10_000)
  }

  deinit { sqlite3_close_v2(handle) }

  private func failure(_ code: Int32) -> UserError {
    let reason = String(cString: sqlite3_errmsg(handle))
    let isForeign = code & 0xFF == SQLITE_NOTADB || code & 0xFF == SQLITE_CORRUPT
    return UserError(
      isForeign ? .input : .run, place: path, "ledger: \(reason)",
      remedy: isForeign ? "give the path of a ledger or of a file that does not exist yet" : "")
  }

  /// Runs one statement with bound values and returns its rows.
  ///
  /// - Throws: `UserError` that names the file and SQLite's reason.
  @discardableResult
  func run(_ sql: String, _ values: [SQLValue] = []) throws(UserError) -> [[SQLValue]] {
    var prepared: OpaquePointer?
    let code = sqlite3_prepare_v2(handle, sql, -1, &prepared, nil)
    guard code == SQLITE_OK, let prepared else { throw failure(code) }
    let statement = Statement(prepared)
    for (offset, value) in values.enumerated() {
      let code = statement.bind(value, at: Int32(offset + 1))
      guard code == SQLITE_OK else { throw failure(code) }
    }
    var rows: [[SQLValue]] = []
    while true {
      let code = statement.step()
      if code == SQLITE_DONE { return rows }
      guard code == SQLITE_ROW else { throw failure(code) }
      rows.append(statement.row())
    }
  }

  /// Runs a body in one transaction: all of it or nothing is kept.
  func transaction<Value>(_ body: () throws(UserError) -> Value) throws(UserError) -> Value {
    try run("BEGIN IMMEDIATE")
    do {
      let value = try body()
      try run("COMMIT")
      return value
    } catch {
      // After some errors SQLite has rolled back by itself; the first error is the one to tell.
      _ = try? run("ROLLBACK")
      throw error
    }
  }

  /// The row id of the last insertion.
  var lastRow: Int { Int(sqlite3_last_insert_rowid(handle)) }
}

/// Owns a prepared statement; finalises it when it goes.
private struct Statement: ~Copyable {
  private let handle: OpaquePointer

  init(_ handle: OpaquePointer) { self.handle = handle }
  deinit { sqlite3_finalize(handle) }

  func bind(_ value: SQLValue, at index: Int32) -> Int32 {
    switch value {
    case .null: sqlite3_bind_null(handle, index)
    case .integer(let value): sqlite3_bind_int64(handle, index, Int64(value))
    case .real(let value): sqlite3_bind_double(handle, index, value)
    case .text(let value):
      hfm_sqlite_bind_text(handle, index, value, Int32(clamping: value.utf8.count))
    }
  }

  func step() -> Int32 { sqlite3_step(handle) }

  func row() -> [SQLValue] {
    (0..<sqlite3_column_count(handle)).map { column in
      switch sqlite3_column_type(handle, column) {
      case SQLITE_INTEGER: .integer(Int(sqlite3_column_int64(handle, column)))
      case SQLITE_FLOAT: .real(sqlite3_column_double(handle, column))
      case SQLITE_TEXT:
        sqlite3_column_text(handle, column).map { .text(String(cString: $0)) } ?? .null
      default: .null
      }
    }
  }
}
