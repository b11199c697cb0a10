import Glibc

/// The linear program behind the allocation policies: the largest level t such that every job i
/// gets at least `need[i]` × t of worth,
///
///     maximise t   subject to   Σⱼ worth[i][j] x[i][j] ≥ need[i] t   for every job i,
///     Σⱼ x[i][j] ≤ 1,   Σᵢ devices[i] x[i][j] ≤ capacity[j],   x ≥ 0.
///
/// Solved by a primal-dual interior-point method (Boyd and Vandenberghe, "Convex Optimization",
/// 2004, section 11.7). The Newton system is block-diagonal by job but for one row per kind and t,
/// so an iteration takes time linear in the jobs. Of many optimal solutions such a method finds the
/// middle one, which spreads what is left over evenly.
struct AllocationProgram {
  var worth: [[Double]]
  var need: [Double]
  var devices: [Double]
  var capacity: [Double]

  struct Solution {
    var level: Double
    var fractions: [[Double]]
  }

  /// Point, slacks and multipliers: per job the fractions' and its two constraints', per kind one.
  private struct Iterate {
    var x: [Double]
    var level: Double
    /// Multipliers of x ≥ 0, of time, of worth and of capacity.
    var positive: [Double]
    var time: [Double]
    var worth: [Double]
    var capacity: [Double]
  }

  private struct Slacks {
    var time: [Double]
    var worth: [Double]
    var capacity: [Double]
  }

  /// The solution, to a relative gap of about 1e-8.
  func solved() -> Solution {
    let (jobs, kinds) = (worth.count, capacity.count)
    guard jobs > 0, kinds > 0 else { return Solution(level: 0, fractions: []) }
    var point = start()
    var gap = Double.infinity
    for _ in 0..<200 where gap > 1e-9 * max(1, abs(point.level)) {
      let slacks = slacks(point)
      gap = complementarity(point, slacks)
      let constraints = Double(jobs * kinds + 2 * jobs + kinds)
      guard step(&point, slacks, target: gap / constraints / 10) else { break }
    }
    let fractions = (0..<jobs).map { job in
      (0..<kinds).map { kind in min(1, max(0, point.x[job * kinds + kind])) }
    }
    return Solution(level: point.level, fractions: fractions)
  }

  /// Fractions with which every job gets its need; nil when there are none. Which of many: see
  /// `SelfDualMethod`.
  func reached() -> [[Double]]? {
    guard !worth.isEmpty, !capacity.isEmpty else { return worth.map { _ in [] } }
    guard let fractions = SelfDualMethod.fractions(self) else { return nil }
    return worth.indices.map { job in
      capacity.indices.map { min(1, max(0, fractions[job * capacity.count + $0])) }
    }
  }

  /// A point strictly inside: everybody gets the same small part of everything.
  private func start() -> Iterate {
    let (jobs, kinds) = (worth.count, capacity.count)
    let total = devices.reduce(0, +)
    var x = [Double](repeating: 0, count: jobs * kinds)
    for job in 0..<jobs {
      for kind in 0..<kinds {
        x[job * kinds + kind] = min(0.9 / Double(kinds), 0.9 * capacity[kind] / max(total, 1e-9))
      }
    }
    var level = Double.infinity
    for job in 0..<jobs where need[job] > 0 { level = min(level, gain(job, x) / need[job]) }
    level = level.isFinite ? level * 0.5 : 0
    return Iterate(
      x: x, level: level, positive: x.map { 1 / max($0, 1e-12) },
      time: Array(repeating: 1, count: jobs), worth: Array(repeating: 1, count: jobs),
      capacity: Array(repeating: 1, count: kinds))
  }

  private func gain(_ job: Int, _ x: [Double]) -> Double {
    var sum = 0.0
    let kinds = capacity.count
    for kind in 0..<kinds { sum += worth[job][kind] * x[job * kinds + kind] }
    return sum
  }

