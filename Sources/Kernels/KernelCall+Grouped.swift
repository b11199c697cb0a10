import CKernels
import Executor
import Glibc
import Graph
import Quantities

/// Many products of one size: by batch, head or expert.
extension KernelCall {
  /// Computes `count` products; with fewer than lanes, each is cut into tiles.
  func multiplyEach(
    _ count: Int, _ product: (Int) -> MatrixProduct
  ) throws(UserError) {
    guard count > 0 else { return }
    let first = product(0)
    let grid = ProductGrid(first, lanes: count >= scope.count ? 1 : scope.count)
    // A sum in parts is for one product alone.
    let (rows, columns) = grid.depth > 1 ? (1, 1) : (grid.rows, grid.columns)
    clearStatus()
    forRows(count * rows * columns) { begin, end, lane in
      for item in begin..<end {
        let p = product(item / (rows * columns))
        let tile = item % (rows * columns)
        let across = TeamScope.chunk(tile / columns, of: rows, count: p.m, grain: 8)
        let along = TeamScope.chunk(tile % columns, of: columns, count: p.n, grain: 16)
        if across.isEmpty || along.isEmpty { continue }
        if p.k == 0 {
          // An expert without rows: nothing is summed.
          for row in across { clear(p.c, row * p.n + along.lowerBound, along.count) }
          continue
        }
        var gemm = p.tile(rows: across, columns: along, depth: 0..<p.k)
        note(hfm_gemm_tile(&gemm, workspace.scratch(lane)), lane)
      }
    }
    try checkStatus("a product of \(first.m)×\(first.k) by \(first.k)×\(first.n)")
  }

  private func clear(_ array: hfm_array, _ start: Int, _ count: Int) {
    let size = array.type == Int32(HFM_F32) ? 4 : 2
    if let data = array.data { memset(data + start * size, 0, count * size) }
  }

  func batchedMatmul(_ transpose: Transpose) throws(UserError) {
    let (a, b, c) = (inputs[0], inputs[1], outputs[0])
    let shape = c.tensor.shape.suffix(2)
    guard let m = shape.first, let n = shape.last, m > 0, n > 0 else { return }
    let count = c.count / (m * n)
    let k = a.count / (count * m)
    try multiplyEach(count) { index in
      MatrixProduct(
        transposeA: transpose == .left, transposeB: transpose == .right, m: m, n: n, k: k,
        a: a.array(from: index * m * k), b: b.array(from: index * k * n),
        c: c.array(from: index * m * n))
    }
  }

  /// Rows of an expert: they are grouped by expert, as evenly as they divide.
  private func rows(of expert: Int, _ experts: Int, _ rows: Int) -> Range<Int> {
    rows * expert / experts..<rows * (expert + 1) / experts
  }

  func expertLinear() throws(UserError) {
    switch kind {
    case .expertLinear(let bias):
      let (x, w, y) = (inputs[0], inputs[1], outputs[0])
      let (experts, n, k) = (w.tensor.shape[0], w.tensor.shape[1], w.tensor.shape[2])
      try multiplyEach(experts) { expert in
        let rows = rows(of: expert, experts, x.rows)
        return MatrixProduct(
          transposeB: true, m: rows.count, n: n, k: k, a: x.array(from: rows.lowerBound * k),
          b: w.array(from: expert * n * k), c: y.array(from: rows.lowerBound * n),
          bias: bias ? inputs[2].array(from: expert * n) : nil)
      }
    case .expertLinearGradInput:
      let (dy, w, dx) = (inputs[0], inputs[1], outputs[0])
      let (experts, n, k) = (w.tensor.shape[0], w.tensor.shape[1], w.tensor.shape[2])
      try multiplyEach(experts) { expert in
        let rows = rows(of: expert, experts, dy.rows)
        return MatrixProduct(
          m: rows.count, n: k, k: n, a: dy.array(from: rows.lowerBound * n),
          b: w.array(from: expert * n * k), c: dx.array(from: rows.lowerBound * k))
      }
    case .expertLinearGradWeight(let bias): try expertGradients(bias: bias)
    default: break
    }
  }

  private func expertGradients(bias: Bool) throws(UserError) {
    let (dy, x, dw) = (inputs[0], inputs[1], outputs[0])
    let (experts, n, k) = (dw.tensor.shape[0], dw.tensor.shape[1], dw.tensor.shape[2])
    try multiplyEach(experts) { expert in
      let rows = rows(of: expert, experts, dy.rows)
      return MatrixProduct(
        transposeA: true, m: n, n: k, k: rows.count, a: dy.array(from: rows.lowerBound * n),
        b: x.array(from: rows.lowerBound * k), c: dw.array(from: expert * n * k))
    }
    guard bias else { return }
    forRows(experts) { begin, end, _ in
      for expert in begin..<end {
        let rows = rows(of: expert, experts, dy.rows)
        kernels.sumLeading(
          dy.array(from: rows.lowerBound * n), outputs[1].array(from: expert * n),
          Int64(rows.count), Int64(n), 0, Int64(n))
      }
    }
  }
}
