import Glibc
import Graph

/// The forward definition of every differentiable kind, in double precision and plain loops,
/// straight from the comments of `OperatorKind`. Returns the first output.
func reference(_ kind: OperatorKind, _ x: [Values]) -> [Double] {
  switch kind {
  case .linear(let bias):
    return referenceLinear(x[0], x[1], bias ? x[2] : nil)
  case .matmul(let transpose): return referenceMatmul(x[0], x[1], transpose)
  case .patchEmbedding(let patch, let bias):
    let patches = referenceUnfold(x[0], patch)
    let w = Values([x[1].shape[0], patches.columns], x[1].elements)
    return referenceLinear(patches, w, bias ? x[2] : nil)
  case .attention(let geometry):
    return referenceAttention(x[0], x[1], x[2], geometry.bias ? x[3] : nil, geometry)
  case .layerNorm(let epsilon):
    return byRow(x[0]) { row in
      let mean = row.reduce(0, +) / Double(row.count)
      let variance = row.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(row.count)
      let deviation = (variance + epsilon).squareRoot()
      return row.indices.map { i -> Double in
        let hat = (row[i] - mean) / deviation
        return hat * x[1].elements[i] + x[2].elements[i]
      }
    }
  case .rmsNorm(let epsilon):
    return byRow(x[0]) { row in
      let square = row.map { $0 * $0 }.reduce(0, +) / Double(row.count)
      return row.indices.map { row[$0] / (square + epsilon).squareRoot() * x[1].elements[$0] }
    }
  case .l2Normalize:
    return byRow(x[0]) { row in
      let length = row.map { $0 * $0 }.reduce(0, +).squareRoot()
      return row.map { $0 / length }
    }
  case .add: return referenceBroadcast(x[0], x[1], +)
  case .scaleColumns:
    return x[0].elements.indices.map { x[0].elements[$0] * x[1].elements[$0 % x[0].columns] }
  case .scale(let factor): return x[0].elements.map { $0 * factor }
  case .scaleByExponential: return x[0].elements.map { $0 * exp(x[1].elements[0]) }
  case .activation(let f): return x[0].elements.map { referenceActivation(f, $0) }
  case .gatedActivation(let f):
    return zip(x[0].elements, x[1].elements).map { referenceActivation(f, $0) * $1 }
  case .rotary(let heads, let base, let inverse):
    let size = x[0].columns / heads
    return referenceRotary(x[0], heads: heads, rotated: size, base: base, inverse: inverse)
  case .partialRotary(let heads, let dimensions, let base, let inverse):
    return referenceRotary(x[0], heads: heads, rotated: dimensions, base: base, inverse: inverse)
  default: return referenceGather(kind, x)
  }
}

private func referenceGather(_ kind: OperatorKind, _ x: [Values]) -> [Double] {
  switch kind {
  case .embedding:
    var y: [Double] = []
    let h = x[1].columns
    for id in x[0].elements { y += x[1].elements[Int(id) * h..<(Int(id) + 1) * h] }
    return y
  case .prependTokens:
    let (n, h) = (x[0].shape[1], x[0].columns)
    var y: [Double] = []
    for b in 0..<x[0].shape[0] {
      y += x[1].elements
      y += x[0].elements[b * n * h..<(b + 1) * n * h]
    }
    return y
  case .pool(let pooling):
    let (s, h) = (x[0].shape[1], x[0].columns)
    return (0..<x[0].shape[0]).flatMap { b -> [Double] in
      let ids = x.count > 1 ? Array(x[1].elements[b * s..<(b + 1) * s]) : []
      let positions: [Int] =
        switch pooling {
        case .token(let position): [position]
        case .endOfText: [ids.firstIndex(of: ids.max() ?? 0) ?? 0]
        case .mean(let from): Array(from..<s)
        }
      return (0..<h).map { c in
        positions.map { x[0].elements[(b * s + $0) * h + c] }.reduce(0, +)
          / Double(positions.count)
      }
    }
  case .cast: return x[0].elements
  case .crossEntropy:
    let labels = x[1].elements
    let valid = labels.filter { $0 != -100 }.count
    var total = 0.0
    for row in 0..<x[0].rows where labels[row] != -100 {
      total += logSumExp(x[0], row) - element(x[0], row, Int(labels[row]))
    }
    return [total / Double(max(1, valid))]
  case .contrastiveLoss:
    let n = x[0].columns
    let transposed = Values([n, n], (0..<n * n).map { x[0].elements[$0 % n * n + $0 / n] })
    var total = 0.0
    for i in 0..<n {
      total += logSumExp(x[0], i) + logSumExp(transposed, i) - 2 * element(x[0], i, i)
    }
    return [total / Double(2 * n)]
  default: return referenceMovement(kind, x)
  }
}

func element(_ x: Values, _ row: Int, _ column: Int) -> Double {
  x.elements[row * x.columns + column]
}

func logSumExp(_ x: Values, _ row: Int) -> Double {
  let values = (0..<x.columns).map { element(x, row, $0) }
  let top = values.max() ?? 0
  return top + log(values.map { exp($0 - top) }.reduce(0, +))
}

private func byRow(_ x: Values, _ f: ([Double]) -> [Double]) -> [Double] {
  (0..<x.rows).flatMap { f(Array(x.elements[$0 * x.columns..<($0 + 1) * x.columns])) }
}

