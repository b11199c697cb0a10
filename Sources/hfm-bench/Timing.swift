import CSystemShims
import Glibc

/// Seconds of one call of `body`, the mean of `calls`, after one that is not timed.
///
/// The pause lets threads of whoever ran before fall asleep: libgomp's spin on after a region.
func secondsPerCall(_ calls: Int, _ body: () throws -> Void) throws -> Double {
  usleep(20_000)
  try body()
  let start = benchmarkNanoseconds()
  for _ in 0..<calls { try body() }
  return 1e-9 * Double(benchmarkNanoseconds() - start) / Double(calls)
}

/// Whether `HFM_BENCH_CLOCK=cpu` asks for the processor time of this process instead of the time
/// that passes: on a busy machine, with one core (`taskset -c 0`), it still compares two programs.
private let usesProcessorTime = getenv("HFM_BENCH_CLOCK").map { String(cString: $0) } == "cpu"

private func benchmarkNanoseconds() -> UInt64 {
  guard usesProcessorTime else { return hfm_monotonic_nanoseconds() }
  return UInt64(processorSeconds() * 1e9)
}

/// Processor time of this process so far, all threads together, in seconds.
func processorSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}
