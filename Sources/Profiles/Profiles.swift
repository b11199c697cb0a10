import CProfiles

/// The files of `Profiles/`, compiled into the program.
///
/// Nothing is copied or indexed before it is asked for: most programs read a handful of the files.
public enum Profiles {
  /// A file and its bytes.
  public struct File: Sendable {
    /// Path below `Profiles/` (`models/language/bert-base.json`).
    public let path: String
    /// Its content.
    public let bytes: [UInt8]

    fileprivate init(_ file: CProfilesFile) {
      path = String(cString: file.path)
      bytes = Array(UnsafeBufferPointer(start: file.bytes, count: Int(file.size)))
    }
  }

  /// The content of a file, or nil when there is none of this path.
  public static func file(_ path: String) -> [UInt8]? {
    CProfilesAt(path).map { File($0.pointee).bytes }
  }

  /// The file `NAME.json` in a folder (`models`) or any folder below it; nil when there is none.
  public static func file(named name: String, in folder: String) -> File? {
    // A zero byte would end the name for C.
    guard !name.utf8.contains(0) else { return nil }
    return CProfilesNamed(name, folder).map { File($0.pointee) }
  }

  /// The files whose path starts so (`models/`), ordered by path.
  public static func files(under prefix: String) -> [File] {
    (0..<CProfilesCount).compactMap { position in
      let file = CProfilesFirst() + position
      return CProfilesIsUnder(file, prefix) != 0 ? File(file.pointee) : nil
    }
  }
}
