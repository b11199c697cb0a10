@testable import Executor
import Glibc
import Quantities
import Synchronization
import Testing

@Suite struct TaskTests {
  /// A random tree of tasks: each node adds its children to one group; every node runs once.
  @Test(arguments: 1...6, [1, 2, 4])
  func randomTreesRunEveryTaskOnce(seed: UInt64, lanes: Int) throws {
    let placement: Placement = seed % 2 == 0 ? .pinned : .shared
    let (pool, team) = try placement.team(lanes)
    var random = SplitMix(state: seed)
    let size = 2000
    let children = (0..<size).map { _ in [Int]() }.withParents(using: &random)
    let seen = Marks(size)
    try team.run { scope in
      scope.taskGroup { group in visit(0, children, seen, group) }
    }
    #expect(seen.areAllOne)
    #expect(pool.statistics.map(\.tasks).reduce(0, +) >= size - 1)
  }

  @Test(arguments: Placement.allCases)
  func aMapKeepsTheOrder(placement: Placement) throws {
    let (_, team) = try placement.team(2)
    #expect(try team.map(1000) { $0 * $0 } == (0..<1000).map { $0 * $0 })
    #expect(try team.map(0) { $0 } == [])
  }

  @Test(arguments: [1, 2, 3])
  func nestedGroupsWaitForTheirOwnTasks(lanes: Int) throws {
    for placement in Placement.allCases {
      let (_, team) = try placement.team(lanes)
      let value = try team.run { scope in
        let sum = Atomic<Int>(0)
        scope.taskGroup { group in sum.add(fibonacci(16, group)) }
        return sum.load(ordering: .relaxed)
      }
      #expect(value == 987)
    }
  }

  /// A random binary tree by pairs: each node runs once, and before its call returns.
  @Test(arguments: 1...4 as ClosedRange<UInt64>, [1, 2, 4])
  func pairsRunBothHalvesOnce(seed: UInt64, lanes: Int) throws {
    let placement: Placement = seed % 2 == 0 ? .pinned : .shared
    let (_, team) = try placement.team(lanes)
    let seen = Marks(3000)
    try team.run { scope in
      scope.taskGroup { group in
        halve(0..<3000, seed, seen, group)
        #expect(seen.areAllOne)
      }
    }
  }

  @Test func aPairWaitsForItsOwnHalfAmongOtherTasks() throws {
    let (_, team) = try Placement.shared.team(2)
    let seen = Marks(600)
    let late = Atomic<Int>(0)
    try team.run { scope in
      scope.taskGroup { group in
        for index in 0..<200 {
          var first = false
          // The second half leaves tasks behind that lie on top of the first in the queue.
          group.both({ first = true }) {
            group.add { seen.add(index * 3) }
            group.add(.urgent) { seen.add(index * 3 + 1) }
            group.add(.background) { seen.add(index * 3 + 2) }
          }
          if !first { late.add(1) }
        }
      }
    }
    #expect(seen.areAllOne && late.load(ordering: .relaxed) == 0)
  }

  @Test func aGroupThatOutlivesItsCallRunsTasksAtOnce() throws {
    let (_, team) = try Placement.shared.team(2)
    let kept = Guarded<[TeamTaskGroup]>([])
    let ran = Atomic<Int>(0)
    for _ in 0..<2 {
      try team.run { scope in
        scope.taskGroup { outer in
          for group in kept.withLock({ $0 }) { group.add { ran.add(1) } }
          kept.withLock { $0.append(outer) }
          outer.nested { inner in
            inner.add { ran.add(10) }
            kept.withLock { $0.append(inner) }
          }
          let before = ran.load(ordering: .relaxed)
          for group in kept.withLock({ [$0[1]] }) { group.add { ran.add(100) } }
          #expect(ran.load(ordering: .relaxed) == before + 100)
        }
      }
    }
    #expect(ran.load(ordering: .relaxed) == 222)
  }

  /// One after the other: all that are alive are counted together.
  @Test func whatTasksCaptureIsGivenBack() throws {
    for placement in Placement.allCases { try spawnThousands(placement) }
  }

  private func spawnThousands(_ placement: Placement) throws {
    let (_, team) = try placement.team(2)
    try team.run { scope in
      scope.taskGroup { group in
        for index in 0..<6000 {
          let captured = Counted()
          if index % 3 == 0 {
            group.add(.urgent) { captured.use() }
          } else {
            group.add { captured.use() }
          }
          if index == 5000 { team.cancel() }
        }
      }
    }
    #expect(Counted.alive.load(ordering: .relaxed) == 0, "\(placement)")
  }

