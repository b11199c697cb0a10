import CKernels
import Executor
import Graph

/// Norms over channels, PReLU and softmax: rows are (sample, channel) or whatever precedes the last
/// dimension.
extension KernelCall {
  func executeRows() {
    switch kind {
    case .softmax:
      forRows(outputs[0].rows) { begin, end, _ in
        graph.softmax(
          inputs[0].array, outputs[0].array, Int64(outputs[0].columns), Int64(begin), Int64(end))
      }
    case .softmaxBackward:
      forRows(outputs[0].rows) { begin, end, _ in
        graph.softmaxBackward(
          inputs[0].array, inputs[1].array, outputs[0].array, Int64(outputs[0].columns),
          Int64(begin), Int64(end))
      }
    case .channelNorm(let norm): channelNorm(norm)
    case .channelNormBackward(let norm): channelNormBackward(norm)
    case .parametricRelu:
      let (x, slope) = (inputs[0], inputs[1])
      let (rows, columns) = channelRows(x)
      forRows(rows) { begin, end, _ in
        graph.parametricRelu(
          x.array, slope.array, outputs[0].array, Int64(slope.count), Int64(columns), Int64(begin),
          Int64(end))
      }
    case .parametricReluBackward: parametricReluBackward()
    default: break
    }
  }

  /// Rows (sample, channel) and elements of each.
  private func channelRows(_ x: TensorStorage) -> (rows: Int, columns: Int) {
    let rows = x.tensor.shape.prefix(2).reduce(1, *)
    return (rows, rows == 0 ? 0 : x.count / rows)
  }

  private func parametricReluBackward() {
    let (dy, x, slope) = (inputs[0], inputs[1], inputs[2])
    let (rows, columns) = channelRows(x)
    let gradient = workspace.shared.assumingMemoryBound(to: Float.self)
    gradient.update(repeating: 0, count: slope.count)
    let sums = gradient + slope.count
    forRows(rows) { begin, end, _ in
      graph.parametricReluBackward(
        dy.array, x.array, slope.array, outputs[0].array, sums, Int64(slope.count),
        Int64(columns), Int64(begin), Int64(end))
    }
    for row in 0..<rows { gradient[row % slope.count] += sums[row] }
    kernels.fromFloat(gradient, outputs[1].array, 0, Int64(slope.count))
  }

  /// The set that a row's statistics belong to.
  private func set(_ norm: ChannelNorm, row: Int, channels: Int) -> Int {
    switch norm.kind {
    case .batch, .stored: row % channels
    case .instance: row
    case .group(let groups): row / channels * groups + row % channels / (channels / groups)
    }
  }

  /// Zeroed sums of each set at the start of the shared workspace, and what lies behind them.
  private func setTotals(
    _ count: Int
  ) -> (totals: UnsafeMutablePointer<SetTotal>, rest: UnsafeMutablePointer<Float>) {
    let totals = workspace.shared.assumingMemoryBound(to: SetTotal.self)
    totals.update(repeating: SetTotal(), count: count)
    return (totals, UnsafeMutableRawPointer(totals + count).assumingMemoryBound(to: Float.self))
  }

  /// - Parameter followers: element-wise steps of the group that the norm opens.
  func channelNorm(
    _ norm: ChannelNorm, then followers: ArraySlice<KernelCall> = [],
    times: UnsafeMutablePointer<UInt64>? = nil
  ) {
    let (x, gamma, beta) = (inputs[0], inputs[1], inputs[2])
    let (mean, deviation) = (outputs[1], outputs[2])
    let (rows, columns) = channelRows(x)
    let channels = x.tensor.shape[1]
    let (totals, moments) = setTotals(outputs[1].count)
    let coefficients = moments + 2 * rows
    let (scales, shifts) = (coefficients + 3 * rows, coefficients + 3 * rows + channels)
    if norm.kind != .stored, isChannelsLast {
      channelMoments(x, moments, partials: shifts + channels)
    } else if norm.kind != .stored {
      forRows(rows) { begin, end, _ in
        graph.moments(x.array, moments, Int64(columns), Int64(begin), Int64(end))
      }
    }
    statistics(norm, moments, totals, rows: rows, columns: columns, channels: channels)
    kernels.toFloat(gamma.array, 0, Int64(channels), scales)
    kernels.toFloat(beta.array, 0, Int64(channels), shifts)
    for row in 0..<rows {
      let set = set(norm, row: row, channels: channels)
      coefficients[3 * row] = mean.floats[set]
      coefficients[3 * row + 1] = deviation.floats[set] * scales[row % channels]
      coefficients[3 * row + 2] = shifts[row % channels]
    }
    if isChannelsLast {
      return affineChannels(x, outputs[0], coefficients, then: followers, times: times)
    }
    forRows(rows) { begin, end, _ in
      graph.affineRows(
        x.array, outputs[0].array, coefficients, Int64(columns), Int64(begin), Int64(end))
    }
  }

