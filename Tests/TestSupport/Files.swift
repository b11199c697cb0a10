import Glibc

/// A file that a test could not read or write.
public struct TestFileError: Error, CustomStringConvertible {
  /// The file.
  public let path: String
  /// The system's error number.
  public let code: Int32

  /// The path with the system's words.
  public var description: String { "\(path): \(String(cString: strerror(code)))" }
}

/// Whole files in and out, without Foundation.
public enum TestFile {
  /// The bytes of a file.
  public static func read(_ path: String) throws -> [UInt8] {
    guard let file = fopen(path, "rb") else { throw TestFileError(path: path, code: errno) }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      if count == 0 { break }
      bytes += buffer[..<count]
    }
    if ferror(file) != 0 { throw TestFileError(path: path, code: EIO) }
    return bytes
  }

  /// The text of a file; invalid UTF-8 is repaired.
  public static func text(_ path: String) throws -> String {
    String(decoding: try read(path), as: UTF8.self)
  }

  /// Writes a file whole, replacing it.
  public static func write(_ bytes: [UInt8], to path: String) throws {
    guard let file = fopen(path, "wbe") else { throw TestFileError(path: path, code: errno) }
    let written = fwrite(bytes, 1, bytes.count, file)
    guard fclose(file) == 0, written == bytes.count else {
      throw TestFileError(path: path, code: EIO)
    }
  }

  /// Writes a text whole, replacing the file.
  public static func write(_ text: String, to path: String) throws {
    try write(Array(text.utf8), to: path)
  }

  /// The names in a folder, sorted, without `.` and `..`.
  public static func names(in folder: String) throws -> [String] {
    guard let stream = opendir(folder) else { throw TestFileError(path: folder, code: errno) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Whether a path is a folder.
  public static func isFolder(_ path: String) -> Bool {
    var information = stat()
    return stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
  }

  /// Every plain file below a folder, as paths relative to it, sorted.
  public static func tree(_ folder: String) throws -> [String] {
    var files: [String] = []
    for name in try names(in: folder) {
      let path = folder + "/" + name
      if isFolder(path) {
        files += try tree(path).map { name + "/" + $0 }
      } else {
        files.append(name)
      }
    }
    return files
  }
}

/// A fresh folder for one test, removed when the last reference goes.
public final class TemporaryFolder: Sendable {
  /// The folder's absolute path.
  public let path: String

  /// Makes the folder under `TMPDIR` (or `/tmp`).
  public init() throws {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array((base + "/hfm-test-XXXXXX").utf8CString)
    guard mkdtemp(&template) != nil else { throw TestFileError(path: base, code: errno) }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The path of a file in the folder.
  public func file(_ name: String) -> String { path + "/" + name }

  deinit { Self.remove(path) }

  private static func remove(_ path: String) {
    var information = stat()
    // lstat: a link to a folder elsewhere is unlinked, never entered.
    guard lstat(path, &information) == 0 else { return }
    if information.st_mode & S_IFMT == S_IFDIR {
      for name in (try? TestFile.names(in: path)) ?? [] { remove(path + "/" + name) }
      rmdir(path)
    } else {
      unlink(path)
    }
  }
}
