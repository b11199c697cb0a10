import CSystemShims
@testable import Executor
import Glibc
import Quantities
import Synchronization
import Testing

@Suite struct PartsTests {
  /// Loops and tasks inside parts: every index once, on a lane of the part.
  @Test(arguments: [1, 2, 3, 4, 7], Placement.allCases)
  func partsAreTeamsOfTheirOwn(parts: Int, placement: Placement) throws {
    let (_, team) = try placement.team(5)
    // A lane alone runs them all, one after the other.
    let isAlone = team.count == 1
    let count = isAlone ? parts : min(parts, team.count)
    for _ in 0..<3 {
      let loops = Marks(count * 100)
      let tasks = Marks(count * 20)
      let lanes = Guarded<[Int]>([])
      let strays = Atomic<Int>(0)
      try team.run { scope in
        scope.split(parts) { part, index in
          let first = TeamScope.chunk(index, of: count, count: team.count).lowerBound
          let own = Set(isAlone ? team.workers : Array(team.workers[first..<first + part.count]))
          part.parallelFor(100) { range, _ in
            if !own.contains(Int(hfm_current_worker())) { strays.add(1) }
            for i in range { loops.add(index * 100 + i) }
          }
          part.taskGroup { group in
            for i in 0..<20 { group.add { tasks.add(index * 20 + i) } }
          }
          lanes.withLock { $0.append(part.count) }
        }
        // The whole team is one again.
        scope.forEachLane { _ in }
      }
      #expect(strays.load(ordering: .relaxed) == 0)
      #expect(lanes.withLock { $0.reduce(0, +) } == (isAlone ? count : team.count))
      #expect(loops.areAllOne && tasks.areAllOne)
    }
  }

  @Test func partsRunAtTheSameTime() throws {
    let (_, team) = try Placement.shared.team(4)
    let arrived = Atomic<Int>(0)
    let met = Atomic<Int>(0)
    try team.run { scope in
      scope.split(2) { part, _ in
        part.forEachLane { _ in
          arrived.add(1)
          let limit = hfm_monotonic_nanoseconds() + 300_000_000_000
          while arrived.load(ordering: .relaxed) < 4, hfm_monotonic_nanoseconds() < limit {
            usleep(100)
          }
          if arrived.load(ordering: .relaxed) == 4 { met.add(1) }
        }
      }
    }
    #expect(met.load(ordering: .relaxed) == 4)
  }

  @Test func insideALoopPartsRunOneAfterTheOther() throws {
    let (_, team) = try Placement.shared.team(3)
    let seen = Marks(12)
    try team.run { scope in
      scope.forEachLane { lane in
        scope.split(4) { part, index in
          part.parallelFor(1) { _, _ in seen.add(lane * 4 + index) }
        }
      }
    }
    #expect(seen.areAllOne)
  }

  @Test func cancellingTheTeamStopsItsParts() throws {
    let (_, team) = try Placement.shared.team(4)
    let ran = Atomic<Int>(0)
    try team.run { scope in
      scope.split(2) { part, index in
        if index == 0 { team.cancel() }
        while !part.isCancelled { usleep(100) }
        part.parallelFor(100) { range, _ in ran.add(range.count) }
      }
    }
    #expect(ran.load(ordering: .relaxed) == 0)
  }
}
