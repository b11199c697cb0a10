import DataFormats
import Models
import Quantities

/// `hfm models`: the catalogue.
enum ModelsCommand: Command {
  static let specification = CommandSpecification(
    name: "models", summary: "lists the healthcare models of the catalogue",
    options: [
      .value(
        "family", "FAMILY", "only this field", words: ModelFamily.allCases.map(\.rawValue)),
      .value("search", "TEXT", "only models whose id, name or backbone holds TEXT"),
      .value("profiles", "DIR", "models of your own over the built-in ones (or HFM_PROFILES)"),
    ],
    discussion: """
      Each model is a JSON file in Profiles/models. Table and row are those of the survey
      by He et al., IEEE RBME 2025 (arXiv 2404.03264); a dash marks a backbone that other
      models build on. Parameters count each tied tensor once.
      """,
    examples: [
      "hfm models --family vision",
      "hfm models --search llama",
      "hfm models --search clip --json",
    ])

  static func run(_ arguments: Arguments, _ console: Console) throws -> Int32 {
    let family = arguments.string("family").flatMap(ModelFamily.init(rawValue:))
    let search = arguments.string("search")?.lowercased()
    let catalogue = try ModelSource.catalogue(profiles: arguments.string("profiles"))
    let models = catalogue.models.filter { model in
      guard family == nil || model.family == family else { return false }
      guard let search else { return true }
      return ([model.id, model.name, model.survey?.backbone ?? ""] + model.aliases)
        .contains { $0.lowercased().contains(search) }
    }
    var counts: [Int] = []
    for model in models { counts.append(try model.parameterCount()) }
    if console.json {
      console.print(json: .array(zip(models, counts).map { json($0, parameters: $1) }))
      return 0
    }
    guard !models.isEmpty else {
      console.note("no model matches")
      return 0
    }
    var table = AlignedTable(
      head: ["id", "name", "family", "survey", "parameters", "objective"], rightAligned: [4])
    for (model, count) in zip(models, counts) {
      table.rows.append([
        model.id, model.name, model.family.rawValue,
        model.survey.map { "\($0.table).\($0.row)" } ?? "-", Format.count(count),
        model.objective.rawValue,
      ])
    }
    console.print(lines: table.lines)
    if console.explain {
      console.print()
      for model in models { console.print("  \(model.id): \(model.source)") }
    }
    return 0
  }

  private static func json(_ model: ModelProfile, parameters: Int) -> JSONValue {
    let survey = model.survey.map { entry in
      JSONValue.object([
        ("table", .string(entry.table)), ("row", .number(entry.row)),
        ("pretraining", .string(entry.pretraining)),
        ("adaptation", .array(entry.adaptation.map { .string($0) })),
        ("backbone", .string(entry.backbone)),
      ])
    }
    return .object([
      ("id", .string(model.id)), ("name", .string(model.name)),
      ("aliases", .array(model.aliases.map { .string($0) })),
      ("family", .string(model.family.rawValue)), ("survey", survey ?? .null),
      ("status", .string(model.status.rawValue)), ("parameters", .number(parameters)),
      ("objective", .string(model.objective.rawValue)), ("source", .string(model.source)),
    ])
  }
}
