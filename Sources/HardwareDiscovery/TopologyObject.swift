import CHwloc

/// A copy of what one hwloc object says.
struct TopologyObject {
  /// hwloc's own number, unique in a topology.
  let globalIndex: UInt64
  /// The operating system's number; -1 when there is none.
  let osIndex: Int
  /// Processing units below it (for an I/O object: those nearest to it).
  let cpus: [Int]
  /// NUMA nodes near it (for an I/O object: those nearest to it).
  let nodes: [Int]
  /// `cuda0`, `eth0`; empty for most.
  let name: String
  /// `MCDRAM`, `CUDA`; empty for most.
  let subtype: String
  /// hwloc's notes by name.
  let infos: [String: String]
  /// What only some types have.
  let attributes: Attributes
  /// The PCI device that an operating-system device belongs to.
  let pci: PCIDevice?
  /// `globalIndex` of what an I/O object hangs on, nearest first, the machine last; empty for
  /// others.
  let ancestors: [UInt64]

  /// What only some types have.
  enum Attributes {
    case none
    case memory(bytes: Int)
    case cache(level: Int, bytes: Int, lineBytes: Int)
    case osDevice(OSDeviceKind)
  }

  /// The kinds of operating-system devices that are read.
  enum OSDeviceKind { case gpu, coprocessor, network, openFabrics, other }

  /// A PCI function.
  struct PCIDevice {
    let address: String
    let classId: Int
    let vendor: String
    let model: String
  }

  init(
    _ object: hwloc_obj_t, numaNodes: hwloc_const_bitmap_t?, cpus allCPUs: hwloc_const_bitmap_t?
  ) {
    let here = object.pointee
    globalIndex = here.gp_index
    // HWLOC_UNKNOWN_INDEX is the cast macro (unsigned)-1.
    osIndex = here.os_index == UInt32.max ? -1 : Int(here.os_index)
    name = Self.text(here.name)
    subtype = Self.text(here.subtype)
    var infos: [String: String] = [:]
    for index in 0..<Int(here.infos_count) {
      guard let info = here.infos?[index] else { continue }
      infos[Self.text(info.name)] = Self.text(info.value)
    }
    self.infos = infos
    attributes = Self.attributes(object)
    pci = Self.pciDevice(object)
    ancestors = here.cpuset == nil ? Self.ancestors(object) : []
    // I/O objects have no sets of their own: those of the nearest other object hold.
    let place = here.cpuset == nil ? Self.ancestor(object)?.pointee : here
    cpus = Self.members(place?.cpuset, within: allCPUs)
    nodes = Self.members(place?.nodeset, within: numaNodes)
  }

  /// The members of a set, rising; an infinite set (old recordings) is cut to `bounds`.
  static func members(
    _ set: hwloc_const_bitmap_t?, within bounds: hwloc_const_bitmap_t?
  ) -> [Int] {
    guard let set else { return [] }
    if hwloc_bitmap_weight(set) < 0 {
      guard let bounds, hwloc_bitmap_weight(bounds) >= 0 else { return [] }
      return members(bounds, within: nil).filter { hwloc_bitmap_isset(set, UInt32($0)) == 1 }
    }
    var found: [Int] = []
    var member = hwloc_bitmap_next(set, -1)
    while member >= 0 {
      found.append(Int(member))
      member = hwloc_bitmap_next(set, member)
    }
    return found
  }

  private static func text(_ pointer: UnsafePointer<CChar>?) -> String {
    pointer.map { String(cString: $0) } ?? ""
  }

  private static func text(_ pointer: UnsafeMutablePointer<CChar>?) -> String {
    pointer.map { String(cString: $0) } ?? ""
  }

  private static func ancestor(_ object: hwloc_obj_t) -> hwloc_obj_t? {
    var current: hwloc_obj_t? = object
    while let here = current, here.pointee.cpuset == nil { current = here.pointee.parent }
    return current
  }

  private static func ancestors(_ object: hwloc_obj_t) -> [UInt64] {
    var found: [UInt64] = []
    var current = object.pointee.parent
    while let here = current {
      found.append(here.pointee.gp_index)
      current = here.pointee.parent
    }
    return found
  }

  private static func attributes(_ object: hwloc_obj_t) -> Attributes {
    guard let attributes = object.pointee.attr?.pointee else { return .none }
    switch object.pointee.type {
    case HWLOC_OBJ_NUMANODE:
      return .memory(bytes: Int(clamping: attributes.numanode.local_memory))
    case HWLOC_OBJ_L1CACHE, HWLOC_OBJ_L2CACHE, HWLOC_OBJ_L3CACHE, HWLOC_OBJ_L4CACHE,
      HWLOC_OBJ_L5CACHE, HWLOC_OBJ_MEMCACHE:
      return .cache(
        level: Int(attributes.cache.depth), bytes: Int(clamping: attributes.cache.size),
        lineBytes: Int(attributes.cache.linesize))
    case HWLOC_OBJ_OS_DEVICE:
      return .osDevice(kind(attributes.osdev.type))
    default: return .none
    }
  }

  private static func kind(_ type: hwloc_obj_osdev_type_t) -> OSDeviceKind {
    switch type {
    case HWLOC_OBJ_OSDEV_GPU: .gpu
    case HWLOC_OBJ_OSDEV_COPROC: .coprocessor
    case HWLOC_OBJ_OSDEV_NETWORK: .network
    case HWLOC_OBJ_OSDEV_OPENFABRICS: .openFabrics
    default: .other
    }
  }

  private static func pciDevice(_ object: hwloc_obj_t) -> PCIDevice? {
    var current: hwloc_obj_t? = object
    while let here = current, here.pointee.type != HWLOC_OBJ_PCI_DEVICE {
      guard here.pointee.type == HWLOC_OBJ_OS_DEVICE else { return nil }
      current = here.pointee.parent
    }
    guard let device = current, let pci = device.pointee.attr?.pointee.pcidev else { return nil }
    let address = [
      hex(Int(pci.domain), 4), hex(Int(pci.bus), 2),
      hex(Int(pci.dev), 2) + "." + String(pci.func, radix: 16),
    ].joined(separator: ":")
    return PCIDevice(
      address: address, classId: Int(pci.class_id),
      vendor: text(hwloc_obj_get_info_by_name(device, "PCIVendor")),
      model: text(hwloc_obj_get_info_by_name(device, "PCIDevice")))
  }

  private static func hex(_ value: Int, _ width: Int) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
