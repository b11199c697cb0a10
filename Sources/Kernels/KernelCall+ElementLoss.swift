import CKernels
import Executor
import Graph

extension ElementLoss {
  /// The C kernels' number of a loss over single elements; nil for losses over rows or channels.
  fileprivate var code: Int32? {
    switch self {
    case .squared: Int32(HFM_SQUARED)
    case .absolute: Int32(HFM_ABSOLUTE)
    case .binaryCrossEntropy: Int32(HFM_BINARY_CROSS_ENTROPY)
    case .softCrossEntropy, .diceCrossEntropy, .cosine: nil
    }
  }
}

extension KernelCall {
  func elementLoss(_ loss: ElementLoss) {
    let (p, t) = (inputs[0], inputs[1])
    let (rows, columns) = (p.rows, Int64(p.columns))
    let mean: Double
    switch loss {
    case .squared, .absolute, .binaryCrossEntropy:
      let total = sum(p.count, grain: 512) {
        graph.elementLoss(loss.code ?? 0, p.array, t.array, Int64($0), Int64($1))
      }
      mean = total / Double(max(1, p.count))
    case .softCrossEntropy:
      let total = sum(rows, grain: 1) {
        graph.softCrossEntropy(p.array, t.array, columns, Int64($0), Int64($1))
      }
      mean = total / Double(max(1, rows))
    case .cosine:
      let total = sum(rows, grain: 1) {
        graph.cosineLoss(p.array, t.array, columns, Int64($0), Int64($1))
      }
      mean = total / Double(max(1, rows))
    case .diceCrossEntropy: mean = Dice(self).loss
    }
    outputs[0].floats.pointee = Float(mean)
  }

  func elementLossBackward(_ loss: ElementLoss) {
    let (p, t, dp) = (inputs[0], inputs[1], outputs[0])
    let columns = Int64(p.columns)
    let ofRows = 1 / Float(max(1, p.rows))
    switch loss {
    case .squared, .absolute, .binaryCrossEntropy:
      let factor = 1 / Float(max(1, p.count))
      forElements(p.count) { begin, end, _ in
        graph.elementLossBackward(
          loss.code ?? 0, p.array, t.array, dp.array, factor, Int64(begin), Int64(end))
      }
    case .softCrossEntropy:
      forRows(p.rows) { begin, end, _ in
        graph.softCrossEntropyBackward(
          p.array, t.array, dp.array, ofRows, columns, Int64(begin), Int64(end))
      }
    case .cosine:
      forRows(p.rows) { begin, end, _ in
        graph.cosineLossBackward(
          p.array, t.array, dp.array, ofRows, columns, Int64(begin), Int64(end))
      }
    case .diceCrossEntropy: Dice(self).backward()
    }
  }
}

/// Dice and cross-entropy of `[B,C,s…]`, as MONAI's DiceCELoss: softmax over the channels (the
/// logistic function where there is one), dice by sample and channel, cross-entropy by position.
private struct Dice {
  let call: KernelCall
  let samples: Int, channels: Int, positions: Int
  /// Added to numerator and denominator, so that an empty class counts as met.
  private static let smooth = 1e-5

  init(_ call: KernelCall) {
    self.call = call
    let shape = call.inputs[0].tensor.shape
    samples = shape.count > 1 ? shape[0] : 1
    channels = shape.count > 1 ? shape[1] : 1
    positions = call.inputs[0].count / max(1, samples * channels)
  }

  /// Bytes of the shared workspace: for each lane three sums by sample and channel and one entropy,
  /// then two slopes by sample and channel.
  static func sharedBytes(_ shape: [Int], lanes: Int) -> Int {
    let pairs = shape.count > 1 ? shape.prefix(2).reduce(1, *) : 1
    return 8 * lanes * (3 * pairs + 1) + 8 * pairs
  }

  private func forBlocks(
    _ body: (_ sample: Int, _ begin: Int64, _ end: Int64, _ lane: Int) -> Void
  ) {
    let blocks = (positions + 255) / 256
    call.forRows(samples * blocks) { begin, end, lane in
      for item in begin..<end {
        let from = item % blocks * 256
        body(item / blocks, Int64(from), Int64(min(from + 256, positions)), lane)
      }
    }
  }

  private var count: Int { 3 * samples * channels + 1 }

  /// Sums of each sample and channel (probability·target, probability, target), then the entropy.
  private func sums() -> UnsafeMutablePointer<Double> {
    let partials = call.workspace.shared.assumingMemoryBound(to: Double.self)
    partials.update(repeating: 0, count: count * call.scope.count)
    forBlocks { sample, begin, end, lane in
      let mine = partials + lane * count
      mine[count - 1] += call.graph.diceSums(
        call.inputs[0].array, call.inputs[1].array, Int64(sample * channels * positions),
        Int64(channels), Int64(positions), mine + 3 * sample * channels,
        call.workspace.scratch(lane), begin, end)
    }
    for index in 0..<count {
      for lane in 1..<max(1, call.scope.count) { partials[index] += partials[lane * count + index] }
    }
    return partials
  }

  var loss: Double {
    let sums = sums()
    var dice = 0.0
    for index in 0..<samples * channels {
      let overlap = 2 * sums[3 * index] + Self.smooth
      dice += 1 - overlap / (sums[3 * index + 1] + sums[3 * index + 2] + Self.smooth)
    }
    return dice / Double(samples * channels) + sums[count - 1] / Double(samples * positions)
  }

  func backward() {
    let sums = sums()
    let share = 1 / Double(samples * channels)
    let slopes = UnsafeMutableRawPointer(sums + count * call.scope.count)
      .assumingMemoryBound(to: Float.self)
    for index in 0..<samples * channels {
      let overlap = 2 * sums[3 * index] + Self.smooth
      let union = sums[3 * index + 1] + sums[3 * index + 2] + Self.smooth
      slopes[2 * index] = Float(-2 * share / union)
      slopes[2 * index + 1] = Float(share * overlap / (union * union))
    }
    let factor = 1 / Float(samples * positions)
    forBlocks { sample, begin, end, lane in
      call.graph.diceBackward(
        call.inputs[0].array, call.inputs[1].array, call.outputs[0].array,
        Int64(sample * channels * positions), Int64(channels), Int64(positions),
        slopes + 2 * sample * channels, factor, call.workspace.scratch(lane), begin, end)
    }
  }
}

extension ElementLoss {
  /// Scratch of the loss and its gradient.
  func need(_ shape: [Int], lanes: Int) -> Workspace.Need {
    guard self == .diceCrossEntropy else { return Workspace.Need() }
    return Workspace.Need(
      laneFloats: 512 * (shape.count > 1 ? shape[1] : 1),
      sharedBytes: Dice.sharedBytes(shape, lanes: lanes))
  }
}
