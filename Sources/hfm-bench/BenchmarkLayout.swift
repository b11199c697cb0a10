import Executor
import HardwareDiscovery
import HardwareModel
import Quantities

/// One worker per core of this machine, within the process's limits.
func benchmarkLayout() throws(UserError) -> PoolLayout {
  PoolLayout(machine: try HardwareDiscovery.discover(.live))
}
