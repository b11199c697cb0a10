import Executor
import Graph
import HardwareDiscovery
import HardwareModel
import Kernels
import Quantities
import Synchronization
import Testing

/// Whole models on a machine with several NUMA nodes (`scripts/check-numa.sh` boots some): their
/// pages lie where their workers are, by what the kernel says.
@Suite(.serialized, .enabled(if: WorkerNodes.all.count >= 2, "needs workers on two NUMA nodes"))
struct NUMARunTests {
  let pool: WorkerPool
  let graph: OperatorGraph

  init() throws {
    pool = try WorkerPool(layout: #require(WorkerNodes.layout))
    // A megabyte of weights: enough pages to count, little to compute where processors are
    // emulated.
    graph = ModelRunTests.smallModel(layers: 2, hidden: 256)
  }

  private func team(_ nodes: [Int]) throws -> WorkerTeam {
    try pool.lease(
      pool.layout.workers.indices.filter { nodes.contains(pool.layout.workers[$0].numaNode) })
  }

  @Test(arguments: WorkerNodes.all)
  func aJobOnOneNodeHasAllItsPagesThere(node: Int) throws {
    let team = try team([node])
    let runner = try InferenceRunner(graph, team: team)
    try runner.run()
    let memory = try runner.runner.residency()
    #expect(memory.pages > 200 && memory.pagesOffNode == 0 && memory.notes.isEmpty)
    #expect(memory.pagesByNode == [.init(node: node, pages: memory.pages)])
    let traffic = try runner.runner.countTraffic(runs: 3)
    #expect(traffic.allSatisfy { $0.remoteBytes == 0 && $0.localBytes > 0 })
    for (worker, statistics) in pool.statistics.enumerated() {
      let lane = team.workers.firstIndex(of: worker)
      #expect(statistics.localBytes == (lane.map { 3 * traffic[$0].localBytes } ?? 0))
      #expect(statistics.remoteBytes == 0)
    }
  }

  @Test func jobsOnDisjointNodesKeepApart() throws {
    let teams = try WorkerNodes.all.prefix(2).map { try team([$0]) }
    let off = Atomic<Int>(0)
    let done = Atomic<Int>(0)
    let graph = graph
    for team in teams {
      let isStarted = DriverThread.start {
        if let runner = try? InferenceRunner(graph, team: team), (try? runner.run()) != nil,
          let memory = try? runner.runner.residency()
        {
          off.wrappingAdd(memory.pagesOffNode, ordering: .relaxed)
        } else {
          off.wrappingAdd(1, ordering: .relaxed)
        }
        done.wrappingAdd(1, ordering: .releasing)
      }
      #expect(isStarted)
    }
    while done.load(ordering: .acquiring) < teams.count { DriverThread.pause() }
    #expect(off.load(ordering: .relaxed) == 0)
  }

  @Test func weightsLieAsTheirPolicySays() throws {
    let team = try team(Array(WorkerNodes.all.prefix(2)))
    var outputs: [[[Float]]] = []
    var remote: [WeightPlacement: Int] = [:]
    for placement in WeightPlacement.allCases {
      let runner = try ProgramRunner(Program(inference: graph), team: team, weights: placement)
      try runner.run()
      outputs.append(try runner.program.results.map { try runner.read($0) })
      let memory = try runner.residency()
      #expect(memory.weights == placement && memory.pagesOffNode == 0 && memory.notes.isEmpty)
      let pages = memory.pagesByNode.map(\.pages)
      #expect(pages.count == 2)
      let most = (pages.max() ?? 0), all = pages.reduce(0, +)
      if placement != .shard { #expect(most * 100 <= all * 65, "\(placement): \(pages)") }
      remote[placement] = try runner.countTraffic(runs: 0).reduce(0) { $0 + $1.remoteBytes }
    }
    // Where the weights lie changes no bit of the result.
    #expect(outputs.allSatisfy { $0 == outputs[0] })
    #expect(try #require(remote[.replicate]) < #require(remote[.interleave]))
  }

  @Test func writtenWeightsReachEveryCopy() throws {
    let team = try team(Array(WorkerNodes.all.prefix(2)))
    var outputs: [[[Float]]] = []
    for placement in [WeightPlacement.shard, .replicate] {
      let runner = try ProgramRunner(
        Program(inference: graph), team: team, seed: 5, weights: placement)
      for index in runner.program.buffers.indices
      where runner.program.buffers[index].content == .parameter {
        let values = try runner.read(index)
        try runner.write(values.map { $0 * 0.5 }, to: index)
      }
      try runner.run()
      outputs.append(try runner.program.results.map { try runner.read($0) })
    }
    #expect(outputs[0] == outputs[1])
  }
}

/// This machine's nodes that have workers, rising.
private enum WorkerNodes {
  static let layout = (try? HardwareDiscovery.discover(.live)).map { PoolLayout(machine: $0) }
  static let all = Set((layout?.workers ?? []).map(\.numaNode)).sorted()
}
