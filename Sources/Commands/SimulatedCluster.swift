import HardwareModel
import Quantities
import Scheduler

/// What `--cluster` of `hfm simulate` names, as resources to give out.
enum SimulatedCluster {
  static func resources(_ name: String) throws(UserError) -> Resources {
    throw UserError(.input, key: "--cluster", "unknown cluster \"\(name)\"")
  }
}
