import Profiles
public import Quantities

/// Models by id: those compiled in, and the user's over them.
///
/// A built-in file is read when its model is asked for, so that a program that wants one model does
/// not read hundreds.
public struct ModelCatalogue: Sendable {
  private let own: [ModelProfile]
  private let includesBuiltIn: Bool

  private init(own: [ModelProfile], includesBuiltIn: Bool) {
    var kept: [ModelProfile] = []
    var known: Set<String> = []
    for model in own.reversed() where known.insert(model.id).inserted { kept.append(model) }
    self.own = kept.reversed()
    self.includesBuiltIn = includesBuiltIn
  }

  /// A catalogue of these models; of two with one id the later wins.
  public init(models: [ModelProfile]) {
    self.init(own: models, includesBuiltIn: false)
  }

  /// The models that are compiled in.
  public static let builtIn = ModelCatalogue(own: [], includesBuiltIn: true)

  /// A file that cannot be read is left out here; a test reads each of them.
  private static let compiledIn: [ModelProfile] = Profiles.files(under: "models/").compactMap {
    try? ModelProfile(builtIn: $0)
  }

  /// This catalogue with the user's models over it.
  public func overridden(by models: [ModelProfile]) -> ModelCatalogue {
    ModelCatalogue(own: own + models, includesBuiltIn: includesBuiltIn)
  }

  /// Every model, ordered by family, then id.
  public var models: [ModelProfile] {
    let replaced = Set(own.map(\.id))
    let others = includesBuiltIn ? Self.compiledIn.filter { !replaced.contains($0.id) } : []
    let order = ModelFamily.allCases
    return (own + others).sorted {
      let left = order.firstIndex(of: $0.family) ?? 0
      let right = order.firstIndex(of: $1.family) ?? 0
      return (left, $0.id) < (right, $1.id)
    }
  }

  /// The first built-in model of an alias; only files that hold the word are read.
  private static func builtIn(alias: String) -> ModelProfile? {
    let word = Array("\"\(alias)\"".utf8)
    return Profiles.files(under: "models/").lazy
      .filter { holds($0.bytes, word) }
      .compactMap { try? ModelProfile(builtIn: $0) }
      .first { $0.aliases.contains(alias) }
  }

  private static func holds(_ bytes: [UInt8], _ word: [UInt8]) -> Bool {
    guard let first = word.first, bytes.count >= word.count else { return false }
    return bytes.indices.dropLast(word.count - 1).contains { start in
      bytes[start] == first && bytes[start..<start + word.count].elementsEqual(word)
    }
  }

  /// The model of this id or alias.
  ///
  /// - Throws: `UserError` that suggests the nearest ids.
  public func model(_ id: String) throws(UserError) -> ModelProfile {
    if let model = own.first(where: { $0.id == id }) { return model }
    if includesBuiltIn, let file = Profiles.file(named: id, in: "models") {
      return try ModelProfile(builtIn: file)
    }
    if let model = own.first(where: { $0.aliases.contains(id) }) { return model }
    if includesBuiltIn, let model = Self.builtIn(alias: id),
      !own.contains(where: { $0.id == model.id })
    {
      return model
    }
    let models = models
    throw UserError(
      .input, key: "MODEL", "unknown model \"\(id)\"",
      remedy: NearestNames.question(
        id, in: models.flatMap { [$0.id] + $0.aliases }, otherwise: "see hfm models"))
  }
}
