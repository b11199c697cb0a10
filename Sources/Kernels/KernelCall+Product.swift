import CKernels
import Executor
import Graph
import Quantities

/// A product of two matrices as kernels see it: c[m,n] = op(a)·op(b) + bias.
struct MatrixProduct {
  var transposeA = false
  var transposeB = false
  var m: Int
  var n: Int
  var k: Int
  var a: hfm_array
  var b: hfm_array
  var c: hfm_array
  var bias: hfm_array?

  /// How far rows of a are apart where it is not as many elements as they have.
  var rowStride: Int?

  var lda: Int { rowStride ?? (transposeA ? m : k) }
  var ldb: Int { transposeB ? k : n }

  /// The product of an operator and its tensors; `a`, `b`, `c` by the caller.
  static func extents<T: HasExtents>(_ kind: OperatorKind, inputs: [T], outputs: [T])
    -> (m: Int, n: Int, k: Int)?
  {
    guard let out = outputs.first, inputs.count >= 2 else { return nil }
    switch kind {
    case .linear, .patchEmbedding:
      let n = out.columns
      return (out.rows, n, n == 0 ? 0 : inputs[1].count / n)
    case .linearGradInput: return (out.rows, out.columns, inputs[0].columns)
    case .linearGradWeight, .patchEmbeddingGradWeight:
      let n = inputs[0].columns
      return (n, n == 0 ? 0 : out.count / n, inputs[0].rows)
    case .matmul:
      return (out.rows, out.columns, out.rows == 0 ? 0 : inputs[0].count / out.rows)
    default: return nil
    }
  }
}

/// What a product's extents are read from: a tensor, or one in memory, which knows them already.
protocol HasExtents {
  var count: Int { get }
  var columns: Int { get }
  var rows: Int { get }
}

extension Tensor: HasExtents {}
extension TensorStorage: HasExtents {}

extension KernelCall {
  static let fewRows = Tensor.fewRows

  /// The operator's product and, for patches, where their rows are written first.
  static func product(
    _ kind: OperatorKind, _ inputs: [TensorStorage], _ outputs: [TensorStorage],
    patches: UnsafeMutableRawPointer
  ) -> MatrixProduct? {
    guard
      let (m, n, k) = MatrixProduct.extents(kind, inputs: inputs, outputs: outputs)
    else { return nil }
    var product = MatrixProduct(
      m: m, n: n, k: k, a: inputs[0].array, b: inputs[1].array, c: outputs[0].array)
    switch kind {
    case .linear(let bias):
      product.transposeB = true
      product.bias = bias ? inputs[2].array : nil
    case .patchEmbedding(_, let bias):
      product.a = hfm_array(data: patches, type: inputs[0].array.type)
      product.transposeB = true
      product.bias = bias ? inputs[2].array : nil
    case .linearGradWeight: product.transposeA = true
    case .patchEmbeddingGradWeight:
      product.transposeA = true
      product.b = hfm_array(data: patches, type: inputs[1].array.type)
    case .matmul(let transpose):
      product.transposeA = transpose == .left
      product.transposeB = transpose == .right
    default: break
    }
    return product
  }

  func executeProduct() throws(UserError) {
    guard let product else { return }
    switch kind {
    case .linearGradWeight(let bias): if bias { sumRows(inputs[0], into: outputs[1]) }
    case .patchEmbedding(let patch, _): unfold(inputs[0], patch: patch)
    case .patchEmbeddingGradWeight(let patch, let bias):
      unfold(inputs[1], patch: patch)
      if bias { sumRows(inputs[0], into: outputs[1]) }
    default: break
    }
    try multiply(product)
  }

  private func multiply(_ p: MatrixProduct) throws(UserError) {
    if p.isFewRows {
      return forRows(p.n, grain: 16) { begin, end, lane in
        multiplyFewRows(p, columns: begin..<end, lane: lane)
      }
    }
    clearStatus()
    if let productPlan {
      packOperands()
      forRows(productPlan.laneCount) { begin, end, lane in
        for tile in begin..<end {
          for block in 0..<productPlan.blockCount(tile) {
            note(productPlan.run(lane: tile, block: block, weightShift: weightShift(lane)), lane)
          }
        }
      }
    } else {
      let grid = ProductGrid(p, lanes: scope.count)
      if grid.depth > 1 {
        multiplyInDepth(p, parts: grid.depth)
      } else {
        multiplyTiles(p, grid)
      }
    }
    try checkStatus("a product")
  }

  /// Makes what the product's plan wants anew at each run, on all lanes.
  func packOperands() {
    guard let packing = productPlan?.packing else { return }
    forRows(packing.unitCount) { begin, end, _ in packing.make(begin..<end, kernels) }
  }

  /// One block of a product that has no plan, on the calling lane.
  func multiply(_ p: MatrixProduct, _ place: TileSplit.Block, lane: Int) {
    var gemm = p.tile(rows: place.rows, columns: place.columns, depth: 0..<p.k)
    gemm.b = near(gemm.b, lane)
    note(hfm_gemm_tile(&gemm, workspace.scratch(lane)), lane)
  }

