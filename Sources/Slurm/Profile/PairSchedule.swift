/// A round-robin tournament: every pair of nodes meets once, and in one round no node is in two
/// pairs, so that no measurement disturbs another at its ends (the circle method).
public enum PairSchedule {
  /// Rounds of pairs of `count` nodes, each with the smaller number first.
  public static func rounds(_ count: Int) -> [[(first: Int, second: Int)]] {
    guard count > 1 else { return [] }
    // With an odd count the last place is empty: who meets it rests.
    let places = count + count % 2
    return (0..<places - 1).map { round in
      var pairs: [(Int, Int)] = []
      for step in 0..<places / 2 {
        let left = step == 0 ? places - 1 : (round + step) % (places - 1)
        let right = (round + places - 1 - step) % (places - 1)
        guard left < count, right < count else { continue }
        pairs.append((min(left, right), max(left, right)))
      }
      return pairs.map { (first: $0.0, second: $0.1) }
    }
  }
}
