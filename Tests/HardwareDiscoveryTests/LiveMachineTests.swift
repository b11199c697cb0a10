import DataFormats
import HardwareModel
import Quantities
import TestSupport
import Testing

@testable import HardwareDiscovery

@Suite struct LiveMachineTests {
  @Test func memorySumsToTheKernelsTotal() throws {
    let machine = try HardwareDiscovery.discover(.live)
    let text = try TestFile.text("/proc/meminfo")
    let words = try #require(text.split(separator: "\n").first { $0.hasPrefix("MemTotal:") })
      .split(separator: " ")
    let total = try #require(Int(words[1])) * 1024
    #expect(relativeError(machine.memoryBytes, total) < 0.05)
    expectConsistent(machine)
  }

  @Test func limitsHoldForThisProcess() throws {
    let machine = try HardwareDiscovery.discover(.live)
    let limits = try #require(machine.limits)
    #expect(!limits.cpus.isEmpty)
    #expect(Set(limits.cpus).isSubset(of: machine.processingUnits.map(\.id)))
    #expect(limits.memoryBytes > 0 && limits.memoryBytes <= machine.memoryBytes)
    #expect(machine.numaNodes.flatMap(\.cpus).sorted() == limits.cpus)
  }

  @Test func affinityIsSubtractedFromTheNodes() throws {
    var machine = try HardwareDiscovery.discover(.synthetic("NUMANode:2(memory=1GB) Core:4 PU:1"))
    let live = LiveMachine { path in
      path == "/proc/meminfo" ? Array("MemTotal: 2097152 kB\n".utf8) : nil
    }
    live.limit(&machine, affinity: [1, 2, 5, 99])
    #expect(machine.limits?.cpus == [1, 2, 5])
    #expect(machine.numaNodes.map(\.cpus) == [[1, 2], [5]])
    #expect(machine.cores.count == 8)
    #expect(machine.limits?.memoryBytes == 2_000_000_000)
    #expect(machine.notes.contains("this process may use 3 of 8 processing units"))
  }

  @Test func manyThreadsDiscoverAtOnce() async throws {
    let counts = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<8 {
        group.addTask {
          (try? HardwareDiscovery.discover(.live).processingUnits.count) ?? -1
        }
      }
      return await group.reduce(into: Set<Int>()) { $0.insert($1) }
    }
    #expect(counts.count == 1 && !counts.contains(-1))
  }
}

@Suite struct NVIDIADevicesTests {
  private static func device(_ bus: String, _ peers: [String] = []) -> NVIDIADevice {
    NVIDIADevice(
      name: "A100", pciAddress: NVIDIADevices.address(bus), memoryBytes: 80 << 30,
      maxClockHertz: 1.41e9, peerAddresses: peers.map(NVIDIADevices.address))
  }

  private static func machine(_ accelerators: [Accelerator]) -> Machine {
    var machine = Machine(source: "live", name: "")
    machine.numaNodes = [
      NUMANode(id: 0, cpus: [0], memoryBytes: 1, memorySource: "", distances: []),
      NUMANode(id: 1, cpus: [1], memoryBytes: 1, memorySource: "", distances: []),
    ]
    machine.accelerators = accelerators
    return machine
  }

  // nvmlPciInfo_t.busId: "domain:bus:device.function" with eight digits of domain.
  @Test(arguments: [
    ("00000000:3B:00.0", "0000:3b:00.0"), ("0000:3b:00.0", "0000:3b:00.0"),
    ("00010000:01:00.0", "00010000:01:00.0"), ("", ""),
  ])
  func addressesAreHwlocs(_ bus: String, _ expected: String) {
    #expect(NVIDIADevices.address(bus) == expected)
  }

  @Test func driverCompletesWhatHwlocSaw() {
    var machine = Self.machine([
      Accelerator(
        name: "card1", model: "GA100", pciAddress: "0000:3b:00.0", numaNode: 1, memoryBytes: nil,
        maxClockHertz: nil, linkPeers: [])
    ])
    let read: FileReader = { path in
      path == "/sys/bus/pci/devices/0000:5e:00.0/numa_node" ? Array("0\n".utf8) : nil
    }
    NVIDIADevices.merge(
      [Self.device("00000000:3B:00.0"), Self.device("00000000:5E:00.0")], into: &machine, read: read
    )
    #expect(machine.accelerators.map(\.name) == ["nvml0", "nvml1"])
    #expect(machine.accelerators.map(\.numaNode) == [1, 0])
    #expect(machine.accelerators.allSatisfy { $0.memoryBytes == 80 << 30 && $0.model == "A100" })
  }

  @Test func linksAreDirectOrSwitched() {
    var direct = Self.machine([])
    NVIDIADevices.merge(
      [
        Self.device("00000000:01:00.0", ["00000000:02:00.0"]),
        Self.device("00000000:02:00.0", ["00000000:01:00.0"]), Self.device("00000000:03:00.0"),
      ], into: &direct, read: { _ in nil })
    #expect(direct.accelerators.map(\.linkPeers) == [["nvml1"], ["nvml0"], []])
    var switched = Self.machine([])
    NVIDIADevices.merge(
      (1...4).map { Self.device("00000000:0\($0):00.0", ["00000000:A\($0 % 2):00.0"]) },
      into: &switched, read: { _ in nil })
    #expect(switched.accelerators.allSatisfy { $0.linkPeers.count == 3 })
    #expect(switched.accelerators.allSatisfy { $0.paths.allSatisfy { $0.links == 1 } })
  }

  @Test func wordsForWhatLiesBetweenAreNVMLs() {
    // nvmlGpuTopologyLevel_t, in nvml.h of CUDA 12.
    #expect(
      [0, 10, 20, 30, 40, 50].map(NVIDIADevices.crossing)
        == [.board, .oneSwitch, .switches, .hostBridge, .numaNode, .system])
    #expect(NVIDIADevices.crossing(-1) == nil && NVIDIADevices.crossing(15) == nil)
  }
}
