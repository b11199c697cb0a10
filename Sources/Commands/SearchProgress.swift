import Synchronization

/// A bar for searches beyond a second; from then on an interrupt ends the search with the best
/// plans so far.
final class SearchProgress {
  private final class Flag: Sendable {
    let isSet = Atomic(false)
  }

  private let console: Console
  private var began = ContinuousClock.now
  private let stop = Flag()
  private var bar: Progress?
  private var watch: SignalWatch?

  init(_ console: Console) { self.console = console }

  /// Told how far the search is; false ends it.
  func check(_ done: Double, _ configurations: Int) -> Bool {
    if bar == nil, ContinuousClock.now - began > .seconds(1) {
      bar = Progress("searching", total: 1, console, since: began)
      let stop = stop
      watch = watch ?? SignalWatch { stop.isSet.store(true, ordering: .relaxed) }
    }
    bar?.set(done: done, "\(configurations) configurations")
    return !stop.isSet.load(ordering: .relaxed)
  }

  /// Ends the bar; the next search gets one of its own. Interrupts go on being answered.
  func restart() {
    bar?.finish()
    bar = nil
    began = .now
  }

  /// Ends the bar and gives signals their usual effect again.
  func finish() {
    bar?.finish()
    watch?.end()
  }
}
