/// Steps over the bytes of a text line by line and field by field, counting lines for errors.
struct ByteScanner {
  let bytes: [UInt8]
  private(set) var position = 0
  private(set) var line = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    // A byte order mark is no content.
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  /// The next line without its end (LF or CR LF); nil at the end of the text.
  mutating func nextLine() -> Range<Int>? {
    guard position < bytes.count else { return nil }
    let start = position
    var end = start
    while end < bytes.count, bytes[end] != 0x0A { end += 1 }
    position = end + 1
    line += 1
    if end > start, bytes[end - 1] == 0x0D { end -= 1 }
    return start..<end
  }

  /// The text of a range.
  func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  /// The next run of bytes that are no blanks, from `start` on; nil when only blanks are left.
  func field(from start: Int, to end: Int) -> Range<Int>? {
    var first = start
    while first < end, bytes[first] == 0x20 || bytes[first] == 0x09 { first += 1 }
    guard first < end else { return nil }
    var last = first
    while last < end, bytes[last] != 0x20, bytes[last] != 0x09 { last += 1 }
    return first..<last
  }

  /// A decimal number; whole numbers of up to 15 digits take a quick path.
  func number(_ range: Range<Int>) -> Double? {
    var index = range.lowerBound
    let isNegative = bytes[index] == UInt8(ascii: "-")
    if isNegative { index += 1 }
    guard index < range.upperBound else { return nil }
    if range.upperBound - index <= 15 {
      var whole = 0
      while index < range.upperBound, (0x30...0x39).contains(bytes[index]) {
        whole = whole * 10 + Int(bytes[index] - 0x30)
        index += 1
      }
      if index == range.upperBound { return Double(isNegative ? -whole : whole) }
    }
    guard let value = Double(text(range)), value.isFinite else { return nil }
    return value
  }
}
