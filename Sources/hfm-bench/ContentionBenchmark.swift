import Calibration
import CostModel
import Executor
import HardwareModel
import Kernels
import Models
import Quantities
import Scheduler
import Workloads

/// Predicted against measured slow-down of two jobs that share this machine's memory and caches,
/// each on half of its cores: the figure by which a placement is scored (docs/Scheduling.md).
///
/// The prediction rests on a quick calibration alone, which knows none of the jobs. In each round
/// every job of a pair is timed alone, then both at once, so that a slow minute falls on both. What
/// neighbours do to each other may itself change from minute to minute (two virtual processors are
/// at times threads of one core): the calibration's own probe is run in each round, too, and errors
/// are given as they are and with what it found then.
let contentionBenchmark = Benchmark(
  name: "contention",
  summary: "predicted and measured slow-down of two jobs side by side, each on half of the cores"
) { options in
  try withBenchmarkPool { pool, machine in
    let workers = Array(pool.layout.workers.indices)
    let half = workers.count / 2
    guard half > 0 else {
      throw UserError(.impossible, "two jobs side by side need two cores, there is one")
    }
    let device = try Calibration.run(pool: pool, machine: machine, quick: true).device
    guard let effect = device.neighbour else { return [] }
    let teams = [
      try pool.lease(Array(workers[..<half])), try pool.lease(Array(workers[half..<(2 * half)])),
    ]
    defer { for team in teams { team.release() } }
    let probe = try NeighbourProbe(teams[0], beside: teams[1], machine: machine)
    var stage = ContentionStage(device: device, teams: teams, cores: workers.count)
    var pairs: [ContentionPair] = []
    for (left, right) in ContentionJob.pairs
    where options.includes("\(left.name) beside \(right.name)") {
      var pair = ContentionPair(
        try stage.ready(left, 0), try stage.ready(right, 1), effect, probe)
      for _ in 0..<options.rounds { try pair.measure() }
      options.report(pair.rows)
      pairs.append(pair)
    }
    return effect.rows + pairs.flatMap(\.rows) + ContentionPair.errors(pairs)
  }
}

/// A job to run beside another.
private struct ContentionJob {
  var name: String
  var model = "pubmedbert"
  var task = WorkloadTask.infer
  var sequence: Int
  var precision = Precision.fp32

  /// Large products: arithmetic.
  static let products = ContentionJob(name: "products", sequence: 128)
  /// One token through all weights: memory.
  static let weights = ContentionJob(name: "weights", sequence: 1)
  /// A training step of few tokens, most of whose time is the optimizer's: memory.
  static let update = ContentionJob(name: "update", task: .finetune, sequence: 8)
  /// One token through weights that a last-level cache of 32 MiB holds.
  static let resident = ContentionJob(
    name: "resident", model: "esm2-8m", sequence: 1, precision: .bf16)

  static let pairs = [
    (products, products), (products, weights), (products, update), (weights, weights),
    (weights, update), (update, update), (resident, products), (resident, weights),
    (resident, update), (resident, resident),
  ]

  func workload() throws -> Workload {
    try Workload(
      try ModelCatalogue.builtIn.model(model),
      WorkloadRequest(task: task, batch: 1, sequence: sequence, precision: precision))
  }
}

/// Jobs made ready once for each team.
private struct ContentionStage {
  let device: Device
  let teams: [WorkerTeam]
  let cores: Int
  private var made: [String: ReadyJob] = [:]

  init(device: Device, teams: [WorkerTeam], cores: Int) {
    self.device = device
    self.teams = teams
    self.cores = cores
  }

  mutating func ready(_ job: ContentionJob, _ side: Int) throws -> ReadyJob {
    if let known = made["\(job.name) \(side)"] { return known }
    let workload = try job.workload()
    let team = teams[side]
    let pass = try WorkloadPass(workload, team: team)
    let model = TimeModel(device: device.share(cores: team.count, of: cores))
    let tally =
      workload.training.map { WorkTally(trainingStep: $0) } ?? WorkTally(forward: workload.forward)
    let pressure = model.pressure(
      tally, cores: team.count, footprintBytes: pass.runner.requiredBytes)
    let ready = ReadyJob(
      name: job.name, pass: pass,
      traffic: MemoryTraffic(
        bytesPerSecond: pressure.bytesPerSecond, boundShare: pressure.boundShare,
        workingSetBytes: pressure.workingSetBytes, cachedShare: pressure.cachedShare))
    try pass.run()
    made["\(job.name) \(side)"] = ready
    return ready
  }
}

