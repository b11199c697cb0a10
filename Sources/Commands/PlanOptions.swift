import CostModel
import HardwareModel
import Models
import Planner
import Quantities
import Workloads

/// The options of `hfm plan`.
enum PlanOptions {
  static let options: [CommandOption] =
    WorkloadOptions.options.filter { own in !VariantOptions.options.contains { $0.name == own.name }
    }
    + [
      .value("cluster", "NAME|FILE|here", "the hardware to plan for"),
      .value("device-profile", "FILE", "a calibrated device (hfm calibrate --output FILE)"),
      .value("global-batch", "N", "samples per update (default 256; of a machine here 8)"),
    ] + PlanChoices.options + VariantOptions.options + [
      .value(
        "framework", "WORD", "whose software runs the step (default pytorch)",
        words: SoftwareStack.all.map(\.name)),
      .value(
        "expert-imbalance", "X",
        "rows of the busiest device's experts over the mean (default 1: balanced)"),
      .flag(
        "overlap-experts",
        "traffic with experts runs beside another micro-batch's work (DualPipe, Megatron-Core)"),
      .value(
        "load-seconds", "X",
        "seconds of one core for loading a sample (default: as --dataset needs)"),
      .value("load-bytes", "SIZE", "bytes of a sample in storage (default: as --dataset has)"),
      .flag("failures", "count checkpoints, failures and restarts in"),
      .value("steps", "N", "updates (batches when serving) of the whole job (default 1)"),
      .value("samples", "N", "samples of the whole job, in place of --steps"),
      .value("tokens", "N", "tokens of the whole job, such as 1.4T, in place of --steps"),
      .value("dataset", "ID", "data set that the job passes over, in place of --steps"),
      .value("epochs", "N", "passes over the data set (default 1)"),
      .value("cached-tokens", "N", "tokens a sequence keeps in a decoder's cache (task infer)"),
      .value(
        "goal", "WORD", "what is made least (default time)",
        words: PlanGoal.allCases.map(\.rawValue)),
      .value("deadline", "TIME", "longest time of the whole job, such as 21d"),
      .value("budget", "X", "most money of the whole job"),
      .value("headroom", "X", "share of the memory to leave free beside the reserve"),
      .value(
        "memory-risk", "X", "highest chance that the memory does not do (default 0.05; 1: any)"),
      .value("grid", "NAME", "electricity: sets --grams-per-kwh (france, united-states …)"),
      .value("pue", "X", "energy of the site over that of its machines (default 1)"),
      .value("price-per-device-hour", "X", "price of one device for an hour, any currency"),
      .value("grams-per-kwh", "X", "grams of CO2e per kWh of electricity"),
    ] + PriceOptions.options + [
      .value("what-if", "NAMES", "further clusters to compare, joined by commas"),
      .flag("patches", "which patch and batch of a volume fit, and what each costs in time"),
      .flag("pareto", "the best plans by time, device hours, energy and cost"),
      .flag("exhaustive", "evaluate every configuration, without bounds"),
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
    let shares = try (arguments.int("tensor") ?? 1) * (arguments.int("pipeline") ?? 1)
    let replicas = try max(1, (arguments.int("devices") ?? 1) / shares)
    let micro = try arguments.int("micro-batch")
    // A given micro-batch and replica count make the smallest global batch that they divide.
    let natural = micro.map { product($0, data ?? replicas) }
    var request = PlanRequest(
      cluster: cluster, globalBatch: trains ? batch ?? natural ?? assumed : 0,
      precision: workload.precision)
    if trains, batch == nil, natural == nil, !arguments.flag("patches") {
      console.warn("no --global-batch given: \(assumed) samples per update assumed")
    }
    request.devices = try arguments.int("devices", in: 1...10_000_000)
    request.space = try PlanChoices.space(arguments)
    try software(arguments, &request)
    try economy(arguments, console, &request)
    request.cachedTokens = try arguments.int("cached-tokens") ?? 0
    request.limit = try arguments.int("top", in: 1...10_000) ?? 10
    let dataset = try DatasetOption(arguments, model, workload)
    request.loading = try loading(arguments, console, model, workload, dataset)
    request.steps = try steps(arguments, model, workload, request, dataset)
    return request
  }

