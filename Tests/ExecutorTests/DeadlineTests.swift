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
    // A thread that gets no processor until the time is over rightly begins nothing: then longer.
    var milliseconds = 20
    while pieces.load(ordering: .relaxed) == 0, milliseconds < 20_000 {
      let limit = Duration.milliseconds(milliseconds)
      #expect(throws: DeadlineExceeded(limit: limit)) {
        try team.run(within: limit) { scope in
          scope.parallelFor(100_000, grain: 1) { _, _ in
            pieces.add(1)
            usleep(1000)
          }
        }
      }
      milliseconds *= 2
    }
    // Each takes a millisecond, and each lane may have begun one just before the end.
    #expect((1...team.count * (milliseconds + 1)).contains(pieces.load(ordering: .relaxed)))
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
