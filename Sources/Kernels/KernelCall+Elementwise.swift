import CKernels
import Executor
import Glibc
import Graph
import Quantities

extension Activation {
  /// The C kernels' number for this function.
  var code: Int32 {
    switch self {
    case .gelu, .geluErf: Int32(HFM_GELU)
    case .geluTanh: Int32(HFM_GELU_TANH)
    case .quickGelu: Int32(HFM_QUICK_GELU)
    case .silu: Int32(HFM_SILU)
    case .relu: Int32(HFM_RELU)
    case .tanh: Int32(HFM_TANH)
    case .sigmoid: Int32(HFM_SIGMOID)
    case .leakyRelu: Int32(HFM_LEAKY_RELU)
    case .softplus: Int32(HFM_SOFTPLUS)
    case .elu: Int32(HFM_ELU)
    case .relu6: Int32(HFM_RELU6)
    case .mish: Int32(HFM_MISH)
    case .hardSwish: Int32(HFM_HARD_SWISH)
    case .exponential: Int32(HFM_EXPONENTIAL)
    case .reciprocal: Int32(HFM_RECIPROCAL)
    case .sine: Int32(HFM_SINE)
    }
  }
}

extension KernelCall {
  private func input(_ index: Int) -> hfm_array { inputs[index].array }
  private func output(_ index: Int) -> hfm_array { outputs[index].array }

  func executeElementwise() {
    switch kind {
    case .add where !repeatsRows(inputs[1], in: inputs[0]): executeBroadcast()
    case .add, .scale, .activation, .activationBackward, .gatedActivation:
      forElements(outputs[0].count) { begin, end, _ in elementwise(begin, end) }
    case .scaleByExponential: scale(by: exp(scalar(inputs[1])))
    case .scaleByExponentialBackward: scaleByExponentialBackward()
    case .gatedActivationBackward(let f):
      forElements(outputs[0].count) { begin, end, _ in
        kernels.gatedBackward(
          f.code, input(0), input(1), input(2), output(0), output(1), Int64(begin), Int64(end))
      }
    case .cast: cast()
    case .rotary(let heads, _, let inverse): rotary(heads: heads, inverse: inverse)
    default: executeColumns()
    }
  }

  /// Elements `begin..<end` of a step that `Program.Step.isTileWise`, on the calling lane.
  func elementwise(_ begin: Int, _ end: Int) {
    let (begin, end) = (Int64(begin), Int64(end))
    switch kind {
    case .add:
      kernels.add(input(0), input(1), output(0), Int64(inputs[1].count), begin, end)
    case .scale(let factor): kernels.scale(input(0), Float(factor), output(0), begin, end)
    case .activation(let f): kernels.activation(f.code, input(0), output(0), begin, end)
    case .activationBackward(let f):
      kernels.activationBackward(f.code, input(0), input(1), output(0), begin, end)
    case .gatedActivation(let f):
      kernels.gated(f.code, input(0), input(1), output(0), begin, end)
    default: break
    }
  }

  /// Whether broadcasting repeats all of `small` again and again as it lies: its shape ends
  /// `large`'s.
  private func repeatsRows(_ small: TensorStorage, in large: TensorStorage) -> Bool {
    if large.layout == .channelsLast { return small.tensor.shape == large.tensor.shape }
    return large.tensor.shape.reversed().starts(with: small.tensor.shape.reversed())
  }

  private func executeColumns() {
    let columns = Int64(outputs[0].columns)
    switch kind {
    case .sumLeading where !repeatsRows(outputs[0], in: inputs[0]): executeBroadcast()
    case .sumLeading:
      let count = outputs[0].count
      let rows = Int64(count == 0 ? 0 : inputs[0].count / count)
      forRows(count, grain: 64) { begin, end, _ in
        kernels.sumLeading(input(0), output(0), rows, Int64(count), Int64(begin), Int64(end))
      }
    case .scaleColumns:
      forRows(outputs[0].rows) { begin, end, _ in
        kernels.scaleColumns(input(0), input(1), output(0), columns, Int64(begin), Int64(end))
      }
    case .scaleColumnsBackward:
      withPartials(of: [1], rows: outputs[0].rows, columns: outputs[0].columns) {
        partials, begin, end in
        kernels.scaleColumnsBackward(
          input(0), input(1), input(2), output(0), partials, columns, Int64(begin), Int64(end))
      }
    default: break
    }
  }

  /// Calls `body` with zeroed partial rows of each lane (one per output listed), then sums them
  /// over the lanes, in order, into those outputs.
  func withPartials(
    of targets: [Int], rows: Int, columns: Int,
    _ body: (_ partials: UnsafeMutablePointer<Float>, _ begin: Int, _ end: Int) -> Void
  ) {
    let lanes = scope.count
    let stride = targets.count * columns
    let partials = workspace.shared.assumingMemoryBound(to: Float.self)
    scope.forEachLane { lane in
      let mine = partials + lane * stride
      mine.update(repeating: 0, count: stride)
      let range = TeamScope.chunk(lane, of: lanes, count: rows)
      if !range.isEmpty { body(mine, range.lowerBound, range.upperBound) }
    }
    forRows(columns, grain: 64) { begin, end, _ in
      for (position, target) in targets.enumerated() {
        kernels.reducePartials(
          partials + position * columns, Int64(lanes), Int64(stride), outputs[target].array,
          Int64(begin), Int64(end))
      }
    }
  }

  private func scale(by factor: Float) {
    forElements(outputs[0].count) { begin, end, _ in
      kernels.scale(input(0), factor, output(0), Int64(begin), Int64(end))
    }
  }

  private func scalar(_ storage: TensorStorage) -> Float {
    var value: Float = 0
    kernels.toFloat(storage.array, 0, 1, &value)
    return value
  }

  private func scaleByExponentialBackward() {
    let factor = exp(scalar(inputs[2]))
    scale(by: factor)
    let inner = sum(inputs[0].count, grain: 512) {
      kernels.dot(input(0), input(1), Int64($0), Int64($1))
    }
    var gradient = Float(inner) * factor
    kernels.fromFloat(&gradient, output(1), 0, 1)
  }

  private func cast() {
    let (from, to) = (inputs[0], outputs[0])
    if from.tensor.dataType == to.tensor.dataType {
      forRows(to.tensor.bytes, grain: 4096) { begin, end, _ in
        (to.address + begin).copyMemory(from: from.address + begin, byteCount: end - begin)
      }
    } else {
      forElements(to.count) { begin, end, _ in
        kernels.cast(from.array, to.array, Int64(begin), Int64(end))
      }
    }
  }

  func rotary(heads: Int, dimensions: Int? = nil, inverse: Bool) {
    let x = inputs[0]
    let positions = x.tensor.shape.dropLast().last ?? 1
    rotaryTable.withUnsafeBufferPointer { cosines in
      guard let start = cosines.baseAddress else { return }
      forRows(x.rows) { begin, end, _ in
        kernels.rotary(
          x.array, output(0), start, Int64(positions), Int64(heads), Int64(x.columns / heads),
          Int64(dimensions ?? x.columns / heads), inverse ? 1 : 0, Int64(begin), Int64(end))
      }
    }
  }
}
