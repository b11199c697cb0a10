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
    record.givenGPUs = getenv("SLURM_GPUS_ON_NODE").flatMap { Int(String(cString: $0)) }
    try finish("topology", &record)
    let open = stages.filter { !record.stages.contains($0) }
    guard !open.isEmpty else { return }
    let pool = try WorkerPool(layout: PoolLayout(machine: machine))
    defer { pool.shutdown() }
    let before = ProcessorCounters.throttledForHeat()
    if open.contains("kernels") {
      record.device = try Calibration.run(pool: pool, machine: machine, quick: isQuick).device
      record.device?.source += ", node \(node), \(WallClock.now())"
      try finish("kernels", &record)
    }
    if open.contains("memory") {
      record.memory = try MemoryProbe(pool: pool, machine: machine, isQuick: isQuick).pairs().map {
        NodeRecord.MemoryBandwidth(
          cores: $0.cores, memory: $0.memory, bytesPerSecond: $0.bytesPerSecond)
      }
      try finish("memory", &record)
    }
    if let before, let after = ProcessorCounters.throttledForHeat() {
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
}
