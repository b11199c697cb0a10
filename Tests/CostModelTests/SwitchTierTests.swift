import CostModel
import HardwareModel
import Quantities
import Testing

/// Traffic that leaves a unit of nodes under one switch, against values worked out by hand.
@Suite struct SwitchTierTests {
  /// 16 nodes of 8 devices, 4 nodes a unit; a device has 10 GB/s of its own and 1 GB/s beyond its
  /// unit; no latency, full efficiency.
  private func links(tiers: Bool) -> Collectives {
    var cluster = Cluster(
      id: "c", name: "c", device: Self.device, devicesPerNode: 8, nodes: 16,
      intraNode: Self.link(1e12), interNode: Self.link(10e9), source: "made up")
    if tiers {
      cluster.switches = [SwitchTier(name: "unit", nodes: 4, beyond: Self.link(1e9))]
    }
    return Collectives(cluster)
  }

  private static let device = Device(
    id: "d", name: "d", kind: .gpu, memoryBytes: 1 << 34, memoryBandwidth: BytesPerSecond(1e12),
    peaks: [Device.Peak(.fp32, FlopsPerSecond(1e13))], vectorFlopsPerSecond: FlopsPerSecond(1e13),
    launchOverhead: Seconds(0), source: "made up")

  private static func link(_ rate: Double) -> Link {
    Link(name: "l", bandwidth: BytesPerSecond(rate), latency: Seconds(0), efficiency: 1)
  }

  /// A ring through 16 nodes leaves each unit once, so that its last node has the way of four:
  /// 4 GB/s in place of 10.
  @Test func aRingLeavesAUnitOnce() {
    let (flat, tiered) = (links(tiers: false), links(tiers: true))
    let group = flat.group(size: 16, stride: 8)
    let far = { (links: Collectives) in links.half(1e9, group) - Collectives.start }
    #expect(abs(far(flat) - 1e9 * 15 / 16 / 10e9) < 1e-9)
    #expect(abs(far(tiered) - 1e9 * 15 / 16 / 4e9) < 1e-9)
    // A group whose members lie in every fourth node has one of them in a unit.
    let sparse = tiered.group(size: 4, stride: 32)
    #expect(abs(tiered.half(1e9, sparse) - Collectives.start - 1e9 * 3 / 4 / 1e9) < 1e-9)
    // One unit by itself notices nothing.
    let inside = tiered.group(size: 4, stride: 8)
    #expect(tiered.half(1e9, inside) == flat.half(1e9, inside))
  }

  /// All devices of a node send at once, each by its own share of the ports: a ring of all moves an
  /// eighth of the bytes through each.
  @Test func aRingUsesEveryPort() {
    let flat = links(tiers: false)
    let all = flat.group(size: 128, stride: 1)
    let expected = 8e9 * 7 / 8 / 1e12 + 1e9 * 15 / 16 / 10e9
    #expect(abs(flat.half(8e9, all) - Collectives.start - expected) < 1e-9)
  }

  /// Of what a device sends to all 16 nodes, 12 / 16 leave its unit, at 1 GB/s.
  @Test func anAllToAllLeavesItsUnitWithMostOfIt() {
    let (flat, tiered) = (links(tiers: false), links(tiers: true))
    let all = flat.group(size: 128, stride: 1)
    #expect(abs(flat.allToAll(1e9, all) - Collectives.start - 1e9 * 15 / 16 / 10e9) < 1e-9)
    #expect(abs(tiered.allToAll(1e9, all) - Collectives.start - 1e9 * 12 / 16 / 1e9) < 1e-9)
  }

  /// A stage of 16 devices uses half of its unit's way beyond; one of 64 all of it.
  @Test func hasteIsSharedByAStage() {
    let tiered = links(tiers: true)
    func seconds(_ stage: Int, _ devices: Int) -> Double {
      tiered.send(1e9, betweenNodes: true, stage: stage, devices: devices) - Collectives.start
    }
    #expect(abs(seconds(8, 32) - 0.1) < 1e-9)
    #expect(abs(seconds(16, 128) - 0.5) < 1e-9)
    #expect(abs(seconds(64, 128) - 1) < 1e-9)
  }
}
