import CHwloc
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
    hwloc_topology_set_io_types_filter(handle, HWLOC_TYPE_FILTER_KEEP_IMPORTANT)
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
    let accepted = bytes.withUnsafeBytes {
      // hwloc parses (libxml2) or copies (its own parser) the buffer inside this call.
      hwloc_topology_set_xmlbuffer(
        handle, $0.assumingMemoryBound(to: CChar.self).baseAddress, Int32($0.count))
    }
    guard accepted == 0 else { throw failure }
    try load { failure }
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
