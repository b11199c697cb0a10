import Executor
import HardwareDiscovery
import HardwareModel
import Quantities
import Testing

@testable import Calibration

/// What a neighbour does to each kind of work, on this machine.
@Suite struct NeighbourTests {
  static let cores =
    (try? HardwareDiscovery.discover(.live)).map { PoolLayout(machine: $0) }?
    .workers.count ?? 1

  @Test(.enabled(if: cores > 1, "one core alone has no neighbour"))
  func everyPairIsMeasured() throws {
    let pool = try WorkerPool(layout: PoolLayout(machine: try HardwareDiscovery.discover(.live)))
    defer { pool.shutdown() }
    let (own, other) = (try pool.lease([0]), try pool.lease([1]))
    defer {
      own.release()
      other.release()
    }
    let cache = 8 << 20
    var probe = try NeighbourProbe(own, beside: other, cacheBytes: cache)
    try probe.measure()
    let effect = probe.effect
    #expect(effect.cores == 1 && effect.cacheBytes == cache)
    // No memory of a computer that runs this moves a terabyte a second for one core.
    #expect(effect.aloneBytesPerSecond.value > 1e7 && effect.aloneBytesPerSecond.value < 1e12)
    #expect(effect.slowdowns.count == 3 && effect.slowdowns.allSatisfy { $0.count == 3 })
    #expect(effect.slowdowns.joined().allSatisfy { $0 >= 1 && $0.isFinite })
  }
}
