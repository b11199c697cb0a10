import DataFormats
import Profiles
public import Quantities

/// Electricity at a place: what a kilowatt hour emits and costs.
public struct Grid: Sendable, Hashable {
  /// Catalogue id (`france`).
  public var id: String
  /// Name for people.
  public var name: String
  /// Grams of CO2e of a kilowatt hour.
  public var gramsPerKilowattHour: Double
  /// US dollars of a kilowatt hour.
  public var dollarsPerKilowattHour: Double
  /// Where the figures come from.
  public var source: String

  /// Every built-in grid, by id.
  ///
  /// - Throws: `UserError` (.input) for a faulty profile.
  public static func builtIn() throws(UserError) -> [Grid] {
    var result: [Grid] = []
    for file in Profiles.files(under: "grids/") {
      result.append(
        try UserError.fromJSON { () throws(JSONError) in
          try Grid(checking: JSONCursor(file: file.path, bytes: file.bytes))
        })
    }
    return result.sorted { $0.id < $1.id }
  }

  /// A grid by id.
  ///
  /// - Throws: `UserError` (.input) that suggests the nearest ids.
  public static func named(_ id: String) throws(UserError) -> Grid {
    let all = try builtIn()
    if let grid = all.first(where: { $0.id == id }) { return grid }
    throw UserError(
      .input, key: "--grid", "unknown grid \"\(id)\"",
      remedy: NearestNames.question(
        id, in: all.map(\.id), otherwise: "one of \(all.map(\.id).joined(separator: ", "))"))
  }

  init(checking cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: [
      "id", "name", "gramsPerKilowattHour", "dollarsPerKilowattHour", "source",
    ])
    id = try cursor.field("id").string()
    name = try cursor.field("name").string()
    gramsPerKilowattHour = try cursor.field("gramsPerKilowattHour").double(in: 0...10_000)
    dollarsPerKilowattHour = try cursor.field("dollarsPerKilowattHour").double(in: 0...100)
    source = try cursor.field("source").string()
  }
}
