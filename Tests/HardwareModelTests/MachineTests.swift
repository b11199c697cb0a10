import DataFormats
import HardwareModel
import Quantities
import TestSupport
import Testing

/// Machines for these tests: `nodes` equal NUMA nodes, each its own socket.
func machine(nodes: Int = 2, coresPerNode: Int = 4, threads: Int = 2) -> Machine {
  var machine = Machine(source: "test", name: "Test machine")
  let cores = nodes * coresPerNode
  for node in 0..<nodes {
    var cpus: [Int] = []
    for core in node * coresPerNode..<(node + 1) * coresPerNode {
      let own = (0..<threads).map { core + $0 * cores }
      cpus += own
      machine.cores.append(Core(id: core, cpus: own, numaNode: node, package: node, kind: 0))
      machine.processingUnits += own.map { ProcessingUnit(id: $0, core: core, numaNode: node) }
      machine.caches.append(Cache(level: 2, sizeBytes: 1 << 20, lineBytes: 64, cpus: own))
    }
    machine.packages.append(Package(id: node, model: "CPU", cpus: cpus))
    machine.caches.append(Cache(level: 3, sizeBytes: 32 << 20, lineBytes: 64, cpus: cpus))
    machine.numaNodes.append(
      NUMANode(
        id: node, cpus: cpus, memoryBytes: 16 << 30, memorySource: "test",
        distances: (0..<nodes).map { $0 == node ? 10 : 21 }))
  }
  return machine
}

@Suite struct MachineJSONTests {
  private static func full() -> Machine {
    var full = machine()
    full.accelerators = [
      Accelerator(
        name: "cuda0", model: "A \"quoted\" GPU", pciAddress: "0000:3b:00.0", numaNode: 1,
        memoryBytes: 80 << 30, maxClockHertz: 1.41e9, linkPeers: ["cuda1"])
    ]
    full.accelerators[0].slot = Accelerator.Slot(lanes: 8, mostLanes: 16, generation: 4)
    full.accelerators[0].paths = [
      Accelerator.Path(peer: "cuda1", links: 12, across: .system),
      Accelerator.Path(peer: "cuda2", links: 0, across: nil),
    ]
    full.accelerators[0].networkInterfaces = ["mlx5_0"]
    full.networkInterfaces = [
      NetworkInterface(name: "mlx5_0", pciAddress: "0000:5e:00.0", numaNode: -1)
    ]
    full.limits = Limits(
      cpus: [0, 1], cpuQuota: 1.5, memoryBytes: 8 << 30, memorySource: "memory.max",
      lockedMemoryBytes: nil)
    full.notes = ["a note"]
    return full
  }

  @Test func roundTrips() throws {
    let text = Self.full().json.text()
    #expect(try Machine(json: JSONCursor(file: "m.json", bytes: text.utf8)) == Self.full())
  }

