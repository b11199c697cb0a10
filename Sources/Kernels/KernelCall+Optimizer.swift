import CKernels
import Executor
import Glibc
import Graph
import Quantities

/// Update rules; `inputs` are parameter, gradient and the rule's states.
extension KernelCall {
  private var parameter: TensorStorage { inputs[0] }
  private var gradient: TensorStorage { inputs[1] }

  func update(_ rule: OptimizerKind) throws(UserError) {
    switch rule {
    case .adamw: adamw()
    case .sgd:
      forElements(parameter.count) { begin, end, _ in
        kernels.sgd(
          parameter.array, gradient.array, Float(optimizer.learningRate), Int64(begin), Int64(end))
      }
    case .momentum:
      forElements(parameter.count) { begin, end, _ in
        graph.momentum(
          parameter.array, gradient.array, inputs[2].array, Float(optimizer.learningRate),
          Float(optimizer.momentum), Int64(begin), Int64(end))
      }
    case .lamb: lamb()
    case .adamw8bit: inputs.count > 4 ? adamw8bit() : adamw()
    case .adafactor: adafactor()
    case .muon: if inputs.count > 3 { adamw() } else { try muon() }
    }
  }

  private func adamw() {
    let rule = optimizer.rule(step: step)
    forElements(parameter.count) { begin, end, _ in
      kernels.adamw(
        parameter.array, gradient.array, inputs[2].array, inputs[3].array, rule, Int64(begin),
        Int64(end))
    }
  }

  private func adamw8bit() {
    let rule = optimizer.rule(step: step)
    let blocks = inputs[3].count
    forRows(blocks) { begin, end, _ in
      graph.adamw8bit(
        parameter.array, gradient.array, inputs[2].address.assumingMemoryBound(to: UInt8.self),
        inputs[3].floats, inputs[4].address.assumingMemoryBound(to: UInt8.self),
        inputs[5].floats, rule, Int64(parameter.count), Int64(begin), Int64(end))
    }
  }

  /// Sums over the lanes, in order, of pairs that `body` adds to.
  private func pairs(
    _ count: Int, _ body: (_ sums: UnsafeMutablePointer<Double>, _ begin: Int, _ end: Int) -> Void
  ) -> (Double, Double) {
    scope.forEachLane { lane in
      let mine = workspace.value(lane)
      (mine[0], mine[1]) = (0, 0)
      let range = TeamScope.chunk(lane, of: scope.count, count: count, grain: 512)
      if !range.isEmpty { body(mine, range.lowerBound, range.upperBound) }
    }
    return (0..<scope.count).reduce((0.0, 0.0)) {
      ($0.0 + workspace.value($1)[0], $0.1 + workspace.value($1)[1])
    }
  }

  /// LAMB (You et al., arXiv 1904.00962, algorithm 2): AdamW's direction, as long as ‖p‖.
  private func lamb() {
    let rule = optimizer.rule(step: step)
    let (m, v) = (inputs[2], inputs[3])
    let (ofParameter, ofDirection) = pairs(parameter.count) { sums, begin, end in
      graph.lambMoments(
        parameter.array, gradient.array, m.array, v.array, rule, sums, Int64(begin), Int64(end))
    }
    let isUsable = ofParameter > 0 && ofDirection > 0
    let trust = isUsable ? (ofParameter / ofDirection).squareRoot() : 1
    let rate = Float(optimizer.learningRate * trust)
    forElements(parameter.count) { begin, end, _ in
      graph.lambStep(
        parameter.array, m.array, v.array, rule, rate, Int64(begin), Int64(end))
    }
  }

  /// Adafactor without a first moment (Shazeer & Stern, arXiv 1804.04235, algorithms 4 and 5):
  /// decay 1 − t^−0.8, clipping at 1, a step relative to the parameter's size.
  private func adafactor() {
    let isMatrix = inputs.count > 3
    let (rows, columns) = isMatrix ? (parameter.rows, parameter.columns) : (parameter.count, 1)
    let decay = 1 - pow(Double(step), -0.8)
    let shared = workspace.shared.assumingMemoryBound(to: Float.self)
    let (columnSums, rowSums) = (shared, shared + (scope.count + 1) * columns)
    columnSums.update(repeating: 0, count: scope.count * columns)
    scope.forEachLane { lane in
      let range = TeamScope.chunk(lane, of: scope.count, count: rows)
      if range.isEmpty { return }
      graph.squareSums(
        gradient.array, 1e-30, rowSums, columnSums + lane * columns, Int64(columns),
        Int64(range.lowerBound), Int64(range.upperBound))
    }
    // A vector's moment is kept whole: rows of one column, whose mean stays out of it.
    let row = inputs[2].floats
    var total = 0.0
    for index in 0..<rows {
      let fresh = Double(rowSums[index]) / Double(columns)
      row[index] = Float(decay * Double(row[index]) + (1 - decay) * fresh)
      total += Double(row[index])
    }
    let column = shared + scope.count * columns
    let mean = total / Double(max(1, rows))
    for index in 0..<columns {
      guard isMatrix else {
        column[index] = 1
        continue
      }
      let sum = (0..<scope.count).reduce(0.0) { $0 + Double(columnSums[$1 * columns + index]) }
      let state = inputs[3].floats
      state[index] = Float(decay * Double(state[index]) + (1 - decay) * sum / Double(rows))
      column[index] = Float(Double(state[index]) / max(mean, 1e-36))
    }
    let size = sum(parameter.count, grain: 512) {
      kernels.dot(parameter.array, parameter.array, Int64($0), Int64($1))
    }
    func factored(_ rate: Float) -> Double {
      sum(rows, grain: 1) {
        graph.factoredStep(
          parameter.array, gradient.array, row, column, rate, Int64(columns), Int64($0),
          Int64($1))
      }
    }
    let count = Double(max(1, parameter.count))
    let clip = max(1, (factored(0) / count).squareRoot())
    let relative = max(1e-3, (size / count).squareRoot())
    _ = factored(Float(optimizer.learningRate * relative / clip))
  }

