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

  var lda: Int { transposeA ? m : k }
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
  /// Rows up to which the weight is streamed once instead of being packed for oneDNN.
  static let fewRows = 4

  func executeProduct() throws(UserError) {
    guard
      let (m, n, k) = MatrixProduct.extents(kind, inputs: inputs, outputs: outputs)
    else { return }
    var product = MatrixProduct(
      m: m, n: n, k: k, a: inputs[0].array, b: inputs[1].array, c: outputs[0].array)
    switch kind {
    case .linear(let bias):
      product.transposeB = true
      product.bias = bias ? inputs[2].array : nil
    case .patchEmbedding(let patch, let bias):
      product.a = unfold(inputs[0], patch: patch)
      product.transposeB = true
      product.bias = bias ? inputs[2].array : nil
    case .linearGradWeight(let bias):
      product.transposeA = true
      if bias { sumRows(inputs[0], into: outputs[1]) }
    case .patchEmbeddingGradWeight(let patch, let bias):
      product.transposeA = true
      product.b = unfold(inputs[1], patch: patch)
      if bias { sumRows(inputs[0], into: outputs[1]) }
    case .matmul(let transpose):
      product.transposeA = transpose == .left
      product.transposeB = transpose == .right
    default: break
    }
    try multiply(product)
  }

  private func multiply(_ p: MatrixProduct) throws(UserError) {
    let isWide = p.b.type != Int32(HFM_F16)
    if p.m <= KernelCall.fewRows, p.transposeB, !p.transposeA, isWide {
      return forRows(p.n, grain: 16) { begin, end, lane in
        kernels.fewRowsLinear(
          p.a, near(p.b, lane), p.bias ?? hfm_array(), p.c, Int64(p.m), Int64(p.k), Int64(p.n),
          workspace.scratch(lane), Int64(begin), Int64(end))
      }
    }
    let grid = ProductGrid(m: p.m, n: p.n, k: p.k, lanes: scope.count)
    for lane in 0..<scope.count { workspace.value(lane).pointee = 0 }
    if grid.depth > 1 {
      multiplyInDepth(p, parts: grid.depth)
    } else {
      multiplyTiles(p, grid)
    }
    for lane in 0..<scope.count where workspace.value(lane).pointee != 0 {
      throw fault(
        "oneDNN refused a product of \(p.m)×\(p.k) by \(p.k)×\(p.n) "
          + "(status \(Int(workspace.value(lane).pointee)))",
        remedy: "report the shape; every size should be possible")
    }
  }

  private func multiplyTiles(_ p: MatrixProduct, _ grid: ProductGrid) {
    forRows(grid.rows * grid.columns) { begin, end, lane in
      for tile in begin..<end {
        let rows = TeamScope.chunk(tile / grid.columns, of: grid.rows, count: p.m, grain: 8)
        let columns = TeamScope.chunk(tile % grid.columns, of: grid.columns, count: p.n, grain: 16)
        if rows.isEmpty || columns.isEmpty { continue }
        var gemm = p.tile(rows: rows, columns: columns, depth: 0..<p.k)
        gemm.b = near(gemm.b, lane)
        let status = hfm_gemm_tile(&gemm, workspace.scratch(lane))
        if status != 0 { workspace.value(lane).pointee = Double(status) }
      }
    }
  }

  /// The copy of the second operand that lies on the lane's NUMA node.
  private func near(_ array: hfm_array, _ lane: Int) -> hfm_array {
    guard inputs[1].isReplicated else { return array }
    let shift = workspace.weightShift(lane).pointee
    return hfm_array(data: array.data.map { $0 + shift }, type: array.type)
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
      let status = hfm_gemm_tile(&gemm, workspace.scratch(lane))
      if status != 0 { workspace.value(lane).pointee = Double(status) }
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
  private func unfold(_ image: TensorStorage, patch: Int) -> hfm_array {
    let shape = image.tensor.shape
    let patches = hfm_array(data: workspace.shared, type: image.array.type)
    guard shape.count == 4 else { return patches }
    forRows(shape[0] * (shape[2] / patch) * (shape[3] / patch)) { begin, end, _ in
      kernels.unfold(
        image.array, patches, Int64(shape[1]), Int64(shape[2]), Int64(shape[3]), Int64(patch),
        Int64(begin), Int64(end))
    }
    return patches
  }
}

extension MatrixProduct {
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
