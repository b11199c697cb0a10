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
}
