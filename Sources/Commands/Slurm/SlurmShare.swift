import Glibc
import HardwareModel
import Slurm

/// This process's share, when it runs inside of a Slurm job.
enum SlurmShare {
  /// What Slurm gave; nil outside of a job.
  static var allocation: SlurmAllocation? {
    SlurmAllocation { name in getenv(name).map { String(cString: $0) } }
  }

  /// The machine within what Slurm gave; as it is outside of a job.
  static func limited(_ machine: Machine) -> Machine {
    allocation.map { $0.limited(machine) } ?? machine
  }
}
