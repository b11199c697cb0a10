import DataFormats
import HardwareModel
import Models
import Planner
import Quantities
import Workloads

/// Best plans beside each other: of other clusters (`--what-if`), or of this one by several goals
/// (`--pareto`).
struct PlanComparison {
  /// A plan and what it is the best of.
  struct Row {
    var cluster: Cluster
    /// nil where nothing fits.
    var found: VariantPlan?
    /// The request that the plan answers.
    var request: PlanRequest?
    /// Why nothing fits.
    var refusal = ""
    var cost: Double?
    /// The limit that nothing keeps, in few words.
    var why = "nothing fits"

    var plan: PlanEstimate? { found?.plan }
  }

  /// What renting or buying devices of a cluster costs.
  struct Offer {
    var cluster: Cluster
    var offer: AcquisitionOffer
    /// Its plan with what a step computes with, and the request it answers.
    var found: VariantPlan
    var request: PlanRequest

    var words: String {
      "\(offer.way.rawValue) \(offer.plan.devices) of \(cluster.id), done in "
        + Format.seconds(offer.plan.totalSeconds)
    }
  }

  var rows: [Row] = []
  /// The cheapest rental and purchase of each cluster, cheapest first.
  var offers: [Offer] = []

  /// The best plan of each cluster by the request's goal; a device's own rent stands in for a price
  /// that is not given.
  static func whatIf(
    _ clusters: [Cluster], _ task: PlanTask, _ request: PlanRequest, _ searches: PlanSearches
  ) throws(UserError) -> PlanComparison {
    var result = PlanComparison()
    searches.expect(clusters.count)
    for cluster in clusters {
      var one = request
      one.cluster = cluster
      one.limit = 1
      if let devices = one.devices, devices > cluster.deviceCount { one.devices = nil }
      one.pricePerDeviceHour = request.pricePerDeviceHour ?? cluster.device.rentPerHour
      var row = Row(cluster: cluster)
      do {
        let search = task.search(one)
        row.found = try searches.run(search).plans.first
        row.request = row.found.map { search.request($0.variant) }
        row.cost = row.plan?.cost
      } catch  where error.kind == .impossible {
        row.refusal = error.message
        if !error.key.isEmpty { row.why = "misses \(error.key)" }
      }
      result.rows.append(row)
    }
    return result
  }

  /// Plans of one cluster that no other beats in time, device hours, energy and money at once:
  /// those that were found, and the best for each number of devices.
  static func pareto(
    _ task: PlanTask, _ request: PlanRequest, _ result: VariantSearch.Result,
    _ searches: PlanSearches
  ) throws(UserError) -> PlanComparison {
    let all = task.search(request)
    var found = result.plans.map {
      Row(
        cluster: request.cluster, found: $0, request: all.request($0.variant), cost: $0.plan.cost)
    }
    var devices = 1
    var counts: [Int] = []
    while devices < request.cluster.deviceCount {
      counts.append(devices)
      devices *= 2
    }
    counts.append(request.cluster.deviceCount)
    counts = request.devices.map { [$0] } ?? counts
    let goals = [PlanGoal.time, .energy]
    searches.expect(counts.count * goals.count)
    for count in counts {
      for goal in goals {
        var one = request
        one.devices = count
        one.goal = goal
        one.limit = 1
        do {
          let search = task.search(one)
          for plan in try searches.run(search).plans {
            found.append(
              Row(
                cluster: request.cluster, found: plan, request: search.request(plan.variant),
                cost: plan.plan.cost))
          }
        } catch  where error.kind == .impossible { continue }
      }
    }
    var result = PlanComparison()
    for row in found where !found.contains(where: { beats($0.plan, row.plan) }) {
      guard !result.rows.contains(where: { $0.found == row.found }) else { continue }
      result.rows.append(row)
    }
    result.rows.sort { ($0.plan?.totalSeconds ?? 0) < ($1.plan?.totalSeconds ?? 0) }
    return result
  }

