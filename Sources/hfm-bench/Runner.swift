import DataFormats
import Quantities

/// Parses the arguments, runs what they name, prints the results, and returns the exit code.
func runBenchmarks(_ benchmarks: [Benchmark], _ arguments: [String]) -> Int32 {
  do {
    let request = try BenchmarkRequest(arguments, benchmarks)
    if request.chosen.isEmpty {
      print(usage(benchmarks), terminator: "")
      return 0
    }
    var results: [(String, JSONValue)] = []
    var options = request.options
    // As it goes on standard error, the results as a whole on standard output.
    options.report = { printError(table($0)) }
    for benchmark in request.chosen {
      let rows = try benchmark.run(options)
      if request.json {
        results.append((benchmark.name, .array(rows.map(\.json))))
      } else {
        print("\(benchmark.name): \(benchmark.summary)")
        print(table(rows))
      }
    }
    if request.json { print(JSONValue.object(results).text(), terminator: "") }
    return 0
  } catch {
    printError("hfm-bench: \(error)")
    return (error as? UserError)?.exitCode ?? 4
  }
}

/// What the command line asks for.
struct BenchmarkRequest {
  var options = BenchmarkOptions()
  var json = false
  var chosen: [Benchmark] = []

  init(_ arguments: [String], _ benchmarks: [Benchmark]) throws(UserError) {
    var rest = arguments[...]
    while let word = rest.popFirst() {
      switch word {
      case "--json": json = true
      case "--help", "-h":
        chosen = []
        return
      case "--only":
        guard let word = rest.popFirst() else {
          throw UserError(.input, key: "--only", "no word follows", remedy: "give --only bf16")
        }
        options.filter.append(word)
      case "--clusters":
        options.clusters = (rest.popFirst() ?? "").split(separator: ",").map(String.init)
        guard !options.clusters.isEmpty else {
          throw UserError(
            .input, key: "--clusters", "no name follows", remedy: "give --clusters dgx-a100-80gb")
        }
      case "--save": options.save = try Self.file(rest.popFirst(), word)
      case "--join": options.join.append(try Self.file(rest.popFirst(), word))
      case "--part": options.part = try Self.part(rest.popFirst() ?? "")
      case "--seconds":
        let text = rest.popFirst() ?? ""
        guard let seconds = Double(text), (1...1e6).contains(seconds) else {
          throw UserError(
            .input, key: "--seconds", "'\(text)' is no time",
            remedy: "give a number of seconds from 1 to 1000000")
        }
        options.seconds = seconds
      case "--rounds":
        let text = rest.popFirst() ?? ""
        guard let rounds = Int(text), (1...10_000).contains(rounds) else {
          throw UserError(
            .input, key: "--rounds", "'\(text)' is no number of rounds",
            remedy: "give a whole number from 1 to 10000")
        }
        options.rounds = rounds
      default:
        guard let benchmark = benchmarks.first(where: { $0.name == word }) else {
          throw UserError(
            .input, key: word, "no such benchmark",
            remedy: "one of: " + benchmarks.map(\.name).joined(separator: ", "))
        }
        chosen.append(benchmark)
      }
    }
  }
}

extension BenchmarkRequest {
  private static func file(_ text: String?, _ option: String) throws(UserError) -> String {
    guard let text, !text.isEmpty else {
      throw UserError(
        .input, key: option, "no file follows", remedy: "give \(option) predictions.jsonl")
    }
    return text
  }

  /// `2/4`: the second of four.
  private static func part(_ text: String) throws(UserError) -> BenchmarkOptions.Part {
    let numbers = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let number = numbers[0], let all = numbers[1],
      (1...1000).contains(all), (1...all).contains(number)
    else {
      throw UserError(
        .input, key: "--part", "'\(text)' is no part", remedy: "give --part 1/4, …, --part 4/4")
    }
    return BenchmarkOptions.Part(number: number, of: all)
  }
}

private func usage(_ benchmarks: [Benchmark]) -> String {
  let width = benchmarks.map(\.name.count).max() ?? 0
  let list = benchmarks.map { "  \(padded($0.name, width))  \($0.summary)\n" }.joined()
  let options = """
    [--json] [--rounds N] [--only WORD]... [--part K/N] [--seconds S]
                     [--save FILE] [--join FILE]... [--clusters NAME,...]
    """
  return "usage: hfm-bench \(options) NAME...\n" + list
}

extension BenchmarkRow {
  /// The row for programs: all rounds and their quantiles.
  var json: JSONValue {
    .object([
      ("contender", .string(contender)), ("figure", .string(figure)), ("unit", .string(unit)),
      ("median", .number(quantile(0.5))), ("p10", .number(quantile(0.1))),
      ("p90", .number(quantile(0.9))), ("values", .array(values.map { .number($0) })),
    ])
  }
}

/// Rows as columns of text: numbers to three significant digits or whole.
private func table(_ rows: [BenchmarkRow]) -> String {
  let head = ["contender", "figure", "median", "p10", "p90", "unit"]
  let cells = rows.map {
    [
      $0.contender, $0.figure, short($0.quantile(0.5)), short($0.quantile(0.1)),
      short($0.quantile(0.9)), $0.unit,
    ]
  }
  let widths = head.indices.map { column in
    ([head] + cells).map { $0[column].count }.max() ?? 0
  }
  return ([head] + cells).map { row in
    "  "
      + row.indices.map { column in
        let gap = widths[column] - row[column].count
        let space = String(repeating: " ", count: gap)
        return (2...4).contains(column) ? space + row[column] : row[column] + space
      }.joined(separator: "  ")
  }.joined(separator: "\n") + "\n"
}

private func short(_ value: Double) -> String {
  switch abs(value) {
  case 100...: String(Int(value.rounded()))
  case 10..<100: String((value * 10).rounded() / 10)
  default: String((value * 1000).rounded() / 1000)
  }
}

private func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}
