import Profiles
public import Quantities

/// Models by id.
public struct ModelCatalogue: Sendable {
  /// Ordered by family, then id.
  public let models: [ModelProfile]

  /// A catalogue of these models; of two with one id the later wins.
  public init(models: [ModelProfile]) {
    var kept: [ModelProfile] = []
    for model in models.reversed() where !kept.contains(where: { $0.id == model.id }) {
      kept.append(model)
    }
    let order = ModelFamily.allCases
    self.models = kept.sorted {
      let left = order.firstIndex(of: $0.family) ?? 0
      let right = order.firstIndex(of: $1.family) ?? 0
      return (left, $0.id) < (right, $1.id)
    }
  }

  /// The models that are compiled in. A built-in file that cannot be read is left out here; a
  /// test reads each of them.
  public static let builtIn = ModelCatalogue(
    models: Profiles.files(under: "models/").compactMap {
      try? ModelProfile(parsing: $0.bytes, file: $0.path)
    })

  /// This catalogue with the user's models over it.
  public func overridden(by models: [ModelProfile]) -> ModelCatalogue {
    ModelCatalogue(models: self.models + models)
  }

  /// The model of this id or alias.
  ///
  /// - Throws: `UserError` that suggests the nearest ids.
  public func model(_ id: String) throws(UserError) -> ModelProfile {
    if let model = models.first(where: { $0.id == id }) { return model }
    if let model = models.first(where: { $0.aliases.contains(id) }) { return model }
    let near = nearest(to: id, count: 3)
    throw UserError(
      .input, key: "MODEL", "unknown model \"\(id)\"",
      remedy: near.isEmpty
        ? "hfm models lists what is known"
        : "did you mean \(near.joined(separator: ", "))? hfm models lists all")
  }

  /// The ids nearest to a misspelt one: those that contain it, then by edit distance.
  public func nearest(to id: String, count: Int) -> [String] {
    let wanted = Array(id.lowercased().utf8.prefix(64))
    let scored = models.map { model -> (score: Int, id: String) in
      let name = Array(model.id.utf8)
      let contains = !wanted.isEmpty && model.id.contains(id.lowercased())
      return (contains ? 0 : Self.distance(wanted, name), model.id)
    }
    return scored.filter { $0.score <= max(3, wanted.count / 2) }.sorted { $0 < $1 }
      .prefix(count).map(\.id)
  }

  /// Levenshtein distance: insertions, deletions and substitutions.
  static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var row = Array(0...b.count)
    for (i, left) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, right) in b.enumerated() {
        let replaced = diagonal + (left == right ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
      }
    }
    return row[b.count]
  }
}
