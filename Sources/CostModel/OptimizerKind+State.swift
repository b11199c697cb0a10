public import Graph
import Quantities

extension OptimizerKind {
  /// State tensors that an update reads and writes.
  public var stateCount: Int {
    switch self {
    case .adamw, .adamw8bit, .lamb: 2
    case .momentum, .adafactor, .muon: 1
    case .sgd: 0
    }
  }

  /// Approximate arithmetic per element of a parameter.
  var flopsPerElement: Int {
    switch self {
    case .sgd: 2
    case .momentum: 4
    case .adafactor: 12
    case .adamw: 14
    case .lamb: 18
    case .adamw8bit: 26  // both moments are decoded and encoded
    case .muon: 10
    }
  }

  /// Bytes of the states of one parameter.
  ///
  /// - adamw, lamb, momentum: in the parameter's format, as PyTorch keeps them.
  /// - adamw8bit: one byte an element and moment, and an fp32 scale for each 256 elements
  ///   (arXiv 2110.02861, section 2; bitsandbytes' block size); tensors below 4096 elements stay
  ///   in fp32.
  /// - adafactor: without first moment; the second of a matrix as its row and column means in
  ///   fp32, of a vector whole (arXiv 1804.04235, section 3).
  /// - muon: one momentum for matrices; vectors, embeddings and heads are updated by AdamW.
  public func stateBytes(_ parameter: Tensor) -> Int {
    let isMatrix = parameter.shape.count >= 2
    switch self {
    case .sgd: return 0
    case .momentum: return parameter.bytes
    case .adamw, .lamb: return Saturating.product(2, parameter.bytes)
    case .adamw8bit:
      let count = parameter.count
      if count < 4096 { return Saturating.product(8, count) }
      return Saturating.product(2, Saturating.add(count, 4 * ((count + 255) / 256)))
    case .adafactor:
      guard isMatrix else { return DataType.fp32.bytes(parameter.count) }
      let (rows, columns) = (parameter.rows, parameter.columns)
      return DataType.fp32.bytes(
        Saturating.add(rows, parameter.count / max(1, rows * columns) * columns))
    case .muon:
      let byAdam =
        switch parameter.role {
        case .parameter(.embedding), .parameter(.head): true
        default: !isMatrix
        }
      return Saturating.product(byAdam ? 2 : 1, parameter.bytes)
    }
  }
}
