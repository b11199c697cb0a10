import DataFormats

/// How a data set keeps one picture: what a loader reads and decodes.
///
/// In a file: `"stored": {"format": "jpeg", "extents": [3056, 2544], "channels": 1, "bits": 8,
/// "bytes": 1512000, "source": "…"}`.
public struct StoredSample: Sendable, Hashable {
  /// How pixels are packed.
  public enum Format: String, Sendable, Hashable, CaseIterable {
    /// JPEG.
    case jpeg
    /// PNG.
    case png
    /// Values as they are, such as TIFF without compression.
    case raw
  }
  /// The format.
  public var format: Format
  /// `[height, width]` in pixels.
  public var extents: [Int]
  /// Values of a pixel.
  public var channels: Int
  /// Bits of a value.
  public var bits: Int
  /// Bytes of a file, on average.
  public var bytes: Int
  /// Where this is stated.
  public var source: String

  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: [
      "format", "extents", "channels", "bits", "bytes", "source",
    ])
    let place = try cursor.field("format")
    guard let format = Format(rawValue: try place.string()) else {
      throw place.error(
        "expected one of " + Format.allCases.map(\.rawValue).joined(separator: ", "))
    }
    self.format = format
    extents = []
    for item in try cursor.field("extents").elements() {
      extents.append(try item.int(in: 1...1_000_000))
    }
    guard extents.count == 2 else {
      throw try cursor.field("extents").error("expected height and width")
    }
    channels = try cursor.int("channels", 3, in: 1...10_000)
    bits = try cursor.int("bits", 8, in: 1...64)
    bytes = try cursor.field("bytes").int(in: 1...1 << 40)
    source = try cursor.field("source").string()
  }

  /// Pixels of the picture.
  public var pixels: Double { Double(extents[0]) * Double(extents[1]) }
  /// Bytes of its values once they are decoded.
  public var decodedBytes: Double { pixels * Double(channels) * Double((bits + 7) / 8) }
}
