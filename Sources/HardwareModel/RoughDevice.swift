import Quantities

extension Device {
  /// A rough device for a machine that was never calibrated: its processors taken together.
  ///
  /// Assumed: 2.5 GHz, 32 fp32 FLOP a core and cycle (two 256-bit fused multiply-adds), 10 GB/s a
  /// core up to 100 GB/s a NUMA node with processors, 20 µs to start an operator on all cores.
  /// Cores and memory are what the limits leave. `hfm calibrate` measures instead.
  public init(roughly machine: Machine) {
    let allowed = machine.limits.map { Set($0.cpus) }
    let cores = machine.cores.count { core in
      allowed.map { !$0.isDisjoint(with: core.cpus) } ?? true
    }
    let found = Double(max(1, cores == 0 ? machine.processingUnits.count : cores))
    let usable = min(found, machine.limits?.cpuQuota ?? found)
    let nodes = max(1, machine.numaNodes.count { !$0.cpus.isEmpty })
    let total = machine.numaNodes.reduce(0) { sum, node in
      let (value, overflow) = sum.addingReportingOverflow(node.memoryBytes)
      return overflow ? .max : value
    }
    let peak = FlopsPerSecond(usable * 2.5e9 * 32)
    self.init(
      id: "here", name: machine.name.isEmpty ? "this machine" : machine.name, kind: .cpu,
      memoryBytes: max(1, machine.limits.map { min($0.memoryBytes, total) } ?? total),
      memoryBandwidth: BytesPerSecond(min(usable * 10e9, Double(nodes) * 100e9)),
      peaks: [Peak(.fp32, peak)], vectorFlopsPerSecond: peak, launchOverhead: Seconds(20e-6),
      source: "rough: assumed clock and bandwidth for \(machine.source); run hfm calibrate")
  }
}