  private static func product(_ left: Int, _ right: Int) -> Int {
    let (value, overflow) = left.multipliedReportingOverflow(by: right)
    return overflow ? .max : value
  }

  /// Whose software runs the step.
  static func stack(_ arguments: Arguments) -> SoftwareStack {
    var stack = arguments.string("framework").flatMap(SoftwareStack.init(word:)) ?? .pytorch
    if arguments.flag("overlap-experts") { stack.overlapsExperts = true }
    return stack
  }

  /// Choices of software, and what the host does.
  private static func software(
    _ arguments: Arguments, _ request: inout PlanRequest
  ) throws(UserError) {
    request.stack = stack(arguments)
    request.expertImbalance = try arguments.double("expert-imbalance", in: 1...1000) ?? 1
    request.withFailures = arguments.flag("failures")
  }

  /// What loading a sample takes: as the user says, else as the data set's files need.
  private static func loading(
    _ arguments: Arguments, _ console: Console, _ model: ModelProfile, _ workload: WorkloadRequest,
    _ dataset: DatasetOption?
  ) throws(UserError) -> SampleLoading? {
    var loading: SampleLoading?
    if let dataset { loading = try SampleLoading(dataset.dataset, for: model, workload) }
    let seconds = try arguments.double("load-seconds", in: 0...1e9)
    let bytes = try arguments.bytes("load-bytes")
    if seconds != nil || bytes != nil {
      return SampleLoading(
        coreSeconds: seconds ?? loading?.coreSeconds ?? 0,
        bytes: bytes.map(Double.init) ?? loading?.bytes ?? 0)
    }
    if let dataset, loading == nil {
      console.warn(
        "how \(dataset.dataset.name) keeps its samples is not known, so loading them is not "
          + "counted; give --load-seconds and --load-bytes")
    }
    return loading
  }

  /// Goals, limits, prices and electricity.
  private static func economy(
    _ arguments: Arguments, _ console: Console, _ request: inout PlanRequest
  ) throws(UserError) {
    request.pricePerDeviceHour = try arguments.double("price-per-device-hour")
    request.gramsPerKilowattHour = try arguments.double("grams-per-kwh")
    if let name = arguments.string("grid") {
      let grid = try Grid.named(name)
      request.gramsPerKilowattHour = request.gramsPerKilowattHour ?? grid.gramsPerKilowattHour
    }
    if arguments.string("goal") == PlanGoal.co2.rawValue, request.gramsPerKilowattHour == nil {
      console.warn(
        "no carbon intensity given: plans stand in the order of their energy; give --grid")
    }
    request.powerUsageEffectiveness = try arguments.double("pue", in: 1...5) ?? 1
    if let word = arguments.string("goal"), let goal = PlanGoal(rawValue: word) {
      request.goal = goal
    }
    request.deadlineSeconds = try arguments.duration("deadline")?.value
    request.budget = try arguments.double("budget")
    request.headroom = try arguments.double("headroom", in: 0...0.9) ?? 0
    request.memoryRisk = try arguments.double("memory-risk", in: 1e-9...1) ?? 0.05
    request.usesBounds = !arguments.flag("exhaustive")
    if request.pricePerDeviceHour == nil, request.budget != nil || request.goal == .cost {
      let device = request.cluster.device
      request.pricePerDeviceHour = device.rentPerHour
      // What is bought stands among the offers of --what-if.
      let isBought =
        arguments.has("what-if") && request.goal != .cost
        && (device.purchasePrice ?? request.cluster.nodePurchasePrice) != nil
      guard request.pricePerDeviceHour != nil || isBought else {
        throw UserError(
          .input, key: "--price-per-device-hour",
          "no price of \(device.name) is known", remedy: "give one")
      }
    }
  }

  private static func steps(
    _ arguments: Arguments, _ model: ModelProfile, _ workload: WorkloadRequest,
    _ request: PlanRequest, _ dataset: DatasetOption?
  ) throws(UserError) -> Int {
    let given = ["steps", "samples", "tokens", "dataset"].filter(arguments.has)
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
    } else if let dataset {
      samples = dataset.samples
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