  private func slacks(_ point: Iterate) -> Slacks {
    let (jobs, kinds) = (worth.count, capacity.count)
    var slacks = Slacks(time: [], worth: [], capacity: capacity)
    for job in 0..<jobs {
      var spent = 0.0
      for kind in 0..<kinds {
        let part = point.x[job * kinds + kind]
        spent += part
        slacks.capacity[kind] -= devices[job] * part
      }
      slacks.time.append(1 - spent)
      slacks.worth.append(gain(job, point.x) - need[job] * point.level)
    }
    return slacks
  }

  private func complementarity(_ point: Iterate, _ slacks: Slacks) -> Double {
    var gap = 0.0
    for (value, multiplier) in zip(point.x, point.positive) { gap += value * multiplier }
    for (value, multiplier) in zip(slacks.time, point.time) { gap += value * multiplier }
    for (value, multiplier) in zip(slacks.worth, point.worth) { gap += value * multiplier }
    for (value, multiplier) in zip(slacks.capacity, point.capacity) { gap += value * multiplier }
    return gap
  }

  /// One damped Newton step towards complementary products of `target`; false when none is
  /// possible.
  private func step(
    _ point: inout Iterate, _ slacks: Slacks, target: Double
  ) -> Bool {
    let system = NewtonSystem(
      self, point.x, slacks.time, slacks.worth, slacks.capacity,
      positive: point.positive, time: point.time, worthMultipliers: point.worth,
      capacityMultipliers: point.capacity, target: target)
    guard let (dx, dLevel) = system.solved() else { return false }
    let (jobs, kinds) = (worth.count, capacity.count)
    // Changes of the slacks, then of the multipliers by linearised complementarity.
    var dTime = [Double](repeating: 0, count: jobs)
    var dWorth = [Double](repeating: 0, count: jobs)
    var dCapacity = [Double](repeating: 0, count: kinds)
    for job in 0..<jobs {
      for kind in 0..<kinds {
        let change = dx[job * kinds + kind]
        dTime[job] -= change
        dWorth[job] += worth[job][kind] * change
        dCapacity[kind] -= devices[job] * change
      }
      dWorth[job] -= need[job] * dLevel
    }
    func multipliers(_ old: [Double], _ slack: [Double], _ change: [Double]) -> [Double] {
      old.indices.map { (target - old[$0] * change[$0]) / slack[$0] - old[$0] }
    }
    let dPositive = multipliers(point.positive, point.x, dx)
    let dTimes = multipliers(point.time, slacks.time, dTime)
    let dWorths = multipliers(point.worth, slacks.worth, dWorth)
    let dCapacities = multipliers(point.capacity, slacks.capacity, dCapacity)
    let primal = Self.longest([
      (point.x, dx), (slacks.time, dTime), (slacks.worth, dWorth), (slacks.capacity, dCapacity),
    ])
    let dual = Self.longest([
      (point.positive, dPositive), (point.time, dTimes), (point.worth, dWorths),
      (point.capacity, dCapacities),
    ])
    guard primal > 1e-14, dual > 1e-14 else { return false }
    Self.add(&point.x, dx, primal)
    point.level += primal * dLevel
    Self.add(&point.positive, dPositive, dual)
    Self.add(&point.time, dTimes, dual)
    Self.add(&point.worth, dWorths, dual)
    Self.add(&point.capacity, dCapacities, dual)
    return true
  }

  private static func add(_ values: inout [Double], _ changes: [Double], _ step: Double) {
    for index in values.indices { values[index] += step * changes[index] }
  }

  /// The longest step, at most 1, that keeps all values above zero.
  private static func longest(_ parts: [([Double], [Double])]) -> Double {
    var step = 1.0
    for (values, changes) in parts {
      for index in values.indices where changes[index] < 0 {
        step = min(step, -0.99 * values[index] / changes[index])
      }
    }
    return step
  }
}
