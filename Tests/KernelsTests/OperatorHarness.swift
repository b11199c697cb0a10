import Executor
import Graph
import Kernels
import Quantities

/// A value with its shape, in double precision.
struct Values {
  var shape: [Int]
  var elements: [Double]
  init(_ shape: [Int], _ elements: [Double]) {
    self.shape = shape
    self.elements = elements
  }
  var columns: Int { shape.last ?? 1 }
  var rows: Int { columns == 0 ? 0 : elements.count / columns }
}

/// SplitMix64 (Steele, Lea & Flood 2014).
struct TestRandom {
  var state: UInt64
  init(_ seed: Int) { state = UInt64(truncatingIfNeeded: seed) &* 0x9e37_79b9_7f4a_7c15 }
  mutating func bits() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
  mutating func uniform(_ low: Double = -1, _ high: Double = 1) -> Double {
    low + (high - low) * Double(bits() >> 11) * 0x1p-53
  }
  /// Values that every number format here holds exactly enough: rounded to `type`.
  mutating func values(_ shape: [Int], _ type: DataType, scale: Double = 1) -> Values {
    let count = shape.reduce(1, *)
    return Values(shape, (0..<count).map { _ in rounded(scale * uniform(), type) })
  }
  mutating func integers(_ shape: [Int], below bound: Int) -> Values {
    Values(shape, (0..<shape.reduce(1, *)).map { _ in Double(bits() % UInt64(bound)) })
  }
}

/// The nearest value of a number format (ties to even), written independently of the kernels.
func rounded(_ x: Double, _ type: DataType) -> Double {
  switch type {
  case .bf16:
    if x == 0 { return 0 }
    // 8 significant bits.
    let unit = Double(sign: .plus, exponent: x.exponent - 7, significand: 1)
    return (x / unit).rounded(.toNearestOrEven) * unit
  case .fp16: return Double(Float16(x))
  default: return Double(Float(x))
  }
}

/// One operand of an operator under test.
struct Operand {
  var type: DataType
  var values: Values
}

/// Runs one operator through the program runner.
func run(
  _ kind: OperatorKind, _ inputs: [Operand], outputs: [(shape: [Int], type: DataType)],
  lanes: Int = 1, kernels: KernelTable = .best, step: Int = 1
) throws -> [[Double]] {
  var program = Program()
  var tensors: [Tensor] = []
  var buffers: [Int] = []
  for (index, input) in inputs.enumerated() {
    let tensor = Tensor("input\(index)", input.values.shape, input.type, .input)
    tensors.append(tensor)
    buffers.append(program.add(tensor, .zero))
  }
  for (index, output) in outputs.enumerated() {
    let tensor = Tensor("output\(index)", output.shape, output.type, .activation)
    tensors.append(tensor)
    buffers.append(program.add(tensor, .transient))
  }
  let op = Operator(
    "test", kind, inputs.indices.map { TensorID($0) },
    outputs.indices.map { TensorID(inputs.count + $0) })
  program.add(op, tensors: tensors) { buffers[$0.index] }
  for index in outputs.indices { program.keep(buffers[inputs.count + index]) }
  return try ModelRunTests.withTeam(lanes) { team in
    let runner = try ProgramRunner(
      program, team: team, kernels: kernels, guards: Watch.guards)
    for (index, input) in inputs.enumerated() {
      try runner.write(input.values.elements.map { Float($0) }, to: buffers[index])
    }
    try runner.run(step: step)
    if outputs.isEmpty {
      return try inputs.indices.map { try runner.read(buffers[$0]).map(Double.init) }
    }
    return try outputs.indices.map { try runner.read(buffers[inputs.count + $0]).map(Double.init) }
  }
}

/// Largest difference over the largest reference value, which counts as at least 0.1: operands are
/// of size 1, and a gradient that is 0 in exact arithmetic is rounding in any other.
func normalisedError(_ got: [Double], _ want: [Double]) -> Double {
  guard got.count == want.count else { return .infinity }
  let scale = want.map(abs).max() ?? 0
  let worst = zip(got, want).map { abs($0 - $1) }.max() ?? 0
  if got.contains(where: { !$0.isFinite }) { return .infinity }
  return worst / max(scale, 0.1)
}

/// Error bound of one operator: rounding of the result, and fp32 sums over `depth` terms.
func bound(_ type: DataType, depth: Int = 1) -> Double {
  let sums = 4e-7 * Double(max(1, depth)).squareRoot() + 2e-6
  switch type {
  case .bf16: return 0x1p-8 + sums
  case .fp16: return 0x1p-11 + sums
  default: return sums
  }
}
