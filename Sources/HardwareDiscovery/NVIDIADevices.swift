import CSystemShims
import HardwareModel

/// What NVIDIA's management library says of its devices, where it is installed.
struct NVIDIADevice: Hashable {
  var name: String
  /// As hwloc writes it: `0000:3b:00.0`.
  var pciAddress: String
  var memoryBytes: Int?
  var maxClockHertz: Double?
  /// PCI addresses at the other ends of active NVLinks: devices, or switches.
  var peerAddresses: [String]
  /// Its place on PCI Express.
  var slot: Accelerator.Slot?
  /// What lies between it and each device, by the device's place; nil when unknown or itself.
  var crossings: [Accelerator.Crossing?] = []
}

/// Finds NVIDIA devices and joins them with hwloc's.
enum NVIDIADevices {
  private static let most = Int(HFM_NVML_MAX_DEVICES)

  /// The devices; none without driver or library.
  static func found() -> [NVIDIADevice] {
    var raw = [hfm_nvml_device](repeating: hfm_nvml_device(), count: most)
    let count = hfm_nvml_devices(&raw, Int32(most))
    return raw.prefix(Int(max(0, count))).map { device in
      let peers = withUnsafeBytes(of: device.peer_bus_ids) { bytes in
        (0..<Int(device.peer_count)).map { index in
          text(UnsafeRawBufferPointer(rebasing: bytes[index * 32..<(index + 1) * 32]))
        }
      }
      return NVIDIADevice(
        name: withUnsafeBytes(of: device.name) { text($0) },
        pciAddress: address(withUnsafeBytes(of: device.pci_bus_id) { text($0) }),
        memoryBytes: device.memory_bytes > 0 ? Int(clamping: device.memory_bytes) : nil,
        maxClockHertz: device.max_clock_mhz > 0 ? Double(device.max_clock_mhz) * 1e6 : nil,
        peerAddresses: peers.map { address($0) }, slot: slot(device),
        crossings: withUnsafeBytes(of: device.crossings) { bytes in
          bytes.bindMemory(to: Int32.self).prefix(Int(max(0, count))).map(crossing)
        })
    }
  }

  private static func slot(_ device: hfm_nvml_device) -> Accelerator.Slot? {
    guard device.pcie_lanes > 0, device.pcie_most_lanes > 0 else { return nil }
    return Accelerator.Slot(
      lanes: Int(device.pcie_lanes), mostLanes: Int(device.pcie_most_lanes),
      generation: Int(device.pcie_generation))
  }

  /// nvmlGpuTopologyLevel_t: INTERNAL, SINGLE, MULTIPLE, HOSTBRIDGE, NODE, SYSTEM.
  static func crossing(_ level: Int32) -> Accelerator.Crossing? {
    let levels: [Int32: Accelerator.Crossing] = [
      0: .board, 10: .oneSwitch, 20: .switches, 30: .hostBridge, 40: .numaNode, 50: .system,
    ]
    return levels[level]
  }

  /// The text up to its zero byte.
  private static func text(_ bytes: UnsafeRawBufferPointer) -> String {
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }

  /// NVML writes domains with eight digits and capital letters: `00000000:3B:00.0`.
  static func address(_ busID: String) -> String {
    let lower = busID.lowercased()
    let domain = lower.prefix { $0 != ":" }
    return domain.count > 4 && domain.prefix(domain.count - 4).allSatisfy { $0 == "0" }
      ? String(lower.dropFirst(domain.count - 4)) : lower
  }

  /// Fills hwloc's accelerators from the driver, and adds devices that hwloc did not see.
  static func merge(_ devices: [NVIDIADevice], into machine: inout Machine, read: FileReader) {
    var nameOfAddress: [String: String] = [:]
    for (index, device) in devices.enumerated() {
      let place = machine.accelerators.firstIndex { $0.pciAddress == device.pciAddress }
      var accelerator =
        place.map { machine.accelerators[$0] }
        ?? Accelerator(
          name: "nvml\(index)", model: "", pciAddress: device.pciAddress,
          numaNode: node(device.pciAddress, machine, read), memoryBytes: nil, maxClockHertz: nil,
          linkPeers: [])
      if !["cuda", "nvml"].contains(where: { accelerator.name.hasPrefix($0) }) {
        accelerator.name = "nvml\(index)"
      }
      if !device.name.isEmpty { accelerator.model = device.name }
      accelerator.memoryBytes = device.memoryBytes ?? accelerator.memoryBytes
      accelerator.maxClockHertz = device.maxClockHertz ?? accelerator.maxClockHertz
      accelerator.slot = device.slot ?? accelerator.slot
      nameOfAddress[device.pciAddress] = accelerator.name
      if let place {
        machine.accelerators[place] = accelerator
      } else {
        // Of a device that hwloc did not see, no more than its NUMA node is known.
        accelerator.networkInterfaces = machine.networkInterfaces
          .filter { $0.numaNode >= 0 && $0.numaNode == accelerator.numaNode }.map(\.name)
        machine.accelerators.append(accelerator)
      }
    }
    link(devices, nameOfAddress, &machine)
  }

  /// Peers are direct, or both joined to switches (addresses that are no device), which together
  /// join all: the driver does not report the trunks between them.
  private static func link(
    _ devices: [NVIDIADevice], _ nameOfAddress: [String: String], _ machine: inout Machine
  ) {
    func switched(_ device: NVIDIADevice) -> Int {
      device.peerAddresses.count { nameOfAddress[$0] == nil }
    }
    for device in devices {
      guard
        let index = machine.accelerators.firstIndex(where: { $0.pciAddress == device.pciAddress })
      else { continue }
      machine.accelerators[index].paths = devices.enumerated().compactMap { place, peer in
        guard let name = nameOfAddress[peer.pciAddress], peer.pciAddress != device.pciAddress else {
          return nil
        }
        return Accelerator.Path(
          peer: name,
          links: device.peerAddresses.count { $0 == peer.pciAddress }
            + min(switched(device), switched(peer)),
          across: device.crossings.indices.contains(place) ? device.crossings[place] : nil)
      }
      // Without links of its own word, what hwloc recorded of them stands.
      guard !device.peerAddresses.isEmpty else { continue }
      machine.accelerators[index].linkPeers = machine.accelerators[index].paths
        .filter { $0.links > 0 }.map(\.peer)
    }
  }

  private static func node(_ address: String, _ machine: Machine, _ read: FileReader) -> Int {
    let path = "/sys/bus/pci/devices/\(address)/numa_node"
    let node = TextFile(path, read).flatMap { Int($0.firstLine) } ?? -1
    if node >= 0 { return node }
    return machine.numaNodes.count == 1 ? machine.numaNodes[0].id : -1
  }
}
