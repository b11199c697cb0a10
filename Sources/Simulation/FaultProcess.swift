import Scheduler

/// When nodes fail and come back: each independently, with exponentially distributed times between
/// failures and to repair. Seeded, so the same failures meet every policy.
public struct FaultProcess: Sendable {
  private var events = EventQueue<(node: Int, isFailure: Bool)>()
  private var random: SeededRandom
  private let meanUp: Double
  private let meanDown: Double

  /// - Parameters:
  ///   - nodes: How many nodes there are.
  ///   - meanUp: Mean time between failures of one node, in seconds.
  ///   - meanDown: Mean time to repair, in seconds.
  ///   - start: When the clock starts, in seconds.
  public init(nodes: Int, meanUp: Double, meanDown: Double, seed: UInt64, start: Double) {
    self.meanUp = meanUp
    self.meanDown = meanDown
    random = SeededRandom(seed: seed)
    for node in 0..<nodes {
      events.push((node, true), at: start + random.exponential(mean: meanUp))
    }
  }

  var nextTime: Double? { events.first?.time }

  mutating func next() -> BackEndEvent? {
    guard let event = events.pop() else { return nil }
    let (node, isFailure) = event.payload
    guard isFailure else {
      events.push((node, true), at: event.time + random.exponential(mean: meanUp))
      return .nodeRepaired(node)
    }
    let back = event.time + random.exponential(mean: meanDown)
    events.push((node, false), at: back)
    return .nodeFailed(node, until: back)
  }
}
