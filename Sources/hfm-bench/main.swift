// hfm-bench [--json] [--rounds N] NAME…: runs named benchmarks and prints median and spread.
import Glibc

/// Every benchmark; a new one is one more line.
let benchmarks: [Benchmark] = [
  forkJoinBenchmark,
  taskBenchmark,
  productBenchmark,
  costBenchmark,
  predictionBenchmark,
]

exit(runBenchmarks(benchmarks, Array(CommandLine.arguments.dropFirst())))
