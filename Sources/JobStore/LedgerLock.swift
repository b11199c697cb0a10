import Glibc
public import Quantities

/// The right to serve a ledger: one process at a time has it, and loses it with its life.
public final class LedgerLock {
  private let descriptor: Int32

  /// Takes the lock of a ledger, `PATH.lock` beside it.
  ///
  /// - Throws: `UserError` that names the process which has it.
  public init(ledger path: String) throws(UserError) {
    let file = path + ".lock"
    descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw UserError(
        .input, place: file, "cannot be opened: \(String(cString: strerror(errno)))")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      var text = [UInt8](repeating: 0, count: 32)
      let count = max(0, read(descriptor, &text, text.count))
      let holder = String(decoding: text[..<count], as: UTF8.self)
      close(descriptor)
      throw UserError(
        .input, place: path, "is served by process \(holder) already",
        remedy: "use that one (hfm submit, hfm jobs), or another --ledger")
    }
    ftruncate(descriptor, 0)
    let text = Array("\(getpid())".utf8)
    pwrite(descriptor, text, text.count, 0)
  }

  /// Whether a ledger was served before, so that a file in its place is known to be one.
  static func existed(ledger path: String) -> Bool { access(path + ".lock", F_OK) == 0 }

  deinit { close(descriptor) }
}
