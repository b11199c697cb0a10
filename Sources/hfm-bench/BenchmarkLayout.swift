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
  try withBenchmarkTeam { team, _ in try body(team) }
}

/// The same for a body that needs to know the machine.
func withBenchmarkTeam<Result>(_ body: (WorkerTeam, Machine) throws -> Result) throws -> Result {
  try withBenchmarkPool { pool, machine in
    let team = try pool.lease(Array(pool.layout.workers.indices))
    defer { team.release() }
    return try body(team, machine)
  }
}

/// Runs `body` with one worker per core, none of them leased, and ends them all after it.
func withBenchmarkPool<Result>(_ body: (WorkerPool, Machine) throws -> Result) throws -> Result {
  let machine = try HardwareDiscovery.discover(.live)
  let pool = try WorkerPool(layout: PoolLayout(machine: machine))
  defer { pool.shutdown() }
  return try body(pool, machine)
}
