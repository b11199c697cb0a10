import DataFormats
import Models
import Quantities

/// `hfm datasets`: the survey's data sets.
enum DatasetsCommand: Command {
  static let specification = CommandSpecification(
    name: "datasets", summary: "lists the healthcare data sets that give a workload its size",
    options: [
      .value(
        "family", "FAMILY", "only this field",
        words: ["language", "vision", "bioinformatics", "multimodal", "comprehensive"]),
      .value("search", "TEXT", "only data sets whose id, name or kind of data holds TEXT"),
    ],
    discussion: """
      The data sets of tables V to IX of the survey by He et al., IEEE RBME 2025
      (arXiv 2404.03264), with the size printed there. An id is what --dataset of
      hfm cost and hfm plan takes.
      """,
    examples: ["hfm datasets --family vision", "hfm datasets --search cxr --json"])

  static func run(_ arguments: Arguments, _ console: Console) throws -> Int32 {
    let family = arguments.string("family")
    let search = arguments.string("search")?.lowercased()
    let sets = DatasetProfile.all.filter { item in
      guard family == nil || item.family == family else { return false }
      guard let search else { return true }
      return ([item.id, item.name] + item.modality).contains { $0.lowercased().contains(search) }
    }
    if console.json {
      console.print(json: .array(sets.map(json)))
      return 0
    }
    guard !sets.isEmpty else {
      console.note("no data set matches")
      return 0
    }
    var table = AlignedTable(
      head: ["id", "name", "table", "data", "size"], rightAligned: [])
    table.rows = sets.map {
      [$0.id, $0.name, $0.table, $0.modality.joined(separator: ", "), $0.printed]
    }
    console.print(lines: table.lines)
    return 0
  }

  private static func json(_ item: DatasetProfile) -> JSONValue {
    .object([
      ("id", .string(item.id)), ("name", .string(item.name)), ("family", .string(item.family)),
      ("table", .string(item.table)), ("modality", .array(item.modality.map { .string($0) })),
      (
        "scale",
        .array(
          item.scale.map {
            .object([
              ("count", .number($0.count)), ("unit", .string($0.unit)),
              ("atLeast", .bool($0.atLeast)),
            ])
          })
      ), ("tasks", .array(item.tasks.map { .string($0) })),
    ])
  }
}
