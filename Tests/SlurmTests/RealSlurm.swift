import Glibc
import Quantities
import Slurm
import TestSupport

/// The real Slurm that scripts/test-slurm.sh starts for tests that need one.
enum RealSlurm {
  /// Whether SLURM_CONF names a cluster that was started for tests.
  static var isPresent: Bool { getenv("HFM_SLURM_TEST") != nil && getenv("SLURM_CONF") != nil }
  /// Shown when a test is skipped.
  static let absence = "no HFM_SLURM_TEST: scripts/test-slurm.sh starts a real Slurm for this test"

  /// Cancels all jobs and waits until none holds anything.
  static func clear(_ client: SlurmClient) throws {
    let open = try client.jobs().jobs.filter { !$0.isOver }.map(\.id)
    try client.cancel(open)
    try wait {
      let open = ["RUNNING", "COMPLETING", "PENDING"]
      return try client.states().values.joined().allSatisfy { !open.contains($0) }
    }
  }

  /// Polls until a condition holds.
  static func wait(_ condition: () throws -> Bool) throws {
    guard try eventually({ try condition() }) else {
      throw UserError(.run, "real Slurm: waited in vain")
    }
  }
}
