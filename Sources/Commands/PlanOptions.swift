import CostModel
import HardwareModel
import Models
import Planner
import Quantities
import Workloads

/// The options of `hfm plan` besides those of the workload.
enum PlanOptions {
  static let options: [CommandOption] = [
    .value("cluster", "NAME|FILE|here", "the hardware to plan for"),
    .value("device-profile", "FILE", "a calibrated device (hfm calibrate --output FILE)"),
    .value("devices", "N", "use exactly so many devices (default: up to all)"),
    .value("global-batch", "N", "samples per update (default 256; of a machine here 8)"),
    .value("data", "N", "replicas, each with its share of the batch"),
    .value("tensor", "N", "devices that share each layer; 1 so far"),
    .value("pipeline", "N", "pipeline stages; 1 so far"),
    .value("virtual-stages", "N", "virtual stages of a pipeline; 1 so far"),
    .value("context", "N", "devices that share a sequence; 1 so far"),
    .value("expert", "N", "devices that share experts; 1 so far"),
    .value(
      "zero", "N", "what replicas share: 1 optimizer states, 2 and gradients, 3 all",
      words: ["0", "1", "2", "3"]),
    .value("micro-batch", "N", "samples in one pass on one replica"),
    WorkloadOptions.recompute("both are tried"),
    .value(
      "optimizer-kernel", "WORD", "how updates run (default fused)",
      words: OptimizerKernel.allCases.map(\.rawValue)),
    .value("steps", "N", "updates (batches when serving) of the whole job (default 1)"),
    .value("samples", "N", "samples of the whole job, in place of --steps"),
    .value("tokens", "N", "tokens of the whole job, such as 1.4T, in place of --steps"),
    .value("cached-tokens", "N", "tokens a sequence keeps in a decoder's cache (task infer)"),
    .value("price-per-device-hour", "X", "price of one device for an hour, any currency"),
    .value("grams-per-kwh", "X", "grams of CO2e per kWh of electricity"),
    .value("top", "N", "plans to show (default 10)"),
  ]

  static func request(
    _ arguments: Arguments, _ console: Console, _ model: ModelProfile, _ workload: WorkloadRequest,
    _ cluster: Cluster
  ) throws(UserError) -> PlanRequest {
    let trains = workload.task != .infer
    let assumed = cluster.deviceCount == 1 ? 8 : 256
    let batch = try arguments.int("global-batch")
    let data = try arguments.int("data")
    let replicas = try arguments.int("devices") ?? data ?? 1
    let micro = try arguments.int("micro-batch")
    // A given micro-batch and replica count make the smallest global batch that they divide.
    let natural = micro.map { product($0, data ?? replicas) }
    var request = PlanRequest(
      cluster: cluster, globalBatch: trains ? batch ?? natural ?? assumed : 0,
      precision: workload.precision)
    if trains, batch == nil, natural == nil {
      console.warn("no --global-batch given: \(assumed) samples per update assumed")
    }
    request.devices = try arguments.int("devices", in: 1...10_000_000)
    request.space = try space(arguments)
    if arguments.string("optimizer-kernel") == "foreach" { request.optimizerKernel = .foreach }
    request.cachedTokens = try arguments.int("cached-tokens") ?? 0
    request.pricePerDeviceHour = try arguments.double("price-per-device-hour")
    request.gramsPerKilowattHour = try arguments.double("grams-per-kwh")
    request.limit = try arguments.int("top", in: 1...10_000) ?? 10
    request.steps = try steps(arguments, model, workload, request)
    return request
  }

  private static func product(_ left: Int, _ right: Int) -> Int {
    let (value, overflow) = left.multipliedReportingOverflow(by: right)
    return overflow ? .max : value
  }

  private static func space(_ arguments: Arguments) throws(UserError) -> SearchSpace {
    var space = SearchSpace()
    func fixed(_ name: String) throws(UserError) -> [Int]? {
      guard let value = try arguments.int(name) else { return nil }
      return [value]
    }
    space.data = try fixed("data")
    space.tensor = try fixed("tensor") ?? [1]
    space.pipeline = try fixed("pipeline") ?? [1]
    space.virtualStages = try fixed("virtual-stages") ?? [1]
    space.context = try fixed("context") ?? [1]
    space.expert = try fixed("expert") ?? [1]
    if let stage = try arguments.int("zero", in: 0...3) { space.zeroStage = [stage] }
    space.microBatch = try fixed("micro-batch")
    space.recompute = arguments.string("recompute").flatMap(Recompute.init(rawValue:)).map { [$0] }
    return space
  }

  private static func steps(
    _ arguments: Arguments, _ model: ModelProfile, _ workload: WorkloadRequest,
    _ request: PlanRequest
  ) throws(UserError) -> Int {
    let given = ["steps", "samples", "tokens"].filter(arguments.has)
    guard given.count <= 1 else {
      throw UserError(
        .input, key: "--\(given[1])", "stands beside --\(given[0])", remedy: "give one of them")
    }
    if let steps = try arguments.int("steps", in: 1...1_000_000_000_000) { return steps }
    let samples: Int
    if let tokens = try arguments.int("tokens", in: 1...1_000_000_000_000_000_000) {
      guard let length = workload.sequence ?? model.tokenInput?.sequence else {
        throw UserError(
          .input, key: "--tokens", "\(model.id) reads no tokens", remedy: "give --samples")
      }
      samples = (tokens - 1) / length + 1
    } else if let given = try arguments.int("samples", in: 1...1_000_000_000_000_000) {
      samples = given
    } else {
      return 1
    }
    let perStep = request.globalBatch > 0 ? request.globalBatch : request.space.microBatch?[0]
    guard let perStep else {
      throw UserError(
        .input, key: "--micro-batch", "a whole job of inference needs its batch",
        remedy: "give --micro-batch N")
    }
    return (samples - 1) / perStep + 1
  }
}
