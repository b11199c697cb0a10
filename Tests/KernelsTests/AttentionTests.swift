import Glibc
import Graph
import Kernels
import Quantities
import Testing

/// Attention over several blocks of queries and keys, forward and backward, on every instruction
/// set, against the definition in double precision.
@Suite struct AttentionTests {
  struct Shape: Sendable {
    var batch: Int, queries: Int, keys: Int, heads: Int, keyValueHeads: Int, size: Int
    var causal: Bool
  }
  static let shapes = [
    Shape(
      batch: 2, queries: 128, keys: 128, heads: 2, keyValueHeads: 2, size: 64, causal: false),
    Shape(batch: 1, queries: 67, keys: 270, heads: 2, keyValueHeads: 1, size: 3, causal: true),
    Shape(batch: 1, queries: 200, keys: 200, heads: 2, keyValueHeads: 1, size: 40, causal: true),
    Shape(batch: 1, queries: 131, keys: 259, heads: 1, keyValueHeads: 1, size: 80, causal: false),
    // More values than are kept in pairs for all blocks of queries.
    Shape(batch: 1, queries: 70, keys: 1700, heads: 1, keyValueHeads: 1, size: 80, causal: false),
    // The first queries see no key at all.
    Shape(batch: 1, queries: 7, keys: 3, heads: 2, keyValueHeads: 2, size: 6, causal: true),
    Shape(batch: 1, queries: 1, keys: 300, heads: 4, keyValueHeads: 2, size: 16, causal: true),
    // One query a head: heads of the same keys run together, here in blocks of 64.
    Shape(batch: 2, queries: 1, keys: 140, heads: 15, keyValueHeads: 3, size: 10, causal: true),
    Shape(batch: 2, queries: 1, keys: 9, heads: 70, keyValueHeads: 1, size: 6, causal: false),
  ]

  @Test(arguments: shapes, [DataType.fp32, .bf16])
  func agreesWithTheDefinition(_ shape: Shape, _ type: DataType) throws {
    let geometry = AttentionGeometry(
      queryHeads: shape.heads, keyValueHeads: shape.keyValueHeads, headSize: shape.size,
      causal: shape.causal)
    let wide = [shape.batch, shape.queries, shape.heads * shape.size]
    let narrow = [shape.batch, shape.keys, shape.keyValueHeads * shape.size]
    var random = TestRandom(shape.queries)
    let operands = [wide, narrow, narrow, wide].map {
      Operand(type: type, values: random.values($0, type, scale: 2))
    }
    let want = Attended(shape, operands.map(\.values.elements))
    let statistic = [shape.batch, shape.heads, shape.queries]
    for table in ForwardTests.tables {
      let got = try run(
        .attention(geometry), Array(operands[..<3]), outputs: [(wide, type), (statistic, .fp32)],
        lanes: 2, kernels: table)
      let limit = bound(type, depth: shape.keys + shape.size) * (type == .bf16 ? 3 : 1)
      #expect(normalisedError(got[0], want.output) <= limit, "\(table.name)")
      #expect(normalisedError(got[1], want.statistic) <= 1e-5, "\(table.name)")
      let results = [
        Operand(type: type, values: Values(wide, got[0])),
        Operand(type: .fp32, values: Values(statistic, got[1])),
      ]
      let gradients = try run(
        .attentionBackward(geometry), [operands[3]] + operands[..<3] + results,
        outputs: [(wide, type), (narrow, type), (narrow, type)], lanes: 2, kernels: table)
      for (gradient, wanted) in zip(gradients, [want.dq, want.dk, want.dv]) {
        #expect(normalisedError(gradient, wanted) <= 2 * limit, "\(table.name)")
      }
    }
  }
}

/// softmax(q·kᵀ/√D)·v per head and its gradients for a result gradient, in double precision.
private struct Attended {
  var output: [Double], statistic: [Double]
  var dq: [Double], dk: [Double], dv: [Double]

  /// `values` are q, k, v and the gradient of the result.
  init(_ s: AttentionTests.Shape, _ values: [[Double]]) {
    let (q, k, v, slope) = (values[0], values[1], values[2], values[3])
    output = q.map { _ in 0 }
    statistic = Array(repeating: 0, count: s.batch * s.heads * s.queries)
    (dq, dk, dv) = (output, k.map { _ in 0 }, v.map { _ in 0 })
    let scale = 1 / Double(s.size).squareRoot()
    for b in 0..<s.batch {
      for head in 0..<s.heads {
        let kvHead = head / (s.heads / s.keyValueHeads)
        for query in 0..<s.queries {
          let row = ((b * s.queries + query) * s.heads + head) * s.size
          let seen = s.causal ? max(0, min(s.keys, query + s.keys - s.queries + 1)) : s.keys
          let rows = (0..<seen).map { ((b * s.keys + $0) * s.keyValueHeads + kvHead) * s.size }
          func dot(_ x: [Double], _ at: Int, _ y: [Double], _ from: Int) -> Double {
            (0..<s.size).reduce(0) { $0 + x[at + $1] * y[from + $1] }
          }
          let scores = rows.map { scale * dot(q, row, k, $0) }
          guard let top = scores.max() else { continue }
          let sum = scores.reduce(0) { $0 + exp($1 - top) }
          statistic[(b * s.heads + head) * s.queries + query] = top + log(sum)
          let shares = scores.map { exp($0 - top) / sum }
          for (share, at) in zip(shares, rows) {
            for i in 0..<s.size { output[row + i] += share * v[at + i] }
          }
          let delta = dot(slope, row, output, row)
          for (share, at) in zip(shares, rows) {
            let ds = share * (dot(slope, row, v, at) - delta) * scale
            for i in 0..<s.size {
              dq[row + i] += ds * k[at + i]
              dk[at + i] += ds * q[row + i]
              dv[at + i] += share * slope[row + i]
            }
          }
        }
      }
    }
  }
}
