import CSystemShims

/// How long waiting threads spin before they sleep: fixed times, counted in rounds whose length is
/// measured when a pool starts.
struct SpinBudget: Sendable {
  /// Rounds that a worker, or a leader at a join, spins.
  var worker: Int
  /// Rounds that an outside thread spins: few, as it may sit on a worker's processing unit.
  var caller: Int
  /// Ticks of the processor's counter per second.
  var ticksPerSecond: Double

  /// A constant, not fitted to the machine at hand. Spinning as long as sleeping and being woken
  /// costs is at most twice as expensive as knowing the wait beforehand (Karlin et al., 1991,
  /// "Empirical studies of competitive spinning"). From the wake-up call to the woken thread's
  /// first instruction took 27–46 µs in the median and 36–66 µs at the 90th percentile, after
  /// 50 µs to 1 ms of sleep, on two processing units of a virtual machine (AMD Zen 3, KVM);
  /// hardware of one's own is faster. 100 µs covers that with room for the waker's own share.
  static let workerNanoseconds = 100_000.0
  /// Assumed: an outside thread waits for whole operators or steps, which are longer than any
  /// spin that would pay.
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
