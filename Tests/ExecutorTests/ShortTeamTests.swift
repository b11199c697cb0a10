import Executor
import Synchronization
import Testing

/// A few plain threads over one counter.
@Suite struct ShortTeamTests {
  @Test(arguments: [0, 1, 2, 7, 1000])
  func everyIndexRunsOnceAndResultsAreInOrder(count: Int) {
    let calls = Mutex([Int](repeating: 0, count: count))
    let found = ShortTeam.map(count) { index in
      calls.withLock { $0[index] += 1 }
      return 3 * index
    }
    #expect(found == (0..<count).map { 3 * $0 })
    #expect(calls.withLock { $0.allSatisfy { $0 == 1 } })
  }
}
