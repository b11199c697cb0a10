import Executor
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
