import HardwareModel
import Quantities

/// What a workload asks of the memory that it shares with others, by its counted operators.
public struct MemoryPressure: Sendable, Hashable {
  /// Bytes per second while it runs.
  public var bytesPerSecond: Double
  /// The part of its time in operators that wait for memory: those whose bytes, at the device's
  /// bandwidth, take at least half of their predicted time (assumed).
  public var boundShare: Double
  /// Operands and result of its largest operator, in bytes: what a cache would have to hold for the
  /// next operator to find it there.
  public var workingSetBytes: Int
}

extension TimeModel {
  /// The pressure of operators that are run again and again, one after the other.
  public func pressure(_ tallies: [WorkTally]) -> MemoryPressure {
    var (time, bound, bytes, largest) = (0.0, 0.0, 0.0, 0)
    let bandwidth = device.memoryBandwidth.value
    for entry in tallies.flatMap(\.entries) {
      let own = seconds(entry.cost)
      let moved = Double(entry.cost.bytes)
      time += own * Double(entry.count)
      bytes += moved * Double(entry.count)
      if bandwidth > 0, moved / bandwidth >= own / 2 { bound += own * Double(entry.count) }
      largest = max(largest, entry.cost.bytes)
    }
    return MemoryPressure(
      bytesPerSecond: time > 0 ? bytes / time : 0, boundShare: time > 0 ? bound / time : 0,
      workingSetBytes: largest)
  }
}
