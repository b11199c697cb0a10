import DataFormats
import HardwareDiscovery
import HardwareModel
import Quantities
import TestSupport
import Testing

@Suite struct SyntheticMachineTests {
  struct Made: Sendable {
    var text: String
    var packages: Int
    var nodes: Int
    var cores: Int
    var units: Int
  }

  // Counts are products of the description's own numbers.
  static let made: [Made] = [
    Made(
      text: "Package:2 NUMANode:1 L3Cache:2 Core:4 PU:2", packages: 2, nodes: 2, cores: 16,
      units: 32),
    Made(text: "NUMANode:2 Core:8 PU:1", packages: 0, nodes: 2, cores: 16, units: 16),
    Made(text: "Package:8 NUMANode:2 Core:12 PU:2", packages: 8, nodes: 16, cores: 192, units: 384),
    Made(text: "Package:1 Core:1 PU:1", packages: 1, nodes: 1, cores: 1, units: 1),
    Made(text: "Package:2 PU:3", packages: 2, nodes: 1, cores: 6, units: 6),
    Made(
      text: "Package:2 [NUMANode(memory=8GB)] Core:4 [NUMANode] PU:2", packages: 2, nodes: 10,
      cores: 8, units: 16),
  ]

  @Test(arguments: made)
  func counts(_ expected: Made) throws {
    let machine = try HardwareDiscovery.discover(.synthetic(expected.text))
    #expect(machine.packages.count == expected.packages)
    #expect(machine.numaNodes.count == expected.nodes)
    #expect(machine.cores.count == expected.cores)
    #expect(machine.processingUnits.count == expected.units)
    #expect(machine.limits == nil)
    #expect(machine.source == "synthetic:" + expected.text)
    expectConsistent(machine)
  }

  // hwloc's GB and MB are decimal.
  @Test func memoryAndCachesAreRead() throws {
    let machine = try HardwareDiscovery.discover(
      .synthetic(
        "Package:2 NUMANode:1(memory=16GB) L3Cache:1(size=32MB) L2Cache:8(size=1MB) Core:1 PU:2"))
    #expect(machine.numaNodes.map(\.memoryBytes) == [16_000_000_000, 16_000_000_000])
    #expect(machine.caches.map(\.level) == [3, 3] + Array(repeating: 2, count: 16))
    #expect(machine.caches.first?.sizeBytes == 32_000_000)
    #expect(machine.caches.first?.cpus.count == 16)
  }

  @Test(arguments: [
    "foo", "Package:2 Core:4", "PU:0", "Package:-1 PU:2", "PU:100000000",
    "Package:99999999999999999999 PU:2", "Package:300 Core:300 PU:2", "Package:2(memory=", "\u{0}",
  ])
  func wrongDescriptionsAreRefused(_ text: String) {
    let error = #expect(throws: UserError.self) {
      try HardwareDiscovery.discover(.synthetic(text))
    }
    #expect(error?.kind == .input)
    #expect(error?.description.contains("\n") == false)
  }

  @Test(arguments: [
    "", "Live", "live:", "xml", "xml:", "synthetic:", "synthetic:  ", "json:", "here",
  ])
  func wrongWordsAreRefused(_ word: String) {
    let error = #expect(throws: UserError.self) { try MachineSource(parsing: word) }
    #expect(error?.kind == .input)
    #expect(error?.description.contains("live, xml:FILE") == true)
  }

  @Test(arguments: ["live", "xml:a:b.xml", "synthetic:PU:2", "json:m.json"])
  func wordsRoundTrip(_ word: String) throws {
    #expect(try MachineSource(parsing: word).description == word)
  }

  @Test(arguments: [
    "", "garbage", "<topology", "<?xml version=\"1.0\"?>\n<topology version=\"2.0\">\n<object",
    "<html></html>", "<topology version=\"9.9\"></topology>", "<topology></topology>",
  ])
  func wrongFilesAreRefused(_ text: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.file("machine.xml")
    try TestFile.write(text, to: path)
    for source in [MachineSource.xml(path), .json(path)] {
      let error = #expect(throws: UserError.self) { try HardwareDiscovery.discover(source) }
      #expect(error?.kind == .input)
      #expect(error?.place.hasPrefix(path) == true)
      #expect(error?.description.contains("\n") == false)
    }
  }

  @Test func missingFileIsNamed() {
    let error = #expect(throws: UserError.self) {
      try HardwareDiscovery.discover(.xml("/no/such/machine.xml"))
    }
    #expect(error?.description.contains("No such file") == true)
  }

  @Test func jsonFileIsReadBack() throws {
    let machine = try HardwareDiscovery.discover(.synthetic("NUMANode:2 Core:2 PU:2"))
    let folder = try TemporaryFolder()
    let path = folder.file("machine.json")
    try TestFile.write(machine.json.text(), to: path)
    #expect(try HardwareDiscovery.discover(.json(path)) == machine)
  }
}
