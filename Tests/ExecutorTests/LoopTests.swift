@testable import Executor
import Glibc
import Quantities
import Synchronization
import Testing

@Suite struct LoopTests {
  static let counts = [0, 1, 2, 3, 7, 64, 1000, 100_003]

  @Test(arguments: counts, [1, 2, 3, 5, 8])
  func everyIndexOnce(count: Int, lanes: Int) throws {
    for placement in Placement.allCases {
      let (_, team) = try placement.team(lanes)
      for grain in [nil, 1000, 1024, 1_000_000, Int.max] {
        let seen = Marks(count)
        try team.run { scope in
          scope.parallelFor(count, grain: grain) { range, lane in
            for index in range { seen.add(index) }
            if range.lowerBound % (grain ?? 1) != 0 { Issue.record("\(range) of \(grain ?? 0)") }
            if lane < 0 || lane >= scope.count { Issue.record("lane \(lane)") }
          }
        }
        #expect(seen.areAllOne)
      }
    }
  }

  @Test(arguments: [nil, 1, 2, 10, 64, Int.max], [1, 3, 64, Int.max])
  func piecesFollowEachOtherAtMultiplesOfTheAlignment(grain: Int?, alignment: Int) throws {
    let (_, team) = try Placement.pinned.team(2)
    for count in [1, 2, 63, 64, 65, 1000] {
      let pieces = Guarded<[[Range<Int>]]>(Array(repeating: [], count: team.count))
      try team.run { scope in
        scope.parallelFor(count, grain: grain, alignment: alignment) { range, lane in
          pieces.withLock { $0[lane].append(range) }
        }
      }
      let longest = grain.map { $0 > 64 || alignment > 64 ? Int.max : ($0 + alignment - 1) }
      var next = 0
      for lane in pieces.withLock({ $0 }) {
        if grain == nil { #expect(lane.count <= 1) }
        for piece in lane {
          #expect(piece.lowerBound == next && !piece.isEmpty)
          #expect(piece.lowerBound % alignment == 0 && piece.count <= longest ?? .max)
          next = piece.upperBound
        }
      }
      #expect(next == count)
    }
  }

  @Test(arguments: Placement.allCases, [1, 2, 4])
  func aCancelledLoopHandsOutNoFurtherPiece(placement: Placement, lanes: Int) throws {
    let (_, team) = try placement.team(lanes)
    let calls = Guarded(Array(repeating: 0, count: team.count))
    try team.run { scope in
      scope.parallelFor(1000 * scope.count, grain: 10) { _, lane in
        let done = calls.withLock { calls in
          calls[lane] += 1
          return calls[lane]
        }
        if done == 3 { team.cancel() }
      }
    }
    let made = calls.withLock { $0 }
    // Of 100 pieces each: a lane that cancels takes no other, the rest end at their next look.
    #expect(made.contains(3) && made.allSatisfy { $0 <= 3 })
  }

  @Test func aLoopCancelledFromOutsideEndsEarly() throws {
    let (_, team) = try Placement.pinned.team(2)
    let pieces = Atomic<Int>(0)
    let total = 100_000
    inThreads(2) { index in
      if index == 0 {
        try? team.run { scope in
          scope.parallelFor(total, grain: 1) { _, _ in
            pieces.add(1)
            usleep(1000)
          }
        }
      } else {
        while pieces.load(ordering: .relaxed) == 0 { usleep(1000) }
        team.cancel()
      }
    }
    #expect((1..<total).contains(pieces.load(ordering: .relaxed)))
  }

  @Test func hugeCountsAreCutWithoutOverflow() {
    for lanes in 1...9 {
      for grain in [1, 3, 1 << 40, Int.max] {
        var next = 0
        for lane in 0..<lanes {
          let range = TeamScope.chunk(lane, of: lanes, count: Int.max, grain: grain)
          #expect(range.lowerBound == next)
          next = range.upperBound
        }
        #expect(next == Int.max)
      }
    }
  }

  @Test func theBodysErrorAndValueComeBack() throws {
    let pool = try WorkerPool(layout: .onFirstCPU(2))
    let team = try pool.lease([0, 1])
    struct Mishap: Error {}
    #expect(throws: Mishap.self) { try team.run { _ in throw Mishap() } }
    #expect(try team.run { scope in scope.count * 21 } == 42)
  }

  @Test func aLoopInsideALoopRunsOnItsLane() throws {
    let pool = try WorkerPool(layout: .onFirstCPU(3))
    let team = try pool.lease([2, 0, 1])
    let seen = Marks(30)
    try team.run { scope in
      scope.forEachLane { lane in
        scope.parallelFor(10) { range, inner in
          #expect(inner == lane)
          for index in range { seen.add(lane * 10 + index) }
        }
      }
    }
    #expect(seen.areAllOne)
  }
}
