import Graph
import Quantities

/// Whether a step can run: its shapes fit its kind, and a kernel computes in its number formats.
extension Program.Step {
  /// - Throws: `UserError` that names the operator and the tensor.
  func check() throws(UserError) {
    try op.validate(in: tensors)
    for (position, id) in (op.inputs + op.outputs).enumerated() {
      let tensor = tensors[id.index]
      guard TensorStorage.code(tensor.dataType) != nil || takes(tensor.dataType, position) else {
        throw UserError(
          .impossible, key: op.name,
          "tensor \(tensor.name) is \(tensor.dataType.rawValue), which no kernel here runs",
          remedy: "run here with fp32, bf16, fp16 or a mixed precision")
      }
    }
    if case .rotary(let heads, _, _) = op.kind { try checkHeads(heads) }
    if case .partialRotary(let heads, _, _, _) = op.kind { try checkHeads(heads) }
  }

  private func checkHeads(_ heads: Int) throws(UserError) {
    guard inputTensors[0].columns / heads <= 4096 else {
      throw UserError(
        .input, key: op.name, "rotary positions need a head size of at most 4096",
        remedy: "mend heads and hidden size")
    }
  }

  /// Whether a tensor that holds no floating-point numbers may stand at a position of the operands,
  /// inputs first.
  private func takes(_ type: DataType, _ position: Int) -> Bool {
    switch op.kind {
    case .linear: type == .int8 && position == 1 && scales != nil
    case .embedding: type == .int32 && position == 0
    case .embeddingBackward, .crossEntropy, .crossEntropyBackward, .pool, .poolBackward,
      .gatherRows, .scatterRows:
      type == .int32 && position == 1
    case .poolWindows(let pooling):
      type == .int64 && pooling.kind == .maximum && position == 2
    case .poolWindowsBackward: type == .int64 && position == 1
    case .optimizer(.adamw8bit): type == .int8 && (position == 2 || position == 4)
    case .cast: isOfOneType
    case .contiguous, .permute, .slice, .concatenate, .roll, .pad, .detach:
      // These copy bits, four bytes at a time.
      type == .int32 && isOfOneType
    default: false
    }
  }

  private var isOfOneType: Bool {
    Set((inputTensors + outputTensors).map(\.dataType)).count == 1
  }
}
