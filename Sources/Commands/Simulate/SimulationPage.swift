import Quantities
import Reports
import Scheduler
import Simulation

/// What `hfm simulate --html` writes: the policies side by side, how much of the machine was in use
/// and how many jobs waited over time, and who ran where.
struct SimulationPage {
  /// More pieces than a reader can tell apart are not drawn.
  private static let piecesAtMost = 3000
  /// Colours that a chart tells apart.
  private static let colors = 8
  private static let others = "other users"
  /// Points of a curve that a screen can show.
  private static let pointsAtMost = 1500

  let title: String
  let outcomes: [SimulationOutcome]
  let resources: Resources
  /// What is given out: processors, cores or devices.
  let unit: String
  /// The user of each job, by position in the trace; empty names none.
  let users: [Int]
  /// Users' names by number, where the trace names them.
  let names: [Int: String]

  var html: String {
    var page = HTMLReport(title: "hfm simulate: \(title)", subtitle: subtitle)
    if let best = outcomes.min(by: { metrics($0).meanJctSeconds < metrics($1).meanJctSeconds }) {
      page.figures([
        (
          best.policy.rawValue,
          outcomes.count > 1 ? "completes jobs soonest on average" : "is the policy"
        ),
        (Format.seconds(metrics(best).meanWaitSeconds), "mean wait under it"),
        (Format.percent(metrics(best).utilization), "of the \(unit) in use under it"),
        ("\(metrics(best).jobs)", metrics(best).jobs == 1 ? "job" : "jobs"),
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
    let lanes = SimulationLanes(resources, unit: unit)
    let legend = legend
    for outcome in outcomes { gantt(outcome, lanes, legend, &page) }
    for outcome in outcomes where !outcome.result.refused.isEmpty {
      page.add(section: "Refused under \(outcome.policy.rawValue)")
      for job in outcome.result.refused.prefix(50) { page.paragraph("\(job.id): \(job.refusal)") }
    }
    return page.html
  }

  private func metrics(_ outcome: SimulationOutcome) -> ScheduleMetrics { outcome.result.metrics }

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
    table.note =
      "wait: start − submission; completion: end − submission; bounded slowdown: mean of "
      + "max(1, (wait + run) / max(run, 10 s)); use: until the last end; fairness: 1 where all "
      + "users are slowed alike (Jain's index); worst finish ratio: the longest that a job took, "
      + "against its run time at the mean load"
      + (outcomes.contains { $0.joules == nil || $0.co2Grams == nil }
        ? "; energy needs --power, emissions --power and --carbon" : "")
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

  private func gantt(
    _ outcome: SimulationOutcome, _ lanes: SimulationLanes?, _ legend: [String],
    _ page: inout HTMLReport
  ) {
    guard let lanes else {
      page.paragraph(
        "\(resources.total.cores) \(unit) are more than a page can show; "
          + "--placements FILE.csv tells who ran where.")
      return
    }
    let pieces = outcome.result.attempts
    let shown = pieces.prefix(Self.piecesAtMost)
    let left = pieces.count - shown.count
    page.chart(
      SVGChart.gantt(
        title: "Under \(outcome.policy.rawValue)", lanes: lanes.names,
        spans: lanes.spans(shown, from: start(outcome)) { piece in
          let name = name(user(piece))
          return legend.contains(name) ? name : legend.last ?? ""
        }, legend: legend),
      caption: (left > 0
        ? "The first \(shown.count) starts; \(left) later ones are left out. " : "")
        + "Hover over a job to see its name, place and times.")
  }

  /// The users with most work by name, as many as there are colours, and a word for the others.
  private var legend: [String] {
    var work: [Int: Double] = [:]
    for piece in outcomes.first?.result.attempts ?? [] {
      work[user(piece), default: 0] += Double(piece.cores) * (piece.end - piece.start)
    }
    guard work.keys.contains(where: { $0 > 0 }) else { return ["jobs"] }
    let order = work.keys.sorted { (work[$0] ?? 0, $1) > (work[$1] ?? 0, $0) }
    let named = order.count > Self.colors ? order.prefix(Self.colors - 1) : order[...]
    return named.map(name) + (order.count > named.count ? [Self.others] : [])
  }

  private func user(_ piece: ScheduleRecord) -> Int {
    users.indices.contains(piece.number) ? users[piece.number] : 0
  }

  private func name(_ user: Int) -> String {
    user > 0 ? names[user] ?? "user \(user)" : "no user named"
  }
}
