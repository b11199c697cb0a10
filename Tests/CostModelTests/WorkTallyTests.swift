import CostModel
import Graph
import HardwareModel
import Quantities
import TestSupport
import Testing

/// Tallies merge equal costs, keep the order of their first occurrence and lose none.
@Suite struct WorkTallyTests {
  private static func cost(_ random: inout SplitMix64) -> OperatorCost {
    // Few values, so that costs often agree in some of their figures, or in all.
    func figure(_ random: inout SplitMix64) -> Int { Int.random(in: 0...2, using: &random) }
    return OperatorCost(
      operatorClass: .matrix, dataType: Bool.random(using: &random) ? .bf16 : .fp32,
      modelFlops: figure(&random), hardwareFlops: figure(&random), vectorFlops: figure(&random),
      bytesRead: figure(&random), bytesWritten: figure(&random), rows: figure(&random))
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>) func everyCostIsKeptOnce(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var tally = WorkTally()
    var order: [String] = []
    var counts: [String: Int] = [:]
    for _ in 0..<2000 {
      let kind = ["linear", "add"].randomElement(using: &random) ?? "add"
      let (cost, count) = (Self.cost(&random), Int.random(in: 1...5, using: &random))
      tally.add(kind, cost, count: count)
      let key = "\(kind) \(cost)"
      if counts[key] == nil { order.append(key) }
      counts[key, default: 0] += count
    }
    #expect(tally.entries.map { "\($0.kind) \($0.cost)" } == order)
    #expect(tally.entries.map(\.count) == order.map { counts[$0] ?? 0 })
    var again = WorkTally()
    again.add(tally)
    #expect(again == tally)
    #expect(again.hashValue == tally.hashValue)
    again.add("add", Self.cost(&random), count: 1)
    #expect(again != tally)
  }
}
