import Graph

/// How tensor parallelism cuts the tensors of one block (Shoeybi et al., Megatron-LM, arXiv
/// 1909.08053, section 3), derived from the block itself.
///
/// A product of a whole input gives each device some columns; point-wise work and attention keep
/// that cut; a product of a cut input sums over devices and gives a whole output. Where a cut
/// tensor meets an operator that needs all of it, it is gathered. Tables of tokens are cut by rows.
struct TensorCut {
  /// How a weight is cut; those of experts are spread over devices, and each is cut like an MLP's.
  enum Weight: Sendable {
    case whole, columns, rows, table, expertColumns, expertRows

    /// Whether it belongs to experts.
    var isExpert: Bool { self == .expertColumns || self == .expertRows }
  }

  /// Whether each tensor of the forward table is cut.
  private(set) var isCut: [Bool]
  /// How each parameter is cut.
  private(set) var weights: TensorMap<Weight>
  /// Bytes of each sum over devices in forward: outputs of row-cut products and token tables.
  private(set) var reduced: [Int] = []
  /// Bytes of each whole input of column-cut products: their gradients are summed in backward.
  private(set) var spread: [Int] = []
  /// Bytes gathered because an operator needs all of a cut tensor.
  private(set) var gathered: [Int] = []
  /// Cut tensors `[…, heads, size]`: their last axis lies whole on each device.
  private var byHeads: TensorSet
  /// Those that are normalised head by head, with one scale for all: each device does its own.
  private(set) var normedByHeads: TensorSet
  /// Low-rank results of cut inputs: what is made of them is whole, as the matrix's own result is.
  private var wholeUpdates = TensorSet(count: 0)
  /// The rows that a router sent to experts.
  let experts: ExpertRows

  init(_ block: Block) {
    let count = block.tensors.count
    isCut = [Bool](repeating: false, count: count)
    weights = TensorMap(count: count)
    (byHeads, normedByHeads) = (TensorSet(count: count), TensorSet(count: count))
    experts = ExpertRows(block)
    var spreadInputs = TensorSet(count: count)
    for op in block.operators {
      guard let output = op.outputs.first else { continue }
      if experts.holds(op) {
        for id in op.outputs { isCut[id.index] = experts.isExpert[id.index] }
        if case .expertLinear = op.kind {
          weights[op.inputs[1]] =
            experts.isInner[op.inputs[0].index] ? .expertRows : .expertColumns
        }
        continue
      }
      switch op.kind {
      case .linear:
        product(op, block, &spreadInputs)
      case .embedding:
        guard op.inputs.count > 1, let table = op.inputs.last, block[table].shape.count == 2 else {
          continue
        }
        // Tables of a few rows (segments, positions) are not worth a collective.
        guard block[table].shape[0] >= 4096, isParameter(table, block) else { continue }
        weights[table] = .table
        reduced.append(block[output].bytes)
      case .concatenate(let axis)
      where axis == block[output].shape.count - 1
        && op.inputs.contains(where: byHeads.contains):
        // Each device joins what belongs to its heads, also of what it holds whole.
        isCut[output.index] = true
        byHeads.insert(output)
      case .rmsNorm where byHeads.contains(op.inputs[0]),
        .layerNorm where byHeads.contains(op.inputs[0]):
        normedByHeads.insert(op.inputs[0])
        byHeads.insert(output)
        for id in op.outputs { isCut[id.index] = true }
      default:
        if Self.keepsCut(op.kind) {
          follow(op, block)
          if case .cast = op.kind, isCut[output.index], splitsHeads(op.inputs[0], output, block) {
            byHeads.insert(output)
          }
        } else if isCut(anyOf: op.inputs) {
          gather(op, block)
        }
      }
    }
    for id in block.outputs where isCut[id.index] { gathered.append(block[id].bytes) }
  }

  /// Whether an operator works on each column, head or vocabulary slice by itself.
  static func keepsCut(_ kind: OperatorKind) -> Bool {
    switch kind {
    case .activation, .gatedActivation, .attention, .rotary, .scale, .add, .crossEntropy, .cast,
      .scaleColumns:
      true
    default: false
    }
  }

  /// The part of a split that a forward tensor's bytes belong to.
  func part(_ id: TensorID) -> LayerWork.Split.Part {
    if experts.isExpert[id.index] {
      return experts.isInner[id.index] ? .expertInner : .expertWide
    }
    return isCut[id.index] ? .cut : .whole
  }

  /// Whether a view splits the last axis in two.
  private func splitsHeads(_ input: TensorID, _ output: TensorID, _ block: Block) -> Bool {
    let (from, to) = (block[input].shape, block[output].shape)
    return to.count == from.count + 1 && to.dropLast(2) == from.dropLast()
  }

  private func isCut(anyOf ids: [TensorID]) -> Bool { ids.contains { isCut[$0.index] } }

  private func isParameter(_ id: TensorID, _ block: Block) -> Bool {
    if case .parameter = block[id].role { true } else { false }
  }

  /// Ends the name of a product down to the rank of an update (`BlockBuilder.lowRank`). Beside a
  /// column-cut matrix its result is whole on each device and what is made of it cut by columns, so
  /// that the sum keeps the matrix's own cut; beside a row-cut one only the few columns are summed
  /// over devices (Megatron-Bridge, peft/utils.py, `ParallelLinearAdapter`).
  private static let narrow = ".lora.down"

  private mutating func product(
    _ op: Operator, _ block: Block, _ spreadInputs: inout TensorSet
  ) {
    let (x, w) = (op.inputs[0], op.inputs[1])
    if experts.isRouter(op) {
      // Every device routes its own tokens.
      weights[w] = .whole
    } else if isCut[x.index] {
      weights[w] = .rows
      reduced.append(block[op.outputs[0]].bytes)
      if op.name.hasSuffix(Self.narrow) { wholeUpdates.insert(op.outputs[0]) }
    } else if op.name.hasSuffix(Self.narrow) || wholeUpdates.contains(x) {
      // Few columns are not worth a collective: each device computes all of them.
      weights[w] = .whole
    } else {
      weights[w] = .columns
      if op.inputs.count > 2 { weights[op.inputs[2]] = .columns }
      isCut[op.outputs[0].index] = true
      if spreadInputs.insert(x) { spread.append(block[x].bytes) }
    }
  }

  /// The output is cut as the inputs are; a cut tensor that meets a whole one is gathered first.
  private mutating func follow(_ op: Operator, _ block: Block) {
    guard isCut(anyOf: op.inputs) else { return }
    if case .add = op.kind {
      let whole = op.inputs.filter { !isCut[$0.index] && !isParameter($0, block) }
      if !whole.isEmpty { return gather(op, block) }
    }
    for id in op.inputs where isParameter(id, block) { weights[id] = .columns }
    for id in op.outputs where !block[id].shape.isEmpty { isCut[id.index] = true }
  }

  private mutating func gather(_ op: Operator, _ block: Block) {
    for id in op.inputs where isCut[id.index] { gathered.append(block[id].bytes) }
  }
}
