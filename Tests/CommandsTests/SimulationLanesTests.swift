import Reports
import Scheduler
import Simulation
import TestSupport
import Testing

@testable import Commands

/// The chart of who ran where.
@Suite struct SimulationLanesTests {
  /// Machines that get a lane for each unit, several units on a lane, and a lane for each node.
  static let machines: [(resources: Resources, unit: String, lanes: Int, first: String)] = [
    (Resources(processors: 7), "processors", 7, "processor 0"),
    (Resources(processors: 65), "processors", 33, "processors 0 to 1"),
    (Resources(processors: 512), "processors", 64, "processors 0 to 7"),
    (nodes(8, of: 8), "devices", 64, "node 0 · device 0"),
    (nodes(9, of: 8), "devices", 9, "node 0"),
  ]

  static func nodes(_ count: Int, of size: Int) -> Resources {
    Resources(
      nodes: (0..<count).map {
        .init(id: $0, cpus: Array($0 * size..<($0 + 1) * size), memoryBytes: 1)
      })
  }

  /// No job covers another, and each covers all that it has while it has it.
  @Test(arguments: machines.indices, 1...4 as ClosedRange<UInt64>)
  func everyJobIsSeen(_ machine: Int, _ seed: UInt64) throws {
    let (resources, unit, count, first) = Self.machines[machine]
    let lanes = try #require(SimulationLanes(resources, unit: unit))
    #expect(lanes.names.count == count && lanes.names[0] == first)
    var random = SplitMix64(seed: seed)
    let jobs = (0..<60).map { number in
      let job = Job(
        number: number, submit: Double(10 * number),
        cores: random.int(1...resources.total.cores / 2), estimateSeconds: 50)
      return TraceJob(id: "\(number)", job: job, runSeconds: Double(random.int(1...50)))
    }
    let attempts = simulate(jobs, on: resources, policy: EASYPolicy()).attempts
    let spans = lanes.spans(attempts[...], from: 0) { $0.id }
    let area = spans.reduce(0) { $0 + ($1.end - $1.start) * $1.depth }
    let used = attempts.reduce(0) { $0 + ($1.end - $1.start) * Double($1.cores) }
    #expect(relativeError(area, used * Double(count) / Double(resources.total.cores)) < 0.02)
    for (index, span) in spans.enumerated() {
      let top = Double(span.lane) + span.offset
      #expect((0..<count).contains(span.lane) && top + span.depth <= Double(count) + 1e-6)
      for other in spans[..<index] where other.start < span.end && span.start < other.end {
        let above = Double(other.lane) + other.offset
        #expect(
          above + other.depth <= top + 1e-6 || top + span.depth <= above + 1e-6,
          "\(span.name) covers \(other.name)")
      }
    }
  }

  @Test func whatNobodyCouldReadIsNotDrawn() {
    #expect(SimulationLanes(Resources(processors: 513), unit: "processors") == nil)
    #expect(SimulationLanes(Self.nodes(65, of: 1), unit: "devices") == nil)
  }
}
