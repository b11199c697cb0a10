import HardwareDiscovery
import HardwareModel
import Quantities
import Testing

/// Counts of one recorded machine of hwloc's test suite (hwloc 2.x, tests/hwloc/xml), as hwloc
/// 2.9's own `lstopo` counts them. Where it counts no cores, each processing unit is one core here.
struct RecordedMachine: Sendable, CustomTestStringConvertible {
  var file: String
  var packages: Int
  var nodes: Int
  var cores: Int
  var units: Int
  /// Rounded to 0.1 GiB.
  var memoryGiB: Double

  init(
    _ file: String, _ packages: Int, _ nodes: Int, _ cores: Int, _ units: Int, _ memory: Double
  ) {
    self.file = file
    self.packages = packages
    self.nodes = nodes
    self.cores = cores
    self.units = units
    memoryGiB = memory
  }

  var testDescription: String { file }

  static let all: [RecordedMachine] = [
    .init("16-2gr2gr2n2c+misc", 0, 8, 16, 16, 8.0),
    .init("16amd64-4distances.v1", 8, 8, 16, 16, 64.0),
    .init("16amd64-4distances.v1tov2", 8, 8, 16, 16, 64.0),
    .init("16amd64-4distances.v2tov1", 8, 8, 16, 16, 64.0),
    .init("16amd64-4distances", 8, 8, 16, 16, 64.0),
    .init("16amd64-8n2c-cpusets", 6, 5, 10, 10, 40.0),
    .init("16em64t-4s2c2t-offlines", 4, 1, 6, 7, 0),
    .init("16em64t-4s2c2t", 4, 1, 8, 16, 0),
    .init("16intel64-manyVFs", 2, 2, 16, 16, 128.0),
    .init("192em64t-12gr2n8c2t", 24, 24, 192, 384, 743.6),
    .init("192em64t-24n8c2t", 24, 24, 192, 384, 743.6),
    .init("24em64t-2n6c2t-pci", 2, 2, 12, 24, 36.0),
    .init("28intel64-2p2g7c-CoD.nogroups.v1tov2", 2, 4, 28, 28, 63.7),
    .init("28intel64-2p2g7c-CoDgroups.v1", 2, 4, 28, 28, 63.7),
    .init("28intel64-2p2g7c-CoDgroups.v1tov2", 2, 4, 28, 28, 63.7),
    .init("2intel64-1n2c-numaroot.v1", 2, 1, 2, 2, 2.0),
    .init("2intel64-1n2c-numaroot.v1tov2", 2, 1, 2, 2, 2.0),
    .init("32em64t-2n8c2t-pci-noio", 2, 2, 16, 32, 64.0),
    .init("32em64t-2n8c2t-pci-normalio", 2, 2, 16, 32, 64.0),
    .init("32em64t-2n8c2t-pci-wholeio", 2, 2, 16, 32, 64.0),
    .init("64intel64-3g2n+2n-irregulargroups+pci", 5, 2, 16, 16, 61.9),
    .init("64intel64-fakeKNL-SNC4-hybrid.v1tov2", 1, 8, 16, 64, 12.0),
    .init("64intel64-fakeKNL-SNC4-hybrid.v2tov1", 1, 8, 16, 64, 12.0),
    .init("64intel64-fakeKNL-SNC4-hybrid", 1, 8, 16, 64, 12.0),
    .init("8em64t-2p2ca2co-nonodesets.v1", 2, 1, 8, 8, 31.4),
    .init("8em64t-2p2ca2co-nonodesets.v1tov2", 2, 1, 8, 8, 31.4),
    .init("8ia64-2n2s2c+1n.v1", 4, 3, 8, 8, 192.3),
    .init("8ia64-2n2s2c+1n.v1tov2", 4, 3, 8, 8, 192.3),
    // No core objects: hwloc counts 0, we count one for each processing unit.
    .init("8intel64-4n2t-memattrs", 0, 4, 8, 8, 4.0),
    .init("8intel64-fakeKNL-A2A-hybrid.rootattachednumas.v1tov2", 0, 2, 4, 8, 55.9),
    .init("8intel64-fakeKNL-A2A-hybrid.rootattachednumas.v2tov1", 0, 2, 4, 8, 55.9),
    .init("8intel64-fakeKNL-A2A-hybrid.rootattachednumas", 0, 2, 4, 8, 55.9),
    .init("96em64t-4n4d3ca2co-pci", 16, 4, 96, 96, 191.0),
    .init("cxlmem+dax.v2", 1, 1, 4, 4, 2.9),
    .init("fakecpukinds", 1, 1, 2, 4, 0),
    // No core objects, as above.
    .init("fakeheterodistances", 4, 8, 8, 8, 96.0),
    .init("memorysidecaches", 2, 4, 40, 80, 1486.8),
    .init("nvidiaDGX2", 2, 2, 4, 4, 1510.6),
    .init("power8gpudistances", 2, 2, 8, 16, 127.6),
  ]
}

/// What must hold for every machine, however odd.
func expectConsistent(_ machine: Machine) {
  let units = machine.processingUnits.map(\.id)
  #expect(Set(units).count == units.count, "processing units are unique")
  #expect(machine.cores.flatMap(\.cpus).sorted() == units.sorted(), "cores share out all units")
  let owned = machine.numaNodes.flatMap(\.cpus)
  #expect(Set(owned).count == owned.count, "each unit has one owner")
  #expect(Set(owned).isSubset(of: units))
  for node in machine.numaNodes {
    #expect(node.distances.isEmpty || node.distances.count == machine.numaNodes.count)
    #expect(Set(node.cpus).isSubset(of: node.localCpus))
  }
  for (index, node) in machine.numaNodes.enumerated() where !node.distances.isEmpty {
    #expect(node.distances[index] == node.distances.min(), "no node is nearer than itself")
  }
  let ids = machine.numaNodes.map(\.id)
  #expect(ids == ids.sorted() && Set(ids).count == ids.count)
  for unit in machine.processingUnits {
    #expect(machine.cores.indices.contains(unit.core))
    if machine.cores.indices.contains(unit.core) {
      #expect(machine.cores[unit.core].cpus.contains(unit.id))
    }
    #expect(unit.numaNode == -1 || ids.contains(unit.numaNode))
  }
  for accelerator in machine.accelerators {
    #expect(accelerator.numaNode == -1 || ids.contains(accelerator.numaNode))
    #expect(!accelerator.name.isEmpty)
  }
  for cache in machine.caches { #expect(Set(cache.cpus).isSubset(of: units)) }
}
