import CSystemShims
import Executor
import Glibc
import Synchronization
import Testing

/// A few plain threads over one counter.
@Suite struct ShortTeamTests {
  @Test(arguments: [0, 1, 2, 7, 1000])
  func everyIndexRunsOnceAndResultsAreInOrder(count: Int) {
    let team = ShortTeam()
    // Its threads wait for further work, awake or asleep.
    for pause in [0, 0, 2000, 0] as [UInt32] {
      let calls = Atomic(0)
      usleep(pause)
      let found = team.map(count) { index in
        calls.wrappingAdd(1, ordering: .relaxed)
        return 3 * index
      }
      // As many calls as results, and a result of each index: each ran once.
      #expect(found == (0..<count).map { 3 * $0 })
      #expect(calls.load(ordering: .relaxed) == count)
    }
  }

  /// With a second processing unit, two indices run at once: each waits until the other has
  /// begun.
  @Test(
    .enabled(if: hfm_affinity_cpus(0, nil, 0) > 1, "this machine has one processing unit"),
    .timeLimit(.minutes(45)))
  func threadsRunSideBySide() {
    let began = Atomic(0)
    let threads = ShortTeam().map(2) { _ in
      began.wrappingAdd(1, ordering: .releasing)
      while began.load(ordering: .acquiring) < 2 { hfm_cpu_pause() }
      return hfm_current_thread()
    }
    #expect(threads[0] != threads[1])
  }
}