  /// Lanes that went to sleep for want of tasks are woken by the next ones, and the lane that waits
  /// for the last stolen one as well.
  @Test(arguments: [2, 4])
  func sleepingLanesAreWoken(lanes: Int) throws {
    let (_, team) = try Placement.shared.team(lanes)
    let ran = Atomic<Int>(0)
    try team.run { scope in
      scope.taskGroup { group in
        for _ in 0..<40 {
          usleep(300)
          group.nested { inner in
            for _ in 0..<lanes {
              inner.add {
                usleep(400)
                ran.add(1)
              }
            }
          }
          group.both({ usleep(400) }, { ran.add(1) })
        }
      }
    }
    #expect(ran.load(ordering: .relaxed) == 40 * (lanes + 1))
  }

  @Test(arguments: Placement.allCases)
  func moreTasksThanTheQueueHoldsAllRun(placement: Placement) throws {
    let (_, team) = try placement.team(2)
    let seen = Marks(20_000)
    try team.run { scope in
      scope.taskGroup { group in for index in 0..<20_000 { group.add { seen.add(index) } } }
    }
    #expect(seen.areAllOne)
  }

  @Test func aGroupInsideALoopRunsOnItsLane() throws {
    let pool = try WorkerPool(layout: .onFirstCPU(3))
    let team = try pool.lease([0, 1, 2])
    let seen = Marks(30)
    try team.run { scope in
      scope.parallelFor(30) { range, _ in
        scope.taskGroup { group in for index in range { group.add { seen.add(index) } } }
      }
    }
    #expect(seen.areAllOne)
  }

  @Test func cancellationSkipsWhatHasNotStarted() throws {
    let pool = try WorkerPool(layout: .onFirstCPU(2))
    let team = try pool.lease([0, 1])
    let ran = Atomic<Int>(0)
    try team.run { scope in
      #expect(!scope.isCancelled)
      try scope.checkCancellation()
      team.cancel()
      #expect(scope.isCancelled)
      #expect(throws: CancellationError.self) { try scope.checkCancellation() }
      scope.parallelFor(100) { range, _ in ran.add(range.count) }
      scope.taskGroup { group in
        for _ in 0..<10 { group.add { ran.add(1) } }
      }
    }
    #expect(ran.load(ordering: .relaxed) == 0)
    #expect(throws: CancellationError.self) { try team.run { _ in } }
    team.release()
    let next = try pool.lease([0, 1])
    try next.run { scope in scope.parallelFor(7) { r, _ in ran.add(r.count) } }
    #expect(ran.load(ordering: .relaxed) == 7)
  }
}

private func visit(_ node: Int, _ children: [[Int]], _ seen: Marks, _ group: TeamTaskGroup) {
  seen.add(node)
  for child in children[node] { group.add { visit(child, children, seen, group) } }
}

private func halve(
  _ range: Range<Int>, _ seed: UInt64, _ seen: Marks, _ group: TeamTaskGroup
) {
  guard range.count > 1 else { return range.forEach(seen.add) }
  var random = SplitMix(state: seed &+ UInt64(range.lowerBound) << 32 &+ UInt64(range.upperBound))
  let cut = range.lowerBound + Int(random.next() % UInt64(range.count))
  group.both(
    { halve(range.lowerBound..<cut, seed, seen, group) },
    {
      seen.add(cut)
      halve(cut + 1..<range.upperBound, seed, seen, group)
    })
}

/// Counts how many of its kind live.
private final class Counted: Sendable {
  static let alive = Atomic<Int>(0)
  init() { Counted.alive.add(1) }
  deinit { Counted.alive.add(-1) }
  func use() {}
}

private func fibonacci(_ n: Int, _ group: TeamTaskGroup) -> Int {
  if n < 2 { return n }
  let left = Box()
  var right = 0
  group.nested { inner in
    inner.add { left.value.store(fibonacci(n - 1, inner), ordering: .relaxed) }
    right = fibonacci(n - 2, inner)
  }
  return left.value.load(ordering: .relaxed) + right
}

private final class Box: Sendable { let value = Atomic<Int>(0) }

extension Array where Element == [Int] {
  /// Gives each node but the first a random earlier parent.
  func withParents(using random: inout SplitMix) -> [[Int]] {
    var children = self
    for node in 1..<count { children[Int(random.next() % UInt64(node))].append(node) }
    return children
  }
}

extension Atomic where Value == Int {
  func add(_ value: Int) { wrappingAdd(value, ordering: .relaxed) }
}
