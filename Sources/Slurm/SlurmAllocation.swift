public import HardwareModel

/// What this process was given by Slurm on this node, as its environment says.
public struct SlurmAllocation: Sendable, Hashable {
  /// Slurm's number of the job.
  public var job: Int
  /// The node's name; empty when not told.
  public var node: String
  /// Processors that the job (or this task of it) may use here; nil when not told.
  public var cpus: Int?
  /// Memory that the job may use here in bytes; nil for all, or when not told.
  public var memoryBytes: Int?
  /// Number of this task in its step.
  public var task: Int
  /// Tasks of the step.
  public var tasks: Int

  /// Reads the variables that sbatch and srun set; nil outside of a job.
  public init?(_ variable: (String) -> String?) {
    func number(_ name: String) -> Int? { variable(name).flatMap { Int($0) } }
    guard let job = number("SLURM_JOB_ID") ?? number("SLURM_JOBID") else { return nil }
    self.job = job
    node = variable("SLURMD_NODENAME") ?? ""
    let isStep = number("SLURM_PROCID") != nil && number("SLURM_STEP_ID") != nil
    task = isStep ? max(0, number("SLURM_PROCID") ?? 0) : 0
    tasks = isStep ? max(1, number("SLURM_STEP_NUM_TASKS") ?? number("SLURM_NTASKS") ?? 1) : 1
    let onNode = number("SLURM_CPUS_ON_NODE")
    // One of several tasks on a node holds its own processors only.
    let perTask = isStep ? number("SLURM_CPUS_PER_TASK") : nil
    cpus = [perTask, onNode].compactMap { $0 }.filter { $0 > 0 }.min()
    if let perNode = number("SLURM_MEM_PER_NODE"), perNode > 0 {
      memoryBytes = min(perNode, 1 << 40) << 20
    } else if let perCPU = number("SLURM_MEM_PER_CPU"), perCPU > 0, let onNode, onNode > 0 {
      let (total, overflow) = perCPU.multipliedReportingOverflow(by: onNode)
      memoryBytes = overflow ? nil : min(total, 1 << 40) << 20
    } else {
      memoryBytes = nil
    }
  }

  /// The machine within what was given: where the system does not already confine the process to
  /// its processors (no task/affinity, no cgroup), the first of them; and no more memory.
  ///
  /// - Parameter granted: processors that slurmctld says were granted here; taken when they all
  ///   exist, else the first so many are.
  public func limited(_ machine: Machine, granted: [Int] = []) -> Machine {
    var machine = machine
    let all = machine.processingUnits.map(\.id)
    var limits =
      machine.limits
      ?? Limits(
        cpus: all, cpuQuota: nil,
        memoryBytes: machine.numaNodes.reduce(0) { $0 + $1.memoryBytes },
        memorySource: "the machine's", lockedMemoryBytes: nil)
    if let cpus, limits.cpus.count > cpus {
      let exact = granted.filter { limits.cpus.contains($0) }
      limits.cpus =
        exact.count == cpus && exact.count == granted.count
        ? exact : Array(limits.cpus.sorted().prefix(cpus))
      machine.notes.append(
        "Slurm gave \(cpus) processors of job \(job) and did not bind this process to them; "
          + "hfm keeps to \(IndexList(limits.cpus))")
    }
    if let memoryBytes, memoryBytes < limits.memoryBytes {
      limits.memoryBytes = memoryBytes
      limits.memorySource = "Slurm's allocation of job \(job)"
    }
    machine.limits = limits
    return machine
  }
}
