import Calibration
import CostModel
import Executor
import Graph
import HardwareDiscovery
import HardwareModel
import Kernels
import Models
import Quantities
import Scheduler
import Workloads

/// Predicted against measured slow-down of two jobs that share this machine's memory, each on half
/// of its cores: the figure by which a placement is scored (docs/Scheduling.md).
///
/// In each round every job of a pair is timed alone, then both at once, one after the other, so
/// that a slow minute of the machine falls on both. Fewer than 5 rounds calibrate quickly.
let contentionBenchmark = Benchmark(
  name: "contention",
  summary: "predicted and measured slow-down of two jobs side by side, each on half of the cores"
) { options in
  let machine = try HardwareDiscovery.discover(.live)
  let pool = try WorkerPool(layout: PoolLayout(machine: machine))
  defer { pool.shutdown() }
  let workers = Array(pool.layout.workers.indices)
  let half = workers.count / 2
  guard half > 0 else {
    throw UserError(.impossible, "two jobs side by side need two cores, there is one")
  }
  let all = try pool.lease(workers)
  let device = try Calibration.run(team: all, machine: machine, quick: options.rounds < 5).device
  all.release()
  let teams = [
    try pool.lease(Array(workers[..<half])), try pool.lease(Array(workers[half..<(2 * half)])),
  ]
  defer { for team in teams { team.release() } }
  var pairs: [ContentionPair] = []
  for (left, right) in ContentionJob.pairs
  where options.includes("\(left.name) beside \(right.name)") {
    var pair = try ContentionPair(left, right, teams, device, cores: workers.count)
    for _ in 0..<options.rounds { try pair.measure() }
    pairs.append(pair)
  }
  return pairs.flatMap(\.rows) + [ContentionPair.error(pairs)]
}

/// A job to run beside another.
private struct ContentionJob {
  var name: String
  var task: WorkloadTask
  var batch: Int
  var sequence: Int

  /// Large products: arithmetic.
  static let products = ContentionJob(name: "products", task: .infer, batch: 8, sequence: 128)
  /// One token through all weights: memory.
  static let weights = ContentionJob(name: "weights", task: .infer, batch: 1, sequence: 1)
  /// A training step of few tokens, most of whose time is the optimizer's: memory.
  static let update = ContentionJob(name: "update", task: .finetune, batch: 1, sequence: 8)

  static let pairs = [
    (products, products), (products, weights), (weights, weights), (weights, update),
    (update, update),
  ]

  func workload() throws -> Workload {
    let model = try ModelCatalogue.builtIn.model("pubmedbert")
    return try Workload(
      model, WorkloadRequest(task: task, batch: batch, sequence: sequence, precision: .fp32))
  }
}

/// Two jobs, each with a team of its own.
private struct ContentionPair {
  private let names: [String]
  private let passes: [@Sendable () throws -> Void]
  private let predicted: [Double]
  private var alone: [[Double]] = [[], []]
  private var together: [[Double]] = [[], []]

  init(
    _ left: ContentionJob, _ right: ContentionJob, _ teams: [WorkerTeam], _ device: Device,
    cores: Int
  ) throws {
    let jobs = [left, right]
    names = jobs.map(\.name)
    var traffic: [MemoryTraffic] = []
    var passes: [@Sendable () throws -> Void] = []
    for (job, team) in zip(jobs, teams) {
      let workload = try job.workload()
      let model = TimeModel(device: device.share(cores: team.count, of: cores))
      let pressure: MemoryPressure
      if let training = workload.training {
        pressure = model.pressure([
          WorkTally(forward: training.forward), WorkTally(backward: training),
          WorkTally(optimizer: training),
        ])
        let trainer = try TrainingRunner(training, team: team)
        passes.append { _ = try trainer.step() }
      } else {
        pressure = model.pressure([WorkTally(forward: workload.forward)])
        let inference = try InferenceRunner(workload.forward, team: team)
        passes.append { try inference.run() }
      }
      traffic.append(
        MemoryTraffic(
          bytesPerSecond: pressure.bytesPerSecond, boundShare: pressure.boundShare,
          workingSetBytes: pressure.workingSetBytes))
    }
    self.passes = passes
    let bandwidth = device.memoryBandwidth.value
    predicted = [0, 1].map {
      traffic[$0].slowdown(beside: [traffic[1 - $0]], bandwidth: bandwidth)
    }
    for pass in passes { try pass() }
  }

  /// Times both alone, then each while the other runs again and again.
  mutating func measure() throws {
    for own in [0, 1] {
      alone[own].append(try Self.seconds(passes[own]))
      let companion = try Companion(passes[1 - own])
      together[own].append(try Self.seconds(passes[own]))
      try companion.end()
    }
  }

  /// The mean of a few passes, at least 0.1 s of them.
  private static func seconds(_ pass: () throws -> Void) throws -> Double {
    let began = ContinuousClock.now
    var (count, spent) = (0, 0.0)
    while count < 2 || spent < 0.1 {
      try pass()
      count += 1
      spent = (ContinuousClock.now - began) / .seconds(1)
    }
    return spent / Double(count)
  }

  private func measured(_ own: Int) -> [Double] { ratios(together[own], alone[own]) }

  /// One row for each job; one alone where both are the same.
  var rows: [BenchmarkRow] {
    (names[0] == names[1] ? [0] : [0, 1]).map { own in
      BenchmarkRow(
        contender: "\(names[own]) beside \(names[1 - own])",
        figure: "predicted \(Format.fixed(predicted[own], 3)), alone "
          + "\(Format.fixed(1000 * alone[own].quantile(0.5), 1)) ms",
        unit: "times", values: measured(own))
    }
  }

  /// How far predictions are from the medians, on average.
  static func error(_ pairs: [ContentionPair]) -> BenchmarkRow {
    let errors = pairs.flatMap { pair in
      [0, 1].map { own in
        100 * abs(pair.predicted[own] / pair.measured(own).quantile(0.5) - 1)
      }
    }
    return BenchmarkRow(
      contender: "all pairs", figure: "mean absolute error of the slow-down", unit: "%",
      values: [errors.reduce(0, +) / Double(max(1, errors.count))])
  }
}
