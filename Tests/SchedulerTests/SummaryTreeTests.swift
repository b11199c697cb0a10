import TestSupport
import Testing

@testable import Scheduler

/// An element whose summary is a sum and a least value.
private struct Coin: SummaryTreeElement, Equatable {
  var key: Int
  var worth: Int
  struct Summary: Sendable {
    var count: Int
    var sum: Int
    var least: Int
  }
  var identity: Int { key }
  var summary: Summary { Summary(count: 1, sum: worth, least: worth) }
  func precedes(_ other: Coin) -> Bool { key < other.key }
  static func joined(_ left: Summary, _ right: Summary) -> Summary {
    Summary(
      count: left.count + right.count, sum: left.sum + right.sum,
      least: min(left.least, right.least))
  }
}

/// The tree against a sorted array, through random insertions and removals.
@Suite struct SummaryTreeTests {
  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func itAgreesWithASortedArray(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var tree = SummaryTree<Coin>()
    var array: [Coin] = []
    for _ in 0..<400 {
      if array.isEmpty || random.chance(0.6) {
        let coin = Coin(key: random.int(0...10_000), worth: random.int(1...50))
        guard !array.contains(where: { $0.key == coin.key }) else { continue }
        tree.insert(coin)
        array.insert(coin, at: array.firstIndex { $0.key > coin.key } ?? array.count)
      } else {
        let coin = array.remove(at: random.int(0...array.count - 1))
        let removed = [tree.remove(coin), tree.remove(coin)]
        #expect(removed == [true, false])
      }
      #expect(tree.count == array.count)
      #expect(tree.summary?.sum ?? 0 == array.reduce(0) { $0 + $1.worth })
    }
    #expect((0..<tree.count).map { tree[$0] } == array)
    for _ in 0..<50 {
      let from = random.int(0...array.count)
      let limit = random.int(0...20)
      let found = tree.first(
        from: from, mayHold: { $0.least <= limit }, matches: { $0.worth <= limit })
      let expected = array.indices.first { $0 >= from && array[$0].worth <= limit }
      #expect(found?.rank == expected)
      let wanted = random.int(1...600)
      let enough = tree.first(adding: 0, { $0 + $1.sum }, isEnough: { $0 >= wanted })
      var sum = 0
      #expect(
        enough
          == array.first { coin in
            sum += coin.worth
            return sum >= wanted
          })
      let border = random.int(0...10_000)
      var before = 0
      tree.before({ $0.key <= border }) { before += $0.count }
      #expect(before == array.count { $0.key <= border })
    }
  }

  /// A hundred thousand waiting jobs: a search for the next job that fits looks at few of them,
  /// also where short jobs are too wide and narrow ones too long.
  @Test(arguments: [1_000, 10_000, 100_000])
  func backfillLooksAtFewJobs(count: Int) {
    var tree = SummaryTree<WaitingJob>()
    for number in 0..<count {
      let isWide = number % 2 == 0
      tree.insert(
        WaitingJob(
          job: Job(
            number: number, submit: Double(number), cores: isWide ? 64 : 2,
            estimateSeconds: isWide ? 10 : 1000), rank: 0))
    }
    // The only one that may start stands last.
    tree.insert(
      WaitingJob(
        job: Job(number: count, submit: Double(count), cores: 2, estimateSeconds: 50), rank: 0))
    var looked = 0
    let query = BackfillQuery(
      free: Amounts(cores: 4, bytes: 0), extra: Amounts(cores: 0, bytes: 0), now: 0, shadow: 100)
    let found = tree.first(
      mayHold: {
        looked += 1
        return query.mayMatch($0)
      }, matches: { query.matches($0) })
    #expect(found?.rank == count)
    #expect(looked < 120, "\(looked) of \(count) subtrees looked at")
  }
}
