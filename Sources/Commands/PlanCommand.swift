import CostModel
import DataFormats
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
    let given =
      try mixed.map { $0.seen(by: $0.parts[0]) } ?? ClusterOption.cluster(arguments, console)
    let prices = try PriceOptions.prices(arguments)
    let cluster = try prices.applied(to: given)
    let others = try ClusterOption.others(arguments)?.map { try prices.applied(to: $0) }
    try PlanUnused.check(arguments)
    try prices.check((mixed?.parts ?? [cluster]) + (others ?? []))
    if let words = PlanUnused.size(arguments) { console.warn(words) }
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
    warn(arguments, console, search, result, cluster)
    let seconds = (clock.now - start) / .seconds(1)
    let report = PlanReport(result: result, source: search, cluster: cluster, seconds: seconds)
    let comparison =
      result.stopped
      ? nil
      : try compare(arguments, task, request, result, searches, others.map { [cluster] + $0 })
    if let comparison, comparison.lacksElectricity {
      console.warn(
        "the electricity of what is bought is not counted; give --grid or --price-per-kwh")
    }
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

  /// What is said of plans beside them.
  private static func warn(
    _ arguments: Arguments, _ console: Console, _ search: VariantSearch,
    _ result: VariantSearch.Result, _ cluster: Cluster
  ) {
    if result.stopped { console.warn("interrupted: the best plans so far") }
    if let plan = result.plans.first?.plan, search.exceedsRisk(plan) {
      let limit = Format.percent(search.memoryRisk)
      console.warn(
        "no plan keeps the chance that the memory does not do at or below \(limit) (--memory-risk)")
    }
    for words in PlanUnused.warnings(
      arguments, result.plans.map(\.plan), trains: search.trains)
    {
      console.warn(words)
    }
    if cluster.device.name.contains(" MIG "), result.plans.contains(where: { $0.plan.devices > 1 })
    {
      console.warn(
        "slices of a card (MIG) have no link to each other (NVIDIA's MIG guide): what they "
          + "exchange goes through the host's memory, slower than planned, and needs an NCCL that "
          + "knows them"
      )
    }
    if let plan = result.plans.first?.plan, plan.basis.label == .unsupported {
      console.warn(
        "no measured run of a device like \(cluster.device.name) is known: its times are those of "
          + "its nearest kin, within a factor of two (hfm calibrate measures a processor)")
    }
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
    _ found: VariantSearch.Result, _ searches: PlanSearches, _ clusters: [Cluster]?
  ) throws(UserError) -> PlanComparison? {
    let result = try comparison(arguments, task, request, found, searches, clusters)
    searches.expect(0)
    return searches.areStopped ? nil : result
  }

  private static func comparison(
    _ arguments: Arguments, _ task: PlanTask, _ request: PlanRequest,
    _ found: VariantSearch.Result, _ searches: PlanSearches, _ clusters: [Cluster]?
  ) throws(UserError) -> PlanComparison? {
    if let clusters {
      let tariff = try PriceOptions.prices(arguments).tariff
      var result = try PlanComparison.whatIf(clusters, task, request, searches)
      result.offers = try OfferSearch(tariff, searches).offers(clusters, task, request)
      return result
    }
    guard arguments.flag("pareto") else { return nil }
    return try PlanComparison.pareto(task, request, found, searches)
  }
}