  /// Whether one plan is no worse in all and better in one.
  static func beats(_ left: PlanEstimate?, _ right: PlanEstimate?) -> Bool {
    guard let left, let right else { return false }
    func figures(_ plan: PlanEstimate) -> [Double] {
      [plan.totalSeconds, plan.deviceHours, plan.energy?.value ?? 0]
    }
    let pairs = zip(figures(left), figures(right))
    return pairs.allSatisfy { $0 <= $1 } && pairs.contains { $0 < $1 }
  }

  /// Whether a purchase stands among the offers without the electricity that it needs.
  var lacksElectricity: Bool {
    offers.contains { $0.offer.way == .buy && $0.offer.electricity == nil }
  }

  /// A table for people.
  var lines: [String] {
    var table = AlignedTable(
      head: [
        "cluster", "devices", "cut", "with", "step", "total", "device h", "energy", "CO2e", "cost",
      ], rightAligned: Set(4...9).union([1]))
    table.rows = rows.map { row in
      guard let plan = row.plan else {
        return [row.cluster.id, "–", row.why, "", "–", "–", "–", "–", "–", "–"]
      }
      return [
        row.cluster.id, String(plan.devices), PlanReport.words(plan.configuration), with(row),
        Format.seconds(plan.stepSeconds), Format.seconds(plan.totalSeconds),
        Format.significant(plan.deviceHours), plan.energy.map { Format.energy($0) } ?? "–",
        plan.co2Grams.map { Format.grams($0) } ?? "–",
        row.cost.map { Format.fixed($0, 2) } ?? "–",
      ]
    }
    return table.lines + offerLines
  }

  /// What a row's step computes with: its format, and what differs between the rows.
  private func with(_ row: Row) -> String {
    guard let variant = row.found?.variant else { return "" }
    let label = VariantOptions.label(variant, among: rows.compactMap(\.found?.variant))
    return label.hasPrefix(variant.precision.word)
      ? label : [variant.precision.word, label].filter { !$0.isEmpty }.joined(separator: " ")
  }

  /// Rentals and purchases as a table; none without prices.
  private var offerLines: [String] {
    guard let best = offers.first,
      let least = offers.min(by: { $0.offer.outlay < $1.offer.outlay })
    else { return [] }
    var table = AlignedTable(
      head: ["how", "cluster", "devices", "cut", "total", "cost", "electricity", "paid at once"],
      rightAligned: [2, 4, 5, 6, 7])
    table.rows = offers.map { row in
      let (offer, plan) = (row.offer, row.offer.plan)
      return [
        offer.way.rawValue, row.cluster.id, String(plan.devices),
        PlanReport.words(plan.configuration), Format.seconds(plan.totalSeconds),
        Format.fixed(offer.cost, 2), offer.electricity.map { Format.fixed($0, 2) } ?? "–",
        Format.fixed(offer.outlay, 2),
      ]
    }
    return ["", "to rent or to buy:"] + table.lines + [
      "cheapest: \(best.words), for \(Format.fixed(best.offer.cost, 2))",
      "least to pay at once: \(least.words), for \(Format.fixed(least.offer.outlay, 2))",
      "cost of a purchase: the job's share of the life (--life) and electricity (--price-per-kwh,",
      "--grid); of cards alone where the profile has no price of a node.",
    ]
  }

  /// The rows for programs, each plan as in `plans`.
  var json: JSONValue {
    .array(
      rows.map { row in
        let plan = row.found.flatMap { found in
          row.request.map { PlanReport.json(found, $0, explain: false) }
        }
        return .object([
          ("cluster", .string(row.cluster.id)), ("plan", plan ?? .null),
          ("refusal", row.refusal.isEmpty ? .null : .string(row.refusal)),
        ])
      })
  }

  /// The offers for programs.
  var offersJSON: JSONValue {
    .array(
      offers.map { row in
        .object([
          ("way", .string(row.offer.way.rawValue)), ("cluster", .string(row.cluster.id)),
          ("cost", .number(row.offer.cost)), ("outlay", .number(row.offer.outlay)),
          ("electricityCost", row.offer.electricity.map { .number($0) } ?? .null),
          ("plan", PlanReport.json(row.found, row.request, explain: false)),
        ])
      })
  }
}
