import DataFormats
import HardwareDiscovery
import HardwareModel
import TestSupport
import Testing

@testable import Commands

/// `hfm run` on a machine with several NUMA nodes (`scripts/check-numa.sh` boots some).
@Suite(
  .enabled(
    if: ((try? HardwareDiscovery.discover(.live))?.numaNodes.count { !$0.cpus.isEmpty } ?? 0) >= 2,
    "needs two NUMA nodes"))
struct NUMARunCommandTests {
  @Test func jobsGetNodesOfTheirOwnAndTheirPagesLieThere() throws {
    let folder = try TemporaryFolder()
    let (jobs, ledger) = (folder.file("jobs.json"), folder.file("ledger.db"))
    try TestFile.write(
      """
      {"jobs": [
        {"id": "a", "model": "esm2-8m", "task": "infer", "sequence": 8, "repeats": 2},
        {"id": "b", "model": "esm2-8m", "task": "infer", "sequence": 8, "repeats": 2}
      ]}
      """, to: jobs)
    let result = FrameTests.hfm("run", jobs, "--ledger", ledger, "--json", "--quiet")
    #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
    let list = try #require(JSONValue(parsing: result.output)["jobs"]?.array)
    #expect(list.count == 2)
    for job in list {
      let nodes = job["placement"]?["numaNodes"]?.array?.compactMap(\.int) ?? []
      #expect(nodes.count == 1 && job["state"]?.string == "done")
      #expect((job["memory"]?["pages"]?.int ?? 0) > 1000)
      #expect(job["memory"]?["pagesOffNode"]?.int == 0)
      #expect(job["memory"]?["pagesByNode"]?.array?.map { $0["node"]?.int } == nodes)
      let workers = job["workers"]?.array ?? []
      #expect(workers.count == job["placement"]?["cpus"]?.array?.count)
      #expect(workers.allSatisfy { $0["remoteBytes"]?.int == 0 })
      #expect(workers.allSatisfy { ($0["busySeconds"]?.double ?? 0) > 0 })
    }
  }
}
