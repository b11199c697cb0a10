import Glibc
public import Quantities

/// Reading and writing whole files, with errors that name the file and the system's reason.
public enum Files {
  /// The bytes of a file.
  ///
  /// - Parameter limit: refuses larger files, so that a wrong path never fills the memory.
  /// - Throws: `UserError` (.input) that names the path.
  public static func read(
    _ path: String, limit: Int = 1 << 30
  ) throws(UserError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path, "cannot be read") }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw failure(path, "cannot be read") }
      if count == 0 { return bytes }
      bytes += chunk[..<count]
      if bytes.count > limit {
        throw UserError(.input, place: path, "is larger than \(limit >> 20) MiB")
      }
    }
  }

  /// The first bytes of a file; fewer when it is shorter.
  ///
  /// - Throws: `UserError` (.input) that names the path.
  public static func prefix(_ path: String, count: Int) throws(UserError) -> [UInt8] {
    try read(path, bytes: 0..<count)
  }

  /// A part of a file; shorter where the file ends.
  ///
  /// - Throws: `UserError` (.input) that names the path.
  public static func read(_ path: String, bytes range: Range<Int>) throws(UserError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path, "cannot be read") }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: range.count)
    var filled = 0
    while filled < range.count {
      let got = bytes.withUnsafeMutableBytes {
        pread(
          descriptor, $0.baseAddress.map { $0 + filled }, range.count - filled,
          range.lowerBound + filled)
      }
      if got < 0 && errno == EINTR { continue }
      guard got >= 0 else { throw failure(path, "cannot be read") }
      if got == 0 { break }
      filled += got
    }
    return Array(bytes[..<filled])
  }

  /// Bytes of a file.
  ///
  /// - Throws: `UserError` (.input) that names the path.
  public static func size(_ path: String) throws(UserError) -> Int {
    var status = stat()
    guard stat(path, &status) == 0 else { throw failure(path, "cannot be read") }
    return Int(status.st_size)
  }

  /// Whether something exists at a path.
  public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Whether a folder exists at a path.
  public static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Names in a folder, sorted, without the hidden ones.
  ///
  /// - Throws: `UserError` (.input) that names the path.
  public static func names(in folder: String) throws(UserError) -> [String] {
    guard let directory = opendir(folder) else { throw failure(folder, "cannot be listed") }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }

  /// Writes a file so that at any moment either the old or the whole new one is there: a
  /// temporary name beside it, fsync, rename, fsync of the folder.
  ///
  /// - Throws: `UserError` (.run) that names the path; the temporary file is removed.
  public static func writeAtomically(_ text: String, to path: String) throws(UserError) {
    let temporary = "\(path).\(getpid()).tmp"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure(path, "cannot be written", .run) }
    let complete = writeAll(text, to: descriptor) && fsync(descriptor) == 0
    let closed = close(descriptor) == 0
    guard complete, closed, rename(temporary, path) == 0 else {
      let problem = failure(path, "cannot be written", .run)
      unlink(temporary)
      throw problem
    }
    syncFolder(of: path)
  }

  private static func syncFolder(of path: String) {
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  /// Writes all of a text to a descriptor; false when the system refuses (a closed pipe).
  @discardableResult
  static func writeAll(_ text: String, to descriptor: Int32) -> Bool {
    var text = text
    return text.withUTF8 { buffer in
      var rest = UnsafeRawBufferPointer(buffer)
      while rest.count > 0 {
        let written = write(descriptor, rest.baseAddress, rest.count)
        if written < 0 && errno == EINTR { continue }
        guard written > 0 else { return false }
        rest = UnsafeRawBufferPointer(rebasing: rest[written...])
      }
      return true
    }
  }

  private static func failure(
    _ path: String, _ what: String, _ kind: UserError.Kind = .input
  ) -> UserError {
    UserError(kind, place: path, "\(what): \(String(cString: strerror(errno)))")
  }
}
