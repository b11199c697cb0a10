import DataFormats
import Profiles
public import Quantities

/// A data set as the survey's tables V to IX list it (He et al., IEEE RBME 2025, arXiv 2404.03264).
public struct DatasetProfile: Sendable, Hashable {
  /// The catalogue's key (`mimic-cxr`).
  public var id: String
  /// The name as printed.
  public var name: String
  /// `language`, `vision`, `bioinformatics`, `multimodal` or `comprehensive`.
  public var family: String
  /// The survey's table.
  public var table: String
  /// Kinds of data, as printed.
  public var modality: [String]
  /// How much there is; empty where the survey gives no number.
  public var scale: [Scale]
  /// The scale as printed.
  public var printed: String
  /// Tasks, in the survey's abbreviations.
  public var tasks: [String]
  /// How one picture is kept; nil where its publisher does not say, or for other data.
  public var stored: StoredSample?

  /// An amount in one unit.
  public struct Scale: Sendable, Hashable {
    /// How many.
    public var count: Int
    /// Of what, as printed.
    public var unit: String
    /// Whether the survey says "over".
    public var atLeast: Bool
  }

  /// Every data set, ordered by table, then as printed. A file of ours that cannot be read is left
  /// out; a test reads each.
  public static let all: [DatasetProfile] = Profiles.files(under: "datasets/").flatMap { file in
    (try? DatasetProfile.read(file.bytes, file: file.path)) ?? []
  }.sorted { (order($0.table), $0.id) < (order($1.table), $1.id) }

  /// The data set of this id.
  ///
  /// - Throws: `UserError` that suggests the nearest ids.
  public static func named(_ id: String) throws(UserError) -> DatasetProfile {
    if let found = all.first(where: { $0.id == id }) { return found }
    throw UserError(
      .input, key: "--dataset", "unknown data set \"\(id)\"",
      remedy: NearestNames.question(id, in: all.map(\.id), otherwise: "see hfm datasets"))
  }

  private static func order(_ table: String) -> Int {
    ["V", "VI", "VII", "VIII", "IX"].firstIndex(of: table) ?? 5
  }

  /// Reads a file of data sets.
  ///
  /// - Throws: `JSONError` at the first fault.
  static func read(_ bytes: [UInt8], file: String) throws(JSONError) -> [DatasetProfile] {
    let cursor = try JSONCursor(file: file, bytes: bytes)
    let name = file.split(separator: "/").last ?? ""
    let family = name.split(separator: ".").first.map(String.init) ?? ""
    var sets: [DatasetProfile] = []
    for item in try cursor.field("datasets").elements() {
      sets.append(try DatasetProfile(item, family: family))
    }
    return sets
  }

  private init(_ cursor: JSONCursor, family: String) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: [
      "id", "name", "table", "modality", "scale", "printed", "tasks", "stored",
    ])
    func words(_ key: String) throws(JSONError) -> [String] {
      var words: [String] = []
      for item in try cursor.field(key).elements() { words.append(try item.string()) }
      return words
    }
    self.family = family
    id = try cursor.field("id").string()
    name = try cursor.field("name").string()
    table = try cursor.field("table").string()
    modality = try words("modality")
    printed = try cursor.field("printed").string()
    tasks = try words("tasks")
    stored = try cursor.optional("stored").map { (c) throws(JSONError) in try StoredSample(c) }
    scale = []
    for item in try cursor.field("scale").elements() {
      scale.append(
        Scale(
          count: try item.field("count").int(in: 1...Int.max),
          unit: try item.field("unit").string(), atLeast: try item.bool("atLeast", false)))
    }
  }
}
