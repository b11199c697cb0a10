import CostModel
import DataFormats
import Executor
import HardwareDiscovery
import HardwareModel
import Models
import Planner
import Quantities
import Workloads

/// `hfm plan MODEL`: searches how to train or serve a model on a cluster.
enum PlanCommand: Command {
  static let specification = CommandSpecification(
    name: "plan", summary: "searches plans that fit a cluster, fastest first",
    operands: ["MODEL"], options: PlanOptions.options,
    discussion: """
      Any dimension given is held fixed; all given make one estimate. Training plans
      cut a step by data (ZeRO, FSDP), tensor, sequence, context and pipeline
      parallelism, with accumulation, recomputation and offload; inference plans are
      replicas with a batch each. Formats, update rule and kernels are the usual ones;
      several words or any (--dtype any) leave them to the search, too.

      --cluster takes a catalogue name, a device's id (that device alone), cards of
      one machine (4xrtx-3090), a profile's path, or here: this machine. Several kinds
      of device are joined by +; each then takes a share of the batch or of the layers
      by its speed and memory.

      --what-if also asks, of every cluster that has a price, how many devices to rent
      or to buy so that the job ends by the --deadline at the least cost. A purchase
      counts by the share of its --life, with its electricity (--grid).

      --patches asks, of a model of volumes, which patch and batch fit: each with its
      best plan, recomputation, number format (--dtype any) and time.

      Ctrl-C ends a search of more than a second with the best plans so far, and exit
      code 130; what --what-if and --pareto ask for is left out then.
      """,
    examples: [
      "hfm plan bert-large --task pretrain --cluster hospital-2x8-a100-40gb --global-batch 512",
      "hfm plan bert-base --cluster here --device-profile here.json --micro-batch 8",
      "hfm plan nnunet-3d-fullres --cluster rtx-3060 --patches --dtype any",
      "hfm plan llama2-7b --cluster dgx-h100 --dtype bf16-mixed,fp8 --optimizer adamw,adamw8bit",
      "hfm plan meditron-7b --task lora --cluster 2xa100-40gb-pcie+4xrtx-3090 --global-batch 64",
      "hfm plan uni --task finetune --samples 2M --cluster 4xrtx-3090 --what-if dgx1-v100-32gb "
        + "--deadline 14d --buy rtx-3090=1499 --rent v100-32gb=3.06 --grid germany",
    ])

  static func run(_ arguments: Arguments, _ console: Console) throws -> Int32 {
    let model = try WorkloadOptions.model(arguments)
    let mixed = try ClusterOption.mixed(arguments)
    let cluster = try PriceOptions.prices(arguments).applied(
      to: mixed.map { $0.seen(by: $0.parts[0]) } ?? ClusterOption.cluster(arguments, console))
    let task = try PlanTask(model, arguments, on: mixed?.parts.map(\.device) ?? [cluster.device])
    if let mixed { return try MixedPlanning.run(arguments, console, task, mixed) }
    let request = try PlanOptions.request(arguments, console, model, task.workload, cluster)
    let searches = PlanSearches(console)
    defer { searches.finish() }
    if arguments.flag("patches") { return try patches(console, task, request, searches) }
    let clock = ContinuousClock()
    let start = clock.now
    let search = task.search(request)
    let result: VariantSearch.Result
    do { result = try searches.run(search) } catch {
      throw PlanHint(model: model, workload: task.workload, request: request).narrower(error)
    }
    searches.expect(0)
    if result.stopped { console.warn("interrupted: the best plans so far") }
    if let plan = result.plans.first?.plan, search.exceedsRisk(plan) {
      let limit = Format.percent(request.memoryRisk)
      console.warn(
        "no plan keeps the chance that the memory does not do at or below \(limit) (--memory-risk)")
    }
    let seconds = (clock.now - start) / .seconds(1)
    let report = PlanReport(result: result, source: search, cluster: cluster, seconds: seconds)
    let comparison =
      result.stopped ? nil : try compare(arguments, task, request, result, searches)
    if searches.areStopped, !result.stopped {
      console.warn("interrupted: what was to be compared is left out")
    }
    if console.json {
      var members = report.json(explain: console.explain).object ?? []
      if searches.areStopped { members.append(JSONValue.Member("interrupted", .bool(true))) }
      if let comparison {
        members.append(JSONValue.Member("comparison", comparison.json))
        members.append(JSONValue.Member("offers", comparison.offersJSON))
      }
      console.print(json: JSONValue(.object(members)))
    } else {
      console.print(task.headline(request, on: cluster.name))
      console.print(lines: report.lines(explain: console.explain))
      let hint = PlanHint(model: model, workload: task.workload, request: request)
      if let best = result.plans.first, let words = hint.lighter(than: best.plan) {
        console.print(lines: ["", words])
      }
      if let comparison { console.print(lines: ["", "compared:"] + comparison.lines) }
    }
    return searches.areStopped ? 130 : 0
  }

