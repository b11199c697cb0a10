import Glibc

extension NodeBuffer {
  /// Bytes of the buffer that lie in huge pages now, as the kernel counts them
  /// (`AnonHugePages` of `/proc/self/smaps`); nil when it does not tell.
  ///
  /// A mapping that the kernel joined with a neighbour of equal rights is counted by its share.
  public var hugePageBytes: Int? {
    guard let file = fopen("/proc/self/smaps", "r") else { return nil }
    defer { fclose(file) }
    let own = UInt(bitPattern: pointer)..<UInt(bitPattern: pointer) + UInt(byteCount)
    var line = [CChar](repeating: 0, count: 512)
    var total = 0.0
    var share = 0.0
    while fgets(&line, Int32(line.count), file) != nil {
      var (start, end, kilobytes) = (UInt(0), UInt(0), UInt(0))
      if withUnsafeMutablePointer(
        to: &start,
        { a in
          withUnsafeMutablePointer(to: &end) { b in
            withVaList([a, b]) { vsscanf(line, "%lx-%lx ", $0) }
          }
        }) == 2
      {
        let overlap =
          min(end, own.upperBound) > max(start, own.lowerBound)
          ? min(end, own.upperBound) - max(start, own.lowerBound) : 0
        share = end > start ? Double(overlap) / Double(end - start) : 0
      } else if share > 0,
        withUnsafeMutablePointer(
          to: &kilobytes,
          { k in
            withVaList([k]) { vsscanf(line, "AnonHugePages: %lu kB", $0) }
          }) == 1
      {
        total += share * Double(kilobytes) * 1024
      }
    }
    return Int(total)
  }
}
