/// Integer arithmetic that stops at `Int.max` instead of trapping.
///
/// Shapes come from users. A count that reaches `Int.max` means "too large to count"; `GraphCost`
/// refuses it with an error, so that no wrong number is ever shown.
enum Saturating {
  /// The product of non-negative factors, `Int.max` on overflow.
  static func product(_ factors: Int...) -> Int {
    var result = 1
    for factor in factors {
      let (partial, overflow) = result.multipliedReportingOverflow(by: factor)
      // A later zero factor makes the whole product zero.
      if overflow { return factors.contains(0) ? 0 : .max }
      result = partial
    }
    return result
  }

  /// The sum of non-negative terms, `Int.max` on overflow.
  static func sum(_ terms: Int...) -> Int { terms.reduce(0, add) }

  /// The sum of two non-negative terms, `Int.max` on overflow.
  static func add(_ left: Int, _ right: Int) -> Int {
    let (result, overflow) = left.addingReportingOverflow(right)
    return overflow ? .max : result
  }
}