private func referenceLinear(_ x: Values, _ w: Values, _ bias: Values?) -> [Double] {
  let (k, n) = (x.columns, w.rows)
  var y = [Double](repeating: 0, count: x.rows * n)
  for r in 0..<x.rows {
    for j in 0..<n {
      var sum = bias?.elements[j] ?? 0
      for i in 0..<k { sum += x.elements[r * k + i] * w.elements[j * k + i] }
      y[r * n + j] = sum
    }
  }
  return y
}

func referenceMatmul(_ a: Values, _ b: Values, _ transpose: Transpose) -> [Double] {
  let m = transpose == .left ? a.columns : a.rows
  let k = transpose == .left ? a.rows : a.columns
  let n = transpose == .right ? b.rows : b.columns
  var c = [Double](repeating: 0, count: m * n)
  for i in 0..<m {
    for j in 0..<n {
      var sum = 0.0
      for l in 0..<k {
        let left = transpose == .left ? element(a, l, i) : element(a, i, l)
        sum += left * (transpose == .right ? element(b, j, l) : element(b, l, j))
      }
      c[i * n + j] = sum
    }
  }
  return c
}

func referenceUnfold(_ image: Values, _ p: Int) -> Values {
  let (c, height, width) = (image.shape[1], image.shape[2], image.shape[3])
  var rows: [Double] = []
  for b in 0..<image.shape[0] {
    for y in 0..<height / p {
      for x in 0..<width / p {
        for channel in 0..<c {
          for i in 0..<p {
            for j in 0..<p {
              rows.append(
                image.elements[((b * c + channel) * height + y * p + i) * width + x * p + j])
            }
          }
        }
      }
    }
  }
  return Values([rows.count / (c * p * p), c * p * p], rows)
}

private func referenceAttention(
  _ q: Values, _ k: Values, _ v: Values, _ bias: Values?, _ g: AttentionGeometry
) -> [Double] {
  let (batch, s, t, d, e) = (q.shape[0], q.shape[1], k.shape[1], g.headSize, g.valueSize)
  let group = g.queryHeads / g.keyValueHeads
  let shifts = bias.map {
    referenceRepeated($0, to: [batch, g.queryHeads, s, t])
  }
  var out = [Double](repeating: 0, count: batch * s * g.queryHeads * e)
  for b in 0..<batch {
    for head in 0..<g.queryHeads {
      for i in 0..<s {
        let own = i + t - s
        let visible = (0..<t).filter { j in
          if g.causal && j > own { return false }
          guard let window = g.window else { return true }
          return g.causal
            ? own - j < window
            : j >= own + 1 - (window + 1) / 2 && j < own + 1 - (window + 1) / 2 + window
        }
        let qAt = (b * s + i) * g.queryHeads * d + head * d
        let scores = visible.map { j in
          let keyAt = (b * t + j) * g.keyValueHeads * d + head / group * d
          let sum = (0..<d).reduce(0) { $0 + q.elements[qAt + $1] * k.elements[keyAt + $1] }
          let at = ((b * g.queryHeads + head) * s + i) * t + j
          return sum / Double(d).squareRoot() + (shifts?[at] ?? 0)
        }
        let total = logSumExp(Values([1, scores.count], scores), 0)
        for (j, score) in zip(visible, scores) {
          for c in 0..<e {
            out[(b * s + i) * g.queryHeads * e + head * e + c] +=
              exp(score - total)
              * v.elements[(b * t + j) * g.keyValueHeads * e + head / group * e + c]
          }
        }
      }
    }
  }
  return out
}

func referenceActivation(_ f: Activation, _ x: Double) -> Double {
  switch f {
  case .gelu, .geluErf: 0.5 * x * erfc(-x / 2.0.squareRoot())
  case .geluTanh: 0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
  case .quickGelu: x / (1 + exp(-1.702 * x))
  case .silu: x / (1 + exp(-x))
  case .relu: max(0, x)
  case .tanh: tanh(x)
  case .sigmoid: 1 / (1 + exp(-x))
  case .leakyRelu: x > 0 ? x : 0.01 * x
  case .softplus: log1p(exp(x))
  case .elu: x > 0 ? x : expm1(x)
  case .relu6: min(max(x, 0), 6)
  case .mish: x * tanh(log1p(exp(x)))
  case .hardSwish: x * min(max(x + 3, 0), 6) / 6
  case .exponential: exp(x)
  case .reciprocal: 1 / x
  case .sine: sin(x)
  }
}

private func referenceRotary(
  _ x: Values, heads: Int, rotated d: Int, base: Double, inverse: Bool
) -> [Double] {
  let (s, size) = (x.shape[1], x.columns / heads)
  var y = x.elements
  for row in 0..<x.rows {
    for head in 0..<heads {
      for i in 0..<d / 2 {
        let angle =
          (inverse ? -1 : 1) * Double(row % s) * pow(base, -2 * Double(i) / Double(d))
        let at = row * x.columns + head * size + i
        let (a, b) = (x.elements[at], x.elements[at + d / 2])
        y[at] = a * cos(angle) - b * sin(angle)
        y[at + d / 2] = b * cos(angle) + a * sin(angle)
      }
    }
  }
  return y
}
