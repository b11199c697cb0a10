import TestSupport
import Testing

@testable import Scheduler

@Suite struct DeviceDivisionTests {
  /// Against every division there is: what is lost is at most one step's value.
  @Test(arguments: 1...40 as ClosedRange<UInt64>)
  func theGreedyDivisionIsWithinOneStepOfTheBest(_ seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let devices = random.int(1...12)
    let claims = (0..<random.int(1...5)).map { _ -> DeviceDivision.Claim in
      var size = 0
      var value = 0.0
      return DeviceDivision.Claim(
        points: (0..<random.int(1...4)).map { _ in
          size += random.int(1...4)
          value += Double(random.int(0...20))
          return (size, value)
        })
    }
    let given = DeviceDivision.divided(devices, among: claims)
    #expect(given.reduce(0, +) <= devices)
    func value(_ claim: DeviceDivision.Claim, _ size: Int) -> Double {
      size == 0 ? 0 : claim.points.first { $0.devices == size }?.value ?? -.infinity
    }
    func best(_ index: Int, _ left: Int) -> Double {
      guard index < claims.count else { return 0 }
      return ([(devices: 0, value: 0)] + claims[index].points).filter { $0.devices <= left }
        .map { $0.value + best(index + 1, left - $0.devices) }.max() ?? 0
    }
    let reached = zip(claims, given).reduce(0) { $0 + value($1.0, $1.1) }
    let largest = claims.flatMap(\.points).map(\.value).max() ?? 0
    #expect(reached > -.infinity)
    #expect(reached >= best(0, devices) - largest)
  }

  @Test func concaveCurvesAreDividedByTheirSlopes() {
    // Steps worth 10, 6, 1 and 8, 4: the best four devices are 10, 8, 6, 4.
    let given = DeviceDivision.divided(
      4,
      among: [
        .init(points: [(1, 10), (2, 16), (3, 17)]), .init(points: [(1, 8), (2, 12)]),
      ])
    #expect(given == [2, 2])
    // A higher priority is served first, whatever it is worth.
    let ranked = DeviceDivision.divided(
      2, among: [.init(points: [(1, 10), (2, 16)]), .init(priority: 1, points: [(2, 1)])])
    #expect(ranked == [0, 2])
  }
}
