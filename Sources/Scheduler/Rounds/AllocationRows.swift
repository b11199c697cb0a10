/// The limits of an allocation as rows of a matrix over its fractions (by job, then kind): no
/// fraction below 0, no kind given out more than it has, no job more than all its time, and every
/// job its need. Only the entries that are not 0 are kept.
struct AllocationRows {
  private let jobs: Int
  private let kinds: Int
  /// The entry of each fraction in the row of its own bound, of its kind, of its job's time and of
  /// its job's need.
  private var bound: [Double]
  private var capacity: [Double]
  private var time: [Double]
  private var worth: [Double]

  /// The rows and what they may not exceed: fractions x keep the limits where rows x ≤ limits.
  static func limits(of program: AllocationProgram) -> (rows: Self, limits: [Double]) {
    let rows = AllocationRows(program)
    let bounds = [Double](repeating: 0, count: rows.jobs * rows.kinds)
    let times = [Double](repeating: 1, count: rows.jobs)
    return (rows, bounds + program.capacity + times + program.need.map { -$0 })
  }

  private init(_ program: AllocationProgram) {
    (jobs, kinds) = (program.worth.count, program.capacity.count)
    bound = Array(repeating: -1, count: jobs * kinds)
    time = Array(repeating: 1, count: jobs * kinds)
    worth = program.worth.joined().map { -$0 }
    capacity = []
    for devices in program.devices { capacity += Array(repeating: devices, count: kinds) }
  }

  private var count: Int { jobs * kinds + kinds + 2 * jobs }

  /// Visits each entry: its row, its column (a fraction) and its value.
  private func forEachEntry(_ body: (Int, Int, Double) -> Void) {
    let (kindRow, timeRow) = (jobs * kinds, jobs * kinds + kinds)
    for column in 0..<jobs * kinds {
      let (job, kind) = column.quotientAndRemainder(dividingBy: kinds)
      body(column, column, bound[column])
      body(kindRow + kind, column, capacity[column])
      body(timeRow + job, column, time[column])
      body(timeRow + jobs + job, column, worth[column])
    }
  }

  /// Rows times fractions.
  func times(_ x: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: count)
    forEachEntry { result[$0] += $2 * x[$1] }
    return result
  }

  /// The transposed rows times multipliers.
  func transposedTimes(_ multipliers: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: jobs * kinds)
    forEachEntry { result[$1] += $2 * multipliers[$0] }
    return result
  }

  /// Scales rows and columns so that the largest entry of each is near 1 (three rounds of Ruiz, "A
  /// scaling algorithm to equilibrate both rows and columns norms in matrices", RAL-TR-2001-034);
  /// returns by what each row and column was divided.
  mutating func equilibrate() -> (rows: [Double], columns: [Double]) {
    var rows = [Double](repeating: 1, count: count)
    var columns = [Double](repeating: 1, count: jobs * kinds)
    for _ in 0..<3 {
      var largest = (
        rows: [Double](repeating: 0, count: count),
        columns: [Double](repeating: 0, count: jobs * kinds)
      )
      forEachEntry { row, column, value in
        largest.rows[row] = max(largest.rows[row], abs(value))
        largest.columns[column] = max(largest.columns[column], abs(value))
      }
      let byRow = largest.rows.map(Self.divisor), byColumn = largest.columns.map(Self.divisor)
      divide(rows: byRow, columns: byColumn)
      for row in rows.indices { rows[row] *= byRow[row] }
      for column in columns.indices { columns[column] *= byColumn[column] }
    }
    return (rows, columns)
  }

  private static func divisor(_ largest: Double) -> Double {
    largest < 1e-6 ? 1 : largest.squareRoot()
  }

  private mutating func divide(rows: [Double], columns: [Double]) {
    let (kindRow, timeRow) = (jobs * kinds, jobs * kinds + kinds)
    for column in columns.indices {
      let (job, kind) = column.quotientAndRemainder(dividingBy: kinds)
      bound[column] /= rows[column] * columns[column]
      capacity[column] /= rows[kindRow + kind] * columns[column]
      time[column] /= rows[timeRow + job] * columns[column]
      worth[column] /= rows[timeRow + jobs + job] * columns[column]
    }
  }

  /// The factored matrix rowsᵀ diag(weights) rows.
  func normal(_ weights: [Double]) -> Normal? {
    let (kindRow, timeRow) = (jobs * kinds, jobs * kinds + kinds)
    var blocks: [[Double]] = []
    var borders: [[[Double]]] = []
    for job in 0..<jobs {
      var block = [Double](repeating: 0, count: kinds * kinds)
      for row in 0..<kinds {
        let place = job * kinds + row
        for column in 0..<kinds {
          let other = job * kinds + column
          block[row * kinds + column] =
            weights[timeRow + job] * time[place] * time[other]
            + weights[timeRow + jobs + job] * worth[place] * worth[other]
        }
        block[row * kinds + row] += weights[place] * bound[place] * bound[place]
      }
      blocks.append(block)
      borders.append(
        (0..<kinds).map { kind in
          (0..<kinds).map { $0 == kind ? capacity[job * kinds + kind] : 0 }
        })
    }
    var corner = [Double](repeating: 0, count: kinds * kinds)
    for kind in 0..<kinds { corner[kind * kinds + kind] = -1 / weights[kindRow + kind] }
    return BorderedSystem(blocks: blocks, borders: borders, corner: corner, blockSize: kinds)
      .map { Normal(system: $0, kinds: kinds) }
  }

  /// A factored matrix over the fractions.
  struct Normal {
    fileprivate let system: BorderedSystem
    fileprivate let kinds: Int

    /// The fractions that it maps to a right side; nil when it is singular.
    func solved(_ right: [Double]) -> [Double]? {
      let byJob = stride(from: 0, to: right.count, by: kinds).map { Array(right[$0..<$0 + kinds]) }
      return system.solved(byJob, [Double](repeating: 0, count: kinds))?.x
    }
  }
}
