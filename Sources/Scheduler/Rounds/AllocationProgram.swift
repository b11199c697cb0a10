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
    guard !worth.isEmpty, !capacity.isEmpty else { return Solution(level: 0, fractions: []) }
    return followed(from: start(), maximises: true)
  }

  /// The analytic centre of all allocations that reach a level below the largest one: the one that
  /// stays farthest from every limit.
  func centred(level: Double, below best: Solution) -> Solution {
    var point = start()
    guard best.level > level, !worth.isEmpty else { return best }
    // Between the best point and one well inside, where the level is still exceeded.
    let wanted = (best.level + level) / 2
    let inner = min(point.level, level)
    let part = min(1, max(0, (wanted - inner) / max(best.level - inner, 1e-300)))
    let kinds = capacity.count
    for job in worth.indices {
      for kind in 0..<kinds {
        let place = job * kinds + kind
        point.x[place] = part * best.fractions[job][kind] + (1 - part) * point.x[place]
      }
    }
    point.level = level
    return followed(from: point, maximises: false)
  }

  /// Follows the central path to its end.
  private func followed(from start: Iterate, maximises: Bool) -> Solution {
    let (jobs, kinds) = (worth.count, capacity.count)
    var point = start
    var gap = Double.infinity
    for _ in 0..<200 where gap > 1e-9 * max(1, abs(point.level)) {
      let slacks = slacks(point)
      gap = complementarity(point, slacks)
      let constraints = Double(jobs * kinds + 2 * jobs + kinds)
      guard step(&point, slacks, target: gap / constraints / 10, maximises) else { break }
    }
    let fractions = (0..<jobs).map { job in
      (0..<kinds).map { kind in min(1, max(0, point.x[job * kinds + kind])) }
    }
    return Solution(level: point.level, fractions: fractions)
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
    _ point: inout Iterate, _ slacks: Slacks, target: Double, _ maximises: Bool
  ) -> Bool {
    var system = NewtonSystem(
      self, point.x, slacks.time, slacks.worth, slacks.capacity,
      positive: point.positive, time: point.time, worthMultipliers: point.worth,
      capacityMultipliers: point.capacity, target: target)
    if !maximises { system.fixLevel() }
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

/// The linear system of one step: a small dense block per job, bordered by the kinds and the level.
private struct NewtonSystem {
  let program: AllocationProgram
  private var blocks: [[Double]]
  private var right: [[Double]]
  /// Weights of the worth constraints.
  private var worthWeights: [Double]
  private var capacityWeights: [Double]
  private var capacityRight: [Double]
  private var levelRight: Double
  private var levelDiagonal: Double
  private var isLevelFixed = false

  init(
    _ program: AllocationProgram, _ x: [Double], _ time: [Double], _ worth: [Double],
    _ capacity: [Double], positive: [Double], time timeMultipliers: [Double],
    worthMultipliers: [Double], capacityMultipliers: [Double], target: Double
  ) {
    self.program = program
    let (jobs, kinds) = (program.worth.count, program.capacity.count)
    blocks = []
    right = []
    worthWeights = []
    capacityWeights = []
    capacityRight = []
    // The gradient of the barrier: of -t, pushed off every constraint by target / slack.
    levelRight = 1
    levelDiagonal = 0
    for kind in 0..<kinds {
      capacityWeights.append(capacityMultipliers[kind] / capacity[kind])
      capacityRight.append(target / capacity[kind])
    }
    for job in 0..<jobs {
      let timeWeight = timeMultipliers[job] / time[job]
      let worthWeight = worthMultipliers[job] / worth[job]
      worthWeights.append(worthWeight)
      var block = [Double](repeating: 0, count: kinds * kinds)
      var side = [Double](repeating: 0, count: kinds)
      for row in 0..<kinds {
        let rowWorth = program.worth[job][row]
        for column in 0..<kinds {
          block[row * kinds + column] =
            timeWeight + worthWeight * rowWorth * program.worth[job][column]
        }
        let place = job * kinds + row
        block[row * kinds + row] += positive[place] / x[place]
        side[row] =
          target / x[place] - target / time[job]
          + target / worth[job] * rowWorth - capacityRight[row] * program.devices[job]
      }
      blocks.append(block)
      right.append(side)
      levelRight -= target / worth[job] * program.need[job]
      levelDiagonal += worthWeight * program.need[job] * program.need[job]
    }
  }

  /// Takes the level for given, and leaves no objective but the limits.
  mutating func fixLevel() {
    isLevelFixed = true
    levelRight = 0
    levelDiagonal = 1
  }

  /// The changes of the fractions and of the level; nil when the system is singular.
  func solved() -> (x: [Double], level: Double)? {
    let (jobs, kinds) = (blocks.count, capacityWeights.count)
    // Border unknowns: p[kind] = weight × Σ devices dx, then the level.
    let size = kinds + 1
    var schur = [Double](repeating: 0, count: size * size)
    var side = [Double](repeating: 0, count: size)
    for kind in 0..<kinds { schur[kind * size + kind] = -1 / capacityWeights[kind] }
    schur[kinds * size + kinds] = levelDiagonal
    side[kinds] = levelRight
    var factors: [[Double]] = []
    for job in 0..<jobs {
      guard let factor = Dense.cholesky(blocks[job], kinds) else { return nil }
      factors.append(factor)
      let borders = borders(of: job)
      let solvedSide = Dense.solve(factor, kinds, right[job])
      for row in 0..<size {
        side[row] -= Dense.dot(borders[row], solvedSide)
        let solvedBorder = Dense.solve(factor, kinds, borders[row])
        for column in 0..<size {
          schur[row * size + column] -= Dense.dot(borders[column], solvedBorder)
        }
      }
    }
    guard let border = Dense.eliminate(schur, side, size) else { return nil }
    var x: [Double] = []
    for job in 0..<jobs {
      var rest = right[job]
      let borders = borders(of: job)
      for row in 0..<size {
        for kind in 0..<kinds { rest[kind] -= borders[row][kind] * border[row] }
      }
      x += Dense.solve(factors[job], kinds, rest)
    }
    return x.allSatisfy(\.isFinite) ? (x, border[kinds]) : nil
  }

  /// A job's columns in the border: its devices on each kind, then its part in the level.
  private func borders(of job: Int) -> [[Double]] {
    let kinds = capacityWeights.count
    var rows = (0..<kinds).map { kind in
      (0..<kinds).map { $0 == kind ? program.devices[job] : 0 }
    }
    rows.append(
      program.worth[job].map {
        isLevelFixed ? 0 : -worthWeights[job] * program.need[job] * $0
      })
    return rows
  }
}

/// Small dense linear algebra, row by row.
enum Dense {
  static func dot(_ left: [Double], _ right: [Double]) -> Double {
    var sum = 0.0
    for index in left.indices { sum += left[index] * right[index] }
    return sum
  }

  /// The lower factor of a symmetric positive definite matrix; nil when it is not one.
  static func cholesky(_ matrix: [Double], _ size: Int) -> [Double]? {
    var factor = matrix
    for row in 0..<size {
      for column in 0...row {
        var sum = factor[row * size + column]
        for inner in 0..<column {
          sum -= factor[row * size + inner] * factor[column * size + inner]
        }
        if row == column {
          guard sum > 0, sum.isFinite else { return nil }
          factor[row * size + row] = sum.squareRoot()
        } else {
          factor[row * size + column] = sum / factor[column * size + column]
        }
      }
    }
    return factor
  }

  /// Solves with a factor of `cholesky`.
  static func solve(_ factor: [Double], _ size: Int, _ right: [Double]) -> [Double] {
    var x = right
    for row in 0..<size {
      for column in 0..<row { x[row] -= factor[row * size + column] * x[column] }
      x[row] /= factor[row * size + row]
    }
    for row in (0..<size).reversed() {
      for column in row + 1..<max(size, row + 1) {
        x[row] -= factor[column * size + row] * x[column]
      }
      x[row] /= factor[row * size + row]
    }
    return x
  }

  /// Gauss elimination with partial pivoting; nil when singular.
  static func eliminate(_ matrix: [Double], _ right: [Double], _ size: Int) -> [Double]? {
    var (a, b) = (matrix, right)
    for step in 0..<size {
      let pivot = (step..<size).max { abs(a[$0 * size + step]) < abs(a[$1 * size + step]) } ?? step
      guard abs(a[pivot * size + step]) > 0 else { return nil }
      if pivot != step {
        for column in 0..<size { a.swapAt(step * size + column, pivot * size + column) }
        b.swapAt(step, pivot)
      }
      for row in step + 1..<max(size, step + 1) {
        let factor = a[row * size + step] / a[step * size + step]
        guard factor != 0 else { continue }
        for column in step..<size { a[row * size + column] -= factor * a[step * size + column] }
        b[row] -= factor * b[step]
      }
    }
    for row in (0..<size).reversed() {
      for column in row + 1..<max(size, row + 1) { b[row] -= a[row * size + column] * b[column] }
      b[row] /= a[row * size + row]
    }
    return b
  }
}