  /// Joins the rows' moments to those of each set (Chan et al. 1979), or takes stored ones.
  private func statistics(
    _ norm: ChannelNorm, _ moments: UnsafeMutablePointer<Float>,
    _ totals: UnsafeMutablePointer<SetTotal>, rows: Int, columns: Int, channels: Int
  ) {
    let (means, deviations) = (outputs[1].floats, outputs[2].floats)
    let count = outputs[1].count
    guard norm.kind != .stored else {
      means.update(repeating: 0, count: count)
      deviations.update(repeating: 1, count: count)
      if statistics.count == 2 {
        kernels.toFloat(statistics[0].array, 0, Int64(count), means)
        kernels.toFloat(statistics[1].array, 0, Int64(count), deviations)
      }
      for set in 0..<count {
        deviations[set] = Float(1 / (Double(deviations[set]) + norm.epsilon).squareRoot())
      }
      return
    }
    for row in 0..<rows {
      let set = set(norm, row: row, channels: channels)
      let old = totals[set]
      let difference = Double(moments[2 * row]) - old.first
      let joined = old.rows + 1
      let between = difference * difference * Double(columns) * old.rows / joined
      totals[set] = SetTotal(
        rows: joined, first: old.first + difference / joined,
        second: old.second + Double(moments[2 * row + 1]) + between)
    }
    for set in 0..<count {
      let variance = totals[set].second / max(1, totals[set].rows * Double(columns))
      means[set] = Float(totals[set].first)
      deviations[set] = Float(1 / (variance + norm.epsilon).squareRoot())
    }
  }

  /// dx = rstd (g − mean(g) − x̂ mean(g x̂)) with g = dy·gamma, means over a row's set.
  private func channelNormBackward(_ norm: ChannelNorm) {
    let (dy, x, gamma) = (inputs[0], inputs[1], inputs[2])
    let (means, deviations) = (inputs[3].floats, inputs[4].floats)
    let (rows, columns) = channelRows(x)
    let channels = x.tensor.shape[1]
    let (totals, sums) = setTotals(inputs[3].count)
    let coefficients = sums + 2 * rows
    let gammas = coefficients + 4 * rows
    let (betas, scales) = (gammas + channels, gammas + 2 * channels)
    gammas.update(repeating: 0, count: 2 * channels)
    kernels.toFloat(gamma.array, 0, Int64(channels), scales)
    for row in 0..<rows {
      coefficients[4 * row] = means[set(norm, row: row, channels: channels)]
    }
    if isChannelsLast {
      channelGradientSums(dy, x, coefficients, sums, partials: scales + channels)
    } else {
      forRows(rows) { begin, end, _ in
        graph.gradientSums(
          dy.array, x.array, coefficients, sums, Int64(columns), Int64(begin), Int64(end))
      }
    }
    for row in 0..<rows {
      let set = set(norm, row: row, channels: channels)
      let (channel, scale) = (row % channels, scales[row % channels])
      gammas[channel] += sums[2 * row + 1] * deviations[set]
      betas[channel] += sums[2 * row]
      totals[set].rows += 1
      totals[set].first += Double(scale * sums[2 * row])
      totals[set].second += Double(scale * sums[2 * row + 1] * deviations[set])
    }
    for row in 0..<rows {
      let set = set(norm, row: row, channels: channels)
      let (rstd, total) = (deviations[set], totals[set])
      let count = total.rows * Double(columns)
      let isFixed = norm.kind == .stored
      coefficients[4 * row + 1] = rstd * scales[row % channels]
      coefficients[4 * row + 2] = isFixed ? 0 : -rstd * rstd * Float(total.second / count)
      coefficients[4 * row + 3] = isFixed ? 0 : -rstd * Float(total.first / count)
    }
    if isChannelsLast {
      affineGradientChannels(dy, x, outputs[0], coefficients)
    } else {
      forRows(rows) { begin, end, _ in
        graph.affineGradientRows(
          dy.array, x.array, outputs[0].array, coefficients, Int64(columns), Int64(begin),
          Int64(end))
      }
    }
    kernels.fromFloat(gammas, outputs[1].array, 0, Int64(channels))
    kernels.fromFloat(betas, outputs[2].array, 0, Int64(channels))
  }
}

/// What is summed over the rows of a set: their number, and mean and squares (forward) or the two
/// sums of gradients (backward).
private struct SetTotal {
  var rows = 0.0, first = 0.0, second = 0.0
}

extension ChannelNorm {
  /// Bytes of the shared workspace for `x[B,C,s…]`.
  /// - Parameter lanes: that sum parts of rows, as where channels lie last; 0 for whole rows.
  func sharedBytes(_ shape: [Int], lanes: Int) -> Int {
    let rows = shape.prefix(2).reduce(1, *)
    let sets = statistics(shape)?.reduce(1, *) ?? 0
    // Backward's: two sums and four coefficients a row and two sums of each lane, two gradients and
    // gamma a channel.
    return sets * MemoryLayout<SetTotal>.stride + 4
      * ((6 + 2 * lanes) * rows + 3 * (shape.dropFirst().first ?? 0))
  }
}
