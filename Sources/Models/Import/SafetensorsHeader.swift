import DataFormats
public import Quantities

/// The header of a `.safetensors` file: names, formats and shapes, never the weights.
///
/// The file starts with the header's length (8 bytes, little endian), then JSON
/// (https://github.com/huggingface/safetensors, "Format").
public struct SafetensorsHeader: Sendable {
  /// A stored tensor.
  public struct Entry: Sendable, Hashable {
    /// Name in the framework's words (`bert.pooler.dense.weight`).
    public var name: String
    /// Format as written (`F32`, `BF16`).
    public var dataType: String
    /// Extents.
    public var shape: [Int]
    /// Number of elements.
    public var count: Int
    /// First byte and the one behind the last, counted from the header's end.
    var bytes: Range<Int>
  }

  /// Longest name of a tensor in bytes.
  static let longestName = 4096

  /// Longest header that is read. The format allows 100 MB; real ones hold a few hundred bytes a
  /// tensor, and parsing must not fill the memory.
  public static let longest = 1 << 24

  /// Stored tensors in the file's order.
  public let entries: [Entry]

  /// Bits per element of the formats that exist.
  static let bits: [String: Int] = [
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "I16": 16, "U16": 16, "F16": 16,
    "BF16": 16, "I32": 32, "U32": 32, "F32": 32, "F64": 64, "I64": 64, "U64": 64,
  ]

  /// The header's length in bytes, from a file's first 8 bytes, so that a caller reads no more.
  ///
  /// - Throws: `UserError` for fewer than 8 bytes or a length beyond the format's limit.
  public static func length(prefix bytes: [UInt8], file: String) throws(UserError) -> Int {
    func fault(_ message: String) -> UserError {
      UserError(
        .input, place: file, message,
        remedy: "a .safetensors file starts with its header's length in 8 bytes")
    }
    guard bytes.count >= 8 else { throw fault("only \(bytes.count) bytes") }
    let length = bytes.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length >= 2, length <= UInt64(longest) else {
      throw fault("a header of \(length) bytes is not possible")
    }
    return Int(length)
  }

  /// Joins the headers of a model's shards.
  ///
  /// - Throws: `UserError` for a name that stands in two of them, or sizes beyond `Int`.
  init(joining headers: [SafetensorsHeader], file: String) throws(UserError) {
    var entries: [Entry] = []
    var names: Set<String> = []
    var total = 0
    for entry in headers.flatMap(\.entries) {
      let (sum, overflow) = total.addingReportingOverflow(entry.count)
      guard names.insert(entry.name).inserted, !overflow else {
        throw UserError(
          .input, place: file, key: String(entry.name.prefix(80)),
          overflow ? "the shards' sizes overflow" : "stands in two shards",
          remedy: "the shards are not of one model")
      }
      total = sum
      entries.append(entry)
    }
    self.entries = entries
  }

  /// Reads a header; `bytes` starts at the file's first byte and may go on into the weights.
  ///
  /// - Parameter fileBytes: the whole file's size, against which the last tensor's end is held;
  ///   nil when it is not known.
  /// - Throws: `UserError` for a length, JSON, format, shape or offset that cannot be: tensors lie
  ///   one behind the other without gaps, up to the file's end.
  public init(_ bytes: [UInt8], file: String, fileBytes: Int? = nil) throws(UserError) {
    let length = try Self.length(prefix: bytes, file: file)
    guard bytes.count - 8 >= length else {
      throw UserError(
        .input, place: file, "the header has \(length) bytes, the file only \(bytes.count - 8)",
        remedy: "the file is cut off or no .safetensors file")
    }
    do throws(JSONError) {
      let cursor = try JSONCursor(file: file, bytes: bytes[8..<8 + length])
      var entries: [Entry] = []
      var names: Set<String> = []
      for (name, cursor) in try cursor.members() where name != "__metadata__" {
        guard name.utf8.count <= Self.longestName else {
          throw cursor.error("a name of \(name.utf8.count) bytes")
        }
        guard names.insert(name).inserted else { throw cursor.error("stands twice") }
        entries.append(try Self.entry(name, cursor))
      }
      self.entries = entries
      try checkPlaces(cursor, weights: fileBytes.map { $0 - 8 - length })
    } catch {
      throw error.asUserError(remedy: "the file is damaged or no .safetensors file")
    }
  }

