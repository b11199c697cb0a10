import CKernels
import Executor
import Graph
import Quantities

/// What fills a buffer at the start, found from how steps use it.
enum InitialValues: Equatable {
  /// Normal numbers.
  case normal(mean: Double, deviation: Double)
  /// Integers in `0 ..< bound`, random.
  case integers(bound: Int)
  /// 0, 1, 2 … modulo `bound`.
  case counting(bound: Int)
  case zero
  /// Normal numbers of deviation 32 as signed bytes.
  case bytes

  /// The scale that gives `bytes` the deviation of other parameters.
  private static let byteScale = 0.02 / 32

  /// One choice per buffer.
  static func choose(_ program: Program) -> [InitialValues] {
    var choices = program.buffers.map { start($0) }
    for step in program.steps { refine(&choices, step, program) }
    return choices
  }

  private static func start(_ buffer: Program.Buffer) -> InitialValues {
    let isInteger = !buffer.tensor.dataType.isFloatingPoint
    switch buffer.content {
    // 0.02 is BERT's initialisation (arXiv 1810.04805's released code) and most of its successors'.
    case .parameter: return isInteger ? .bytes : .normal(mean: 0, deviation: 0.02)
    case .constant:
      return isInteger ? .counting(bound: Int(Int32.max)) : .normal(mean: 0, deviation: 0.02)
    case .input:
      return isInteger ? .integers(bound: 1 << 15) : .normal(mean: 0, deviation: 1)
    case .zero, .transient: return .zero
    }
  }

  private static func refine(
    _ choices: inout [InitialValues], _ step: Program.Step, _ program: Program
  ) {
    func bound(_ input: Int, _ limit: Int) {
      let buffer = step.inputs[input]
      switch choices[buffer] {
      case .integers(let old): choices[buffer] = .integers(bound: min(old, limit))
      case .counting(let old): choices[buffer] = .counting(bound: min(old, limit))
      case .normal, .zero, .bytes: break
      }
    }
    func gain(_ input: Int, mean: Double, deviation: Double) {
      let buffer = step.inputs[input]
      if program.buffers[buffer].content == .parameter {
        choices[buffer] = .normal(mean: mean, deviation: deviation)
      }
    }
    for (buffer, mean) in zip(step.statistics, [0.0, 1]) {
      choices[buffer] = .normal(mean: mean, deviation: 0)
    }
    if let scales = step.scales { choices[scales] = .normal(mean: byteScale, deviation: 0) }
    switch step.op.kind {
    case .embedding: bound(0, step.inputTensors[1].rows)
    case .embeddingBackward: bound(1, step.outputTensors[0].rows)
    case .crossEntropy, .crossEntropyBackward: bound(1, step.inputTensors[0].columns)
    case .gatherRows: bound(1, step.inputTensors[0].shape[1])
    case .scatterRows(let rows): bound(1, rows)
    case .layerNorm, .rmsNorm, .scaleColumns, .channelNorm: gain(1, mean: 1, deviation: 0.02)
    // ln(1/0.07), CLIP's start (arXiv 2103.00020, section 2.5).
    case .scaleByExponential: gain(1, mean: 2.6592600369, deviation: 0)
    default: break
    }
  }

  /// Fills a buffer on the lanes, so that pages fall beside the lanes that touch them.
  func fill(_ storage: TensorStorage, seed: UInt64, scope: TeamScope) {
    switch self {
    case .normal(let mean, let deviation):
      scope.parallelFor(storage.count, alignment: 4096) { range, _ in
        hfm_fill_normal(
          storage.array, seed, Float(mean), Float(deviation), Int64(range.lowerBound),
          Int64(range.upperBound))
      }
    case .integers(let bound):
      guard storage.tensor.dataType == .int32 else { return }
      var state = seed
      for index in 0..<storage.count {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        storage.integers[index] = Int32(truncatingIfNeeded: (state >> 33) % UInt64(max(1, bound)))
      }
    case .counting(let bound):
      guard storage.tensor.dataType == .int32 else { return }
      for index in 0..<storage.count { storage.integers[index] = Int32(index % max(1, bound)) }
    case .bytes:
      guard storage.tensor.dataType == .int8 else { return }
      let bytes = storage.address.assumingMemoryBound(to: Int8.self)
      scope.parallelFor(storage.count, alignment: 4096) { range, _ in
        hfm_fill_bytes(bytes, seed, Int64(range.lowerBound), Int64(range.upperBound))
      }
    case .zero:
      scope.parallelFor(storage.tensor.bytes, alignment: 4096) { range, _ in
        (storage.address + range.lowerBound).initializeMemory(
          as: UInt8.self, repeating: 0, count: range.count)
      }
    }
  }
}
