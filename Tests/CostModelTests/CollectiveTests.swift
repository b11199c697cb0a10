import CostModel
import HardwareModel
import TestSupport
import Testing

/// Laws of collective operations.
@Suite struct CollectiveTests {
  private func links(_ cluster: String, sums: Bool = false) throws -> Collectives {
    var links = Collectives(try HardwareCatalogue.builtIn().cluster(cluster))
    links.reducesInSwitches = sums
    return links
  }

  /// Switches that sum take each device's share once where a ring between n nodes takes it
  /// 2(n − 1)/n times (Graham et al., COMHPC 2016); inside a node nothing changes.
  @Test(arguments: [2, 16, 434])
  func switchesHalveWhatCrossesBetweenNodes(nodes: Int) throws {
    let (plain, sums) = (
      try links("dgx-h100-superpod"), try links("dgx-h100-superpod", sums: true)
    )
    let group = Collectives.Group(inner: 1, nodes: Double(nodes))
    let bytes = 1e12
    let ratio = plain.allReduce(bytes, group) / sums.allReduce(bytes, group)
    #expect(abs(ratio / (2 * Double(nodes - 1) / Double(nodes)) - 1) < 0.01)
    let inside = Collectives.Group(inner: 8, nodes: 1)
    #expect(sums.allReduce(bytes, inside) == plain.allReduce(bytes, inside))
  }

  /// A small sum takes one round trip however many nodes there are.
  @Test(arguments: 1...10 as ClosedRange<UInt64>)
  func aSmallSumInSwitchesDoesNotGrowWithNodes(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let sums = try links("dgx-h100-superpod", sums: true)
    let inner = Double(1 << Int.random(in: 0...3, using: &random))
    let nodes = Double(Int.random(in: 2...1000, using: &random))
    let few = sums.allReduce(8, Collectives.Group(inner: inner, nodes: 2))
    let many = sums.allReduce(8, Collectives.Group(inner: inner, nodes: nodes))
    #expect(few == many)
  }
}
