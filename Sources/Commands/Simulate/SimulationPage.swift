import Quantities
import Reports
import Scheduler
import Simulation

/// What `hfm simulate --html` writes: the policies side by side, how much of the machine was in use
/// and how many jobs waited over time, and who ran where.
struct SimulationPage {
  /// More lanes or pieces than a reader can tell apart are not drawn.
  private static let lanesAtMost = 64
  private static let piecesAtMost = 3000
  /// Points of a curve that a screen can show.
  private static let pointsAtMost = 1500

  let title: String
  let outcomes: [SimulationOutcome]
  let resources: Resources
  /// The user of each job, by position in the trace; empty names none.
  let users: [Int]

  var html: String {
    var page = HTMLReport(title: "hfm simulate: \(title)", subtitle: subtitle)
    if let best = outcomes.min(by: { metrics($0).meanJctSeconds < metrics($1).meanJctSeconds }) {
      page.figures([
        (best.policy.rawValue, "completes jobs soonest on average"),
        (Format.seconds(metrics(best).meanWaitSeconds), "mean wait under it"),
        (Format.percent(metrics(best).utilization), "of the machine in use under it"),
        ("\(metrics(best).jobs)", "jobs"),
      ])
    }
    page.add(section: "Policies")
    page.table(table)
    if outcomes.count > 1 {
      page.chart(
        SVGChart.groupedBars(
          title: "Mean wait and mean completion time", measure: .seconds,
          series: ["wait", "completion"],
          groups: outcomes.map {
            .init($0.policy.rawValue, [metrics($0).meanWaitSeconds, metrics($0).meanJctSeconds])
          }))
    }
    page.add(section: "Use over time")
    page.chart(
      SVGChart.steps(
        title: "\(unit.prefix(1).uppercased() + unit.dropFirst()) in use",
        measure: .number(unit: ""),
        curves: outcomes.map { curve($0, \.busy) },
        limit: .init("all", Double(resources.total.cores))))
    page.chart(
      SVGChart.steps(
        title: "Jobs waiting", measure: .number(unit: ""),
        curves: outcomes.map { curve($0, \.waiting) }))
    page.add(section: "Who ran where")
    for outcome in outcomes { gantt(outcome, &page) }
    for outcome in outcomes where !outcome.result.refused.isEmpty {
      page.add(section: "Refused under \(outcome.policy.rawValue)")
      for job in outcome.result.refused.prefix(50) { page.paragraph("\(job.id): \(job.refusal)") }
    }
    return page.html
  }

  private func metrics(_ outcome: SimulationOutcome) -> ScheduleMetrics { outcome.result.metrics }

  private var unit: String { resources.nodes.count > 1 ? "devices or cores" : "processors" }

  private var subtitle: String {
    let nodes = resources.nodes.count
    return "\(resources.total.cores) \(unit)" + (nodes > 1 ? " on \(nodes) nodes" : "")
      + ", replayed in virtual time"
  }

  private var table: TextTable {
    var table = TextTable(
      columns: [
        .text("policy"), .number("mean wait"), .number("p99 wait"), .number("mean completion"),
        .number("bounded slowdown"), .number("use"), .number("fairness"),
        .number("worst finish ratio"), .number("energy", unit: "kWh"),
        .number("emissions", unit: "kg CO2e"),
      ])
    for outcome in outcomes {
      let values = metrics(outcome)
      table.row([
        outcome.policy.rawValue, Format.seconds(values.meanWaitSeconds),
        Format.seconds(values.p99WaitSeconds), Format.seconds(values.meanJctSeconds),
        Format.fixed(values.meanBoundedSlowdown, 2), Format.percent(values.utilization),
        Format.fixed(values.fairness, 3), Format.fixed(values.worstFinishTimeRatio, 2),
        outcome.joules.map { Format.fixed($0 / 3.6e6, 1) } ?? "–",
        outcome.co2Grams.map { Format.fixed($0 / 1000, 1) } ?? "–",
      ])
    }
    table.note = "energy with --power, emissions with --power and --carbon"
    return table
  }

  private struct Load {
    var busy = 0
    var waiting = 0
  }

  /// A quantity of the schedule over time, seen at no more points than a screen can show.
  private func curve(
    _ outcome: SimulationOutcome, _ quantity: KeyPath<Load, Int>
  ) -> SVGChart.Curve {
    let zero = start(outcome)
    var changes: [(time: Double, load: Load)] = []
    for piece in outcome.result.attempts {
      changes.append((piece.start, Load(busy: piece.cores)))
      changes.append((piece.end, Load(busy: -piece.cores)))
    }
    for record in outcome.result.schedule {
      changes.append((record.submit, Load(waiting: 1)))
      changes.append((record.start, Load(waiting: -1)))
    }
    changes.sort { $0.time < $1.time }
    var points: [SVGChart.Curve.Point] = [.init(time: 0, value: 0)]
    var total = 0
    let step = ((changes.last?.time ?? zero) - zero) / Double(Self.pointsAtMost)
    for change in changes {
      total += change.load[keyPath: quantity]
      let time = change.time - zero
      if let last = points.last, time - last.time < step, points.count > 1 {
        points[points.count - 1].value = Double(total)
      } else {
        points.append(.init(time: time, value: Double(total)))
      }
    }
    return SVGChart.Curve(outcome.policy.rawValue, points)
  }

  private func start(_ outcome: SimulationOutcome) -> Double {
    outcome.result.schedule.map(\.submit).min() ?? 0
  }

  /// One lane for each node, or for each core of a single small one.
  private func gantt(_ outcome: SimulationOutcome, _ page: inout HTMLReport) {
    let pieces = outcome.result.attempts
    let byCore = resources.nodes.count == 1
    let lanes = byCore ? resources.total.cores : resources.nodes.count
    guard lanes <= Self.lanesAtMost else {
      page.paragraph(
        "\(outcome.policy.rawValue): \(lanes) \(byCore ? "cores" : "nodes") are more lanes than a "
          + "page can show (\(Self.lanesAtMost)).")
      return
    }
    let zero = start(outcome)
    var positions: [Int: Int] = [:]
    for (position, node) in resources.nodes.enumerated() { positions[node.id] = position }
    let first = resources.nodes.first?.cpus.first ?? 0
    let spans = pieces.prefix(Self.piecesAtMost).flatMap { piece -> [SVGChart.Span] in
      let rows =
        byCore
        ? piece.placement.cpus.map { $0 - first }
        : piece.placement.shares.compactMap { positions[$0.node] }
      let user = users.indices.contains(piece.number) ? users[piece.number] : 0
      return rows.map {
        SVGChart.Span(
          lane: $0, start: piece.start - zero, end: piece.end - zero,
          label: user == 0 ? "jobs" : "user \(user)", name: piece.id)
      }
    }
    let names =
      byCore
      ? (0..<lanes).map { "processor \($0)" } : resources.nodes.map { "node \($0.id)" }
    let left = pieces.count - min(pieces.count, Self.piecesAtMost)
    page.chart(
      SVGChart.gantt(title: outcome.policy.rawValue, lanes: names, spans: spans),
      caption: left > 0
        ? "The first \(Self.piecesAtMost) pieces; \(left) later ones are left out." : "")
  }
}
