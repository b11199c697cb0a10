import TestSupport
import Testing

@testable import HardwareDiscovery

@Suite struct NodeMemoryTests {
  private static let page = 4096

  /// A virtual machine whose memory grows on demand: one node of 24 GiB with 4 GiB initialised.
  private static let growing = [
    "/proc/meminfo": "MemTotal:       24684092 kB\nMemFree:        24120160 kB\n",
    "/sys/devices/system/node/node0/meminfo":
      "Node 0 MemTotal:        4286676 kB\nNode 0 MemFree:         3722796 kB\n",
    "/proc/zoneinfo": """
    Node 0, zone      DMA
      per-node stats
          nr_inactive_anon 4
      pages free     3840
            spanned  4095
            present  3998
            managed  3840
    Node 0, zone    DMA32
            present  782336
            managed  772917
    Node 0, zone   Normal
            present  5505024
            managed  294912
    Node 0, zone  Device
            present  999999999
    """,
  ]

  @Test func growingMemoryIsTheKernelsTotal() {
    let memory = NodeMemory(
      reported: [0: 4_286_676 << 10], pageBytes: Self.page, read: files(Self.growing))
    #expect(memory.figures[0]?.bytes == 24_684_092 << 10)
    #expect(memory.figures[0]?.source.hasPrefix("/proc/zoneinfo") == true)
    #expect(memory.machineBytes == 24_684_092 << 10)
    #expect(memory.notes.count == 1)
  }

  @Test func agreeingSourcesStand() {
    let memory = NodeMemory(
      reported: [0: 1 << 30, 1: 1 << 30], pageBytes: Self.page,
      read: files(["/proc/meminfo": "MemTotal: 2097152 kB\n"]))
    #expect(memory.figures[0] == .init(bytes: 1 << 30, source: "hwloc"))
    #expect(memory.notes.isEmpty)
  }

  @Test func presentPagesShareOutTheTotal() {
    let memory = NodeMemory(
      reported: [0: 1 << 30, 1: 1 << 30, 5: 0], pageBytes: Self.page,
      read: files([
        "/proc/meminfo": "MemTotal: 16777216 kB\n",
        "/proc/zoneinfo": """
        Node 0, zone Normal
                present  3000
        Node 1, zone Normal
                present  500
        Node 1, zone Movable
                present  500
        """,
      ]))
    #expect(memory.figures[0]?.bytes == 12 << 30)
    #expect(memory.figures[1]?.bytes == 4 << 30)
    #expect(memory.figures[5]?.bytes == 0)
  }

  // lxcfs shows a container's limit in /proc/meminfo: the nodes are still the machine's.
  @Test func lesserMeminfoDoesNotShrinkNodes() {
    let memory = NodeMemory(
      reported: [0: 64 << 30], pageBytes: Self.page,
      read: files([
        "/proc/meminfo": "MemTotal: 4194304 kB\n",
        "/proc/zoneinfo": "Node 0, zone DMA\n present 5\n",
      ]))
    #expect(memory.figures[0]?.bytes == 64 << 30)
    #expect(memory.machineBytes == 4 << 30)
    #expect(memory.notes.count == 1)
  }

  @Test(arguments: [
    "", "MemTotal:", "MemTotal: x kB", "MemTotal: -1 kB", "MemTotal: 99999999999999999999 kB",
  ])
  func badMeminfoLeavesHwlocs(_ text: String) {
    let memory = NodeMemory(
      reported: [0: 7], pageBytes: Self.page, read: files(["/proc/meminfo": text]))
    #expect(memory.figures[0] == .init(bytes: 7, source: "hwloc"))
    #expect(memory.machineBytes == nil)
    #expect(memory.notes.count == 1)
  }

  @Test(arguments: [
    "", "Node\npresent\n", "Node x, zone Normal\n present 5\n",
    "Node 0, zone Normal\n present -5\n",
  ])
  func badZoneinfoFallsBackToTheTotal(_ text: String) {
    let memory = NodeMemory(
      reported: [0: 1 << 30], pageBytes: Self.page,
      read: files(["/proc/meminfo": "MemTotal: 4194304 kB\n", "/proc/zoneinfo": text]))
    #expect(memory.figures[0] == .init(bytes: 4 << 30, source: "/proc/meminfo MemTotal"))
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func sharesSumToTheTotal(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let total = random.int(1...1 << 44)
    let weights = (0..<random.int(1...64)).map { _ in random.int(0...1 << 32) }
    let shares = NodeMemory.share(total, by: weights)
    let sum = weights.reduce(0, +)
    #expect(shares.reduce(0, +) == (sum > 0 ? total : 0))
    for (share, weight) in zip(shares, weights) where sum > 0 {
      let exact = Double(total) * (Double(weight) / Double(sum))
      #expect(share >= 0 && abs(Double(share) - exact) < 2 + exact * 1e-9)
    }
  }
}
