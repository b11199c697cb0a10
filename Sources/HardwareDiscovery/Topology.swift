import CHwloc
import CSystemShims
import Glibc
import Quantities

/// Owner of one loaded hwloc topology; destroyed with the value.
///
/// hwloc's objects never leave this type: callers get `TopologyObject` values, whose sets are
/// copied, so that nothing dangles when the topology goes.
struct Topology: ~Copyable {
  let handle: hwloc_topology_t

  /// An empty topology, to be loaded.
  private init() throws(UserError) {
    Self.silence
    var created: hwloc_topology_t?
    guard hwloc_topology_init(&created) == 0, let created else {
      throw UserError(.run, "hwloc cannot start: \(String(cString: strerror(errno)))")
    }
    handle = created
    Self.configure(handle)
  }

  /// Loads a topology; `.json` is not hwloc's and is refused.
  static func loaded(_ source: MachineSource) throws(UserError) -> Topology {
    let topology = try Topology()
    switch source {
    case .live: try topology.load { liveFailure }
    case .xml(let path): try topology.load(xml: path)
    case .synthetic(let text): try topology.load(synthetic: text)
    case .json(let path): throw UserError(.input, place: path, "is not an hwloc topology")
    }
    return topology
  }

  fileprivate static func configure(_ handle: hwloc_topology_t) {
    hwloc_topology_set_io_types_filter(handle, HWLOC_TYPE_FILTER_KEEP_IMPORTANT)
    hwloc_topology_set_type_filter(handle, HWLOC_OBJ_MEMCACHE, HWLOC_TYPE_FILTER_KEEP_ALL)
  }

  deinit { hwloc_topology_destroy(handle) }

  /// hwloc writes its complaints to standard error; ours are thrown instead. Set once, before the
  /// first topology, because hwloc reads the variable once; a user's own setting is kept.
  private static let silence: Void = { _ = setenv("HWLOC_HIDE_ERRORS", "2", 0) }()

  private static var liveFailure: UserError {
    UserError(
      .run, "hwloc cannot read this machine: \(String(cString: strerror(errno)))",
      remedy: "describe it with xml:FILE or synthetic:STRING")
  }

  private func load(_ failure: () -> UserError) throws(UserError) {
    guard hwloc_topology_load(handle) == 0 else { throw failure() }
  }

  private func load(xml path: String) throws(UserError) {
    var bytes = try SystemFiles.contents(path)
    let failure = XMLHeader.explain(path, bytes)
    bytes.append(0)
    let accepted = bytes.withUnsafeBytes { buffer in
      // hwloc parses or copies the buffer inside this call. A damaged file can make hwloc 2.9
      // read through a null pointer: a child process tries it first.
      XMLTrial.survives(buffer) && Self.set(handle, xml: buffer) == 0
    }
    guard accepted else { throw failure }
    try load { failure }
  }

  fileprivate static func set(_ handle: hwloc_topology_t, xml: UnsafeRawBufferPointer) -> Int32 {
    hwloc_topology_set_xmlbuffer(
      handle, xml.assumingMemoryBound(to: CChar.self).baseAddress, Int32(xml.count))
  }

  private func load(synthetic text: String) throws(UserError) {
    try SyntheticDescription.check(text)
    let failure = UserError(
      .input, place: "synthetic", "hwloc does not understand \"\(text)\"",
      remedy: "write TYPE:COUNT from the machine inwards and end with PU, such as "
        + "\"Package:2 NUMANode:1 L3Cache:2 Core:4 PU:2\"")
    guard hwloc_topology_set_synthetic(handle, text) == 0 else { throw failure }
    try load { failure }
  }

  /// Whether the topology is that of the machine that this process runs on.
  var isThisMachine: Bool { hwloc_topology_is_thissystem(handle) == 1 }

  /// Objects of a type in topological order.
  func objects(_ type: hwloc_obj_type_t) -> [TopologyObject] {
    var found: [TopologyObject] = []
    var object = hwloc_get_next_obj_by_type(handle, type, nil)
    while let current = object {
      found.append(TopologyObject(current, numaNodes: nodeSet, cpus: completeCPUSet))
      object = hwloc_get_next_obj_by_type(handle, type, current)
    }
    return found
  }

  /// The whole machine.
  var root: TopologyObject {
    TopologyObject(hwloc_get_root_obj(handle), numaNodes: nodeSet, cpus: completeCPUSet)
  }

  /// Every processing unit, those that are offline or forbidden included.
  var allCPUs: [Int] { TopologyObject.members(completeCPUSet, within: completeCPUSet) }

  private var nodeSet: hwloc_const_bitmap_t? { hwloc_topology_get_topology_nodeset(handle) }
  private var completeCPUSet: hwloc_const_bitmap_t? {
    hwloc_topology_get_complete_cpuset(handle)
  }
}

/// Tries a recorded machine in a child process.
private enum XMLTrial {
  private static let seconds: UInt32 = 20

  static func survives(_ xml: UnsafeRawBufferPointer) -> Bool {
    var xml = xml
    let attempt: @convention(c) (UnsafeMutableRawPointer?) -> Int32 = { context in
      guard let xml = context?.assumingMemoryBound(to: UnsafeRawBufferPointer.self).pointee else {
        return 0
      }
      var created: hwloc_topology_t?
      guard hwloc_topology_init(&created) == 0, let handle = created else { return 0 }
      Topology.configure(handle)
      guard Topology.set(handle, xml: xml) == 0, hwloc_topology_load(handle) == 0 else { return 0 }
      hwloc_topology_check(handle)
      return 1
    }
    // Without a child to spare (-1) the file is tried here.
    return hfm_trial(attempt, &xml, seconds) != 0
  }
}