  /// What `--patches` asks for.
  private static func patches(
    _ console: Console, _ task: PlanTask, _ request: PlanRequest, _ searches: PlanSearches
  ) throws -> Int32 {
    let table = try PatchTable(task, request, searches)
    searches.expect(0)
    if searches.areStopped { console.warn("interrupted: the patches so far") }
    if console.json {
      console.print(json: .object([("patches", table.json(request))]))
    } else {
      console.print(
        "\(task.model.name) on \(request.cluster.name): patches that fit, and their time")
      console.print(lines: table.lines)
    }
    return searches.areStopped ? 130 : 0
  }

  /// What `--what-if` or `--pareto` ask for; nil without them, and where it is interrupted.
  private static func compare(
    _ arguments: Arguments, _ task: PlanTask, _ request: PlanRequest,
    _ found: VariantSearch.Result, _ searches: PlanSearches
  ) throws(UserError) -> PlanComparison? {
    let result = try comparison(arguments, task, request, found, searches)
    searches.expect(0)
    return searches.areStopped ? nil : result
  }

  private static func comparison(
    _ arguments: Arguments, _ task: PlanTask, _ request: PlanRequest,
    _ found: VariantSearch.Result, _ searches: PlanSearches
  ) throws(UserError) -> PlanComparison? {
    if let names = arguments.string("what-if") {
      let catalogue = try HardwareSource.catalogue(arguments)
      var clusters = [request.cluster]
      for name in names.split(separator: ",") {
        clusters.append(try HardwareSource.cluster(String(name), catalogue))
      }
      let prices = try PriceOptions.prices(arguments)
      clusters = try clusters.map { cluster throws(UserError) in try prices.applied(to: cluster) }
      var result = try PlanComparison.whatIf(clusters, task, request, searches)
      result.offers = try OfferSearch(prices.tariff, searches).offers(clusters, task, request)
      return result
    }
    guard arguments.flag("pareto") else { return nil }
    return try PlanComparison.pareto(task, request, found, searches)
  }
}

/// What `--cluster` names.
enum ClusterOption {
  static func cluster(_ arguments: Arguments, _ console: Console) throws(UserError) -> Cluster {
    guard let name = arguments.string("cluster") else {
      throw UserError(
        .input, key: "--cluster", "hfm plan needs a cluster",
        remedy: "give --cluster here, a name such as dgx-a100-80gb, or a profile's path")
    }
    var cluster: Cluster
    if name == "here" {
      cluster = try here(arguments, console)
    } else {
      cluster = try HardwareSource.cluster(name, arguments)
    }
    if name != "here", let path = arguments.string("device-profile") {
      cluster.device = try device(path)
    }
    return cluster
  }

  /// Devices of several kinds that `--cluster` names: `2xa100-40gb-pcie+4xrtx-3090`, clusters
  /// joined by `+`, or a profile with parts; nil for one kind.
  static func mixed(_ arguments: Arguments) throws(UserError) -> MixedCluster? {
    guard let name = arguments.string("cluster"), name != "here" else { return nil }
    if Files.exists(name), !Files.isFolder(name) {
      return try MixedCluster(
        parsing: try Files.read(name, limit: 1 << 26), file: name,
        try HardwareSource.catalogue(arguments))
    }
    guard name.contains("+") else { return nil }
    let catalogue = try HardwareSource.catalogue(arguments)
    guard !catalogue.clusters.contains(where: { $0.id == name })
    else { return nil }
    return try MixedCluster(words: name, catalogue)
  }

  private static func device(_ path: String) throws(UserError) -> Device {
    let bytes = try Files.read(path, limit: 1 << 26)
    return try Cluster(parsing: bytes, file: path) { id throws(UserError) in
      throw UserError(.input, place: path, "is a cluster, not a device", remedy: "")
    }.device
  }

  /// This machine: a calibration file, else a rough figure with a warning.
  private static func here(_ arguments: Arguments, _ console: Console) throws(UserError) -> Cluster
  {
    let machine = try HardwareDiscovery.discover(.live)
    if let path = arguments.string("device-profile") {
      let device = try device(path)
      let layout = PoolLayout(
        machine: machine, hyperthreads: device.measuredOn?.workersPer == "thread")
      if let stale = device.staleness(on: .here(machine, layout)) { console.warn(stale) }
      return Cluster(single: device)
    }
    console.warn(
      "this machine was not calibrated, so its speed is a rough guess; "
        + "run hfm calibrate --output here.json and give --device-profile here.json")
    var cluster = Cluster(single: Device(roughly: machine))
    cluster.host = .assumed(devices: 1)
    cluster.host?.cores = machine.cores.count
    cluster.host?.power = Watts(0)
    return cluster
  }
}