  /// Muon (Jordan et al. 2024, github.com/KellerJordan/Muon): Nesterov momentum of 0.95, made
  /// nearly orthogonal by five Newton–Schulz steps.
  private func muon() throws(UserError) {
    let shape = MuonShape(parameter.tensor)
    let side = shape.side
    let x = workspace.shared.assumingMemoryBound(to: Float.self)
    let next = x + shape.count
    let (gram, square) = (next + shape.count, next + shape.count + side * side)
    let buffer = inputs[2]
    forElements(shape.count) { begin, end, _ in
      // The momentum buffer first (a parameter's step of 0), then gradient + 0.95·momentum.
      graph.momentum(
        parameter.array, gradient.array, buffer.array, 0, 0.95, Int64(begin), Int64(end))
      kernels.toFloat(gradient.array, Int64(begin), Int64(end), x + begin)
      kernels.toFloat(buffer.array, Int64(begin), Int64(end), next + begin)
      graph.blend(x, next, x, 1, 0.95, Int64(begin), Int64(end))
    }
    let array = hfm_array(data: x, type: Int32(HFM_F32))
    let length = sum(shape.count, grain: 512) {
      kernels.dot(array, array, Int64($0), Int64($1))
    }.squareRoot()
    blend(x, x, x, Float(1 / (length + 1e-7)), 0, shape.count)
    for _ in 0..<5 { try newtonSchulz(shape, x, next, gram, square) }
    let stretch = max(1, Double(shape.rows) / Double(shape.columns)).squareRoot()
    let rate = Float(optimizer.learningRate * stretch)
    forElements(shape.count) { begin, end, _ in
      kernels.sgd(parameter.array, array, rate, Int64(begin), Int64(end))
    }
  }

  private func blend(
    _ a: UnsafeMutablePointer<Float>, _ b: UnsafeMutablePointer<Float>,
    _ c: UnsafeMutablePointer<Float>, _ alpha: Float, _ beta: Float, _ count: Int
  ) {
    forElements(count) { begin, end, _ in
      graph.blend(a, b, c, alpha, beta, Int64(begin), Int64(end))
    }
  }

  /// X ← 3.4445 X − 4.7750 A X + 2.0315 A² X with A = X Xᵀ, from the smaller side.
  private func newtonSchulz(
    _ shape: MuonShape, _ x: UnsafeMutablePointer<Float>, _ next: UnsafeMutablePointer<Float>,
    _ gram: UnsafeMutablePointer<Float>, _ square: UnsafeMutablePointer<Float>
  ) throws(UserError) {
    func array(_ floats: UnsafeMutablePointer<Float>) -> hfm_array {
      hfm_array(data: floats, type: Int32(HFM_F32))
    }
    let (m, n, side) = (shape.rows, shape.columns, shape.side)
    let isWide = m <= n
    try multiplyEach(1) { _ in
      MatrixProduct(
        transposeA: !isWide, transposeB: isWide, m: side, n: side, k: isWide ? n : m, a: array(x),
        b: array(x), c: array(gram))
    }
    try multiplyEach(1) { _ in
      MatrixProduct(m: side, n: side, k: side, a: array(gram), b: array(gram), c: array(square))
    }
    blend(gram, square, gram, -4.7750, 2.0315, side * side)
    try multiplyEach(1) { _ in
      isWide
        ? MatrixProduct(m: m, n: n, k: m, a: array(gram), b: array(x), c: array(next))
        : MatrixProduct(m: m, n: n, k: n, a: array(x), b: array(gram), c: array(next))
    }
    blend(x, next, x, 3.4445, 1, shape.count)
  }
}
