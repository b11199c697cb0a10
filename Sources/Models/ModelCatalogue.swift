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
    throw UserError(
      .input, key: "MODEL", "unknown model \"\(id)\"",
      remedy: NearestNames.question(
        id, in: models.flatMap { [$0.id] + $0.aliases }, otherwise: "see hfm models"))
  }
}
