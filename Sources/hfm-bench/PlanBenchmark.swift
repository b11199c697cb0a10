import CSystemShims
import Glibc
import Models
import Quantities
import Slurm

/// The time of a cold `hfm plan`, from the start of the process to its end, for every model of the
/// catalogue, by default on one card, one node and a cluster: reading profiles, building graphs and
/// the search are in it. Told are the share of plans within 50 ms and the slowest ten.
let planBenchmark = Benchmark(
  name: "plan", summary: "a cold hfm plan of every model, on one card, one node and a cluster"
) { options in
  let program = try hfmProgram()
  let models = ModelCatalogue.builtIn.models.filter { $0.status != .closed }.map(\.id)
    .filter(options.includes)
  var rows: [BenchmarkRow] = []
  for cluster in options.clusters {
    var found: [ColdPlan] = []
    for model in models {
      if let plan = try ColdPlan(program, model, cluster, rounds: min(options.rounds, 3)) {
        found.append(plan)
      }
    }
    guard !found.isEmpty else {
      throw UserError(
        .input, key: cluster, "none of \(models.count) models could be planned on it",
        remedy: "see hfm devices, hfm models and --only")
    }
    let share = Double(found.count { $0.seconds <= 0.05 }) / Double(found.count)
    rows += [
      row(cluster, "time, a value a model", "ms", found.map { $0.seconds * 1e3 }),
      row(cluster, "processor time", "ms", found.map { $0.processorSeconds * 1e3 }),
      row(cluster, "within 50 ms, of \(found.count)", "%", [share * 100]),
    ]
    for slow in found.sorted(by: { $0.seconds > $1.seconds }).prefix(10) {
      rows.append(row(cluster, "slow: \(slow.model)", "ms", [slow.seconds * 1e3]))
    }
  }
  return rows
}

private func row(
  _ cluster: String, _ figure: String, _ unit: String, _ values: [Double]
) -> BenchmarkRow {
  BenchmarkRow(contender: cluster, figure: figure, unit: unit, values: values)
}

/// One model's plan: the median of its rounds.
private struct ColdPlan {
  var model: String
  var seconds: Double
  /// Processor time of the process, its threads together.
  var processorSeconds: Double

  /// Runs the program; nil where the model cannot be planned by its name alone.
  init?(
    _ program: String, _ model: String, _ cluster: String, rounds: Int
  ) throws(UserError) {
    let words = [
      program, "plan", model, "--cluster", cluster, "--global-batch", "64", "--quiet", "--json",
    ]
    var seconds: [Double] = []
    var spent: [Double] = []
    for _ in 0..<rounds {
      let (start, before) = (hfm_monotonic_nanoseconds(), Self.childSeconds())
      let output = try ProcessRunner.run(words)
      // 3: nothing fits, which is an answer.
      guard output.status == 0 || output.status == 3 else { return nil }
      seconds.append(Double(hfm_monotonic_nanoseconds() - start) * 1e-9)
      spent.append(Self.childSeconds() - before)
    }
    self.model = model
    self.seconds = seconds.quantile(0.5)
    processorSeconds = spent.quantile(0.5)
  }

  /// Processor time of all children that have ended.
  private static func childSeconds() -> Double {
    var use = rusage()
    getrusage(__rusage_who_t(RUSAGE_CHILDREN.rawValue), &use)
    return [use.ru_utime, use.ru_stime].reduce(0) {
      $0 + Double($1.tv_sec) + Double($1.tv_usec) * 1e-6
    }
  }
}

/// The program beside this one.
private func hfmProgram() throws(UserError) -> String {
  var path = [CChar](repeating: 0, count: Int(PATH_MAX))
  let length = readlink("/proc/self/exe", &path, path.count - 1)
  let own = String(
    decoding: path.prefix(max(0, length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  let program =
    own.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    .joined(separator: "/") + "/hfm"
  guard access(program, X_OK) == 0 else {
    throw UserError(
      .run, place: program, "there is no such program",
      remedy: "build it as well: swift build -c release --product hfm")
  }
  return program
}
