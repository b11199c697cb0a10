import Glibc
public import Quantities

extension Ledger {
  /// Opens a ledger for a service; one that is damaged is set aside under another name, never
  /// overwritten, and a new one begun.
  ///
  /// - Returns: The ledger, and where the damaged one lies now; nil when it was sound.
  /// - Throws: `UserError` for a file that is no ledger of ours, or that cannot be moved.
  public static func openOrSetAside(
    path: String, at time: Double
  ) throws(UserError) -> (ledger: Ledger, setAside: String?) {
    guard access(path, F_OK) == 0 else { return (try Ledger(path: path), nil) }
    do {
      let ledger = try Ledger(path: path)
      let faults = try ledger.faults()
      if faults.isEmpty { return (ledger, nil) }
    } catch {
      guard error.kind == .input, isOurs(path) else { throw error }
    }
    let aside = "\(path).damaged-\(Int(time))"
    for suffix in ["", "-wal", "-shm"] where access(path + suffix, F_OK) == 0 {
      guard rename(path + suffix, aside + suffix) == 0 else {
        throw UserError(
          .run, place: path + suffix,
          "is damaged and cannot be moved to \(aside)\(suffix): "
            + String(cString: strerror(errno)))
      }
    }
    return (try Ledger(path: path), aside)
  }

  /// Whether a file that is no sound database was a ledger: by the number that ours carry at byte
  /// 68 (sqlite.org/fileformat, 1.3), or because it was served before.
  private static func isOurs(_ path: String) -> Bool {
    var header = [UInt8](repeating: 0, count: 72)
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    let count = pread(descriptor, &header, header.count, 0)
    let number = header[68..<72].reduce(0) { $0 << 8 | Int($1) }
    return (count == 72 && number == Schema.application) || LedgerLock.existed(ledger: path)
  }
}
