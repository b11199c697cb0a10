import DataFormats
import HardwareModel
import Models
import Planner
import Quantities
import Workloads

/// `hfm plan` on devices of several kinds.
enum MixedPlanning {
  /// Options of a plan that say nothing about kinds which share the work.
  private static let unknown = [
    "devices", "virtual-stages", "schedule", "context", "context-kind", "expert", "expert-tensor",
    "sequence-parallel", "shard-group", "recompute-layers", "recompute-chunk", "offload",
    "what-if", "device-profile", "cached-tokens", "rent", "buy", "life", "price-per-kwh",
  ]

  static func run(
    _ arguments: Arguments, _ console: Console, _ task: PlanTask, _ mixed: MixedCluster
  ) throws -> Int32 {
    if let option = unknown.first(where: arguments.has)
      ?? ["pareto", "patches"].first(where: arguments.flag)
    {
      throw UserError(
        .input, key: "--\(option)", "is not known on a mixed cluster",
        remedy: "leave it out, or plan one kind of device by itself")
    }
    let variant = try task.onlyVariant()
    let given = try PlanOptions.request(
      arguments, console, task.model, task.workload, mixed.seen(by: mixed.parts[0]))
    var request = task.search(given).request(variant)
    request.pricePerDeviceHour = try arguments.double("price-per-device-hour")
    if request.budget != nil || request.goal == .cost, request.pricePerDeviceHour == nil,
      let part = mixed.parts.first(where: { $0.device.rentPerHour == nil })
    {
      throw UserError(
        .input, key: "--price-per-device-hour", "no price of \(part.device.name) is known",
        remedy: "give one")
    }
    let plans = try MixedSearch(task.model, task.workload, request, mixed).run()
    let report = MixedReport(plans: plans, mixed: mixed, request: request)
    if console.json {
      console.print(json: report.json)
    } else {
      console.print(task.headline(request, on: mixed.name))
      console.print(lines: report.lines(explain: console.explain))
    }
    return 0
  }
}
