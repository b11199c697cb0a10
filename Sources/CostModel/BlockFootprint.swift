import Graph
import Quantities

/// Bytes that one iteration of a block allocates and frees, forward and backward: the result of a
/// liveness walk over its operators.
struct BlockFootprint {
  /// Largest sum of live activations during forward, outputs included.
  var forwardPeak = 0
  /// Activations kept for backward, other than block outputs.
  var saved = 0
  /// Bytes of each output; 0 when it is only another view of an input.
  var outputs: [Int] = []
  /// The input that an output is another view of.
  var aliases: [Int?] = []
  /// Inputs that backward reads.
  var savedInputs: Set<Int> = []
  /// Outputs that backward reads.
  var savedOutputs: Set<Int> = []
  /// Largest growth during backward over the state at its start; at least 0.
  var backwardPeak = 0
  /// Gradient bytes of the parameters that belong to the block (not tied).
  var ownGradients = 0
  /// Bytes of each input's gradient; 0 where none is needed.
  var inputGradients: [Int] = []
  /// Bytes of the parameters' copies in the format computed in, kept until backward.
  var weightCopies = 0
}

extension BlockFootprint {
  /// Walks a block's forward operators, and its backward ones when it trains.
  ///
  /// - Parameter conventions: what the framework keeps beyond the graph's own tensors.
  init(
    _ block: Block, _ backward: BackwardBlock?, tied: Set<TensorID>, _ conventions: Conventions
  ) {
    let storage = Storage(block, backward)
    let kept = backward.map { $0.saved + conventions.keptInputs(block) } ?? []
    let savedRoots = Set(kept.map(storage.root))
    outputs = block.outputs.map { id in
      storage.isInput(storage.root(id)) ? 0 : block[id].bytes
    }
    aliases = block.outputs.map { block.inputs.firstIndex(of: storage.root($0)) }
    for (position, id) in block.inputs.enumerated() where savedRoots.contains(id) {
      savedInputs.insert(position)
    }
    let outputRoots = block.outputs.map(storage.root)
    for (position, root) in outputRoots.enumerated() where savedRoots.contains(root) {
      savedOutputs.insert(position)
    }
    let inner = savedRoots.filter { storage.isActivation($0) && !outputRoots.contains($0) }
    saved = inner.reduce(0) { Saturating.add($0, block[$1].bytes) }
    if let backward {
      let extra = conventions.extraSaved(
        block, inner: inner, read: savedRoots,
        trained: Set(backward.parameterGradients.map(\.parameter)), storage)
      weightCopies = conventions.weightCopies(block)
      saved = max(0, Saturating.sum(saved, weightCopies, extra.added) - extra.dropped)
      walk(backward, block, storage, inner: inner, tied: tied, conventions)
    }
    forwardPeak = Self.forwardPeak(block, storage, kept: savedRoots.union(outputRoots), conventions)
    forwardPeak = Saturating.add(forwardPeak, weightCopies)
  }

  private static func forwardPeak(
    _ block: Block, _ storage: Storage, kept: Set<TensorID>, _ conventions: Conventions
  ) -> Int {
    var lastUse: [TensorID: Int] = [:]
    for (step, op) in block.operators.enumerated() {
      for id in op.inputs + op.outputs { lastUse[storage.root(id)] = step }
    }
    var live = 0
    var peak = 0
    for (step, op) in block.operators.enumerated() {
      for id in op.outputs where storage.root(id) == id {
        live = Saturating.add(live, block[id].bytes)
      }
      peak = max(peak, Saturating.add(live, conventions.forwardWorkspace(op, block.tensors)))
      let touched = Set((op.inputs + op.outputs).map(storage.root))
      for id in touched where lastUse[id] == step && storage.isActivation(id) {
        if !kept.contains(id) { live -= min(live, block[id].bytes) }
      }
    }
    return peak
  }

  private mutating func walk(
    _ backward: BackwardBlock, _ block: Block, _ storage: Storage, inner: Set<TensorID>,
    tied: Set<TensorID>, _ conventions: Conventions
  ) {
    let own = backward.parameterGradients.filter { !tied.contains($0.parameter) }
    ownGradients = own.reduce(0) { Saturating.add($0, backward.tensors[$1.gradient.index].bytes) }
    inputGradients = backward.inputGradients.map { id in
      id.map { backward.tensors[$0.index].bytes } ?? 0
    }
    let kept = Set(
      (backward.parameterGradients.map(\.gradient) + backward.inputGradients.compactMap(\.self))
        .map(storage.root))
    var lastUse: [TensorID: Int] = [:]
    for (step, op) in backward.operators.enumerated() {
      for id in op.inputs + op.outputs { lastUse[storage.root(id)] = step }
    }
    var allocated = Set(backward.outputGradients.compactMap(\.self))
    var (live, peak) = (0, 0)
    for (step, op) in backward.operators.enumerated() {
      for id in op.outputs.map(storage.root) where allocated.insert(id).inserted {
        if id.index >= block.tensors.count { live += bytes(id, backward) }
      }
      peak = max(peak, live + conventions.backwardWorkspace(op, backward.tensors, storage))
      for id in Set((op.inputs + op.outputs).map(storage.root)) where lastUse[id] == step {
        let isGradient = id.index >= block.tensors.count && !kept.contains(id)
        if isGradient || inner.contains(id) { live -= bytes(id, backward) }
      }
    }
    backwardPeak = peak
  }

  /// Bytes of a tensor, small enough that a sum over a block cannot trap.
  private func bytes(_ id: TensorID, _ block: BackwardBlock) -> Int {
    min(block.tensors[id.index].bytes, 1 << 50)
  }
}
