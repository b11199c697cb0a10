import CostModel
import Quantities

/// Micro-batch sizes that a search has counted, and what they tell of further ones.
struct CountedSizes {
  private var results: [Int: Result<Evaluator, UserError>] = [:]
  /// Profiles of all sizes, where two of those counted tell them.
  private(set) var family: StepFamily?
  /// The last size whose graph was built, as long as there is no family.
  private var last: StepProfile?

  /// A size's evaluator, or why it cannot be counted; nil for one that was not tried.
  subscript(size: Int) -> Result<Evaluator, UserError>? { results[size] }

  /// Keeps what a part of a search has counted.
  mutating func keep(_ part: SearchPart, of size: Int) {
    guard let result = part.evaluator else { return }
    results[size] = result
    guard family == nil, let profile = part.profile else { return }
    if let last { family = StepFamily(last, profile) }
    last = family == nil ? profile : nil
  }
}
