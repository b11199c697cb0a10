import CProfiles

/// The files of `Profiles/`, compiled into the program.
public enum Profiles {
  /// A file and its bytes.
  public struct File: Sendable {
    /// Path below `Profiles/` (`models/language/bert-base.json`).
    public let path: String
    /// Its content.
    public let bytes: [UInt8]
  }

  /// Every file, ordered by path.
  static let all: [File] = UnsafeBufferPointer(start: CProfilesFirst(), count: CProfilesCount)
    .map {
      File(
        path: String(cString: $0.path),
        bytes: Array(UnsafeBufferPointer(start: $0.bytes, count: Int($0.size))))
    }

  private static let positions = Dictionary(
    all.enumerated().map { ($1.path, $0) }, uniquingKeysWith: { first, _ in first })

  /// Positions of the files by their folder's first part and their name without `.json`.
  private static let names = Dictionary(
    all.enumerated().map { (key(of: $1.path), $0) }, uniquingKeysWith: { first, _ in first })

  private static func key(of path: String) -> String {
    let parts = path.split(separator: "/")
    guard let first = parts.first, let last = parts.last else { return path }
    return first + "/" + last
  }

  /// The content of a file, or nil when there is none of this path.
  public static func file(_ path: String) -> [UInt8]? {
    positions[path].map { all[$0].bytes }
  }

  /// The file `NAME.json` in a folder (`models`) or any folder below it; nil when there is none.
  public static func file(named name: String, in folder: String) -> File? {
    names[folder + "/" + name + ".json"].map { all[$0] }
  }

  /// The files whose path starts so (`models/`), ordered by path.
  public static func files(under prefix: String) -> [File] {
    all.filter { $0.path.hasPrefix(prefix) }
  }
}
