import DataFormats
import HardwareModel
import Quantities
import Slurm
import TestSupport
import Testing

@Suite struct MeasurementTests {
  @Test(arguments: 0...33)
  func everyPairMeetsOnceAndNoNodeTwiceInARound(count: Int) {
    var met: Set<[Int]> = []
    for round in PairSchedule.rounds(count) {
      let present = round.flatMap { [$0.first, $0.second] }
      #expect(Set(present).count == present.count)
      for pair in round {
        #expect(pair.first < pair.second)
        #expect(met.insert([pair.first, pair.second]).inserted)
      }
    }
    #expect(met.count == count * max(0, count - 1) / 2)
    #expect(PairSchedule.rounds(count).count <= count)
  }

  @Test(arguments: 1...30 as ClosedRange<UInt64>)
  func theFitFindsLatencyAndBandwidth(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let latency = random.double(1e-6..<1e-3)
    let rate = random.double(1e8..<1e11)
    let points = [1, 64, 1024, 65_536, 1 << 20, 1 << 28].map { bytes in
      AlphaBeta.Point(
        bytes: Double(bytes),
        seconds: (latency + Double(bytes) / rate) * random.double(0.98..<1.02))
    }
    let fit = try #require(AlphaBeta(fitting: points))
    #expect(relativeError(fit.latencySeconds, latency) < 0.05)
    #expect(relativeError(fit.bytesPerSecond, rate) < 0.1)
    #expect(fit.relativeError < 0.03)
  }

