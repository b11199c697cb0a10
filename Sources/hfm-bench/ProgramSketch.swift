import Graph
import Kernels
import Quantities

/// A program written down operator by operator, for what no catalogue model is.
struct ProgramSketch {
  private(set) var program = Program()
  /// Format of every tensor but statistics.
  let type: DataType

  init(_ type: DataType) { self.type = type }

  /// A buffer that is filled at the start.
  mutating func buffer(_ shape: [Int], _ content: Program.Content = .parameter) -> Int {
    let role: TensorRole = content == .parameter ? .parameter(.other) : .input
    return program.add(Tensor("b\(program.buffers.count)", shape, type, role), content)
  }

  /// Adds an operator and returns its outputs; those in `statistics` are fp32.
  mutating func apply(
    _ kind: OperatorKind, _ inputs: [Int], to shapes: [[Int]], statistics: [[Int]] = []
  ) -> [Int] {
    let outputs =
      shapes.map { program.add(Tensor("y", $0, type, .activation), .transient) }
      + statistics.map { program.add(Tensor("s", $0, .fp32, .activation), .transient) }
    let buffers = inputs + outputs
    let tensors = buffers.map { program.buffers[$0].tensor }
    let op = Operator(
      "\(kind)", kind, inputs.indices.map { TensorID($0) },
      outputs.indices.map { TensorID(inputs.count + $0) })
    program.add(op, tensors: tensors) { buffers[$0.index] }
    return outputs
  }
}
