import Graph
import HardwareModel
import Quantities

/// What a framework without a compiler runs beside the operators of a block: autocast's casts and
/// the kernels of functions that its code writes out (`WrittenOut`).
///
/// Under autocast each product's operand that is kept in fp32 is copied to the narrow format by a
/// kernel of its own and its gradient copied back (torch.amp, "Autocast Op Reference"), and
/// point-wise kernels read and write the wide values. A weight is copied once in a pass, an
/// activation for each product that reads it.
struct EagerTraffic {
  /// The kernels.
  private(set) var items: [WorkItem] = []
  private let formats: BlockFormats
  private let storage: Storage
  private var wider = 0

  /// Counts a block's forward pass.
  init(_ block: Block, _ storage: Storage, _ formats: BlockFormats, _ cut: TensorCut) {
    (self.formats, self.storage) = (formats, storage)
    walk(block.operators, block.tensors, copying: \.inputs) { id, tensor in
      if case .parameter = tensor.role, tensor.dataType == .fp32 {
        return cut.weights[id] ?? .whole != .whole
      }
      return formats.widens(id, storage) ? cut.isCut[id.index] : nil
    }
  }

  /// Counts a block's backward pass.
  init(_ backward: BackwardBlock, _ storage: Storage, _ formats: BlockFormats) {
    (self.formats, self.storage) = (formats, storage)
    walk(backward.operators, backward.tensors, copying: \.outputs) { id, tensor in
      tensor.dataType == .fp32 || formats.widens(id, storage) ? true : nil
    }
  }

  /// Counts operators: of products the `copying` values for which `isCut` says whether tensor
  /// parallelism divides them; nil: not copied.
  private mutating func walk(
    _ operators: [Operator], _ tensors: [Tensor], copying: KeyPath<Operator, [TensorID]>,
    isCut: (TensorID, Tensor) -> Bool?
  ) {
    for op in operators {
      guard AutocastFormats.isProduct(op.kind) else {
        pointwise(op, tensors)
        continue
      }
      guard formats.isAutocast, Self.isNarrow(op, tensors) else { continue }
      for id in op[keyPath: copying] {
        let tensor = tensors[id.index]
        if let isCut = isCut(id, tensor) { cast(tensor.count, isCut: isCut) }
      }
    }
    if wider > 0 { add(bytes: wider, isCut: false) }
  }

  /// Whether a product computes in the narrow format: one of operands that were widened by hand
  /// (`MathAttention`) casts nothing.
  private static func isNarrow(_ op: Operator, _ tensors: [Tensor]) -> Bool {
    op.inputs.contains { tensors[$0.index].dataType.bits < 32 }
  }

  private mutating func pointwise(_ op: Operator, _ tensors: [Tensor]) {
    var operands = 0
    for id in op.inputs + op.outputs {
      operands = Saturating.add(operands, tensors[id.index].bytes)
      guard formats.widens(id, storage) else { continue }
      wider = Saturating.add(wider, storage.wideBytes[id.index] - storage.bytes[id.index])
    }
    guard let formula = WrittenOut(op.kind), let result = op.outputs.first else { return }
    let isWide = formula.isAlwaysWide || formula.isWide && formats.isAutocast
    let values = isWide ? storage.wideBytes[result.index] : storage.bytes[result.index]
    let moved = max(0, Saturating.product(values, formula.operands) - operands)
    for _ in 0..<formula.kernels { add(bytes: moved / formula.kernels, isCut: true) }
  }

  private mutating func cast(_ elements: Int, isCut: Bool) {
    add(bytes: Saturating.product(elements, 6), isCut: isCut)
  }

  private mutating func add(bytes: Int, isCut: Bool) {
    let cost = OperatorCost(
      operatorClass: .elementwise, dataType: .fp32, modelFlops: 0, hardwareFlops: 0,
      vectorFlops: 0, bytesRead: bytes, bytesWritten: 0, kernel: .cast)
    var item = WorkItem(.other, cost: cost, isCut: isCut)
    item.isWrittenOut = true
    items.append(item)
  }
}
