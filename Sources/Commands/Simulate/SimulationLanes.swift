import Quantities
import Reports
import Scheduler
import Simulation

/// Where each core, device or processor stands in a chart of who ran where: a lane each, or several
/// on one lane where there are many.
struct SimulationLanes {
  /// More lanes, or more on one lane, than a reader can tell apart are not drawn.
  private static let lanesAtMost = 64
  private static let unitsPerLaneAtMost = 8

  /// The lanes from the top.
  let names: [String]
  /// Where each core begins, in lanes from the top, and how much of a lane it takes.
  private let places: [Int: (top: Double, depth: Double)]

  /// - Parameter unit: What the cores are: processors, cores or devices.
  /// - Returns: nil when there are too many.
  init?(_ resources: Resources, unit: String) {
    let nodes = resources.nodes.filter { !$0.cpus.isEmpty }
    let total = nodes.reduce(0) { $0 + $1.cpus.count }
    let one = unit.hasSuffix("s") ? String(unit.dropLast()) : unit
    var places: [Int: (top: Double, depth: Double)] = [:]
    if nodes.count > 1, total > Self.lanesAtMost {
      guard nodes.count <= Self.lanesAtMost else { return nil }
      names = nodes.map { "node \($0.id)" }
      for (lane, node) in nodes.enumerated() {
        let depth = 1 / Double(node.cpus.count)
        for (place, cpu) in node.cpus.enumerated() {
          places[cpu] = (Double(lane) + Double(place) * depth, depth)
        }
      }
    } else {
      let width = (total + Self.lanesAtMost - 1) / Self.lanesAtMost
      guard width <= Self.unitsPerLaneAtMost else { return nil }
      let units = nodes.flatMap { node in node.cpus.indices.map { (node: node, index: $0) } }
      names = stride(from: 0, to: total, by: max(1, width)).map { first in
        if nodes.count > 1 { return "node \(units[first].node.id) · \(one) \(units[first].index)" }
        let last = min(total, first + width) - 1
        return last > first ? "\(unit) \(first) to \(last)" : "\(one) \(first)"
      }
      for (place, unit) in units.enumerated() {
        let depth = 1 / Double(width)
        places[unit.node.cpus[unit.index]] = (Double(place) * depth, depth)
      }
    }
    self.places = places
  }

  /// The pieces of a schedule: one span for cores that lie side by side.
  ///
  /// - Parameters:
  ///   - zero: The chart's zero, in seconds.
  ///   - label: What a piece is coloured by.
  func spans(
    _ pieces: ArraySlice<ScheduleRecord>, from zero: Double,
    label: (ScheduleRecord) -> String
  ) -> [SVGChart.Span] {
    pieces.flatMap { piece -> [SVGChart.Span] in
      runs(piece.placement.cpus).map { run in
        let lane = Int((run.top + 1e-9).rounded(.down))
        var span = SVGChart.Span(
          lane: lane, start: piece.start - zero, end: piece.end - zero, label: label(piece),
          name: piece.id)
        span.offset = max(0, run.top - Double(lane))
        span.depth = run.depth
        span.note = "submitted at \(Format.seconds(piece.submit - zero))"
        return span
      }
    }
  }

  /// Stretches of cores that lie side by side.
  private func runs(_ cpus: [Int]) -> [(top: Double, depth: Double)] {
    var runs: [(top: Double, depth: Double)] = []
    for place in cpus.compactMap({ places[$0] }).sorted(by: { $0.top < $1.top }) {
      if let last = runs.last, abs(last.top + last.depth - place.top) < 1e-6 {
        runs[runs.count - 1].depth += place.depth
      } else {
        runs.append(place)
      }
    }
    return runs
  }
}
