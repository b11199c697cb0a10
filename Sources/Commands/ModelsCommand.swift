import DataFormats
import Models
import Quantities

/// `hfm models`: the catalogue.
enum ModelsCommand: Command {
  static let specification = CommandSpecification(
    name: "models", summary: "lists the healthcare models of the catalogue, or shows one",
    operands: ["[show|validate]", "[MODEL|FILE]"],
    options: [
      .value(
        "family", "FAMILY", "only this field", words: ModelFamily.allCases.map(\.rawValue)),
      .value("search", "TEXT", "only models whose id, name or backbone holds TEXT"),
      .value("output", "FILE", "where validate writes its page (Markdown)"),
      .value("status", "WORD", "only these", words: Openness.allCases.map(\.rawValue)),
      .value("profiles", "DIR", "models of your own over the built-in ones (or HFM_PROFILES)"),
    ],
    discussion: """
      Each model is a JSON file in Profiles/models. Table and row are those of the survey
      by He et al., IEEE RBME 2025 (arXiv 2404.03264); a dash marks a backbone that other
      models build on. Parameters count each tied tensor once. The status is open
      (architecture public), partial (a note says what is assumed) or closed (only
      served: nothing to count). hfm models show MODEL draws one model's blocks;
      hfm models validate FILE holds counts against references of other programs.
      """,
    examples: [
      "hfm models --family vision",
      "hfm models --search llama",
      "hfm models --search clip --json",
      "hfm models show uni",
      "hfm models validate Validation/models.json",
    ])

  static func run(_ arguments: Arguments, _ console: Console) throws -> Int32 {
    if arguments.operand(0) == "validate" { return try validate(arguments, console) }
    if let word = arguments.operand(0) { return try show(word, arguments, console) }
    let family = arguments.string("family").flatMap(ModelFamily.init(rawValue:))
    let status = arguments.string("status").flatMap(Openness.init(rawValue:))
    let search = arguments.string("search")?.lowercased()
    let catalogue = try ModelSource.catalogue(profiles: arguments.string("profiles"))
    let models = catalogue.models.filter { model in
      guard family == nil || model.family == family else { return false }
      guard status == nil || model.status == status else { return false }
      guard let search else { return true }
      return ([model.id, model.name, model.survey?.entry?.backbone ?? ""] + model.aliases)
        .contains { $0.lowercased().contains(search) }
    }
    var counts: [Int?] = []
    for model in models {
      counts.append(model.status == .closed ? nil : try model.parameterCount())
    }
    if console.json {
      console.print(
        json: .array(zip(models, counts).map { .object(members($0, parameters: $1)) }))
      return 0
    }
    guard !models.isEmpty else {
      console.note("no model matches")
      return 0
    }
    var table = AlignedTable(
      head: ["id", "name", "family", "survey", "status", "parameters", "objective"],
      rightAligned: [5])
    for (model, count) in zip(models, counts) {
      table.rows.append([
        model.id, model.name, model.family.rawValue,
        model.survey.map { "\($0.table).\($0.row)" } ?? "-", model.status.rawValue,
        count.map { Format.count($0) } ?? "–", model.objective.rawValue,
      ])
    }
    console.print(lines: table.lines)
    if console.explain {
      console.print()
      for model in models { console.print("  \(model.id): \(model.source)") }
    }
    return 0
  }

  private static func show(
    _ word: String, _ arguments: Arguments, _ console: Console
  ) throws -> Int32 {
    guard word == "show", let id = arguments.operand(1) else {
      throw UserError(
        .input, "hfm models lists all, or shows one", remedy: "give: hfm models show MODEL")
    }
    let card = try ModelCard(ModelSource.model(id, profiles: arguments.string("profiles")))
    if console.json {
      console.print(json: card.json)
    } else {
      console.print(lines: card.lines(explain: console.explain))
    }
    return 0
  }

  private static func validate(_ arguments: Arguments, _ console: Console) throws -> Int32 {
    guard let file = arguments.operand(1) else {
      throw UserError(
        .input, "hfm models validate needs FILE", remedy: "give Validation/models.json")
    }
    let result = try ModelValidation(file: file, profiles: arguments.string("profiles"))
    if let output = arguments.string("output") {
      try Files.writeAtomically(result.page().joined(separator: "\n") + "\n", to: output)
    }
    if console.json {
      console.print(json: result.json)
    } else {
      console.print(lines: result.summary)
      for row in result.misses { console.print("  off: hfm cost \(row.arguments)") }
    }
    return result.misses.isEmpty ? 0 : 4
  }

  /// The members of a model's JSON; `parameters` is null where nothing can be counted.
  static func members(_ model: ModelProfile, parameters: Int?) -> [(String, JSONValue)] {
    func words(_ words: [String]) -> JSONValue { .array(words.map { .string($0) }) }
    let survey = model.survey?.entry.map { entry in
      JSONValue.object([
        ("table", .string(entry.place.table)), ("row", .number(entry.place.row)),
        ("name", .string(entry.name)), ("pretraining", .string(entry.pretraining)),
        ("adaptation", words(entry.adaptation)), ("backbone", .string(entry.backbone)),
        ("modality", words(entry.modality)), ("tasks", words(entry.tasks)),
        ("year", .number(entry.year)),
      ])
    }
    return [
      ("id", .string(model.id)), ("name", .string(model.name)), ("aliases", words(model.aliases)),
      ("family", .string(model.family.rawValue)), ("survey", survey ?? .null),
      ("status", .string(model.status.rawValue)),
      ("parameters", parameters.map { .number($0) } ?? .null),
      ("objective", .string(model.objective.rawValue)), ("source", .string(model.source)),
      ("note", .string(model.note)),
    ]
  }
}
