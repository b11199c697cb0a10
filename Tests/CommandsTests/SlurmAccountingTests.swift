import DataFormats
import Glibc
import JobStore
import Slurm
import TestSupport
import Testing

/// On a real Slurm with slurmdbd.
@Suite(.serialized, .enabled(if: StartedSlurm.isPresent, "\(StartedSlurm.absence)"))
struct SlurmAccountingTests {
  /// slurmctld's memory of ended jobs is short; slurmdbd's is not.
  @Test func aForgottenJobIsFoundBySacct() throws {
    let client = SlurmClient()
    let test = try SlurmClusterSubmitTests.Case([
      SlurmClusterSubmitTests.job("good", ["/bin/true"]),
      SlurmClusterSubmitTests.job("bad", ["/bin/sh", "-c", "exit 9"]),
    ])
    let first = try test.submit("--placement", "slurm", "--no-wait")
    #expect(first.code == 0, "\(first.errors)")
    let ids = first.jobs.compactMap { $0["engineId"]?.int }
    #expect(ids.count == 2)
    // The jobs end and slurmdbd hears of it; then slurmctld is made to forget them.
    let isOver = try eventually { try client.accounted(ids).filter(\.isOver).count == 2 }
    #expect(isOver)
    let known = try client.accounted(ids).sorted { $0.id < $1.id }
    #expect(known.map(\.state) == ["COMPLETED", "FAILED"])
    #expect(known.map(\.exitCode) == [0, 9])
    for name in try TestFile.names(in: test.folder.file("work")) {
      unlink(test.folder.file("work") + "/\(name)/ended")
    }
    // MinJobAge of this cluster is 5 s; slurmctld purges about once a minute.
    let isForgotten = try eventually {
      sleep(1)
      let states = try client.states()
      return ids.allSatisfy { states[$0] == nil }
    }
    #expect(isForgotten)
    let second = try test.submit("--placement", "slurm")
    #expect(second.code == 4, "\(second.errors)")
    let ledger = try Ledger(path: test.folder.file("ledger.db"))
    #expect(try ledger.jobs().map(\.state) == [.done, .failed])
    #expect(second.jobs.map { $0["engineId"]?.int } == ids)
    print("real Slurm with slurmdbd: jobs that slurmctld forgot were found by sacct")
  }
}
