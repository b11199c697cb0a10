import CostModel
import HardwareModel
import Models
import Planner
import Quantities
import TestSupport
import Testing
import Workloads

/// Sequences cut over devices: what attention exchanges, ring by ring or head by head.
@Suite struct ContextParallelTests {
  static let hidden = 4096
  static let layers = 4

  /// Seconds that one step's context parallelism shows on one node of fast links.
  static func exchange(
    _ kind: ContextKind, devices: Int, sequence: Int
  ) throws -> (seconds: Double, cluster: Cluster) {
    let model = try PlanSearchTests.model(layers: layers, hidden: hidden)
    var configuration = Configuration(
      parallelism: Parallelism(), microBatch: 1, accumulation: 1, recompute: .none)
    configuration.parallelism.context = devices
    configuration.parallelism.contextKind = kind
    let cluster = PlanSearchTests.cluster()
    let request = PlanRequest(cluster: cluster, globalBatch: 1, precision: .bf16)
    let workload = WorkloadRequest(
      task: .pretrain, batch: 1, sequence: sequence, precision: .bf16)
    let profile = try StepProfile(Workload(model, workload))
    let estimate = try #require(PlanEstimator(profile, request).estimate(configuration))
    return (estimate.breakdown.context, cluster)
  }

  /// Jacobs et al., arXiv 2309.14509, section 3.2: all-to-alls of queries, keys, values and results
  /// move 4·N·h/P elements a device, of which it keeps 1/P; the same again in backward.
  @Test(arguments: [2, 4, 8])
  func allToAllMovesWhatThePaperSays(devices: Int) throws {
    let sequence = 512
    let found = try Self.exchange(.allToAll, devices: devices, sequence: sequence)
    let p = Double(devices)
    let bytes = 2 * 4 * Double(sequence * Self.hidden) / p * (p - 1) / p
    let link = found.cluster.intraNode
    let bandwidth = link.bandwidth.value * Collectives.assumedEfficiency
    let messages = 4 * (Collectives.start + link.latency.value * log2(devices))
    let expected = 2 * Double(Self.layers) * (bytes / bandwidth + messages)
    #expect(abs(found.seconds / expected - 1) < 1e-6, "\(found.seconds), \(expected)")
  }

  private func log2(_ devices: Int) -> Double { Double(devices.trailingZeroBitCount) }

  /// The same section: the volume stays the same when sequence and devices grow together, where a
  /// ring's keys and values grow with the sequence.
  @Test func allToAllScalesWithTheSequence() throws {
    func volume(_ kind: ContextKind, _ devices: Int, _ sequence: Int) throws -> Double {
      let model = try PlanSearchTests.model(layers: 1, hidden: Self.hidden)
      let workload = WorkloadRequest(
        task: .pretrain, batch: 1, sequence: sequence, precision: .bf16)
      let step = try StepProfile(Workload(model, workload)).layered(fusing: true)
      let layer = try #require(step.layers.first { $0.isLayer })
      return kind == .ring ? layer.keyValue : layer.exchanged / Double(devices)
    }
    #expect(try volume(.allToAll, 2, 256) == volume(.allToAll, 4, 512))
    #expect(try 2 * volume(.ring, 2, 256) == volume(.ring, 4, 512))
  }

  /// Heads are divided over the devices of both cuts: 8 heads do not go over 2 × 8.
  @Test func aSearchDividesHeadsEvenly() throws {
    let model = try PlanSearchTests.model(layers: 2, hidden: 512)
    var request = PlanRequest(
      cluster: PlanSearchTests.cluster(nodes: 2), globalBatch: 8, precision: .bf16)
    request.space.tensor = [2]
    request.space.contextKind = [.allToAll]
    request.limit = 10_000
    let workload = WorkloadRequest(task: .pretrain, batch: 1, sequence: 512, precision: .bf16)
    func contexts() throws -> Set<Int> {
      Set(
        try PlanSearch(model, workload, request).run().plans
          .map(\.configuration.parallelism.context))
    }
    request.space.context = [2, 4]
    #expect(try contexts() == [2, 4])
    request.space.context = [8]
    #expect(throws: UserError.self) { try contexts() }
  }
}
