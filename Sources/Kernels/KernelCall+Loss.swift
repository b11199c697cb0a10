import CKernels
import Executor
import Graph
import Quantities

extension KernelCall {
  func executeLoss() throws(UserError) {
    switch kind {
    case .crossEntropy: try crossEntropy()
    case .crossEntropyBackward: try crossEntropyBackward()
    case .contrastiveLoss: contrastive()
    case .contrastiveLossBackward:
      let n = outputs[0].columns
      forRows(n) { begin, end, _ in
        kernels.contrastiveBackward(
          inputs[0].array, inputs[1].floats, inputs[2].floats, outputs[0].array, Int64(n),
          Int64(begin), Int64(end))
      }
    default: break
    }
  }

  /// Rows whose label counts; throws for a label that is neither a column nor −100.
  private func validRows(_ labels: TensorStorage, columns: Int) throws(UserError) -> Int {
    var valid = 0
    for row in 0..<labels.count {
      let label = Int(labels.integers[row])
      if label == -100 { continue }
      guard (0..<columns).contains(label) else {
        throw fault(
          "label \(label) among \(columns) classes",
          remedy: "labels must be -100 (ignored) or less than the number of logits")
      }
      valid += 1
    }
    return valid
  }

  private func crossEntropy() throws(UserError) {
    let (logits, labels) = (inputs[0], inputs[1])
    let valid = try validRows(labels, columns: logits.columns)
    let total = sum(logits.rows, grain: 1) {
      kernels.crossEntropy(
        logits.array, labels.integers, outputs[1].floats, Int64(logits.columns), Int64($0),
        Int64($1))
    }
    outputs[0].floats.pointee = valid == 0 ? 0 : Float(total / Double(valid))
  }

  private func crossEntropyBackward() throws(UserError) {
    let (logits, labels) = (inputs[0], inputs[1])
    let valid = try validRows(labels, columns: logits.columns)
    let factor = valid == 0 ? 0 : 1 / Float(valid)
    forRows(logits.rows) { begin, end, _ in
      kernels.crossEntropyBackward(
        logits.array, labels.integers, inputs[2].floats, outputs[0].array, factor,
        Int64(logits.columns), Int64(begin), Int64(end))
    }
  }

  private func contrastive() {
    let logits = inputs[0]
    let n = logits.columns
    forRows(n) { begin, end, _ in
      kernels.rowLogSumExp(
        logits.array, outputs[1].floats, Int64(n), Int64(begin), Int64(end))
    }
    forRows(n, grain: 16) { begin, end, _ in
      kernels.columnLogSumExp(
        logits.array, outputs[2].floats, Int64(n), Int64(n), Int64(begin), Int64(end))
    }
    var total = 0.0
    for row in 0..<n {
      var diagonal: Float = 0
      let at = Int64(row * n + row)
      kernels.toFloat(logits.array, at, at + 1, &diagonal)
      total += Double(outputs[1].floats[row]) + Double(outputs[2].floats[row])
      total -= 2 * Double(diagonal)
    }
    outputs[0].floats.pointee = n == 0 ? 0 : Float(total / Double(2 * n))
  }
}
