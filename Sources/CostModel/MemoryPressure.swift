import HardwareModel
import Quantities

/// What a workload asks of memory and caches that it shares with others, by its counted operators,
/// as it runs alone.
public struct MemoryPressure: Sendable, Hashable {
  /// Bytes per second that it moves through memory.
  public var bytesPerSecond: Double
  /// The part of its time in operators that wait for memory: those whose bytes, at the device's
  /// bandwidth, take at least half of their predicted time (assumed).
  public var boundShare: Double
  /// The part in such operators when the last-level cache holds all that the workload uses; then
  /// it moves nothing through memory.
  public var cachedShare: Double
  /// What a cache would have to hold, in bytes: all that the workload uses where that fits, else
  /// operands and result of its largest operator, for the next to find them there.
  public var workingSetBytes: Int
}

extension TimeModel {
  /// The pressure of operators that are run again and again, one after the other.
  ///
  /// The device's speeds are those of a job whose neighbours do the same work; where the effect of
  /// neighbours was measured, it is taken out again, kind by kind. A job cannot ask memory for what
  /// its cores alone could not read.
  /// - Parameters:
  ///   - cores: Cores that the work runs on.
  ///   - footprintBytes: All memory that it uses.
  public func pressure(
    _ tally: WorkTally, cores: Int, footprintBytes: Int
  ) -> MemoryPressure {
    let effect = device.neighbour
    let isResident = effect.map { footprintBytes <= $0.cacheBytes } ?? false
    let fastest = effect?.aloneBytesPerSecond(cores: cores).value ?? .infinity
    var (seconds, bytes, largest) = ([NeighbourEffect.Work: Double](), 0.0, 0)
    let bandwidth = device.memoryBandwidth.value
    for entry in tally.entries {
      let beside = self.seconds(entry.cost)
      let moved = Double(entry.cost.bytes)
      let waits = bandwidth > 0 && moved / bandwidth >= beside / 2
      let work: NeighbourEffect.Work = waits ? (isResident ? .cache : .memory) : .arithmetic
      // What lies in a cache alone was measured as if it came from memory.
      let other = work == .arithmetic ? NeighbourEffect.Work.arithmetic : .memory
      var alone = beside / (effect?.slowdown(work, beside: other) ?? 1)
      if work == .memory { alone = max(alone, moved / fastest) }
      seconds[work, default: 0] += alone * Double(entry.count)
      bytes += isResident ? 0 : moved * Double(entry.count)
      largest = max(largest, entry.cost.bytes)
    }
    let time = NeighbourEffect.Work.allCases.reduce(0) { $0 + (seconds[$1] ?? 0) }
    func share(_ work: NeighbourEffect.Work) -> Double {
      time > 0 ? (seconds[work] ?? 0) / time : 0
    }
    return MemoryPressure(
      bytesPerSecond: time > 0 ? min(bytes / time, fastest) : 0, boundShare: share(.memory),
      cachedShare: share(.cache), workingSetBytes: isResident ? footprintBytes : largest)
  }
}
