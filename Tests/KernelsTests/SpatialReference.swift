import Glibc
import Graph

/// Convolutions, pooling, resampling, norms over channels, experts and losses over elements.
func referenceSpatial(_ kind: OperatorKind, _ x: [Values]) -> [Double] {
  switch kind {
  case .batchedMatmul(let transpose):
    let (a, b) = (x[0].shape.suffix(2), x[1].shape.suffix(2))
    let (sizeA, sizeB) = (a.reduce(1, *), b.reduce(1, *))
    return (0..<x[0].elements.count / sizeA).flatMap { index in
      referenceMatmul(
        Values(Array(a), Array(x[0].elements[index * sizeA..<(index + 1) * sizeA])),
        Values(Array(b), Array(x[1].elements[index * sizeB..<(index + 1) * sizeB])), transpose)
    }
  case .expertLinear(let bias):
    let (experts, n, k) = (x[1].shape[0], x[1].shape[1], x[1].shape[2])
    return (0..<x[0].rows).flatMap { row -> [Double] in
      // The expert whose share of the rows holds this one.
      let expert =
        (0..<experts).first { x[0].rows * ($0 + 1) / experts > row } ?? experts - 1
      return (0..<n).map { j in
        (0..<k).reduce(bias ? x[2][[expert, j]] : 0) {
          $0 + x[0].elements[row * k + $1] * x[1][[expert, j, $1]]
        }
      }
    }
  case .fftConvolution:
    return positions(x[0].shape).map { p in
      (0...p[2]).reduce(0) { $0 + x[0][[p[0], p[1], $1]] * x[1][[p[1], p[2] - $1]] }
    }
  case .convolution(let geometry, let bias):
    return referenceConvolution(x[0], x[1], bias ? x[2] : nil, geometry)
  case .poolWindows(let pooling): return referenceWindows(x[0], pooling)
  case .resample(let extents, let mode): return referenceResample(x[0], extents, mode)
  case .channelNorm(let norm): return referenceChannelNorm(x[0], x[1], x[2], norm)
  case .softmax:
    return (0..<x[0].rows).flatMap { row in
      let total = logSumExp(x[0], row)
      return (0..<x[0].columns).map { exp(element(x[0], row, $0) - total) }
    }
  case .parametricRelu:
    return positions(x[0].shape).enumerated().map { index, p in
      let value = x[0].elements[index]
      return value > 0 ? value : value * x[1].elements[x[1].elements.count == 1 ? 0 : p[1]]
    }
  case .elementLoss(let loss): return [referenceLoss(x[0], x[1], loss)]
  default: return []
  }
}

private func referenceConvolution(
  _ x: Values, _ w: Values, _ bias: Values?, _ g: ConvolutionGeometry
) -> [Double] {
  let kernel = Array(w.shape.dropFirst(2))
  guard let extents = g.output(Array(x.shape.dropFirst(2)), kernel: kernel) else { return [] }
  let channels = g.transposed ? w.shape[1] * g.groups : w.shape[0]
  let (perIn, perOut) = (x.shape[1] / g.groups, channels / g.groups)
  return positions([x.shape[0], channels] + extents).map { p in
    let group = p[1] / perOut
    var sum = bias?.elements[p[1]] ?? 0
    for c in 0..<perIn {
      for tap in positions(kernel) {
        var source: [Int] = [p[0], group * perIn + c]
        for axis in tap.indices {
          let reach = tap[axis] * g.dilation[axis]
          guard g.transposed else {
            source.append(p[axis + 2] * g.stride[axis] - g.padding[axis] + reach)
            continue
          }
          // y[i] gathers x[j] with i = j·stride − padding + reach.
          let from = p[axis + 2] + g.padding[axis] - reach
          source.append(from % g.stride[axis] == 0 ? from / g.stride[axis] : -1)
        }
        let weight =
          g.transposed
          ? w[[group * perIn + c, p[1] % perOut] + tap] : w[[p[1], c] + tap]
        sum += weight * x[source]
      }
    }
    return sum
  }
}

private func referenceWindows(_ x: Values, _ pooling: WindowPooling) -> [Double] {
  let spatial = Array(x.shape.dropFirst(2))
  let extents = pooling.output(spatial) ?? []
  return positions(Array(x.shape.prefix(2)) + extents).map { p in
    var inside: [Double] = []
    for tap in positions(pooling.window) {
      let place = tap.indices.map {
        p[$0 + 2] * pooling.stride[$0] - pooling.padding[$0] + tap[$0]
      }
      guard zip(place, spatial).allSatisfy({ (0..<$1).contains($0) }) else { continue }
      inside.append(x[Array(p.prefix(2)) + place])
    }
    return pooling.kind == .maximum
      ? inside.max() ?? 0 : inside.reduce(0, +) / Double(pooling.window.reduce(1, *))
  }
}

