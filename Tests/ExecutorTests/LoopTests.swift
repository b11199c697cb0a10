import Executor
import Quantities
import Synchronization
import Testing

@Suite struct LoopTests {
  static let counts = [0, 1, 2, 3, 7, 64, 1000, 100_003]

  @Test(arguments: counts, [1, 2, 3, 5, 8])
  func everyIndexOnce(count: Int, lanes: Int) throws {
    let pool = try WorkerPool(layout: .onFirstCPU(lanes))
    let team = try pool.lease(Array(0..<lanes))
    for grain in [1, 2, 64, 1_000_000, Int.max] {
      let seen = Marks(count)
      try team.run { scope in
        scope.parallelFor(count, grain: grain) { range, lane in
          for index in range { seen.add(index) }
          #expect(range.lowerBound % min(grain, max(1, count)) == 0)
          #expect(lane >= 0 && lane < lanes)
        }
      }
      #expect(seen.areAllOne)
    }
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

/// Counters that lanes add to.
final class Marks: Sendable {
  private let counters: [Counter]
  final class Counter: Sendable { let value = Atomic<Int>(0) }

  init(_ count: Int) { counters = (0..<count).map { _ in Counter() } }
  func add(_ index: Int) { counters[index].value.wrappingAdd(1, ordering: .relaxed) }
  var areAllOne: Bool { counters.allSatisfy { $0.value.load(ordering: .relaxed) == 1 } }
}

extension PoolLayout {
  /// All workers on one processing unit: the harshest oversubscription.
  static func onFirstCPU(_ count: Int) -> PoolLayout {
    PoolLayout(workers: Array(repeating: Worker(cpu: 0, numaNode: 0), count: count))
  }
}
