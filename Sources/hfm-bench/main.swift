// hfm-bench [--json] [--rounds N] NAME…: runs named benchmarks and prints median and spread.
import Glibc

/// Every benchmark; a new one is one more line.
let benchmarks: [Benchmark] = [
  forkJoinBenchmark,
  taskBenchmark,
  productBenchmark,
  predictionBenchmark,
  costBenchmark,
  scheduleBenchmark,
  policyBenchmark,
]

exit(runBenchmarks(benchmarks, Array(CommandLine.arguments.dropFirst())))
