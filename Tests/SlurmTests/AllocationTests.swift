import HardwareModel
import Slurm
import Testing

@Suite struct AllocationTests {
  static func machine(_ cores: Int, allowed: [Int]? = nil) -> Machine {
    Machine(
      source: "test", name: "",
      numaNodes: [
        NUMANode(
          id: 0, cpus: Array(0..<cores), memoryBytes: 64 << 30, memorySource: "", distances: [])
      ],
      cores: (0..<cores).map { Core(id: $0, cpus: [$0], numaNode: 0, package: 0, kind: 0) },
      processingUnits: (0..<cores).map { ProcessingUnit(id: $0, core: $0, numaNode: 0) },
      limits: Limits(
        cpus: allowed ?? Array(0..<cores), cpuQuota: nil, memoryBytes: 64 << 30, memorySource: "",
        lockedMemoryBytes: nil))
  }

  static func allocation(_ variables: [String: String]) -> SlurmAllocation? {
    SlurmAllocation { variables[$0] }
  }

  @Test func outsideOfAJobThereIsNone() { #expect(Self.allocation(["HOME": "/"]) == nil) }

  @Test func aTaskKeepsToItsProcessorsAndMemory() throws {
    let given = try #require(
      Self.allocation([
        "SLURM_JOB_ID": "7", "SLURM_PROCID": "1", "SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "2",
        "SLURM_CPUS_ON_NODE": "8", "SLURM_CPUS_PER_TASK": "4", "SLURM_MEM_PER_NODE": "1024",
        "SLURMD_NODENAME": "n2",
      ]))
    #expect(given.task == 1 && given.tasks == 2 && given.node == "n2")
    #expect(given.cpus == 4 && given.memoryBytes == 1 << 30)
    let limited = given.limited(Self.machine(16))
    #expect(limited.limits?.cpus == [0, 1, 2, 3])
    #expect(limited.limits?.memoryBytes == 1 << 30)
    #expect(limited.notes.count == 1)
  }

  @Test func whatSlurmctldGrantedIsTaken() throws {
    let given = try #require(
      Self.allocation(["SLURM_JOB_ID": "7", "SLURM_CPUS_ON_NODE": "2"]))
    #expect(given.limited(Self.machine(16), granted: [9, 11]).limits?.cpus == [9, 11])
    // Not of this machine, or not so many: the first ones.
    #expect(given.limited(Self.machine(16), granted: [9, 99]).limits?.cpus == [0, 1])
  }

  @Test func aBoundProcessStaysAsItIs() throws {
    let given = try #require(
      Self.allocation([
        "SLURM_JOB_ID": "7", "SLURM_CPUS_ON_NODE": "2", "SLURM_MEM_PER_CPU": "100",
      ]))
    let limited = given.limited(Self.machine(16, allowed: [4, 5]))
    #expect(limited.limits?.cpus == [4, 5])
    #expect(limited.notes.isEmpty)
    #expect(limited.limits?.memoryBytes == 200 << 20)
  }
}
