import Executor
import Synchronization
import Testing

/// A few plain threads over one counter.
@Suite struct ShortTeamTests {
  @Test(arguments: [0, 1, 2, 7, 1000])
  func everyIndexRunsOnceAndResultsAreInOrder(count: Int) {
    let calls = Atomic(0)
    let found = ShortTeam.map(count) { index in
      calls.wrappingAdd(1, ordering: .relaxed)
      return 3 * index
    }
    // As many calls as results, and a result of each index: each ran once.
    #expect(found == (0..<count).map { 3 * $0 })
    #expect(calls.load(ordering: .relaxed) == count)
  }
}