  @Test func noLineNoFit() {
    #expect(AlphaBeta(fitting: []) == nil)
    #expect(AlphaBeta(fitting: [AlphaBeta.Point(bytes: 8, seconds: 1)]) == nil)
    #expect(
      AlphaBeta(fitting: [
        AlphaBeta.Point(bytes: 8, seconds: 2), AlphaBeta.Point(bytes: 800, seconds: 1),
      ]) == nil)
  }

  static func cluster(
    rates: [Double], memory: [Double]? = nil, kernels: [String]? = nil,
    links: (Int, Int) -> Double = { _, _ in 1e10 }
  ) -> ClusterMeasurement {
    let names = rates.indices.map { "n\($0)" }
    let nodes = names.indices.map { index -> NodeOutcome in
      var record = NodeRecord(node: names[index], machine: .object([("name", .string("m"))]))
      var device = Device(roughly: Machine(source: "test", name: ""))
      device.peaks = [Device.Peak(.fp32, FlopsPerSecond(rates[index]))]
      record.device = device
      record.memory = [.init(cores: 0, memory: 0, bytesPerSecond: memory?[index] ?? 1e11)]
      record.settings = [("kernel", kernels?[index] ?? "6.1")]
      return NodeOutcome(name: names[index], state: .measured, record: record)
    }
    var pairs: [PairRecord] = []
    for first in names.indices {
      for second in names.indices where second > first {
        let points = [1.0, 1e4, 1e6].map {
          AlphaBeta.Point(bytes: $0, seconds: 1e-5 + $0 / links(first, second))
        }
        if let pair = PairRecord(first: names[first], second: names[second], points: points) {
          pairs.append(pair)
        }
      }
    }
    return ClusterMeasurement(
      nodes: nodes, pairs: pairs, pairsWanted: pairs.count, switches: [:])
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func anOrdinarySpreadNamesNobody(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let rates = (0..<8).map { _ in 1e12 * random.double(0.98..<1.02) }
    let found = Self.cluster(
      rates: rates, links: { first, second in 1e10 * (1 + 0.01 * Double((first + second) % 3)) })
    #expect(found.stragglers.isEmpty, "\(found.stragglers)")
  }

  @Test(arguments: 0...7) func aSlowNodeIsNamedWithItsFigures(slow: Int) {
    var rates = [Double](repeating: 1e12, count: 8)
    rates[slow] = 0.8e12
    let found = Self.cluster(rates: rates).stragglers
    #expect(found.map(\.nodes) == [["n\(slow)"]])
    #expect(found.first?.kind == .slow)
    #expect(found.first?.evidence.contains("800.00") == true)
  }

  @Test func anOddKernelIsNamed() {
    let found = Self.cluster(
      rates: [1e12, 1e12, 1e12, 1e12], kernels: ["6.1", "6.1", "5.10", "6.1"]
    ).stragglers
    #expect(found.map(\.nodes) == [["n2"]])
    #expect(found.first?.kind == .configuration)
    #expect(found.first?.evidence.contains("5.10") == true)
  }

  /// Four nodes of four GPUs, of which a node may show fewer, link two of them less, or use fewer
  /// lanes.
  static func gpus(
    shown: [Int] = [4, 4, 4, 4], links: [Int] = [12, 12, 12, 12], lanes: [Int] = [16, 16, 16, 16]
  ) -> ClusterMeasurement {
    var found = cluster(rates: shown.map { _ in 1e12 })
    for node in found.nodes.indices {
      var machine = Machine(source: "test", name: "m")
      machine.accelerators = (0..<shown[node]).map { index in
        var gpu = Accelerator(
          name: "nvml\(index)", model: "A100", pciAddress: "", numaNode: 0, memoryBytes: 1 << 35,
          maxClockHertz: 1e9, linkPeers: [])
        gpu.slot = Accelerator.Slot(
          lanes: index == 0 ? lanes[node] : 16, mostLanes: 16, generation: 4)
        gpu.paths = [Accelerator.Path(peer: "x", links: links[node], across: .system)]
        return gpu
      }
      found.nodes[node].record?.machine = machine.json
      found.nodes[node].record?.stages = ["topology"]
      found.nodes[node].record?.givenGPUs = 4
      found.nodes[node].listedGPUs = [GRES(name: "gpu", type: "a100", count: 4)]
    }
    return found
  }

  @Test func wrongGPUsAreNamedWithTheirFigures() {
    let sound = Self.gpus()
    #expect(sound.stragglers.isEmpty, "\(sound.stragglers)")
    #expect(sound.nodes[0].gpus.whyNotMeasured?.contains("hfm runs nothing on GPUs") == true)
    let lost = Self.gpus(shown: [4, 3, 4, 4])
    #expect(Set(lost.stragglers.flatMap(\.nodes)) == ["n1"])
    #expect(
      lost.stragglers.contains {
        $0.kind == .configuration
          && $0.evidence == "GPUs: Slurm lists 4 a100, the driver shows 3"
      })
    let narrow = Self.gpus(lanes: [16, 16, 8, 16])
    #expect(narrow.stragglers.map(\.nodes) == [["n2"]])
    #expect(narrow.stragglers[0].evidence == "GPU nvml0: uses 8 of 16 lanes of PCI Express")
    let miswired = Self.gpus(links: [12, 12, 12, 11])
    #expect(miswired.stragglers.map(\.nodes) == [["n3"]])
    #expect(miswired.stragglers[0].evidence.hasPrefix("NVLinks between GPUs: \"11 11 11 11\""))
  }

  @Test func gpusWithoutADriverAreListedAndNotMeasured() throws {
    let none = Self.gpus(shown: [0, 0, 0], links: [0, 0, 0], lanes: [0, 0, 0])
    #expect(none.stragglers.count == 3)
    let json = try #require(none.nodesJSON[0]?["gpus"])
    #expect(json["listed"]?[0]?["type"]?.string == "a100")
    #expect(json["listed"]?[0]?["count"]?.int == 4)
    #expect(json["shown"]?.array?.count == 0 && json["linkBytesPerSecond"]?.isNull == true)
    #expect(json["notMeasured"]?.string?.contains("no driver") == true)
    #expect(Self.cluster(rates: [1e12]).nodesJSON[0]?["gpus"]?.isNull == true)
    // A job that asked for no GPUs may not have been shown any.
    var shared = none
    for node in shared.nodes.indices { shared.nodes[node].record?.givenGPUs = nil }
    #expect(shared.stragglers.isEmpty)
    #expect(shared.nodes[0].gpus.whyNotMeasured?.contains("asked for none") == true)
  }

  @Test func oneBadCableIsALinkAndABadPortIsANode() {
    let rates = [Double](repeating: 1e12, count: 6)
    let cable = Self.cluster(
      rates: rates, links: { first, second in first == 1 && second == 4 ? 1e9 : 1e10 }
    ).stragglers
    #expect(cable.map(\.nodes) == [["n1", "n4"]])
    #expect(cable.first?.kind == .link)
    let port = Self.cluster(
      rates: rates, links: { first, second in first == 2 || second == 2 ? 1e9 : 1e10 }
    ).stragglers
    #expect(port.map(\.nodes) == [["n2"]])
  }

  @Test func recordsSurviveTheirFile() throws {
    let record = Self.cluster(rates: [1e12]).nodes[0].record
    let written = try #require(record)
    let bytes = Array(written.json.text().utf8)
    let read = try NodeRecord(parsing: bytes, file: "f", node: "n0")
    #expect(read.json == written.json)
    #expect(throws: UserError.self) { try NodeRecord(parsing: bytes, file: "f", node: "n1") }
    for cut in stride(from: 0, to: bytes.count - 2, by: 37) {
      #expect(throws: UserError.self) {
        try NodeRecord(parsing: Array(bytes[..<cut]), file: "f", node: "n0")
      }
    }
  }

  /// What `MPIProgram` writes, by hand.
  static let mpiLines = """
    library Some MPI 4.1
    node 0 n1
    node 1 n2
    pair 0 1 64 1.0e-05
    pair 0 1 1048576 0.0010585760
    collective all-reduce 0 2 64 2e-5
    collective all-reduce 0 2 1000064 1.02e-3
    end

    """

  @Test func whatMPIMeasuredIsReadAndFitted() throws {
    let record = MPIRecord(parsing: Array(Self.mpiLines.utf8))
    #expect(record.isWhole && record.library == "Some MPI 4.1" && record.nodes == ["n1", "n2"])
    // 1048512 bytes more take 1.048576 ms more: 1 GB/s less a rounding.
    let pair = try #require(record.pairs.first)
    #expect(relativeError(pair.fit.bytesPerSecond, 1e9) < 1e-3)
    let sum = try #require(record.collectives.first)
    let fit = try #require(sum.fit)
    #expect(relativeError(fit.bytesPerSecond, 1e9) < 1e-6)
    // Each of two nodes sends and receives every byte once: 2 (n − 1) / n = 1.
    #expect(sum.kind.linkShare(of: 2) == 1 && sum.kind.linkShare(of: 4) == 1.5)
    let result = ClusterMeasurement(
      nodes: [], pairs: [], pairsWanted: 1, switches: [:], mpi: record)
    #expect(result.isWhole && result.transport == "MPI" && result.tiers.count == 1)
  }

  /// Cut anywhere, or with rubbish between its lines, a record is not whole and nothing in it is
  /// made up.
  @Test(arguments: 1...20 as ClosedRange<UInt64>) func aBrokenMPIRecordIsMarked(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let bytes = Array(Self.mpiLines.utf8)
    let whole = MPIRecord(parsing: bytes)
    let cut = MPIRecord(parsing: Array(bytes.prefix(random.int(0...bytes.count - 6))))
    #expect(!cut.isWhole)
    #expect(cut.pairs.count <= 1 && cut.nodes.count <= 2)
    var lines = Self.mpiLines.split(separator: "\n").map(String.init)
    let rubbish = [
      "pair 0 9 64 1e-5", "pair 0 1 64 nan", "pair 0 1 -1 1", "collective sum 0 2 64 1", "node 7 x",
      "collective ring 0 1 64 1", "\u{0}\u{1}", "pair",
    ]
    lines.insert(rubbish[random.int(0...rubbish.count - 1)], at: random.int(3...lines.count - 1))
    #expect(MPIRecord(parsing: Array(lines.joined(separator: "\n").utf8)) == whole)
  }

  @Test func groupsFollowTheSwitches() {
    let switches = ["n1": ["l0", "s"], "n2": ["l0", "s"], "n3": ["l1", "s"]]
    #expect(
      MPIRecord.groups(["n1", "n2", "n3"], switches: switches) == ["n1:0,0", "n2:0,0", "n3:1,0"])
    #expect(MPIRecord.groups(["a", "b"], switches: [:]) == ["a:0", "b:0"])
    // Nothing is known above the leaves: one more level holds all.
    #expect(
      MPIRecord.groups(["a", "b"], switches: ["a": ["x"], "b": ["y"]]) == ["a:0,0", "b:1,0"])
  }
}
