/// How a loop is cut into one contiguous range per lane, at multiples of a grain.
struct StaticSplit {
  let count: Int
  private let grain: Int
  private let units: Int
  private let unitsPerLane: Int
  /// The first lanes get one unit more.
  private let longerLanes: Int

  /// `count` and `lanes` are positive.
  @inline(__always)
  init(count: Int, grain: Int, lanes: Int) {
    self.count = count
    self.grain = max(1, min(grain, count))
    units = grain <= 1 ? count : (count - 1) / self.grain + 1
    unitsPerLane = units / lanes
    longerLanes = units - unitsPerLane * lanes
  }

  /// The lane's range; empty when there are fewer units than lanes.
  @inline(__always)
  func range(_ lane: Int) -> Range<Int> {
    let first = unitsPerLane * lane + min(lane, longerLanes)
    let last = first + unitsPerLane + (lane < longerLanes ? 1 : 0)
    return Range(uncheckedBounds: (index(first), index(last)))
  }

  /// The least multiple of `alignment` that is at least `grain` (both at least 1), or as near to
  /// it as an `Int` holds.
  @inline(__always)
  static func roundUp(_ grain: Int, to alignment: Int) -> Int {
    let (grain, alignment) = (max(1, grain), max(1, alignment))
    if alignment == 1 { return grain }
    let units = (grain - 1) / alignment + 1
    let (rounded, overflow) = units.multipliedReportingOverflow(by: alignment)
    return overflow ? (units - 1) * alignment : rounded
  }

  /// The unit's first index; `units * grain` may exceed `count`, and what an `Int` holds.
  @inline(__always)
  private func index(_ unit: Int) -> Int { unit >= units ? count : unit * grain }
}
