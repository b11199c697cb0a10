import Planner
import Quantities

/// Runs the searches of one command: on all cores, each list of them under one bar, until an
/// interrupt ends all.
final class PlanSearches {
  private let workers = PlanWorkers()
  private let bar: SearchProgress
  private var (expected, ended) = (1, 0)
  /// Whether a search was interrupted; those after it end at once.
  private(set) var areStopped = false

  init(_ console: Console) { bar = SearchProgress(console) }

  /// Ends the bar, if there was one, and says how many searches come next.
  func expect(_ count: Int) {
    bar.restart()
    (expected, ended) = (count, 0)
  }

  /// Runs a search; interrupted, it has the best plans so far.
  ///
  /// - Throws: as `VariantSearch.run`.
  func run(_ search: VariantSearch) throws(UserError) -> VariantSearch.Result {
    defer { ended += 1 }
    let (bar, ended, all) = (bar, Double(ended), Double(max(expected, ended + 1)))
    let result = try search.run(workers: workers.run) { done, configurations in
      bar.check((ended + done) / all, configurations)
    }
    areStopped = areStopped || result.stopped
    return result
  }

  /// Ends the bar and gives signals their usual effect again.
  func finish() { bar.finish() }
}
