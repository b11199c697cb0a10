import HardwareModel
import TestSupport
import Testing

@Suite struct IndexListTests {
  @Test(
    arguments: [
      ([], ""), ([3], "3"), ([0, 1, 2, 3], "0-3"), ([5, 1, 0, 5, 9, 8], "0-1,5,8-9"),
    ] as [([Int], String)])
  func writesKernelLists(_ values: [Int], _ text: String) {
    #expect(IndexList(values).description == text)
  }

  @Test(arguments: ["a", "1-", "-1", "3-1", "1-2-3", "0-99999999999", "1,x", "0-2000000"])
  func refusesWhatIsNoList(_ text: String) { #expect(IndexList(parsing: text) == nil) }

  @Test(arguments: 1...30 as ClosedRange<UInt64>)
  func roundTrips(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let list = IndexList((0..<random.int(0...40)).map { _ in random.int(0...60) })
    #expect(IndexList(parsing: list.description) == list)
  }
}