  /// A product of few rows, on the calling lane.
  func multiplyFewRows(_ p: MatrixProduct, columns: Range<Int>, lane: Int) {
    kernels.fewRowsLinear(
      p.a, near(p.b, lane), p.bias ?? hfm_array(), p.c, Int64(p.m), Int64(p.k), Int64(p.n),
      workspace.scratch(lane), Int64(columns.lowerBound), Int64(columns.upperBound))
  }

  private func multiplyTiles(_ p: MatrixProduct, _ grid: ProductGrid) {
    forRows(grid.rows * grid.columns) { begin, end, lane in
      for tile in begin..<end {
        let rows = TeamScope.chunk(tile / grid.columns, of: grid.rows, count: p.m, grain: 8)
        let columns = TeamScope.chunk(tile % grid.columns, of: grid.columns, count: p.n, grain: 16)
        if rows.isEmpty || columns.isEmpty { continue }
        multiply(p, TileSplit.Block(rows: rows, columns: columns), lane: lane)
      }
    }
  }

  /// Bytes from the second operand to the copy of it that lies on the lane's NUMA node.
  func weightShift(_ lane: Int) -> Int {
    inputs[1].isReplicated ? workspace.weightShift(lane).pointee : 0
  }

  private func near(_ array: hfm_array, _ lane: Int) -> hfm_array {
    hfm_array(data: array.data.map { $0 + weightShift(lane) }, type: array.type)
  }

  /// Each lane sums a part of k into its own matrix; then the parts are added in order.
  private func multiplyInDepth(_ p: MatrixProduct, parts: Int) {
    let partials = workspace.shared.assumingMemoryBound(to: Float.self)
    let size = p.m * p.n
    scope.forEachLane { lane in
      let depth = TeamScope.chunk(lane, of: parts, count: p.k, grain: 8)
      let mine = partials + lane * size
      guard !depth.isEmpty else { return mine.update(repeating: 0, count: size) }
      var gemm = p.tile(rows: 0..<p.m, columns: 0..<p.n, depth: depth)
      gemm.c = hfm_array(data: mine, type: Int32(HFM_F32))
      gemm.bias = hfm_array()
      note(hfm_gemm_tile(&gemm, workspace.scratch(lane)), lane)
    }
    kernels.reducePartials(partials, Int64(parts), Int64(size), p.c, 0, Int64(size))
    if let bias = p.bias {
      kernels.add(p.c, bias, p.c, Int64(p.n), 0, Int64(size))
    }
  }

  private func sumRows(_ dy: TensorStorage, into db: TensorStorage) {
    forRows(db.count, grain: 64) { begin, end, _ in
      kernels.sumLeading(
        dy.array, db.array, Int64(dy.rows), Int64(dy.columns), Int64(begin), Int64(end))
    }
  }

  /// Writes the patches of `[B,C,H,W]` as rows into the shared workspace, in the same format.
  private func unfold(_ image: TensorStorage, patch: Int) {
    let shape = image.tensor.shape
    guard shape.count == 4 else { return }
    let patches = hfm_array(data: workspace.shared, type: image.array.type)
    forRows(shape[0] * (shape[2] / patch) * (shape[3] / patch)) { begin, end, _ in
      kernels.unfold(
        image.array, patches, Int64(shape[1]), Int64(shape[2]), Int64(shape[3]), Int64(patch),
        Int64(begin), Int64(end))
    }
  }
}

extension MatrixProduct {
  /// Whether the weight is streamed past all rows at once.
  var isFewRows: Bool {
    m <= KernelCall.fewRows && transposeB && !transposeA && b.type != Int32(HFM_F16)
  }

  private func offset(_ array: hfm_array, _ elements: Int) -> hfm_array {
    let size = array.type == Int32(HFM_F32) ? 4 : 2
    return hfm_array(data: array.data.map { $0 + elements * size }, type: array.type)
  }

  /// The part of the product that makes these rows and columns from this part of k.
  func tile(rows: Range<Int>, columns: Range<Int>, depth: Range<Int>) -> hfm_gemm {
    let (i, j, l) = (rows.lowerBound, columns.lowerBound, depth.lowerBound)
    return hfm_gemm(
      transposeA: transposeA ? 1 : 0, transposeB: transposeB ? 1 : 0, m: Int64(rows.count),
      n: Int64(columns.count), k: Int64(depth.count), lda: Int64(lda), ldb: Int64(ldb),
      ldc: Int64(depth.count == k ? n : columns.count),
      a: offset(a, transposeA ? l * lda + i : i * lda + l),
      b: offset(b, transposeB ? j * ldb + l : l * ldb + j), c: offset(c, i * n + j),
      bias: bias.map { offset($0, j) } ?? hfm_array())
  }
}
