import CostModel
import DataFormats
import Models
import Planner
import Quantities
import Workloads

/// Holds counts against a file of references: `hfm models validate FILE`.
///
/// Each record names a call of `hfm cost` by its arguments and what another program counted for it;
/// keys that a record leaves out are not compared.
struct ModelValidation {
  /// What one record compares.
  struct Row {
    var arguments: String
    var implementation: String
    var parameters: Comparison?
    var forward: Comparison?
    var backward: Comparison?
    var peak: Comparison?

    var worstCount: Double {
      [parameters, forward, backward].compactMap { $0.map { abs($0.error) } }.max() ?? 0
    }
  }

  /// A count and its reference.
  struct Comparison {
    var counted: Int
    var reference: Int
    /// counted / reference − 1.
    var error: Double { Double(counted - reference) / Double(max(1, reference)) }
  }

  let source: String
  /// Relative error up to which a count holds: the file's, or 0.1 %.
  let tolerance: Double
  let rows: [Row]
  let catalogue: [ModelProfile]

  /// Reads the references and counts each.
  ///
  /// - Throws: `UserError` for a file that is no list of references or arguments that `hfm cost`
  ///   refuses.
  init(file: String, profiles: String?) throws(UserError) {
    let bytes = try Files.read(file, limit: 1 << 26)
    var records: [(String, String, [String: Int])] = []
    do {
      let cursor = try JSONCursor(file: file, bytes: bytes)
      source = try cursor.field("source").string()
      tolerance = try cursor.optional("tolerance")?.double(in: 0...1) ?? 0.001
      for item in try cursor.field("records").elements() {
        try item.refuseUnknownKeys(known: Set(["arguments", "implementation"] + Self.keys))
        var references: [String: Int] = [:]
        for key in Self.keys {
          if let value = try item.optional(key) { references[key] = try value.int(in: 0...Int.max) }
        }
        records.append(
          (
            try item.field("arguments").string(),
            try item.optional("implementation")?.string() ?? "", references
          ))
      }
    } catch {
      throw UserError(
        .input, place: error.place, key: error.key, error.message,
        remedy: "see Validation/models.json")
    }
    var counted: [Row] = []
    for (arguments, implementation, references) in records {
      counted.append(try Self.count(arguments, implementation, references))
    }
    rows = counted
    catalogue = try ModelSource.catalogue(profiles: profiles).models
  }

  private static let keys = ["parameters", "forwardFlops", "backwardFlops", "peakBytes"]

  private static func count(
    _ words: String, _ implementation: String, _ references: [String: Int]
  ) throws(UserError) -> Row {
    let arguments = try Arguments(
      words.split(separator: " ").map(String.init), for: CostCommand.specification)
    let model = try WorkloadOptions.model(arguments)
    var request = try WorkloadOptions.request(arguments)
    request.batch = try arguments.int("batch", in: 1...100_000_000) ?? 1
    let profile = try StepProfile(Workload(model, request))
    func compare(_ key: String, _ counted: Int) -> Comparison? {
      references[key].map { Comparison(counted: counted, reference: $0) }
    }
    let memory = profile.memory.estimate(CostCommand.memorySettings(arguments))
    return Row(
      arguments: words, implementation: implementation,
      parameters: compare("parameters", profile.cost.parameters.total),
      forward: compare("forwardFlops", profile.cost.flops.forward),
      backward: compare("backwardFlops", profile.cost.flops.backward),
      peak: compare("peakBytes", memory.peakBytes))
  }

  // MARK: results

  /// Rows whose counts are off by more than the tolerance, or whose parameters are not equal.
  var misses: [Row] {
    rows.filter { $0.worstCount > tolerance || ($0.parameters.map { $0.error != 0 } ?? false) }
  }

  /// Absolute errors of the peaks, rising.
  var peakErrors: [Double] { rows.compactMap { $0.peak.map { abs($0.error) } }.sorted() }

  var summary: [String] {
    let counts = rows.filter { $0.forward != nil || $0.backward != nil || $0.parameters != nil }
    var lines = [
      "\(counts.count) workloads counted, \(misses.count) off by more than "
        + "\(Format.percent(tolerance)) (parameters: by any)"
    ]
    if let worst = peakErrors.last {
      let median = peakErrors[peakErrors.count / 2]
      lines.append(
        "\(peakErrors.count) peaks of memory: median error \(Format.percent(median)), worst "
          + Format.percent(worst))
    }
    return lines
  }

  var json: JSONValue {
    func json(_ comparison: Comparison?) -> JSONValue {
      guard let comparison else { return .null }
      return .object([
        ("counted", .number(comparison.counted)), ("reference", .number(comparison.reference)),
        ("error", .number(comparison.error)),
      ])
    }
    return .object([
      ("source", .string(source)), ("misses", .number(misses.count)),
      (
        "rows",
        .array(
          rows.map {
            .object([
              ("arguments", .string($0.arguments)), ("implementation", .string($0.implementation)),
              ("parameters", json($0.parameters)), ("forwardFlops", json($0.forward)),
              ("backwardFlops", json($0.backward)), ("peakBytes", json($0.peak)),
            ])
          })
      ),
    ])
  }
}
