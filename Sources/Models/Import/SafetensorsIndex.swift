import DataFormats
public import Quantities

/// The index of a model whose weights lie in several files (`model.safetensors.index.json`).
public struct SafetensorsIndex: Sendable, Hashable {
  /// Largest number of shards that is read.
  public static let mostShards = 10_000

  /// The shards' file names, in order, beside the index.
  public let shards: [String]
  /// Names of the tensors in each shard.
  let tensors: [[String]]
  /// Bytes of all weights, where the index says so.
  let totalBytes: Int?

  /// Reads an index.
  ///
  /// - Throws: `UserError` for JSON, file names or sizes that cannot be; a shard lies in the
  ///   index's own folder.
  public init(_ bytes: [UInt8], file: String) throws(UserError) {
    do throws(JSONError) {
      let cursor = try JSONCursor(file: file, bytes: bytes)
      var names: [String: [String]] = [:]
      for (tensor, place) in try cursor.field("weight_map").members() {
        let shard = try place.string()
        guard shard.hasSuffix(".safetensors"), shard.utf8.count <= 255,
          !shard.contains("/"), !shard.contains("\\"), !shard.hasPrefix("."),
          !shard.utf8.contains(0)
        else { throw place.error("no name of a .safetensors file beside the index") }
        names[shard, default: []].append(tensor)
        guard names.count <= Self.mostShards else {
          throw place.error("more than \(Self.mostShards) shards")
        }
      }
      shards = names.keys.sorted()
      tensors = shards.map { names[$0] ?? [] }
      guard !shards.isEmpty else {
        throw try cursor.field("weight_map").error("names no shard")
      }
      totalBytes = try cursor.optional("metadata")?.optional("total_size")?.int(in: 0...Int.max)
    } catch {
      throw error.asUserError(remedy: "the file is damaged or no index of .safetensors files")
    }
  }

  /// Joins the shards' headers, in the order of `shards`.
  ///
  /// - Throws: `UserError` when a shard holds other tensors than the index says.
  func joined(_ headers: [SafetensorsHeader], file: String) throws(UserError) -> SafetensorsHeader {
    func fault(_ shard: String, _ message: String) -> UserError {
      UserError(
        .input, place: file, key: shard, message,
        remedy: "index and shards are not of one model; download them again")
    }
    guard headers.count == shards.count else {
      throw fault("weight_map", "\(shards.count) shards are named, \(headers.count) were read")
    }
    for (position, header) in headers.enumerated() {
      let stored = Set(header.entries.map(\.name))
      let wanted = Set(tensors[position])
      if let lost = wanted.subtracting(stored).min() {
        throw fault(shards[position], "does not hold \(lost.prefix(80))")
      }
      if let extra = stored.subtracting(wanted).min() {
        throw fault(shards[position], "holds \(extra.prefix(80)), which the index does not name")
      }
    }
    return try SafetensorsHeader(joining: headers, file: file)
  }
}

extension ModelProfile {
  /// Recovers a model from the headers of its shards; see `init(safetensorsHeader:file:)`.
  ///
  /// - Parameters:
  ///   - index: the index.
  ///   - headers: each shard's first bytes, header included, in the order of `index.shards`.
  ///   - file: the index's path.
  /// - Throws: `UserError` for a damaged header, or shards that do not fit the index.
  public init(
    index: SafetensorsIndex, headers: [SafetensorsHeader], file: String
  ) throws(UserError) {
    try self.init(header: try index.joined(headers, file: file), file: file)
  }
}
