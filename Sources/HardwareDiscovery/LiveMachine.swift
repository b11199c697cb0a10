import CNuma
import CSystemShims
import Glibc
import HardwareModel

/// Completes the description of this very machine with what hwloc does not know.
struct LiveMachine {
  let read: FileReader

  func complete(_ machine: inout Machine) {
    correctMemory(&machine)
    limit(&machine, affinity: Self.affinity())
    NVIDIADevices.merge(NVIDIADevices.found(), into: &machine, read: read)
  }

  /// Puts the weighed memory figures into the nodes.
  func correctMemory(_ machine: inout Machine) {
    var reported: [Int: Int] = [:]
    for node in machine.numaNodes { reported[node.id] = node.memoryBytes }
    let memory = NodeMemory(reported: reported, pageBytes: Self.pageBytes, read: read)
    for index in machine.numaNodes.indices {
      guard let figure = memory.figures[machine.numaNodes[index].id] else { continue }
      machine.numaNodes[index].memoryBytes = figure.bytes
      machine.numaNodes[index].memorySource = figure.source
    }
    machine.notes += memory.notes
  }

  /// Sets `limits`, and takes processing units that this process may not use from the nodes.
  func limit(_ machine: inout Machine, affinity: [Int]?) {
    let groups = ControlGroups(read: read)
    machine.notes += groups.notes
    var allowed = Set(machine.processingUnits.map(\.id))
    if let affinity { allowed.formIntersection(affinity) }
    if let cpus = groups.cpus { allowed.formIntersection(cpus) }
    let nodeBytes = machine.numaNodes.reduce(0) { $0 + $1.memoryBytes }
    let total = MeminfoParser.memTotal(TextFile("/proc/meminfo", read))
    var memory = total ?? nodeBytes
    var source = total == nil ? "sum of the NUMA nodes" : "/proc/meminfo MemTotal"
    if total != nil, nodeBytes > 0, nodeBytes < memory {
      memory = nodeBytes
      source = "sum of the NUMA nodes"
    }
    if let limit = groups.memoryBytes, limit < memory {
      memory = limit
      source = groups.memorySource
    }
    machine.limits = Limits(
      cpus: allowed.sorted(), cpuQuota: groups.cpuQuota, memoryBytes: memory,
      memorySource: source, lockedMemoryBytes: Self.lockedMemory())
    for index in machine.numaNodes.indices {
      machine.numaNodes[index].cpus.removeAll { !allowed.contains($0) }
    }
    noteLimits(&machine, quota: groups.cpuQuota)
  }

  private func noteLimits(_ machine: inout Machine, quota: Double?) {
    let usable = machine.limits?.cpus.count ?? 0
    let all = machine.processingUnits.count
    if usable < all {
      machine.notes.append("this process may use \(usable) of \(all) processing units")
    }
    if let quota, quota < Double(usable) {
      machine.notes.append(
        "a control group grants the time of \(quota) processors: more workers would be paused")
    }
    // Without this the executor cannot bind memory to nodes.
    if numa_available() < 0 {
      machine.notes.append("the kernel offers no NUMA memory policy: memory cannot be bound")
    }
  }

  private static var pageBytes: Int { sysconf(Int32(_SC_PAGESIZE)) }

  /// The affinity mask; nil when the kernel does not say.
  static func affinity() -> [Int]? {
    let count = hfm_affinity_cpus(0, nil, 0)
    guard count > 0 else { return nil }
    var cpus = [Int32](repeating: 0, count: Int(count))
    let again = hfm_affinity_cpus(0, &cpus, count)
    return again > 0 ? cpus.prefix(Int(min(again, count))).map(Int.init) : nil
  }

  /// RLIMIT_MEMLOCK in bytes; nil when unlimited (or unknown).
  private static func lockedMemory() -> Int? {
    let limit = hfm_locked_memory_limit()
    return limit >= 0 ? Int(limit) : nil
  }
}
