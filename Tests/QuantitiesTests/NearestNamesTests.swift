import Quantities
import TestSupport
import Testing

@Suite struct NearestNamesTests {
  @Test(
    arguments: [
      ("uno", ["uni"]), ("UNI", ["uni", "uni-2"]), ("pubmed", ["pubmedbert"]), ("zzzzzzzz", []),
      ("", []), ("virchw", ["virchow"]),
    ] as [(String, [String])])
  func nearestComeFirst(name: String, expected: [String]) {
    let names = ["virchow", "uni-2", "uni", "pubmedbert"]
    #expect(NearestNames.to(name, in: names) == expected)
  }

  @Test func remedyAsksOrFallsBack() {
    let names = ["uni", "uni-2"]
    #expect(
      NearestNames.question("unii", in: names, otherwise: "x") == "did you mean uni?")
    #expect(NearestNames.question("qqqqqq", in: names, otherwise: "see y") == "see y")
  }

  @Test func longNamesAreComparedInBoundedTime() {
    let long = String(repeating: "a", count: 1 << 14)
    #expect(NearestNames.to(long, in: ["a"]).isEmpty)
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func editDistanceIsAMetric(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    func word() -> [UInt8] {
      (0..<Int(random.double(0..<8))).map { _ in UInt8(97 + Int(random.double(0..<3))) }
    }
    for _ in 0..<200 {
      let (a, b, c) = (word(), word(), word())
      let ab = NearestNames.editDistance(a, b)
      #expect(ab == NearestNames.editDistance(b, a))
      #expect((ab == 0) == (a == b))
      #expect(ab <= NearestNames.editDistance(a, c) + NearestNames.editDistance(c, b))
      #expect(ab >= abs(a.count - b.count) && ab <= max(a.count, b.count))
    }
  }
}
