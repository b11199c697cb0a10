/// Finds fractions that keep all limits, or finds that there are none: the interior-point method of
/// the solver ECOS on the homogeneous self-dual embedding (Domahidi, Chu and Boyd, "ECOS: An SOCP
/// solver for embedded systems", ECC 2013, sections III and IV; the start after Vandenberghe, "The
/// CVXOPT linear and quadratic cone program solvers", 2010, section 5.3), for a program that has
/// limits only and nothing to maximise.
///
/// Of all fractions that keep the limits the point depends on the method. It starts where the sum
/// of the squared slacks is least and ends as soon as nothing is violated: close to what just
/// suffices. Gavel's policies are solved by ECOS, and it is this point that their figures rest on.
struct SelfDualMethod {
  private let rows: AllocationRows
  private let limits: [Double]
  private var x: [Double] = []
  /// Slacks and multipliers of the rows.
  private var slack: [Double] = []
  private var multiplier: [Double] = []
  /// The embedding's scale: the point is x / tau where tau wins, infeasible where kappa does.
  private var tau = 1.0
  private var kappa = 1.0

  private static let tolerance = 1e-8

  /// A change of all unknowns.
  private struct Change {
    var x: [Double]
    var multiplier: [Double]
    var tau: Double
    var kappa: Double
    /// Changes of slack and multiplier, divided and multiplied by the scaling.
    var scaledSlack: [Double]
    var scaledMultiplier: [Double]
  }

  /// Fractions by job and kind that keep the limits to 1e-8; nil when there are none, or none is
  /// found.
  static func fractions(_ program: AllocationProgram) -> [Double]? {
    var (rows, limits) = AllocationRows.limits(of: program)
    let scales = rows.equilibrate()
    for row in limits.indices { limits[row] /= scales.rows[row] }
    var method = SelfDualMethod(rows: rows, limits: limits)
    guard method.starts() else { return nil }
    for _ in 0..<100 {
      if let isFeasible = method.verdict() {
        guard isFeasible else { return nil }
        return zip(method.x, scales.columns).map { $0 / method.tau / $1 }
      }
      guard method.step() else { return nil }
    }
    return nil
  }

  private init(rows: AllocationRows, limits: [Double]) {
    self.rows = rows
    self.limits = limits
  }

  /// The fractions of least squared slacks, slacks and multipliers shifted to be positive.
  private mutating func starts() -> Bool {
    let ones = [Double](repeating: 1, count: limits.count)
    guard let normal = rows.normal(ones), let least = normal.solved(rows.transposedTimes(limits))
    else { return false }
    x = least
    slack = Self.difference(limits, rows.times(x))
    let smallest = slack.min() ?? 1
    if smallest <= 0 { slack = slack.map { $0 + 1 - smallest } }
    multiplier = ones
    return true
  }

  /// Whether there are such fractions, as soon as it is known.
  private func verdict() -> Bool? {
    let primal = Self.length(primalResidual()) / tau / max(1, Self.length(limits))
    let transposed = Self.length(rows.transposedTimes(multiplier))
    let gap = Dense.dot(slack, multiplier)
    if max(primal, transposed / tau, gap) < Self.tolerance { return true }
    let certificate = -Dense.dot(limits, multiplier)
    if certificate > 0, tau < kappa, transposed < Self.tolerance * certificate { return false }
    return nil
  }

  private func primalResidual() -> [Double] {
    let product = rows.times(x)
    return slack.indices.map { slack[$0] + product[$0] - limits[$0] * tau }
  }

