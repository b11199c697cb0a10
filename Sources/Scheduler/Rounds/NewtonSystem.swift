/// The linear system of one step towards the largest level: a small dense block per job, bordered
/// by the kinds and the level.
struct NewtonSystem {
  private let kinds: Int
  private var blocks: [[Double]] = []
  private var right: [[Double]] = []
  private var borders: [[[Double]]] = []
  private var corner: [Double]
  private var levelRight: Double

  init(
    _ program: AllocationProgram, _ x: [Double], _ time: [Double], _ worth: [Double],
    _ capacity: [Double], positive: [Double], time timeMultipliers: [Double],
    worthMultipliers: [Double], capacityMultipliers: [Double], target: Double
  ) {
    kinds = program.capacity.count
    let size = kinds + 1
    corner = [Double](repeating: 0, count: size * size)
    // The gradient of the barrier: of -t, pushed off every constraint by target / slack.
    levelRight = 1
    // Border unknowns: p[kind] = weight × Σ devices dx, then the level.
    for kind in 0..<kinds {
      corner[kind * size + kind] = -capacity[kind] / capacityMultipliers[kind]
    }
    for job in program.worth.indices {
      let timeWeight = timeMultipliers[job] / time[job]
      let worthWeight = worthMultipliers[job] / worth[job]
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
          target / x[place] - target / time[job] + target / worth[job] * rowWorth
          - target / capacity[row] * program.devices[job]
      }
      blocks.append(block)
      right.append(side)
      let need = program.need[job]
      var columns = (0..<kinds).map { kind in
        (0..<kinds).map { $0 == kind ? program.devices[job] : 0 }
      }
      columns.append(program.worth[job].map { -worthWeight * need * $0 })
      borders.append(columns)
      levelRight -= target / worth[job] * need
      corner[kinds * size + kinds] += worthWeight * need * need
    }
  }

  /// The changes of the fractions and of the level; nil when the system is singular.
  func solved() -> (x: [Double], level: Double)? {
    let system = BorderedSystem(blocks: blocks, borders: borders, corner: corner, blockSize: kinds)
    let side = [Double](repeating: 0, count: kinds) + [levelRight]
    guard let (x, shared) = system?.solved(right, side) else { return nil }
    return (x, shared[kinds])
  }
}
