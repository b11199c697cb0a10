// hfm-bench [--json] [--rounds N] NAME…: runs named benchmarks and prints median and spread.
import Glibc

/// Every benchmark; a new one is one more line.
let benchmarks: [Benchmark] = [
  forkJoinBenchmark,
  taskBenchmark,
  allocationBenchmark,
  productBenchmark,
  peersBenchmark,
  networkBenchmark,
  profileBenchmark,
  predictionBenchmark,
  predictionByClassBenchmark,
  contentionBenchmark,
  costBenchmark,
  searchBenchmark,
  planBenchmark,
  scheduleBenchmark,
  policyBenchmark,
]

if CommandLine.arguments.dropFirst().first == "validate" {
  exit(runValidation(Array(CommandLine.arguments.dropFirst(2))))
}
if CommandLine.arguments.dropFirst().first == "sweep" {
  exit(runSweep(Array(CommandLine.arguments.dropFirst(2))))
}
exit(runBenchmarks(benchmarks, Array(CommandLine.arguments.dropFirst())))