  @Test func keysAreTheContract() throws {
    let json = Self.full().json
    #expect(
      json.object?.map(\.key) == [
        "source", "name", "packages", "numaNodes", "cores", "processingUnits", "caches",
        "accelerators", "networkInterfaces", "limits", "notes",
      ])
    #expect(json["numaNodes"]?[1]?["memoryBytes"]?.int == 16 << 30)
    #expect(json["numaNodes"]?[1]?["distances"]?.array?.map(\.int) == [21, 10])
    #expect(json["limits"]?["memoryBytes"]?.int == 8 << 30)
    #expect(json["limits"]?["cpuQuota"]?.double == 1.5)
    #expect(json["limits"]?["lockedMemoryBytes"]?.isNull == true)
  }

  // What is replaced, by what, and the key that the error must name.
  @Test(arguments: [
    ("\"memoryBytes\": 17179869184", "\"memoryBytes\": -1", "numaNodes[0].memoryBytes"),
    ("\"memoryBytes\": 17179869184", "\"memoryBytes\": 1e300", "numaNodes[0].memoryBytes"),
    ("\"memorySource\": \"test\"", "\"memorySource\": 7", "numaNodes[0].memorySource"),
    ("\"cores\": [", "\"kernels\": [", ""),
    ("\"level\": 2", "\"level\": 0", "caches[0].level"),
    ("\"cpus\": [0, 8]", "\"cpus\": [0, 88]", "cores[0].cpus"),
    ("\"distances\": [10, 21]", "\"distances\": [10]", "numaNodes[0].distances"),
    ("\"core\": 0,", "\"core\": 5,", "processingUnits[0].core"),
  ])
  func faultsAreNamed(_ from: String, _ to: String, _ key: String) throws {
    var text = machine().json.text()
    let range = try #require(text.firstRange(of: from))
    text.replaceSubrange(range, with: to)
    let error = #expect(throws: UserError.self) {
      try Machine(json: JSONCursor(file: "m.json", bytes: text.utf8))
    }
    #expect(error?.kind == .input)
    #expect(error?.key == key)
    #expect(error?.place.hasPrefix("m.json") == true)
  }

  @Test func sumsAndLookUps() {
    let made = Self.full()
    #expect(made.memoryBytes == 32 << 30)
    #expect(made.usableCPUs == [0, 1])
    #expect(machine().usableCPUs == Array(0..<16))
    #expect(made.numaNode(1)?.id == 1 && made.numaNode(7) == nil)
  }
}

@Suite struct MachineDrawingTests {
  @Test func equalSiblingsAreFolded() {
    let lines = MachineDrawing(machine()).lines
    #expect(
      lines == [
        "Test machine (2 packages, 2 NUMA nodes, 8 cores, 16 processing units, 32 GiB)",
        "└─ 2 × Package 0-1 (CPU)",
        "   └─ NUMA node (16 GiB)",
        "      └─ L3 32 MiB",
        "         └─ 4 × L2 1 MiB + Core (2 threads)",
        "",
        "distances between NUMA nodes (row: from, column: to)",
        "   │  0  1",
        " 0 │ 10 21",
        " 1 │ 21 10",
      ])
  }

  @Test func devicesStandBelowTheirNode() {
    var made = machine(nodes: 2, coresPerNode: 2, threads: 1)
    made.accelerators = [
      Accelerator(
        name: "cuda0", model: "A100", pciAddress: "", numaNode: 1, memoryBytes: 80 << 30,
        maxClockHertz: nil, linkPeers: [])
    ]
    made.networkInterfaces = [NetworkInterface(name: "eth0", pciAddress: "", numaNode: -1)]
    let lines = MachineDrawing(made).lines
    #expect(lines[1] == "├─ Network eth0")
    #expect(lines.contains("      ├─ Accelerator cuda0 (A100, 80 GiB)"))
    #expect(lines.contains("│        └─ 2 × L2 1 MiB + Core 0-1: cpu 0-1"))
  }

  @Test func memoryOnlyNodesStandApart() {
    var made = machine(nodes: 1)
    made.numaNodes.append(
      NUMANode(
        id: 1, cpus: [], memoryBytes: 4 << 30, memorySource: "", distances: [],
        localCpus: made.numaNodes[0].cpus))
    #expect(
      MachineDrawing(made).lines.contains { $0.hasSuffix("NUMA node 1 (4 GiB, memory only)") })
  }

  // A large machine stays on one page, whatever its size.
  @Test(arguments: [1, 2, 8, 24, 64])
  func largeMachinesStayReadable(nodes: Int) {
    #expect(MachineDrawing(machine(nodes: nodes, coresPerNode: 32)).lines.count <= 40)
  }

  @Test(arguments: [
    (0, "unknown memory"), (512, "512 B"), (32 << 10, "32 KiB"), (1536 << 20, "1.5 GiB"),
    (25_276_510_208, "23.5 GiB"),
  ])
  func capacitiesAreRounded(_ bytes: Int, _ text: String) {
    #expect(MachineDrawing.memory(bytes) == text)
  }
}
