import Quantities

/// One named benchmark: what `hfm-bench NAME` runs.
struct Benchmark: Sendable {
  /// The word on the command line.
  var name: String
  /// One line for the list.
  var summary: String
  /// Measures and returns one row per contender and figure.
  var run: @Sendable (_ options: BenchmarkOptions) throws -> [BenchmarkRow]
}

/// What the command line asked for.
struct BenchmarkOptions: Sendable {
  /// Rounds; in each, every contender is measured once, one after the other, so that a slow
  /// minute of the machine falls on all alike.
  var rounds = 11
  /// Words that the names of cases must contain, where a benchmark has cases with names.
  var filter: [String] = []
  /// Which of the cases, where a benchmark goes through the catalogue.
  var part = Part(number: 1, of: 1)
  /// Seconds after which no further case is begun, where a benchmark may leave some out; nil for
  /// its own limit.
  var seconds: Double?
  /// The clusters of benchmarks that plan for some: any word of `hfm plan --cluster`.
  var clusters = ["workstation-rtx-4090", "dgx-a100-80gb", "dgx-h100-superpod"]
  /// File to which a benchmark that can be joined from pieces appends what it measures.
  var save: String?
  /// Files of such pieces, to be read instead of measuring.
  var join: [String] = []
  /// Told the rows of a case as soon as they are measured, where a benchmark takes minutes.
  var report: @Sendable ([BenchmarkRow]) -> Void = { _ in }

  /// Whether a case is asked for.
  func includes(_ name: String) -> Bool { filter.allSatisfy { name.contains($0) } }

  /// One of several parts that take about as long, the same in every run.
  struct Part: Sendable {
    /// From 1.
    var number: Int
    var of: Int
  }
}

/// One figure of one contender: a value per round.
struct BenchmarkRow: Sendable {
  /// Who was measured.
  var contender: String
  /// What was measured.
  var figure: String
  /// Unit of `values`.
  var unit: String
  /// One value per round.
  var values: [Double]

  /// The value below which `share` of the rounds lie (nearest rank).
  func quantile(_ share: Double) -> Double { values.quantile(share) }
}

extension [Double] {
  /// The value below which `share` of the values lie (nearest rank); 0 for no values.
  func quantile(_ share: Double) -> Double {
    guard !isEmpty else { return 0 }
    let sorted = sorted()
    return sorted[Swift.min(count - 1, Int(share * Double(count)))]
  }
}

/// `first[i] / second[i]`, round by round; 0 where there is nothing to divide by.
func ratios(_ first: [Double], _ second: [Double]) -> [Double] {
  zip(first, second).map { $1 > 0 ? $0 / $1 : 0 }
}
