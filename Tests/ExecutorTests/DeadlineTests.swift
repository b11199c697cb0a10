import Executor
import Glibc
import Quantities
import Synchronization
import Testing

@Suite struct DeadlineTests {
  @Test(arguments: Placement.allCases)
  func aLateLoopEndsWithinOnePieceAndTheTeamGoesOn(placement: Placement) throws {
    let (_, team) = try placement.team(2)
    let pieces = Atomic<Int>(0)
    #expect(throws: DeadlineExceeded(limit: .milliseconds(20))) {
      try team.run(within: .milliseconds(20)) { scope in
        scope.parallelFor(100_000, grain: 1) { _, _ in
          pieces.add(1)
          usleep(1000)
        }
      }
    }
    // 100 000 pieces of a millisecond would be 50 s and more.
    #expect((1..<50_000).contains(pieces.load(ordering: .relaxed)))
    #expect(try team.run { scope in scope.isCancelled } == false)
    #expect(try team.run(within: .seconds(60)) { $0.count } == team.count)
  }

  @Test func noTimeMeansNoWork() throws {
    let (_, team) = try Placement.shared.team(2)
    let ran = Atomic<Int>(0)
    #expect(throws: DeadlineExceeded.self) {
      try team.run(within: .zero) { scope in
        usleep(100)
        scope.parallelFor(10) { range, _ in ran.add(range.count) }
        scope.taskGroup { group in group.add { ran.add(1) } }
        try scope.checkCancellation()
      }
    }
    #expect(ran.load(ordering: .relaxed) == 0)
  }

  @Test func cancellationIsNotMistakenForTheDeadline() throws {
    let (_, team) = try Placement.shared.team(1)
    #expect(throws: CancellationError.self) {
      try team.run(within: .zero) { scope in
        team.cancel()
        usleep(100)
        try scope.checkCancellation()
      }
    }
  }
}
