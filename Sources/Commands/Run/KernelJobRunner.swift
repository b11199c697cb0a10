import CostModel
import Executor
import Graph
import HardwareModel
import JobStore
import Kernels
import Models
import Quantities
import Scheduler
import Simulation
import Workloads

/// Runs jobs with real kernels on the workers that the scheduler chose.
struct KernelJobRunner: JobRunner {
  let pool: WorkerPool
  /// The whole machine's speed.
  let device: Device

  /// Run time from the time model on the job's share of the machine, memory from the very plan that
  /// the run will allocate.
  ///
  /// - Throws: `UserError` for an unknown model, shapes that it cannot take, or a memory limit
  ///   below what it needs.
  func estimate(_ job: JobSpecification) throws(UserError) -> JobEstimate {
    try Self.estimate(job, device: device, total: pool.layout.workers.count)
  }

  /// The same for a machine of `total` cores that need not be this one.
  static func estimate(
    _ job: JobSpecification, device: Device, total: Int
  ) throws(UserError) -> JobEstimate {
    let workload = try Self.workload(job)
    let fixed = try CorePrediction(workload, device, cores: job.cores, of: total)
    var memory = fixed.memoryBytes
    var scaling: ElasticRange?
    if let range = job.coreRange {
      let most = max(range.lowerBound, min(range.upperBound, total))
      var points: [ElasticRange.Point] = []
      for cores in Set(ElasticRange.sizes(from: range.lowerBound, to: most) + [job.cores]).sorted()
      where cores <= most {
        let other = try CorePrediction(workload, device, cores: cores, of: total)
        points.append(.init(devices: cores, speedup: fixed.passSeconds / other.passSeconds))
        memory = max(memory, other.memoryBytes)
      }
      scaling = ElasticRange(points: points)
    }
    // More lanes take more scratch, whoever tells how much faster they are.
    for point in job.fields.traits.elastic?.points ?? [] where point.devices <= total {
      let other = try CorePrediction(workload, device, cores: point.devices, of: total)
      memory = max(memory, other.memoryBytes)
    }
    if let limit = job.memoryBytes, limit < memory {
      throw UserError(
        .impossible, key: "memory",
        "\(Format.bytes(limit)) are too little: the job needs "
          + "\(Format.bytes(memory)), \(Format.bytes(memory - limit)) more",
        remedy: "give more memory, or a smaller batch")
    }
    return JobEstimate(
      seconds: fixed.passSeconds * Double(job.steps), memoryBytes: memory,
      traffic: fixed.traffic, scaling: scaling, checkpointSeconds: fixed.passSeconds,
      restoreSeconds: fixed.passSeconds, stateBytes: try fixed.stateBytes())
  }

  func run(
    _ job: JobSpecification, on placement: RunPlacement, _ cancellation: Cancellation
  ) throws -> JobMeasurement {
    let began = ContinuousClock.now
    let workload = try Self.workload(job)
    let workers = try workers(placement.cpus)
    let team = try pool.lease(workers)
    let before = pool.statistics
    defer { team.release() }
    cancellation.onCancel { team.cancel() }
    /// What it was given when it started is on disk still.
    func leaveIfAsked() throws {
      if cancellation.isCancelled { throw CancellationError() }
      guard cancellation.mustYieldAtOnce else { return }
      throw JobYielded(stepsDone: cancellation.stepsBefore, seconds: 0)
    }
    try leaveIfAsked()
    let work = try StepWork(workload, team, memoryBudget: placement.memoryBytes)
    try leaveIfAsked()
    let loaded = try WeightFile(job.model).map { try work.load($0) }
    try leaveIfAsked()
    var made = try work.restore(cancellation.checkpoint, steps: cancellation.stepsBefore)
    try leaveIfAsked()
    // One pass beforehand: first touch of the memory, caches, clock frequency. Training that goes
    // on from a checkpoint must not step once too often.
    if made == 0 || !work.isTraining { try work.warmUp() }
    var times = InterruptionTimes(
      setupSeconds: (ContinuousClock.now - began) / .seconds(1),
      setupBytes: work.runner.requiredBytes)
    var seconds: [Double] = []
    seconds.reserveCapacity(min(job.steps, 1 << 20))
    while made < job.steps {
      if cancellation.isCancelled { throw CancellationError() }
      if cancellation.mustYieldAtOnce || (cancellation.mustYield && !seconds.isEmpty) {
        let start = ContinuousClock.now
        times.checkpointBytes = try work.save(cancellation.checkpoint, steps: made)
        times.checkpointSeconds = (ContinuousClock.now - start) / .seconds(1)
        throw JobYielded(stepsDone: made, seconds: seconds.reduce(0, +), times: times)
      }
      let start = ContinuousClock.now
      try work.step(made + 1)
      seconds.append((ContinuousClock.now - start) / .seconds(1))
      made += 1
    }
    if let checkpoint = cancellation.checkpoint { StepWork.remove(checkpoint) }
    var details =
      times.details + [
        (name: "fastestPass", unit: "s", value: seconds.min() ?? 0),
        (name: "slowestPass", unit: "s", value: seconds.max() ?? 0),
      ]
    if let loaded { details.append((name: "loadedParameters", unit: "", value: Double(loaded))) }
    if let loss = work.loss { details.append((name: "loss", unit: "", value: loss)) }
    return JobMeasurement(
      seconds: seconds.reduce(0, +), details: details,
      resources: try resources(workers, before, work.runner, steps: seconds.count), times: times)
  }

  /// What the job's workers did since `before`, and where its memory is.
  private func resources(
    _ workers: [Int], _ before: [WorkerPool.Statistics], _ runner: ProgramRunner, steps: Int
  ) throws -> JobResources {
    // A kernel that does not tell where pages are takes the figures away, not the job.
    let memory = try? runner.residency()
    if memory != nil { _ = try runner.countTraffic(runs: steps) }
    let now = pool.statistics
    return JobResources(
      memory: memory,
      workers: workers.map {
        JobResources.Worker(place: pool.layout.workers[$0], statistics: now[$0].since(before[$0]))
      }, notes: (memory?.notes ?? []) + pool.checkPlacement())
  }

  private func workers(_ cpus: [Int]) throws(UserError) -> [Int] {
    var workers: [Int] = []
    for cpu in cpus {
      guard let worker = pool.layout.workers.firstIndex(where: { $0.cpu == cpu }) else {
        throw UserError(.run, "no worker sits on processing unit \(cpu)")
      }
      workers.append(worker)
    }
    return workers
  }

  static func workload(_ job: JobSpecification) throws(UserError) -> Workload {
    // Weights of one byte an element are expanded to what is computed in.
    let hasByteWeights = job.dtype == DataType.int8.rawValue
    guard let precision = hasByteWeights ? .bf16 : Precision(word: job.dtype) else {
      throw UserError(.input, key: "dtype", "unknown word \"\(job.dtype)\"")
    }
    guard !hasByteWeights || job.task == .infer else {
      throw UserError(
        .input, key: "dtype", "int8 is for weights that are not trained",
        remedy: "use task infer, or bf16")
    }
    let image = job.image.flatMap {
      $0.count == 2 ? ImageSize(height: $0[0], width: $0[1]) : nil
    }
    var request = WorkloadRequest(
      task: job.task, batch: job.batch, sequence: job.sequence, image: image,
      precision: precision)
    if hasByteWeights { request.options.quantize = .int8 }
    return try Workload(try ModelSource.model(job.model), request)
  }
}
