public import DataFormats

/// The files that published runs are read from and their readers, in the order of the report: a
/// further table is one more line here, and `hfm-bench validate` and the tests read it.
public enum PublishedSources {
  /// A file and how its bytes become runs.
  private struct Source {
    var path: String
    var read: @Sendable ([UInt8]) throws -> PublishedRows
  }

  /// Below the folder of published measurements.
  private static let tables = [
    json("validation/published.json", RowReader.read),
    json("validation/megatron_golden.json", GoldenReader.read),
    json("facts/training_runs_vision_multimodal.json", CatalogueRows.vision),
    json("facts/training_runs_language_bio.json", CatalogueRows.biology),
    json("validation/deeplearningexamples.json", ExampleRows.read),
    Source(path: "validation/timm/benchmark-train-amp-nchw-pt112-cu113-rtx3090.csv") {
      CatalogueRows.timm(try CSVTable(parsing: $0))
    },
    json("truth/memory_fsdp2.json", TruthRows.sharded),
  ]

  /// Folders of one record a file.
  private static let folders = [json("truth/memory", TruthRows.step)]

  private static func json(
    _ path: String, _ read: @escaping @Sendable (JSONValue) -> PublishedRows
  ) -> Source {
    Source(path: path) { read(try JSONValue(parsing: $0)) }
  }

  /// All published runs.
  ///
  /// - Parameters:
  ///   - own: the project's own list (`Validation/runs.json`).
  ///   - measured: its own measurements (`Validation/gpu-*.json`).
  ///   - bytes: a file, by its path below the folder.
  ///   - names: the files of a folder there.
  /// - Throws: what the two closures throw; `FormatError` for a file that cannot be parsed;
  ///   `UserError` for a run of the own list that lacks an input.
  public static func read(
    own: JSONValue, measured: [JSONValue] = [], bytes: (String) throws -> [UInt8],
    names: (String) throws -> [String]
  ) throws -> PublishedRows {
    var rows = PublishedRows()
    for table in tables { rows.add(try table.read(try bytes(table.path))) }
    rows.add(try SourcedRuns.read(own))
    for document in measured { rows.add(try MeasuredRuns.read(document)) }
    for folder in folders {
      for name in try names(folder.path).sorted() {
        rows.add(try folder.read(try bytes(folder.path + "/" + name)))
      }
    }
    return rows
  }
}
