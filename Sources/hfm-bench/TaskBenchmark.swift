import CBenchPeers
import CSystemShims
import Executor
import Quantities
import Synchronization

/// What one task costs: empty tasks from one producer, and the recursion fibonacci(n) with one
/// task per addition, which is all spawning, stealing and waiting; by groups of tasks, and by pairs
/// of calls.
let taskBenchmark = Benchmark(
  name: "tasks", summary: "cost of a task: one producer of empty tasks, and fibonacci(20)"
) { options in
  let layout = try benchmarkLayout()
  let cpus = layout.workers.map { Int32($0.cpu) }
  let threads = Int32(cpus.count)
  let pool = try WorkerPool(layout: layout)
  let team = try pool.lease(Array(layout.workers.indices))
  let count = 100_000
  let n = 20
  let starPU = try PeerProcess.starPU(threads: cpus.count)
  var contenders: [(String, String, () throws -> Double)] = [
    ("hfm", "producer", { try ourTasks(team, count) }),
    ("OpenMP (libgomp)", "producer", { hfm_peer_openmp_tasks(threads, cpus, count) }),
    ("oneTBB task_group", "producer", { hfm_peer_tbb_tasks(threads, cpus, count) }),
    ("hfm", "fibonacci", { try ourFibonacci(team, n, fibonacci) }),
    ("OpenMP (libgomp)", "fibonacci", { hfm_peer_openmp_fibonacci(threads, cpus, Int32(n)) }),
    ("oneTBB task_group", "fibonacci", { hfm_peer_tbb_fibonacci(threads, cpus, Int32(n)) }),
    ("hfm", "fibonacci by pairs", { try ourFibonacci(team, n, fibonacciByPairs) }),
    (
      "oneTBB parallel_invoke", "fibonacci by pairs",
      { hfm_peer_tbb_fibonacci_pairs(threads, cpus, Int32(n)) }
    ),
  ]
  if let starPU {
    // Its tasks cost microseconds: fewer of them take as long.
    contenders.append((starPU.name, "producer", { try starPU.ask("tasks \(count / 50)") }))
    contenders.append((starPU.name, "region of a task a core", { try starPU.ask("regions 500") }))
  }
  var values = contenders.map { _ in [Double]() }
  for _ in 0..<options.rounds {
    for (index, contender) in contenders.enumerated() { values[index].append(try contender.2()) }
  }
  return contenders.indices.map {
    BenchmarkRow(
      contender: contenders[$0].0, figure: contenders[$0].1, unit: "ns/task", values: values[$0])
  }
}

private func ourTasks(_ team: WorkerTeam, _ count: Int) throws -> Double {
  try team.run { scope in
    let start = hfm_monotonic_nanoseconds()
    scope.taskGroup { group in for _ in 0..<count { group.add {} } }
    return Double(hfm_monotonic_nanoseconds() - start) / Double(count)
  }
}

private func ourFibonacci(
  _ team: WorkerTeam, _ n: Int, _ recursion: @Sendable (Int, TeamTaskGroup) -> Int
) throws -> Double {
  // One task per addition: fib(n + 1) - 1 of them.
  var (previous, current) = (0, 1)
  for _ in 0..<n { (previous, current) = (current, current + previous) }
  let spawns = Double(max(1, current - 1))
  return try team.run { scope in
    let start = hfm_monotonic_nanoseconds()
    var value = 0
    scope.taskGroup { group in value = recursion(n, group) }
    precondition(value > 0 || n < 1, "the recursion lost its tasks")
    return Double(hfm_monotonic_nanoseconds() - start) / spawns
  }
}

private final class Answer: Sendable { let value = Atomic<Int>(0) }

private func fibonacci(_ n: Int, _ group: TeamTaskGroup) -> Int {
  if n < 2 { return n }
  let left = Answer()
  var right = 0
  group.nested { inner in
    inner.add { left.value.store(fibonacci(n - 1, inner), ordering: .relaxed) }
    right = fibonacci(n - 2, inner)
  }
  return left.value.load(ordering: .relaxed) + right
}

private func fibonacciByPairs(_ n: Int, _ group: TeamTaskGroup) -> Int {
  if n < 2 { return n }
  var (left, right) = (0, 0)
  group.both({ left = fibonacciByPairs(n - 1, group) }, { right = fibonacciByPairs(n - 2, group) })
  return left + right
}
