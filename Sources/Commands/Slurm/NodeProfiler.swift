import Calibration
import Executor
import Glibc
import HardwareDiscovery
import HardwareModel
import Quantities
import Slurm

/// Measures this node: what it is, how fast its kernels and its memory are.
struct NodeProfiler {
  static let stages = ["topology", "kernels", "memory"]

  let node: String
  let stages: [String]
  let isQuick: Bool
  /// Told the record after each stage, so that a node that dies leaves what it has.
  let save: (NodeRecord) throws -> Void

  /// Runs the stages that the record lacks.
  ///
  /// - Throws: what stopped it; the record so far was saved, with the fault.
  func run(from earlier: NodeRecord?) throws -> NodeRecord {
    let machine = SlurmShare.limited(try HardwareDiscovery.discover(.live))
    var record = earlier ?? NodeRecord(node: node)
    record.fault = ""
    do {
      try run(machine, &record)
    } catch {
      record.fault = "\(error)"
      try save(record)
      throw error
    }
    return record
  }

  private func run(_ machine: Machine, _ record: inout NodeRecord) throws {
    record.machine = machine.json
    record.settings = Self.settings()
    record.accelerators = machine.accelerators.map { "\($0.model.isEmpty ? $0.name : $0.model)" }
    try finish("topology", &record)
    let open = stages.filter { !record.stages.contains($0) }
    guard !open.isEmpty else { return }
    let pool = try WorkerPool(layout: PoolLayout(machine: machine))
    defer { pool.shutdown() }
    let before = Self.throttleCount()
    if open.contains("kernels") {
      record.device = try Calibration.run(pool: pool, machine: machine, quick: isQuick).device
      record.device?.source += ", node \(node), \(WallClock.now())"
      try finish("kernels", &record)
    }
    if open.contains("memory") {
      record.memory = try MemoryProbe(pool: pool, machine: machine, isQuick: isQuick).run()
      try finish("memory", &record)
    }
    if let before, let after = Self.throttleCount() {
      record.throttled = (record.throttled ?? 0) + max(0, after - before)
      try save(record)
    }
  }

  private func finish(_ stage: String, _ record: inout NodeRecord) throws {
    if !record.stages.contains(stage) { record.stages.append(stage) }
    try save(record)
  }

  /// Settings of the system that speed depends on.
  private static func settings() -> [(name: String, value: String)] {
    func text(_ path: String) -> String {
      let bytes = (try? Files.read(path, limit: 1 << 16)) ?? []
      return String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
    }
    return [
      ("kernel", text("/proc/sys/kernel/osrelease")),
      ("frequency governor", text("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")),
      ("highest frequency", text("/sys/devices/system/cpu/cpu0/cpufreq/scaling_max_freq")),
      ("huge pages", text("/sys/kernel/mm/transparent_hugepage/enabled")),
      ("NUMA balancing", text("/proc/sys/kernel/numa_balancing")),
      ("hyperthreading", text("/sys/devices/system/cpu/smt/control")),
    ]
  }

  /// How often the processors were slowed for heat since boot; nil when the system does not tell.
  private static func throttleCount() -> Int? {
    let root = "/sys/devices/system/cpu"
    var total: Int?
    for name in (try? Files.names(in: root)) ?? []
    where name.hasPrefix("cpu") && Int(name.dropFirst(3)) != nil {
      let path = "\(root)/\(name)/thermal_throttle/core_throttle_count"
      guard let bytes = try? Files.read(path, limit: 64) else { continue }
      let number = Int(String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)) ?? 0
      total = (total ?? 0) + number
    }
    return total
  }
}

/// The bandwidth of copies by the cores of each NUMA node in the memory of each.
struct MemoryProbe {
  let pool: WorkerPool
  let machine: Machine
  let isQuick: Bool

  /// An address range that lanes of a team copy disjoint parts of.
  private struct Span: @unchecked Sendable {
    let source: UnsafeMutableRawPointer
    let target: UnsafeMutableRawPointer
    let pages: Int
    let pageBytes: Int
  }

  func run() throws -> [NodeRecord.MemoryBandwidth] {
    var found: [NodeRecord.MemoryBandwidth] = []
    let memories = machine.numaNodes.filter { $0.memoryBytes > 0 }
    for cores in machine.numaNodes.map(\.id) {
      let workers = pool.layout.workers.indices.filter {
        pool.layout.workers[$0].numaNode == cores
      }
      guard !workers.isEmpty else { continue }
      let team = try pool.lease(Array(workers))
      defer { team.release() }
      for memory in memories {
        let rate = try bandwidth(team, memory)
        found.append(
          NodeRecord.MemoryBandwidth(cores: cores, memory: memory.id, bytesPerSecond: rate))
      }
    }
    return found
  }

  /// Bytes read and written per second, the best of several rounds.
  private func bandwidth(_ team: WorkerTeam, _ node: NUMANode) throws -> Double {
    let caches = machine.caches.filter { $0.level > 1 }.map(\.sizeBytes).max() ?? 32 << 20
    // Four times the largest cache, at most an eighth of the node.
    let bytes = max(1 << 20, min(max(64 << 20, caches * 4), node.memoryBytes / 8, 1 << 30))
    let source = try NodeBuffer(byteCount: bytes, node: node.id)
    let target = try NodeBuffer(byteCount: bytes, node: node.id)
    let page = NodeBuffer.pageBytes
    let span = Span(
      source: source.pointer, target: target.pointer, pages: bytes / page, pageBytes: page)
    var best = 0.0
    for round in 0..<(isQuick ? 5 : 12) {
      let start = ContinuousClock.now
      try team.run { scope in
        scope.parallelFor(span.pages) { range, _ in
          let offset = range.lowerBound * span.pageBytes
          memcpy(span.target + offset, span.source + offset, range.count * span.pageBytes)
        }
      }
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      // The first round makes the pages.
      if round > 0, seconds > 0 { best = max(best, Double(2 * span.pages * page) / seconds) }
    }
    _ = (source.byteCount, target.byteCount)
    return best
  }
}