  /// One predictor and corrector step after Mehrotra; false when the numbers do not allow it.
  private mutating func step() -> Bool {
    let weights = zip(multiplier, slack).map { $0 / $1 }
    guard let normal = rows.normal(weights),
      let toLimits = solved(normal, weights, zeros, limits)
    else { return false }
    let dual = rows.transposedTimes(multiplier).map { -$0 }
    let primal = primalResidual()
    let embedding = kappa + Dense.dot(limits, multiplier)
    let mean = (Dense.dot(slack, multiplier) + kappa * tau) / Double(slack.count + 1)
    let middle = zip(slack, multiplier).map { ($0 * $1).squareRoot() }
    let scaling = zip(slack, multiplier).map { ($0 / $1).squareRoot() }
    let denominator = kappa / tau - Dense.dot(limits, toLimits.multiplier)
    /// - Parameters:
    ///   - centring: How far to go back to the middle of the path, from 0 to 1.
    ///   - products: What the products of slacks and multipliers shall lose, and that of kappa and
    ///     tau.
    func change(_ centring: Double, _ products: [Double], _ product: Double) -> Change? {
      let part = 1 - centring
      let right = primal.indices.map { row in
        scaling[row] * products[row] / middle[row] - part * primal[row]
      }
      guard let own = solved(normal, weights, dual.map { part * $0 }, right) else { return nil }
      let tauChange =
        (part * embedding - product / tau + Dense.dot(limits, own.multiplier)) / denominator
      let multiplierChange = own.multiplier.indices.map {
        own.multiplier[$0] + tauChange * toLimits.multiplier[$0]
      }
      let scaled = zip(scaling, multiplierChange).map { $0 * $1 }
      return Change(
        x: own.x.indices.map { own.x[$0] + tauChange * toLimits.x[$0] },
        multiplier: multiplierChange, tau: tauChange, kappa: -(product + kappa * tauChange) / tau,
        scaledSlack: products.indices.map { -(products[$0] / middle[$0] + scaled[$0]) },
        scaledMultiplier: scaled)
    }
    guard let ahead = change(0, middle.map { $0 * $0 }, kappa * tau) else { return false }
    let centring = min(1, max(1e-4, pow3(1 - longest(ahead, middle))))
    let products = middle.indices.map {
      middle[$0] * middle[$0] + ahead.scaledSlack[$0] * ahead.scaledMultiplier[$0]
        - centring * mean
    }
    let product = kappa * tau + ahead.kappa * ahead.tau - centring * mean
    guard let chosen = change(centring, products, product) else { return false }
    let length = 0.99 * longest(chosen, middle)
    for place in x.indices { x[place] += length * chosen.x[place] }
    for row in slack.indices {
      slack[row] += length * scaling[row] * chosen.scaledSlack[row]
      multiplier[row] += length * chosen.multiplier[row]
    }
    tau += length * chosen.tau
    kappa += length * chosen.kappa
    return tau > 0 && kappa > 0
  }

  private var zeros: [Double] { [Double](repeating: 0, count: x.count) }

  /// Solves rowsᵀ z = dual and rows x − z / weights = primal.
  private func solved(
    _ normal: AllocationRows.Normal, _ weights: [Double], _ dual: [Double], _ primal: [Double]
  ) -> (x: [Double], multiplier: [Double])? {
    let weighted = rows.transposedTimes(zip(weights, primal).map { $0 * $1 })
    guard let x = normal.solved(zip(dual, weighted).map { $0 + $1 }) else { return nil }
    let product = rows.times(x)
    return (x, weights.indices.map { weights[$0] * (product[$0] - primal[$0]) })
  }

  /// The longest step that keeps everything above 0.
  private func longest(_ change: Change, _ middle: [Double]) -> Double {
    var step = 0.999
    for row in middle.indices {
      let worst = min(change.scaledSlack[row], change.scaledMultiplier[row])
      if worst < 0 { step = min(step, -middle[row] / worst) }
    }
    if change.tau < 0 { step = min(step, -tau / change.tau) }
    if change.kappa < 0 { step = min(step, -kappa / change.kappa) }
    return max(1e-6, step)
  }

  private func pow3(_ value: Double) -> Double { value * value * value }

  private static func length(_ vector: [Double]) -> Double {
    Dense.dot(vector, vector).squareRoot()
  }

  private static func difference(_ left: [Double], _ right: [Double]) -> [Double] {
    left.indices.map { left[$0] - right[$0] }
  }
}
