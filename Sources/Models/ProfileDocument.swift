import DataFormats
import Profiles
public import Quantities

extension JSONError {
  /// The same fault as an error of the user's input.
  func asUserError(remedy: String) -> UserError {
    UserError(.input, place: place, key: key, message, remedy: remedy)
  }
}

/// A profile's file with its `like` chain resolved.
struct ProfileDocument {
  /// Deepest chain of `like` references.
  static let deepest = 8

  /// Merges `changes` over `base`: objects member by member, all else replaced.
  static func merge(_ base: JSONValue, _ changes: JSONValue) -> JSONValue {
    guard case .object(var members) = base.content, case .object(let news) = changes.content else {
      return changes
    }
    for new in news {
      if let index = members.firstIndex(where: { $0.key == new.key }) {
        members[index].value = merge(members[index].value, new.value)
      } else {
        members.append(new)
      }
    }
    return JSONValue(.object(members), line: changes.line, column: changes.column)
  }

  /// What a profile inherits: what the model is, not where it was published.
  static let inherited = [
    "family", "objective", "architecture", "pretraining", "api", "stages", "stage",
  ]

  static func resolved(
    _ cursor: JSONCursor, depth: Int = 0
  ) throws(JSONError) -> JSONValue {
    guard let like = try cursor.optional("like") else { return cursor.value }
    let id = try like.string()
    guard depth < deepest else { throw like.error("the chain of \"like\" is too long or a circle") }
    guard let file = Profiles.file(named: id, in: "models") else {
      throw like.error("no built-in model \"\(id)\"; see the list of hfm models")
    }
    let parent = try JSONCursor(file: file.path, bytes: file.bytes)
    let base = try resolved(parent, depth: depth + 1)
    let kept = (base.object ?? []).filter { inherited.contains($0.key) }
    return merge(JSONValue(.object(kept)), cursor.value)
  }
}

extension ModelProfile {
  /// Reads a profile (`Profiles/models/<family>/<id>.json`).
  ///
  /// `like` names a built-in model whose family, objective and architecture are taken over; what
  /// the file gives replaces them member by member.
  ///
  /// - Throws: `UserError` that names file, line, key and what would be right.
  public init(parsing bytes: [UInt8], file: String) throws(UserError) {
    try self.init(bytes, file: file, isBuiltIn: false)
    try checked(file)
  }

  /// Reads a compiled-in profile, whose numbers a test has checked.
  init(builtIn file: Profiles.File) throws(UserError) {
    try self.init(file.bytes, file: file.path, isBuiltIn: true)
  }

  private init(_ bytes: [UInt8], file: String, isBuiltIn: Bool) throws(UserError) {
    do {
      let cursor = try JSONCursor(file: file, bytes: bytes)
      try cursor.refuseUnknownKeys(known: [
        "id", "aliases", "name", "family", "status", "source", "survey", "objective", "like",
        "architecture", "pretraining", "api", "stages", "stage", "note", "publishedParameters",
      ])
      let merged = try ProfileDocument.resolved(cursor)
      try self.init(JSONCursor(file: file, root: merged), isBuiltIn: isBuiltIn)
    } catch {
      throw error.asUserError(remedy: "see the profiles in Profiles/models for examples")
    }
  }

  private init(_ cursor: JSONCursor, isBuiltIn: Bool) throws(JSONError) {
    id = try cursor.field("id").string()
    for alias in try cursor.optional("aliases")?.elements() ?? [] {
      aliases.append(try alias.string())
    }
    name = try cursor.field("name").string()
    family = try cursor.field("family").word(ModelFamily.self)
    status = try cursor.optional("status")?.word(Openness.self) ?? .open
    source = try cursor.field("source").string()
    survey = try cursor.optional("survey").map { cursor throws(JSONError) in
      try SurveyEntry.Place(reference: cursor, isKnown: isBuiltIn)
    }
    if let note = try cursor.optional("note") { self.note = try note.string() }
    publishedParameters = try cursor.optional("publishedParameters")?
      .int(in: 1...1_000_000_000_000_000)
    api = try cursor.optional("api").map { cursor throws(JSONError) in try PriceList(cursor) }
    guard status != .closed else {
      architecture = .undisclosed
      objective = try cursor.optional("objective")?.word(Objective.self) ?? .causalLanguage
      return
    }
    pretraining =
      try cursor.optional("pretraining").map { cursor throws(JSONError) in
        try PretrainingRecipe(cursor)
      } ?? PretrainingRecipe()
    if let field = try cursor.optional("stages") { stages = try TrainingStage.list(field) }
    if let field = try cursor.optional("stage") {
      let word = try field.string()
      guard stages.contains(where: { $0.name == word }) else {
        throw field.error(
          "no stage \"\(word)\"; known are \(stages.map(\.name).joined(separator: ", "))")
      }
      stage = word
    }
    objective = try cursor.field("objective").word(Objective.self)
    architecture = try Architecture(cursor.field("architecture"))
  }

  /// Builds the smallest graph once, so that numbers that do not fit together are refused here.
  private func checked(_ file: String) throws(UserError) {
    guard status != .closed else { return }
    do {
      _ = try parameterCount()
    } catch {
      throw UserError(
        .input, place: file, key: "architecture", error.description,
        remedy: "make its numbers fit together")
    }
  }
}
