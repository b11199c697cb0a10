import DataFormats
import Glibc
import HardwareModel
import Quantities
import TestSupport
import Testing

@testable import HardwareDiscovery

/// On a machine with several NUMA nodes (`scripts/check-numa.sh` boots some): what is found is what
/// the kernel says, and what whoever made the machine meant.
@Suite(.enabled(if: KernelNodes.all.count >= 2, "needs two NUMA nodes"))
struct NUMAMachineTests {
  let machine: Machine

  init() throws { machine = try HardwareDiscovery.discover(.live) }

  private func kernel(_ node: Int, _ file: String) throws -> String {
    try firstLine("\(KernelNodes.folder)/node\(node)/\(file)")
  }

  private func firstLine(_ path: String) throws -> String {
    try TestFile.text(path).split(separator: "\n").first.map(String.init) ?? ""
  }

  /// `0-2,5` as numbers.
  private func numbers(_ list: String) -> [Int] {
    list.split(separator: ",").flatMap { part -> [Int] in
      let ends = part.split(separator: "-").compactMap { Int($0) }
      return ends.count == 2 ? Array(ends[0]...ends[1]) : ends
    }
  }

  /// This process's share of the machine: what a cpuset leaves.
  private func allowed(_ what: String) throws -> Set<Int> {
    let line = try TestFile.text("/proc/self/status").split(separator: "\n").first {
      $0.hasPrefix(what + "_allowed_list:")
    }
    let list = try #require(line).split(separator: "\t").last.map(String.init) ?? ""
    return Set(numbers(list))
  }

  @Test func nodesProcessorsAndDistancesAreTheKernels() throws {
    let (cpus, mems) = (try allowed("Cpus"), try allowed("Mems"))
    for node in machine.numaNodes {
      #expect(node.cpus == numbers(try kernel(node.id, "cpulist")).filter(cpus.contains))
      let row = try kernel(node.id, "distance").split(separator: " ").compactMap { Int($0) }
      let columns = Dictionary(uniqueKeysWithValues: zip(KernelNodes.all, row))
      #expect(node.distances == machine.numaNodes.map { columns[$0.id] ?? -1 })
      #expect(node.distances.firstIndex(of: 10) != nil)
    }
    let filled = machine.numaNodes.filter { $0.memoryBytes > 0 }.map(\.id)
    #expect(Set(filled) == mems, "memory on \(filled), allowed \(mems)")
    // An affinity mask keeps processors that are offline.
    let online = Set(numbers(try firstLine("/sys/devices/system/cpu/online")))
    #expect(Set(machine.limits?.cpus ?? []) == cpus.intersection(online))
  }

  /// `HFM_NUMA_MACHINE` is `NODE=CPUS` for each node, such as `0=0-1 1=2-3 2=`: nodes without
  /// processors end in `=`.
  @Test(
    .enabled(if: getenv("HFM_NUMA_MACHINE") != nil, "no machine is named in HFM_NUMA_MACHINE"))
  func theMachineIsTheOneThatWasMade() throws {
    let text = try #require(getenv("HFM_NUMA_MACHINE").map { String(cString: $0) })
    let made = text.split(separator: " ").map { entry -> [Int] in
      let parts = entry.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
      return [Int(parts[0]) ?? -1] + numbers(parts[1])
    }
    #expect(machine.numaNodes.map { [$0.id] + $0.cpus } == made)
    let memoryOnly = made.filter { $0.count == 1 }.map { $0[0] }
    for node in memoryOnly {
      #expect(machine.notes.contains { $0.hasPrefix("NUMA node \(node)") }, "\(machine.notes)")
    }
  }

  /// `HFM_NUMA_FAST` names nodes of fast memory: the firmware says so, and where they lie.
  @Test(.enabled(if: getenv("HFM_NUMA_FAST") != nil, "no fast memory is named in HFM_NUMA_FAST"))
  func fastMemoryIsKnownAsSuch() throws {
    let fast = Set(numbers(try #require(getenv("HFM_NUMA_FAST").map { String(cString: $0) })))
    let plain = machine.numaNodes.filter { !fast.contains($0.id) }
    let most = try #require(plain.compactMap(\.bandwidthBytesPerSecond).max())
    for node in machine.numaNodes where fast.contains(node.id) {
      #expect(try #require(node.bandwidthBytesPerSecond) >= 2 * most)
      #expect((node.latencySeconds ?? 0) > 0 && node.cpus.isEmpty && !node.localCpus.isEmpty)
    }
    #expect(try Machine(json: .init(file: "m", bytes: Array(machine.json.text().utf8))) == machine)
  }
}

/// The kernel's nodes, rising.
private enum KernelNodes {
  static let folder = "/sys/devices/system/node"
  static let all = ((try? TestFile.names(in: folder)) ?? []).compactMap { name in
    name.hasPrefix("node") ? Int(name.dropFirst(4)) : nil
  }.sorted()
}
