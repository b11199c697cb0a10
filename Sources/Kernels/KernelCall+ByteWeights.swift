import CKernels
import Executor
import Graph
import Quantities

/// Linear maps with weights of one byte an element and a scale for each row of the weight.
extension KernelCall {
  /// Rows of a weight that are expanded at a time: with the rows of x they stay in the cache.
  static let expandedRows = 64

  func byteLinear(_ scales: TensorStorage, bias: Bool) throws(UserError) {
    let (x, w, y) = (inputs[0], inputs[1], outputs[0])
    let (m, k, n) = (x.rows, x.columns, y.columns)
    let codes = w.address.assumingMemoryBound(to: Int8.self)
    let shift = bias ? inputs[2].array : hfm_array()
    guard m > KernelCall.fewRows else {
      return forRows(n, grain: 16) { begin, end, lane in
        graph.fewRowsByteLinear(
          x.array, codes, scales.floats, shift, y.array, Int64(m), Int64(k), Int64(n),
          workspace.scratch(lane), Int64(begin), Int64(end))
      }
    }
    clearStatus()
    forRows(n, grain: 16) { begin, end, lane in
      let gemmScratch = workspace.scratch(lane)
      let expanded = hfm_array(
        data: gemmScratch + Int(hfm_gemm_scratch()), type: x.array.type)
      for first in stride(from: begin, to: end, by: KernelCall.expandedRows) {
        let last = min(end, first + KernelCall.expandedRows)
        graph.expandBytes(
          codes, scales.floats, expanded, Int64(k), Int64(first), Int64(last))
        var gemm = hfm_gemm(
          transposeA: 0, transposeB: 1, m: Int64(m), n: Int64(last - first), k: Int64(k),
          lda: Int64(k), ldb: Int64(k), ldc: Int64(n), a: x.array, b: expanded,
          c: y.array(from: first), bias: bias ? inputs[2].array(from: first) : hfm_array())
        note(hfm_gemm_tile(&gemm, gemmScratch), lane)
      }
    }
    try checkStatus("a product of \(m)×\(k) by \(k)×\(n)")
  }
}

extension ProgramRunner {
  /// Rounds a matrix to bytes, row by row: a row's largest element becomes ±127.
  func writeBytes(_ values: [Float], to weight: Int, scales: Int) throws {
    let columns = max(1, program.buffers[weight].tensor.columns)
    var codes = values
    var factors: [Float] = []
    for row in stride(from: 0, to: values.count - values.count % columns, by: columns) {
      let largest = values[row..<row + columns].reduce(0) { max($0, abs($1)) }
      let factor = largest > 0 ? largest / 127 : 1
      factors.append(factor)
      for index in row..<row + columns { codes[index] = (values[index] / factor).rounded() }
    }
    try write(codes, to: weight)
    try write(factors, to: scales)
  }
}
