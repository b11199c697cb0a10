import DataFormats
import Glibc
import Quantities

/// The files that join runs: a record a line.
enum PredictionFile {
  static func append(_ records: [PredictionRecord], to path: String) throws(UserError) {
    guard let file = fopen(path, "ab") else {
      throw UserError(
        .input, place: path, String(cString: strerror(errno)), remedy: "check the path")
    }
    let bytes = Array(JSONLines.text(records.map(\.json)).utf8)
    let written = fwrite(bytes, 1, bytes.count, file)
    guard fclose(file) == 0, written == bytes.count else {
      throw UserError(.input, place: path, "could not be written", remedy: "is the disk full?")
    }
  }

  /// Names of the workloads that a file holds, measured while other programs left the processors
  /// alone; none where there is no such file yet.
  static func undisturbed(_ path: String) throws -> Set<String> {
    guard access(path, F_OK) == 0 else { return [] }
    return Set(try records([path]).filter { !$0.isDisturbed }.map(\.name))
  }

  /// All records; of those of one workload the last.
  /// - Throws: `UserError` naming file, line and key.
  static func records(_ paths: [String]) throws(UserError) -> [PredictionRecord] {
    var records: [PredictionRecord] = []
    var places: [String: Int] = [:]
    for path in paths {
      let bytes = try wholeFile(path, remedy: "give a file that predict --save wrote")
      for line in try parse(bytes, path) {
        let record = try record(JSONCursor(file: path, root: line))
        if let place = places[record.name] {
          records[place] = record
        } else {
          places[record.name] = records.count
          records.append(record)
        }
      }
    }
    return records
  }

  private static func record(_ cursor: JSONCursor) throws(UserError) -> PredictionRecord {
    do {
      return try PredictionRecord(cursor)
    } catch {
      throw UserError(
        .input, place: error.place, key: error.key, error.message,
        remedy: "give a file that predict --save wrote")
    }
  }

  private static func parse(_ bytes: [UInt8], _ path: String) throws(UserError) -> [JSONValue] {
    do {
      return try JSONLines.parse(bytes)
    } catch {
      throw UserError(
        .input, place: "\(path):\(error.line):\(error.column)", error.message,
        remedy: "give a file that predict --save wrote")
    }
  }
}
