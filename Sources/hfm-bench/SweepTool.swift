import CostModel
import Executor
import Glibc
import Graph
import HardwareDiscovery
import Kernels
import Models
import Quantities
import Workloads

/// `hfm-bench sweep`: runs every model of the catalogue that is small enough here.
///
/// One forward pass, and one training step where the model can be trained and its memory suffices,
/// at batch 1 and the model's usual sample (or 128 tokens where that is too much). A model that
/// refuses, or whose results are not finite, makes the exit code 1.
struct SweepTool {
  static let usage = """
    usage: hfm-bench sweep [--dtype fp32|bf16] [--max-parameters MILLIONS] [--max-gflop N]
                           [--markdown FILE] [--operators] [MODEL…]

    """

  private var precision = Precision.fp32
  private var precisionWord = "fp32"
  private var maxParameters = 200
  private var maxGigaflop = 30
  private var markdown: String?
  /// Whether the forward pass's time is told by kind of operator.
  private var tellsOperators = false
  private var only: Set<String> = []

  init(_ arguments: [String]) throws(UserError) {
    var rest = arguments[...]
    while let word = rest.popFirst() {
      switch word {
      case "--dtype":
        let text = rest.popFirst() ?? ""
        guard let precision = Precision(word: text) else {
          throw UserError(.input, key: word, "unknown word \"\(text)\"", remedy: Self.usage)
        }
        (self.precision, precisionWord) = (precision, text)
      case "--max-parameters": maxParameters = try Self.number(rest.popFirst(), word)
      case "--max-gflop": maxGigaflop = try Self.number(rest.popFirst(), word)
      case "--markdown": markdown = rest.popFirst()
      case "--operators": tellsOperators = true
      default:
        _ = try ModelCatalogue.builtIn.model(word)
        only.insert(word)
      }
    }
  }

  private static func number(_ text: String?, _ word: String) throws(UserError) -> Int {
    guard let number = text.flatMap(Int.init), (1...1_000_000).contains(number) else {
      throw UserError(
        .input, key: word, "'\(text ?? "")' is no limit", remedy: "give a number from 1 to 1000000")
    }
    return number
  }

  /// What one model did.
  private struct Row {
    var id: String
    var parameters: Int
    var gigaflop: Double
    var forward: String
    var training = "-"
    var isFault = false
    var markdown: String {
      let figures =
        "\(Format.significant(Double(parameters) / 1e6)) | \(Format.significant(gigaflop))"
      return "| \(id) | \(figures) | \(forward) | \(training) |"
    }
  }

  func run() throws -> Int32 {
    let machine = try HardwareDiscovery.discover(.live)
    let pool = try WorkerPool(layout: PoolLayout(machine: machine))
    defer { pool.shutdown() }
    let team = try pool.lease(Array(pool.layout.workers.indices))
    defer { team.release() }
    var rows: [Row] = []
    var left = 0
    for profile in ModelCatalogue.builtIn.models where only.isEmpty || only.contains(profile.id) {
      guard let request = smallEnough(profile) else {
        left += 1
        continue
      }
      let row = measure(profile, request, team)
      print(row.markdown)
      fflush(nil)
      rows.append(row)
    }
    let faults = rows.filter(\.isFault)
    let summary =
      "\(rows.count) models of at most \(maxParameters) M parameters and \(maxGigaflop) GFLOP a "
      + "sample in \(precisionWord): \(faults.count) at fault; \(left) larger or only counted"
    print(summary)
    if let markdown { try write(rows, summary, to: markdown) }
    return faults.isEmpty ? 0 : 1
  }

  private func write(_ rows: [Row], _ summary: String, to path: String) throws(UserError) {
    let text =
      summary + "\n\n| model | million parameters | GFLOP | forward s | training step s |\n"
      + "|---|---:|---:|---:|---:|\n" + rows.map(\.markdown).joined(separator: "\n") + "\n"
    guard let file = fopen(path, "w") else {
      throw UserError(.input, key: "--markdown", "cannot write \(path)")
    }
    defer { fclose(file) }
    fputs(text, file)
  }

  /// The inference request within the limits, or nil.
  private func smallEnough(_ profile: ModelProfile) -> (WorkloadRequest, GraphCost)? {
    for sequence in [nil, 128] as [Int?] {
      let request = WorkloadRequest(
        task: .infer, batch: 1, sequence: sequence, precision: precision)
      guard let workload = try? Workload(profile, request),
        let cost = try? GraphCost(inference: workload.forward),
        cost.parameters.total <= maxParameters * 1_000_000
      else { continue }
      if cost.flops.forward <= maxGigaflop * 1_000_000_000 { return (request, cost) }
    }
    return nil
  }

  private func measure(
    _ profile: ModelProfile, _ small: (WorkloadRequest, GraphCost), _ team: WorkerTeam
  ) -> Row {
    let (request, cost) = small
    var row = Row(
      id: profile.id, parameters: cost.parameters.total,
      gigaflop: Double(cost.flops.forward) / 1e9, forward: "")
    do {
      let runner = try InferenceRunner(Workload(profile, request).forward, team: team)
      // The first pass touches the memory for the first time.
      try runner.run()
      let seconds = try timed { try runner.run(profile: true) }
      if tellsOperators { tellOperators(runner.runner) }
      let isFinite = try runner.outputs().allSatisfy { $0.allSatisfy(\.isFinite) }
      row.forward = isFinite ? seconds : "not finite"
      row.isFault = !isFinite
    } catch {
      row.forward = "\(error)"
      row.isFault = true
    }
    train(profile, request, team, into: &row)
    return row
  }

  private func tellOperators(_ runner: ProgramRunner) {
    var seconds: [String: Double] = [:]
    for (step, time) in zip(runner.program.steps, runner.stepSeconds) {
      seconds[step.op.kind.word, default: 0] += time
    }
    let sorted = seconds.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    for (kind, time) in sorted where time > 0.01 * seconds.values.reduce(0, +) {
      print("    \(kind): \(Format.seconds(time))")
    }
  }

  private func train(
    _ profile: ModelProfile, _ request: WorkloadRequest, _ team: WorkerTeam, into row: inout Row
  ) {
    var request = request
    for task in [WorkloadTask.pretrain, .finetune] {
      request.task = task
      guard let workload = try? Workload(profile, request), let graph = workload.training else {
        continue
      }
      do {
        if try TrainingRunner.requiredBytes(graph, lanes: team.count) > memoryLimit {
          row.training = "memory"
          return
        }
        let runner = try TrainingRunner(graph, team: team)
        var loss: Float = 0
        let seconds = try timed { loss = try runner.step() }
        row.training = loss.isFinite ? seconds : "loss not finite"
        row.isFault = row.isFault || !loss.isFinite
      } catch {
        row.training = "\(error)"
        row.isFault = true
      }
      return
    }
  }

  /// Half of what the machine has: others may be at work.
  private var memoryLimit: Int {
    sysconf(Int32(_SC_PHYS_PAGES)) / 2 * sysconf(Int32(_SC_PAGESIZE))
  }

  private func timed(_ body: () throws -> Void) throws -> String {
    let clock = ContinuousClock()
    let seconds = try clock.measure(body) / .seconds(1)
    return Format.significant(seconds)
  }
}

/// Runs the sweep and returns the exit code.
func runSweep(_ arguments: [String]) -> Int32 {
  if arguments.contains("--help") || arguments.contains("-h") {
    print(SweepTool.usage, terminator: "")
    return 0
  }
  do {
    return try SweepTool(arguments).run()
  } catch {
    printError("hfm-bench sweep: \(error)")
    return (error as? UserError)?.exitCode ?? 4
  }
}