/// Shares of the inputs in output `place` along one dimension, from the definitions of PyTorch's
/// `interpolate` (align_corners=False): the distance to each input's centre decides.
private func shares(_ place: Int, _ from: Int, _ to: Int, _ mode: Resampling) -> [Double] {
  var shares = [Double](repeating: 0, count: from)
  let centre = (Double(place) + 0.5) * Double(from) / Double(to) - 0.5
  func add(_ index: Int, _ share: Double) { shares[min(max(index, 0), from - 1)] += share }
  switch mode {
  case .nearest: add(place * from / to, 1)
  case .linear:
    for index in -1...from { add(index, max(0, 1 - abs(centre - Double(index)))) }
  case .cubic:
    for index in -3...from + 2 {
      let d = abs(centre - Double(index))
      let share =
        d <= 1
        ? 1.25 * d * d * d - 2.25 * d * d + 1
        : d < 2 ? -0.75 * (d * d * d - 5 * d * d + 8 * d - 4) : 0
      add(index, share)
    }
  }
  return shares
}

private func referenceResample(_ x: Values, _ extents: [Int], _ mode: Resampling) -> [Double] {
  let spatial = Array(x.shape.dropFirst(2))
  return positions(Array(x.shape.prefix(2)) + extents).map { p in
    let weights = extents.indices.map { shares(p[$0 + 2], spatial[$0], extents[$0], mode) }
    return positions(spatial).reduce(0) { sum, place in
      let weight = place.indices.reduce(1) { $0 * weights[$1][place[$1]] }
      return weight == 0 ? sum : sum + weight * x[Array(p.prefix(2)) + place]
    }
  }
}

private func referenceChannelNorm(
  _ x: Values, _ gamma: Values, _ beta: Values, _ norm: ChannelNorm
) -> [Double] {
  func set(_ p: [Int]) -> [Int] {
    switch norm.kind {
    case .batch, .stored: [p[1]]
    case .instance: [p[0], p[1]]
    case .group(let groups): [p[0], p[1] / (x.shape[1] / groups)]
    }
  }
  var sets: [[Int]: [Double]] = [:]
  for p in positions(x.shape) { sets[set(p), default: []].append(x[p]) }
  return positions(x.shape).map { p in
    let values = sets[set(p)] ?? []
    var mean = values.reduce(0, +) / Double(values.count)
    var variance = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(values.count)
    if norm.kind == .stored { (mean, variance) = (0, 1) }
    return (x[p] - mean) / (variance + norm.epsilon).squareRoot() * gamma.elements[p[1]]
      + beta.elements[p[1]]
  }
}

private func referenceLoss(_ p: Values, _ t: Values, _ loss: ElementLoss) -> Double {
  let pairs = Array(zip(p.elements, t.elements))
  func entropy(_ x: Double, _ t: Double) -> Double { max(x, 0) - x * t + log1p(exp(-abs(x))) }
  func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
  switch loss {
  case .squared: return mean(pairs.map { ($0 - $1) * ($0 - $1) })
  case .absolute: return mean(pairs.map { abs($0 - $1) })
  case .binaryCrossEntropy: return mean(pairs.map { entropy($0, $1) })
  case .softCrossEntropy:
    return mean(
      (0..<p.rows).map { row in
        let total = logSumExp(p, row)
        return (0..<p.columns).reduce(0) {
          $0 - element(t, row, $1) * (element(p, row, $1) - total)
        }
      })
  case .cosine:
    return mean(
      (0..<p.rows).map { row in
        func dot(_ a: Values, _ b: Values) -> Double {
          (0..<p.columns).reduce(0) { $0 + element(a, row, $1) * element(b, row, $1) }
        }
        return 1 - dot(p, t) / (dot(p, p) * dot(t, t)).squareRoot()
      })
  case .diceCrossEntropy: return referenceDice(p, t, entropy)
  }
}

private func referenceDice(
  _ p: Values, _ t: Values, _ entropy: (Double, Double) -> Double
) -> Double {
  let (samples, channels) = (p.shape[0], p.shape[1])
  let size = p.elements.count / (samples * channels)
  func at(_ x: Values, _ b: Int, _ c: Int, _ i: Int) -> Double {
    x.elements[(b * channels + c) * size + i]
  }
  var (dice, cross) = (0.0, 0.0)
  for b in 0..<samples {
    var sums = [(both: Double, p: Double, t: Double)](repeating: (0, 0, 0), count: channels)
    for i in 0..<size {
      let logits = (0..<channels).map { at(p, b, $0, i) }
      let total = logSumExp(Values([1, channels], logits), 0)
      for c in 0..<channels {
        let target = at(t, b, c, i)
        let share = channels == 1 ? 1 / (1 + exp(-logits[c])) : exp(logits[c] - total)
        cross += channels == 1 ? entropy(logits[c], target) : -target * (logits[c] - total)
        sums[c].both += share * target
        sums[c].p += share
        sums[c].t += target
      }
    }
    for sum in sums { dice += 1 - (2 * sum.both + 1e-5) / (sum.p + sum.t + 1e-5) }
  }
  return dice / Double(samples * channels) + cross / Double(samples * size)
}
