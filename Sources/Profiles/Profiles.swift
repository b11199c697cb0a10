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

  /// The content of a file, or nil when there is none of this path.
  public static func file(_ path: String) -> [UInt8]? {
    all.first { $0.path == path }?.bytes
  }

  /// The files whose path starts so (`models/`), ordered by path.
  public static func files(under prefix: String) -> [File] {
    all.filter { $0.path.hasPrefix(prefix) }
  }
}