  /// Tensors must fill the file without gaps and without sharing bytes.
  private func checkPlaces(_ cursor: JSONCursor, weights: Int?) throws(JSONError) {
    var end = 0
    for entry in entries.sorted(by: { $0.bytes.lowerBound < $1.bytes.lowerBound })
    where !entry.bytes.isEmpty {
      guard entry.bytes.lowerBound == end else {
        throw cursor.error(
          "\(entry.name.prefix(80)) begins at byte \(entry.bytes.lowerBound), not \(end)")
      }
      end = entry.bytes.upperBound
    }
    if let weights, weights != end {
      throw cursor.error("the header describes \(end) bytes of weights, the file holds \(weights)")
    }
  }

  private static func entry(_ name: String, _ cursor: JSONCursor) throws(JSONError) -> Entry {
    let type = try cursor.field("dtype").string()
    guard let bits = bits[type] else { throw try cursor.field("dtype").error("unknown format") }
    var shape: [Int] = []
    var count = 1
    for extent in try cursor.field("shape").elements() {
      shape.append(try extent.int(in: 0...Int.max))
      let (product, overflow) = count.multipliedReportingOverflow(by: shape[shape.count - 1])
      guard !overflow, product <= Int.max / 64 else { throw extent.error("the shape overflows") }
      count = product
    }
    let place = try cursor.field("data_offsets")
    let offsets = try place.elements()
    guard offsets.count == 2 else { throw place.error("expected begin and end") }
    let begin = try offsets[0].int(in: 0...Int.max)
    let end = try offsets[1].int(in: 0...Int.max)
    guard end >= begin, end - begin == count * bits / 8 else {
      throw place.error(
        "\(shape) of \(type) takes \(count * bits / 8) bytes, found \(begin) to \(end)")
    }
    return Entry(
      name: name, dataType: type, shape: shape, count: count, bytes: begin..<end)
  }

  /// Elements of parameters: floating-point tensors but running statistics. Integer tensors are
  /// position ids, masks.
  public var parameterCount: Int {
    entries.reduce(0) { sum, entry in
      let isStatistic = [".running_mean", ".running_var"].contains { entry.name.hasSuffix($0) }
      return sum + (entry.dataType.contains("F") && !isStatistic ? entry.count : 0)
    }
  }

  /// The first tensor whose name ends so.
  func entry(_ suffix: String) -> Entry? {
    entries.first { $0.name == suffix || $0.name.hasSuffix("." + suffix) }
  }

  /// Its shape.
  func shape(_ suffix: String) -> [Int]? { entry(suffix)?.shape }

  /// Whether a tensor of this ending is stored.
  func has(_ suffix: String) -> Bool { shape(suffix) != nil }

  /// One more than the largest N in names that hold `marker` + N (`encoder.layer.`).
  func layers(_ marker: String) -> Int {
    var highest = -1
    for entry in entries {
      guard let start = entry.name.firstRange(of: marker) else { continue }
      let digits = entry.name[start.upperBound...].prefix { $0.isNumber }
      if let index = Int(digits), index < 100_000 { highest = max(highest, index) }
    }
    return highest + 1
  }
}

extension String {
  /// Where a text first occurs (Foundation's search is not needed for it).
  fileprivate func firstRange(of text: String) -> Range<String.Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) {
        return start..<index(start, offsetBy: text.count)
      }
      start = index(after: start)
    }
    return nil
  }
}
