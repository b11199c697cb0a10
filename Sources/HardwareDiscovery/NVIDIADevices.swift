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
}

/// Finds NVIDIA devices and joins them with hwloc's.
enum NVIDIADevices {
  private static let most = 64

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
        peerAddresses: peers.map { address($0) })
    }
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
      nameOfAddress[device.pciAddress] = accelerator.name
      if let place {
        machine.accelerators[place] = accelerator
      } else {
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
    func isSwitched(_ device: NVIDIADevice) -> Bool {
      device.peerAddresses.contains { nameOfAddress[$0] == nil }
    }
    for device in devices where !device.peerAddresses.isEmpty {
      let peers = devices.filter {
        $0.pciAddress != device.pciAddress
          && (device.peerAddresses.contains($0.pciAddress) || isSwitched(device) && isSwitched($0))
      }
      guard
        let index = machine.accelerators.firstIndex(where: { $0.pciAddress == device.pciAddress })
      else { continue }
      machine.accelerators[index].linkPeers = peers.compactMap { nameOfAddress[$0.pciAddress] }
    }
  }

  private static func node(_ address: String, _ machine: Machine, _ read: FileReader) -> Int {
    let path = "/sys/bus/pci/devices/\(address)/numa_node"
    let node = TextFile(path, read).flatMap { Int($0.firstLine) } ?? -1
    if node >= 0 { return node }
    return machine.numaNodes.count == 1 ? machine.numaNodes[0].id : -1
  }
}
