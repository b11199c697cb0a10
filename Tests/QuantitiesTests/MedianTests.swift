import Quantities
import TestSupport
import Testing

@Suite struct MedianTests {
  @Test(
    arguments: [
      ([], 0), ([7], 7), ([3, 1], 2), ([9, 1, 5], 5), ([4, 1, 3, 100], 3.5),
      ([.infinity, 1, .infinity], .infinity),
    ] as [([Double], Double)])
  func isTheMiddle(values: [Double], median: Double) { #expect(values.median == median) }

  /// As many values lie below it as above, in whatever order they come.
  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func halvesTheValues(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let values = (0..<random.int(1...30)).map { _ in random.double(-5..<5) }
    let median = values.median
    #expect(values.count { $0 < median } == values.count { $0 > median }, "seed \(seed)")
    #expect(values.shuffled(using: &random).median == median, "seed \(seed)")
  }
}
