import Executor
import HardwareDiscovery
import HardwareModel
import Quantities

/// One worker per core of this machine, within the process's limits.
func benchmarkLayout() throws(UserError) -> PoolLayout {
  PoolLayout(machine: try HardwareDiscovery.discover(.live))
}

/// Runs `body` with a team of one worker per core, and ends them all after it.
func withBenchmarkTeam<Result>(_ body: (WorkerTeam) throws -> Result) throws -> Result {
  let pool = try WorkerPool(layout: benchmarkLayout())
  defer { pool.shutdown() }
  let team = try pool.lease(Array(pool.layout.workers.indices))
  defer { team.release() }
  return try body(team)
}
