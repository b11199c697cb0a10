import DataFormats
import HardwareModel
import Quantities
import Testing

@Suite struct ProfileTests {
  static let catalogue = Result { try HardwareCatalogue.builtIn() }

  @Test func everyBuiltInProfileReads() throws {
    let catalogue = try Self.catalogue.get()
    #expect(catalogue.devices.count >= 20)
    #expect(catalogue.clusters.count >= 12)
    for device in catalogue.devices {
      #expect(device.peak(.fp32) != nil, "\(device.id)")
      #expect(!device.source.isEmpty)
    }
  }

  /// Two ports of 25 GB/s for eight devices: 6.25 GB/s each; without a count the figure is a
  /// device's own.
  @Test(arguments: [("\"portsPerNode\": 2,", 6.25e9), ("", 25e9)])
  func devicesShareTheirPorts(ports: String, share: Double) throws {
    let text = """
      {"id": "c", "name": "c", "device": "a100-40gb-sxm", "devicesPerNode": 8, "nodes": 2,
        "intraNode": {"name": "i", "bandwidthBytesPerSecond": 3e11, "latencySeconds": 0},
        "interNode": {"name": "o", \(ports) "bandwidthBytesPerSecond": 25e9, "latencySeconds": 0}}
      """
    let catalogue = try Self.catalogue.get()
    let cluster = try Cluster(parsing: Array(text.utf8), file: "c.json") { id throws(UserError) in
      try catalogue.device(id)
    }
    #expect(cluster.interNode.bandwidth.value == share)
  }

  /// No shipped node of several devices on Ethernet gives each of them its whole port.
  @Test func ethernetIsShared() throws {
    for cluster in try Self.catalogue.get().clusters
    where cluster.devicesPerNode > 1 && cluster.interNode.name.contains("Gb/s Ethernet") {
      let name = cluster.interNode.name
      let gigabits = try #require(Double(name.split(separator: " ")[0]), "\(cluster.id): \(name)")
      let node = cluster.interNode.bandwidth.value * Double(cluster.devicesPerNode)
      #expect(node <= gigabits * 1e9 / 8 * 1.01, "\(cluster.id)")
    }
  }

  @Test func everyProfileSurvivesJSON() throws {
    for device in try Self.catalogue.get().devices {
      let text = device.json.text()
      #expect(try Device(parsing: Array(text.utf8), file: "round trip") == device)
    }
    for cluster in try Self.catalogue.get().clusters {
      let cursor = JSONCursor(file: "round trip", root: cluster.json)
      let read = try Cluster(cursor) { id throws(UserError) in
        throw UserError(.input, "no catalogue: \(id)")
      }
      #expect(read == cluster)
    }
  }

  @Test func aCalibratedDeviceSurvivesJSON() throws {
    var device = try Self.catalogue.get().device("epyc-7763-dual")
    device.rates = [
      RateCurve(
        operatorClass: .matrix, dataType: .fp32,
        points: [
          RatePoint(work: 1e6, workPerSecond: 1.25e9),
          RatePoint(work: 3e9, workPerSecond: 0.1 + 0.2),
        ]),
      RateCurve(
        operatorClass: .elementwise, dataType: .bf16,
        points: [RatePoint(work: 4096, workPerSecond: 1e10)]),
    ]
    device.idlePower = Watts(41.5)
    let text = device.json.text()
    #expect(try Device(parsing: Array(text.utf8), file: "f") == device)
    let single = try Cluster(parsing: Array(text.utf8), file: "f") { id throws(UserError) in
      throw UserError(.input, id)
    }
    #expect(single.device == device)
    #expect(single.deviceCount == 1)
  }

  @Test(arguments: [
    (#"{"id": "x", "colour": 1}"#, "colour"),
    (#"{"id": "x", "name": "x", "kind": "tpu", "peakFlopsPerSecond": {"fp32": 1}}"#, "tpu"),
    (#"{"peakFlopsPerSecond": {"fp31": 1}}"#, "fp31"),
    (#"{"peakFlopsPerSecond": {}}"#, "at least one"),
    (#"{"#, "f"),
  ])
  func faultsNameKeyAndValue(text: String, word: String) {
    do {
      _ = try Device(parsing: Array(text.utf8), file: "f")
      Issue.record("no error")
    } catch {
      #expect(error.description.contains(word), "\(error)")
      #expect(error.kind == .input)
    }
  }

  @Test func unknownNamesSuggestTheNearest() throws {
    let catalogue = try Self.catalogue.get()
    #expect(throws: UserError.self) { try catalogue.device("a100") }
    do {
      _ = try catalogue.cluster("selene-a10")
    } catch {
      #expect(error.remedy.contains("selene-a100"), "\(error)")
    }
  }

  /// What neighbours do to each other is part of a measured profile.
  @Test func aNeighbourEffectIsKept() throws {
    var device = try Self.catalogue.get().device("l40s")
    #expect(device.neighbour == nil)
    let effect = NeighbourEffect(
      cores: 4, cacheBytes: 32 << 20, aloneBytesPerSecond: BytesPerSecond(20e9),
      slowdowns: [[0.98, 1.1, 1.2], [1.3, 1.4, 2.5], [1, 1.1, 1.6]])
    // Noise below 1 is none, and two cores read no more than both halves do together.
    #expect(effect.slowdown(.arithmetic, beside: .arithmetic) == 1)
    #expect(effect.slowdown(.cache, beside: .memory) == 2.5)
    #expect(effect.jointBytesPerSecond == BytesPerSecond(25e9))
    #expect(effect.aloneBytesPerSecond(cores: 2) == BytesPerSecond(10e9))
    #expect(effect.aloneBytesPerSecond(cores: 8) == BytesPerSecond(25e9))
    device.neighbour = effect
    #expect(try Device(parsing: Array(device.json.text().utf8), file: "f") == device)
    let torn = device.json.text().replacing("2.5", with: "0.5")
    #expect(throws: UserError.self) { try Device(parsing: Array(torn.utf8), file: "f") }
  }

  @Test func aMachineMakesARoughDevice() {
    var machine = Machine(source: "made up", name: "")
    machine.cores = (0..<4).map { Core(id: $0, cpus: [$0], numaNode: 0, package: 0, kind: 0) }
    machine.numaNodes = [
      NUMANode(id: 0, cpus: [0, 1, 2, 3], memoryBytes: 8 << 30, memorySource: "", distances: [10])
    ]
    machine.limits = Limits(
      cpus: [0, 1], cpuQuota: 1.5, memoryBytes: 4 << 30, memorySource: "", lockedMemoryBytes: nil)
    let device = Device(roughly: machine)
    #expect(device.memoryBytes == 4 << 30)
    #expect(device.peak(.fp32)?.value == 1.5 * 2.5e9 * 32)
  }
}
