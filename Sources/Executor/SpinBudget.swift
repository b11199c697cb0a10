import CSystemShims

/// How long waiting threads spin before they sleep, measured when a pool starts.
struct SpinBudget: Sendable {
  /// Rounds that a worker, or a leader at a join, spins.
  var worker: Int
  /// Rounds that an outside thread spins: few, as it may sit on a worker's processing unit.
  var caller: Int
  /// Ticks of the processor's counter per second.
  var ticksPerSecond: Double

  /// Spinning pays while it is shorter than going to sleep and being woken (Karlin et al., 1991,
  /// "Empirical studies of competitive spinning": at most twice the best). A futex round trip
  /// costs 5–50 µs with the processor's own wake-up from idle, and on a virtual machine up to
  /// twice that; kernels of a step follow each other within that time.
  static let workerNanoseconds = 100_000.0
  /// An outside thread waits for whole operators or steps.
  static let callerNanoseconds = 2_000.0

  /// Measures one spin round and the tick rate. Workers that share a processing unit do not
  /// spin: the one waited for could not run meanwhile.
  static func measured(oversubscribed: Bool) -> SpinBudget {
    let rounds = 2_000
    let startTicks = hfm_ticks()
    let start = hfm_monotonic_nanoseconds()
    var best = Double.infinity
    // The least of several: an interruption only ever adds.
    for _ in 0..<16 {
      let before = hfm_monotonic_nanoseconds()
      for _ in 0..<rounds { hfm_cpu_pause() }
      best = min(best, Double(hfm_monotonic_nanoseconds() - before) / Double(rounds))
    }
    let elapsed = max(1, Double(hfm_monotonic_nanoseconds() - start))
    let ticks = max(1, Double(hfm_ticks() &- startTicks))
    let nanosecondsPerRound = max(best, 0.5)
    return SpinBudget(
      worker: oversubscribed ? 0 : Int(workerNanoseconds / nanosecondsPerRound),
      caller: oversubscribed ? 0 : Int(callerNanoseconds / nanosecondsPerRound),
      ticksPerSecond: ticks / elapsed * 1e9)
  }
}
