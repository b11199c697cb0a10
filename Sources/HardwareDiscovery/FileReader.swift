import Glibc
import Quantities

/// Reads a whole file, or gives nil when it cannot be read: injected, so that every parser of
/// kernel files can be tried on texts of machines that are not at hand.
public typealias FileReader = (_ path: String) -> [UInt8]?

/// Files of the machine itself.
enum SystemFiles {
  /// Recorded machines are kilobytes to a few megabytes; more is a mistaken path.
  static let largestBytes = 1 << 28

  /// The reader of real files.
  static func read(_ path: String) -> [UInt8]? { try? contents(path) }

  /// A user's file.
  ///
  /// - Throws: `UserError` (input) with the system's reason.
  static func contents(_ path: String) throws(UserError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path, errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw failure(path, errno) }
      if count == 0 { return bytes }
      bytes += buffer[..<count]
      guard bytes.count <= largestBytes else {
        throw UserError(
          .input, place: path, "is larger than \(largestBytes >> 20) MiB",
          remedy: "give the file of one machine")
      }
    }
  }

  private static func failure(_ path: String, _ code: Int32) -> UserError {
    UserError(
      .input, place: path, "cannot be read: \(String(cString: strerror(code)))",
      remedy: "give the path of a readable file")
  }
}

/// The text of a kernel file, line by line and word by word.
struct TextFile {
  let lines: [Substring]

  init?(_ path: String, _ read: FileReader) {
    guard let bytes = read(path) else { return nil }
    lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
  }

  /// The first line without surrounding blanks; empty for an empty file.
  var firstLine: String {
    lines.first.map { $0.split(separator: " ").joined(separator: " ") } ?? ""
  }
}
