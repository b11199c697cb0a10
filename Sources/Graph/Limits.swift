import Quantities

/// Bounds within which every later product (bytes, FLOPs of a step) fits in an `Int`.
enum Limits {
  /// Elements of one tensor: 2^48, which is 1 PiB of fp32.
  static let elements = 1 << 48
  /// Multiply-adds and bytes of one graph: a training step does less than 16 times as much.
  static let work = Int.max >> 6

  /// Product of extents, or nil when one is not positive or the product is beyond the bounds.
  static func elements(_ shape: [Int]) -> Int? {
    var product = 1
    for extent in shape {
      guard extent > 0 else { return nil }
      let (next, overflow) = product.multipliedReportingOverflow(by: extent)
      guard !overflow, next <= elements else { return nil }
      product = next
    }
    return product
  }

  /// Multiply-adds (at most) of an operator, or nil beyond the bounds. Shapes are checked before.
  static func work(_ kind: OperatorKind, _ inputs: [Tensor], _ outputs: [[Int]]) -> Int? {
    var largest = 1
    for tensor in inputs { largest = max(largest, tensor.count) }
    for shape in outputs { largest = max(largest, elements(shape) ?? 1) }
    var factor = 8
    switch kind {
    case .linear, .linearGradInput:
      // Every row meets the whole weight.
      let rows = inputs[0].count / max(1, inputs[0].columns)
      let (exact, overflow) = inputs[1].count.multipliedReportingOverflow(by: rows)
      guard !overflow, exact <= work else { return nil }
      return max(exact, largest.multipliedReportingOverflow(by: 8).partialValue)
    case .matmul:
      factor = max(inputs[0].columns, inputs[1].columns, inputs[1].shape[0])
    case .patchEmbedding: factor = inputs[1].count / max(1, inputs[1].shape[0])
    case .attention: factor = 2 * inputs[1].shape[1]
    case .convolution:
      factor = inputs[1].count / max(1, min(inputs[1].shape[0], inputs[1].shape[1]))
    case .expertLinear: factor = max(inputs[0].columns, inputs[1].shape[1])
    case .batchedMatmul: factor = (inputs[0].shape.suffix(2) + inputs[1].shape.suffix(2)).max() ?? 1
    default: break
    }
    let (product, overflow) = largest.multipliedReportingOverflow(by: max(8, factor))
    return overflow || product > work ? nil : product
  }
}
