/// Divides devices among jobs so that the sum of their values is as large as possible: a knapsack
/// in which each job takes one point of its curve, or nothing.
///
/// Solved greedily on the upper concave hulls of the curves, best value per device first (Sinha and
/// Zoltners, "The multiple-choice knapsack problem", Operations Research 27(3), 1979): what is lost
/// against the optimum is less than the value of one step that no longer fits. Time n log n in the
/// points.
struct DeviceDivision {
  /// A claim on devices.
  struct Claim {
    /// Claims of higher priority are served first, whatever the value.
    var priority = 0
    /// Devices and what they are worth, ascending by devices; nothing is worth nothing.
    var points: [(devices: Int, value: Double)]
  }

  /// One step up a job's hull.
  private struct Step {
    var claim: Int
    var priority: Int
    var devices: Int
    var more: Int
    var valuePerDevice: Double
  }

  /// Devices for each claim; 0 for those that get none.
  static func divided(_ devices: Int, among claims: [Claim]) -> [Int] {
    var steps = claims.indices.flatMap { Self.steps(of: claims[$0], number: $0) }
    steps.sort { left, right in
      if left.priority != right.priority { return left.priority > right.priority }
      if left.valuePerDevice != right.valuePerDevice {
        return left.valuePerDevice > right.valuePerDevice
      }
      return (left.claim, left.devices) < (right.claim, right.devices)
    }
    var given = [Int](repeating: 0, count: claims.count)
    var isBlocked = [Bool](repeating: false, count: claims.count)
    var left = devices
    for step in steps where !isBlocked[step.claim] {
      guard step.more <= left else {
        isBlocked[step.claim] = true
        continue
      }
      left -= step.more
      given[step.claim] = step.devices
    }
    // What no step of a hull fits into may still hold a point below a hull.
    for claim in claims.indices where left > 0 && isBlocked[claim] {
      let own = given[claim]
      let worth = claims[claim].points.last { $0.devices == own }?.value ?? 0
      let better = claims[claim].points
        .filter { $0.devices > own && $0.devices - own <= left && $0.value > worth }
        .max { ($0.value, $1.devices) < ($1.value, $0.devices) }
      guard let better else { continue }
      left -= better.devices - own
      given[claim] = better.devices
    }
    return given
  }

  /// The steps from nothing along a claim's upper concave hull.
  private static func steps(of claim: Claim, number: Int) -> [Step] {
    var hull: [(devices: Int, value: Double)] = [(0, 0)]
    for point in claim.points where point.value > (hull.last?.value ?? 0) {
      while hull.count > 1, let last = hull.last {
        let before = hull[hull.count - 2]
        let slope = (last.value - before.value) / Double(last.devices - before.devices)
        let next = (point.value - last.value) / Double(point.devices - last.devices)
        guard next >= slope else { break }
        hull.removeLast()
      }
      hull.append(point)
    }
    return hull.indices.dropFirst().map { index in
      let more = hull[index].devices - hull[index - 1].devices
      return Step(
        claim: number, priority: claim.priority, devices: hull[index].devices, more: more,
        valuePerDevice: (hull[index].value - hull[index - 1].value) / Double(more))
    }
  }
}
