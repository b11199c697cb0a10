import DataFormats
import HardwareDiscovery
import HardwareModel
import Quantities
import TestSupport
import Testing

@Suite struct RecordedMachineTests {
  private static func discover(_ name: String) throws -> Machine {
    let path = try #require(ValidationData.path("validation/topologies/\(name).xml"))
    return try HardwareDiscovery.discover(.xml(path))
  }

  @Test(
    .enabled(if: ValidationData.isPresent, "no HFM_VALIDATION_DATA"),
    arguments: RecordedMachine.all)
  func countsAndInvariants(_ expected: RecordedMachine) throws {
    let machine = try Self.discover(expected.file)
    #expect(machine.packages.count == expected.packages)
    #expect(machine.numaNodes.count == expected.nodes)
    #expect(machine.cores.count == expected.cores)
    #expect(machine.processingUnits.count == expected.units)
    #expect(abs(Double(machine.memoryBytes) / 0x1p30 - expected.memoryGiB) < 0.051)
    expectConsistent(machine)
    try machine.validate(place: expected.file)
    let text = machine.json.text()
    let again = try Machine(json: JSONCursor(file: "machine.json", bytes: text.utf8))
    #expect(again == machine)
    #expect(MachineDrawing(machine).lines.count < 80, "folding keeps every machine readable")
  }

  @Test(.enabled(if: ValidationData.isPresent, "no HFM_VALIDATION_DATA"))
  func newerFormatIsRefusedInOneLine() throws {
    let error = #expect(throws: UserError.self) { try Self.discover("cxlmem+dax.v3") }
    #expect(error?.kind == .input)
    #expect(error?.key == "topology.version")
    #expect(error?.description.contains("\n") == false)
  }

  // Node 0 of the DGX-2 hosts the first eight of its sixteen GPUs, all joined by NVSwitch.
  @Test(.enabled(if: ValidationData.isPresent, "no HFM_VALIDATION_DATA"))
  func switchedDevicesReachEachOther() throws {
    let machine = try Self.discover("nvidiaDGX2")
    #expect(machine.accelerators.count == 16)
    #expect(
      machine.accelerators.map(\.numaNode) == Array(repeating: 0, count: 8)
        + Array(repeating: 1, count: 8))
    #expect(machine.accelerators.allSatisfy { $0.linkPeers.count == 15 })
    #expect(machine.numaNodes.map(\.distances) == [[10, 21], [21, 10]])
  }

  // Each of the four P100 shows up as CUDA, OpenCL and NVML device; pairs hang on one processor.
  @Test(.enabled(if: ValidationData.isPresent, "no HFM_VALIDATION_DATA"))
  func facesOfOneDeviceAreOne() throws {
    let machine = try Self.discover("power8gpudistances")
    #expect(machine.accelerators.map(\.name) == ["cuda0", "cuda1", "cuda2", "cuda3"])
    #expect(machine.accelerators.map(\.numaNode) == [0, 0, 1, 1])
    #expect(machine.accelerators.map(\.linkPeers) == [["cuda1"], ["cuda0"], ["cuda3"], ["cuda2"]])
    #expect(machine.accelerators.allSatisfy { $0.model == "Tesla P100-SXM2-16GB" })
  }

  @Test(.enabled(if: ValidationData.isPresent, "no HFM_VALIDATION_DATA"))
  func interfacesBesideADevice() throws {
    // In the recording, all network cards hang on the second package's host bridge (80): 83:00.0
    // shares that with them, 84:00.0 a bridge with the InfiniBand card, 03:00.0 the machine only.
    let machine = try Self.discover("32em64t-2n8c2t-pci-normalio")
    let beside = Dictionary(
      uniqueKeysWithValues: machine.accelerators.map { ($0.pciAddress, $0.networkInterfaces) })
    #expect(beside["0000:03:00.0"] == [])
    #expect(beside["0000:83:00.0"] == ["eth0", "eth1", "ib0", "mlx5_0"])
    #expect(beside["0000:84:00.0"] == ["ib0", "mlx5_0"])
  }

  @Test(.enabled(if: ValidationData.isPresent, "no HFM_VALIDATION_DATA"))
  func highBandwidthMemoryOwnsNoProcessor() throws {
    let machine = try Self.discover("64intel64-fakeKNL-SNC4-hybrid")
    #expect(machine.numaNodes.map { $0.cpus.count } == [16, 16, 16, 16, 0, 0, 0, 0])
    #expect(machine.numaNodes.allSatisfy { $0.localCpus.count == 16 })
    #expect(machine.cores.allSatisfy { $0.numaNode < 4 })
  }

  // Two matrices are recorded, of unlike scales: the one that counts like ACPI's SLIT is taken.
  @Test(.enabled(if: ValidationData.isPresent, "no HFM_VALIDATION_DATA"))
  func slitIsPreferred() throws {
    let machine = try Self.discover("16amd64-4distances.v1tov2")
    #expect(machine.numaNodes.first?.distances == [10, 20, 20, 20, 20, 20, 20, 20])
    #expect(machine.notes.contains { $0.contains("matrices of NUMA distances") })
  }

  @Test(.enabled(if: ValidationData.isPresent, "no HFM_VALIDATION_DATA"))
  func kindsOfCoresAreRanked() throws {
    let machine = try Self.discover("power8gpudistances")
    #expect(Set(machine.cores.map(\.kind)) == [0])
    let mixed = try Self.discover("fakecpukinds")
    // Its two cores each mix kinds 0 and 1, 0 and 2: the better one counts.
    #expect(mixed.cores.map(\.kind) == [1, 2])
  }

  // A seeded sweep of damaged files: each is read or refused in one line; none ends the process.
  @Test(
    .enabled(if: ValidationData.isPresent, "no HFM_VALIDATION_DATA"),
    arguments: 1...24 as ClosedRange<UInt64>)
  func damagedFilesAreRefused(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let name = RecordedMachine.all[random.int(0...RecordedMachine.all.count - 1)].file
    var bytes = try ValidationData.bytes("validation/topologies/\(name).xml")
    if random.chance(0.4) {
      bytes.removeLast(random.int(1...bytes.count - 1))
    } else {
      for _ in 0..<random.int(1...20) {
        bytes[random.int(0...bytes.count - 1)] = UInt8(random.int(32...126))
      }
    }
    let folder = try TemporaryFolder()
    let path = folder.file("damaged.xml")
    try TestFile.write(bytes, to: path)
    do {
      _ = try HardwareDiscovery.discover(.xml(path))
    } catch {
      #expect(error.kind == .input && !error.description.contains("\n"))
      #expect(error.place == path)
    }
  }
}
