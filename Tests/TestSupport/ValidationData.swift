public import DataFormats
import Glibc

/// Third-party records (traces, published profiles) that tests may hold results against.
///
/// They are not part of the project: the environment variable `HFM_VALIDATION_DATA` names their
/// folder, and tests without it are skipped:
/// `@Test(.enabled(if: ValidationData.isPresent, "no HFM_VALIDATION_DATA"))`.
public enum ValidationData {
  /// The folder, when the variable names one that exists.
  public static var folder: String? {
    guard let value = getenv("HFM_VALIDATION_DATA") else { return nil }
    let path = String(cString: value)
    return path.isEmpty || access(path, R_OK) != 0 ? nil : path
  }

  /// Whether the folder is there, with both parts that tests read; another of its name has none.
  public static var isPresent: Bool { path("validation") != nil && path("truth") != nil }

  /// The reason shown when a test is skipped.
  public static var absentReason: String {
    "HFM_VALIDATION_DATA names no folder with validation data"
  }

  /// The path of a file below the folder; nil when it is not there.
  public static func path(_ relative: String) -> String? {
    guard let folder else { return nil }
    let path = folder + "/" + relative
    return access(path, R_OK) == 0 ? path : nil
  }

  /// The bytes of a file below the folder.
  public static func bytes(_ relative: String) throws -> [UInt8] {
    guard let path = path(relative) else { throw TestFileError(path: relative, code: ENOENT) }
    return try TestFile.read(path)
  }

  /// A JSON file below the folder.
  public static func json(_ relative: String) throws -> JSONValue {
    try JSONValue(parsing: bytes(relative))
  }
}