/// A job with a team of its own and what it is predicted to ask for.
private struct ReadyJob {
  var name: String
  var pass: WorkloadPass
  var traffic: MemoryTraffic

  /// Seconds of a pass: the mean of as many as take 0.1 s.
  func seconds() throws -> Double {
    let began = ContinuousClock.now
    var (count, spent) = (0, 0.0)
    while spent < 0.1 {
      try pass.run()
      count += 1
      spent = (ContinuousClock.now - began) / .seconds(1)
    }
    return spent / Double(count)
  }
}

/// Two jobs side by side.
private struct ContentionPair {
  private let jobs: [ReadyJob]
  private let predicted: [Double]
  private var probe: NeighbourProbe
  private var alone: [[Double]] = [[], []]
  private var together: [[Double]] = [[], []]

  init(_ left: ReadyJob, _ right: ReadyJob, _ effect: NeighbourEffect, _ probe: NeighbourProbe) {
    jobs = [left, right]
    self.probe = probe
    predicted = Self.predict(jobs, effect)
  }

  private static func predict(_ jobs: [ReadyJob], _ effect: NeighbourEffect) -> [Double] {
    let memory = SharedMemory(
      bytesPerSecond: effect.jointBytesPerSecond.value, cacheBytes: effect.cacheBytes,
      effect: effect)
    return MemoryTraffic.slowdowns(jobs.map(\.traffic), on: memory)
  }

  /// The prediction for what neighbours did to each other while the pair was measured.
  private var predictedNow: [Double] { Self.predict(jobs, probe.effect) }

  /// Probes, times both alone, then each while the other runs again and again.
  mutating func measure() throws {
    try probe.measure()
    for own in [0, 1] {
      alone[own].append(try jobs[own].seconds())
      let neighbour = jobs[1 - own].pass
      let companion = try Companion { try neighbour.run() }
      together[own].append(try jobs[own].seconds())
      try companion.end()
    }
  }

  private func measured(_ own: Int) -> [Double] { ratios(together[own], alone[own]) }

  /// Both, or one where both are the same.
  private var shown: [Int] { jobs[0].name == jobs[1].name ? [0] : [0, 1] }

  /// One row for each job.
  var rows: [BenchmarkRow] {
    shown.map { own in
      let traffic = jobs[own].traffic
      return BenchmarkRow(
        contender: "\(jobs[own].name) beside \(jobs[1 - own].name)",
        figure: "predicted \(Format.fixed(predicted[own], 2)), now "
          + "\(Format.fixed(predictedNow[own], 2)); alone "
          + "\(Format.fixed(1000 * alone[own].quantile(0.5), 1)) ms, waits for memory "
          + "\(Format.fixed(100 * traffic.boundShare, 0)) %, cache "
          + "\(Format.fixed(100 * traffic.cachedShare, 0)) %, "
          + "\(Format.fixed(traffic.bytesPerSecond / 1e9, 1)) GB/s",
        unit: "times", values: measured(own))
    }
  }

  /// How far predictions are from the medians, on average.
  static func errors(_ pairs: [ContentionPair]) -> [BenchmarkRow] {
    func row(_ figure: String, _ predicted: (ContentionPair) -> [Double]) -> BenchmarkRow {
      let errors = pairs.flatMap { pair in
        let values = predicted(pair)
        return pair.shown.map { 100 * abs(values[$0] / pair.measured($0).quantile(0.5) - 1) }
      }
      return BenchmarkRow(
        contender: "all \(errors.count) jobs", figure: figure, unit: "%",
        values: [errors.reduce(0, +) / Double(max(1, errors.count))])
    }
    return [
      row("mean absolute error of the slow-down", \.predicted),
      row("the same with the neighbours' effect of the moment", \.predictedNow),
      row("the same of predicting no slow-down") { _ in [1, 1] },
    ]
  }
}

extension NeighbourEffect {
  /// What the predictions rest on.
  fileprivate var rows: [BenchmarkRow] {
    Work.allCases.flatMap { own in
      Work.allCases.map { other in
        BenchmarkRow(
          contender: "calibration", figure: "\(own.rawValue) beside \(other.rawValue)",
          unit: "times", values: [slowdown(own, beside: other)])
      }
    } + [
      BenchmarkRow(
        contender: "calibration", figure: "half of the cores read alone", unit: "GB/s",
        values: [aloneBytesPerSecond.value / 1e9])
    ]
  }
}
