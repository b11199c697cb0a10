import Executor
import Glibc
import HardwareModel
import Quantities

/// One worker per processing unit of this machine.
func benchmarkLayout() throws(UserError) -> PoolLayout {
  let count = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  return PoolLayout(workers: (0..<count).map { .init(cpu: $0, numaNode: 0) })
}
