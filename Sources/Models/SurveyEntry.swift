import DataFormats
import Profiles

/// A row of the survey's tables I to IV (He et al., IEEE RBME 2025, arXiv 2404.03264).
public struct SurveyEntry: Sendable, Hashable {
  /// Where a row stands.
  public struct Place: Sendable, Hashable {
    /// `I` language, `II` vision, `III` bioinformatics, `IV` multimodal.
    public var table: String
    /// Row in the table, from 1.
    public var row: Int

    /// The row; nil where the table has none of that number.
    public var entry: SurveyEntry? { SurveyEntry.all.first { $0.place == self } }
  }

  /// Where it stands.
  public var place: Place
  /// The name as printed.
  public var name: String
  /// `GL` generative, `CL` contrastive, `HL` hybrid, `SL` supervised, `none`.
  public var pretraining: String
  /// `FT` fine-tuning, `AT` adapter tuning, `PE` prompt engineering.
  public var adaptation: [String]
  /// Backbone as printed; a dash where none is.
  public var backbone: String
  /// Kinds of data, as printed; empty where the table has no such column.
  public var modality: [String]
  /// Tasks, in the survey's abbreviations.
  public var tasks: [String]
  /// Year of publication.
  public var year: Int

  /// Every row, ordered by table and row. The file cannot be read only by a fault of ours, which a
  /// test would show.
  public static let all: [SurveyEntry] = {
    guard let bytes = Profiles.file("survey.json"),
      let cursor = try? JSONCursor(file: "survey.json", bytes: bytes),
      let rows = try? cursor.field("rows").elements()
    else { return [] }
    return rows.compactMap { try? SurveyEntry(row: $0) }
  }()

  private init(row cursor: JSONCursor) throws(JSONError) {
    func words(_ key: String) throws(JSONError) -> [String] {
      var words: [String] = []
      for item in try cursor.field(key).elements() { words.append(try item.string()) }
      return words
    }
    place = try Place(cursor)
    name = try cursor.field("name").string()
    pretraining = try cursor.field("pretraining").string()
    adaptation = try words("adaptation")
    backbone = try cursor.field("backbone").string()
    modality = try words("modality")
    tasks = try words("tasks")
    year = try cursor.field("year").int(in: 1900...2100)
  }
}

extension SurveyEntry.Place {
  fileprivate init(_ cursor: JSONCursor) throws(JSONError) {
    table = try cursor.field("table").string()
    guard ["I", "II", "III", "IV"].contains(table) else {
      throw try cursor.field("table").error("unknown table \"\(table)\"; known are I, II, III, IV")
    }
    row = try cursor.field("row").int(in: 1...100)
  }

  /// Reads what a profile refers to by `table` and `row`.
  ///
  /// - Parameter isKnown: whether there is such a row for sure.
  init(reference cursor: JSONCursor, isKnown: Bool) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: ["table", "row", "pretraining", "adaptation", "backbone"])
    try self.init(cursor)
    guard isKnown || entry != nil else {
      throw try cursor.field("row").error("table \(table) has no row \(row)")
    }
  }
}
