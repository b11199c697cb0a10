import Graph
import Quantities

/// Bytes that one iteration of a block allocates and frees, forward and backward: the result of a
/// liveness walk over its operators.
struct BlockFootprint {
  /// Largest sum of live activations during forward, outputs included.
  var forwardPeak = 0
  /// Activations kept for backward, other than block outputs.
  var saved = 0
  /// Those of them that products gave, with what these need: what selective recomputation keeps.
  var savedByProducts = 0
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
  /// - Parameters:
  ///   - conventions: what the framework keeps beyond the graph's own tensors.
  ///   - formats: those that tensors have where the graph's are not theirs.
  init(
    _ block: Block, _ backward: BackwardBlock?, tied: Set<TensorID>, _ conventions: Conventions,
    _ formats: BlockFormats = .stated
  ) {
    let storage = Storage(block, backward)
    let kept = backward.map { $0.saved + conventions.keptInputs(block) } ?? []
    var savedRoots = Set(kept.map(storage.root))
    var copies: [TensorID: Int] = [:]
    if formats.isAutocast, let backward {
      let casts = AutocastCopies(block, backward, storage, formats)
      copies = casts.bytes
      savedRoots.subtract(casts.copiedOnly.subtracting(conventions.keptInputs(block)))
    }
    outputs = block.outputs.map { id in
      storage.isInput(storage.root(id)) ? 0 : formats.bytes(id, block.tensors)
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
    let held = inner.reduce(into: [:]) { $0[$1] = formats.bytes($1, block.tensors) }
    saved = Saturating.add(
      held.values.reduce(0, Saturating.add), copies.values.reduce(0, Saturating.add))
    if let backward {
      let extra = conventions.extraSaved(
        block, inner: inner, read: savedRoots,
        trained: Set(backward.parameterGradients.map(\.parameter)), storage, formats)
      weightCopies = conventions.weightCopies(block)
      savedByProducts = Self.products(block).map(storage.root).reduce(into: []) {
        if !$0.contains($1) { $0.append($1) }
      }.reduce(weightCopies) { Saturating.add($0, held[$1] ?? 0) }
      saved = max(0, Saturating.sum(saved, weightCopies, extra.added) - extra.dropped)
      savedByProducts = min(savedByProducts, saved)
      walk(backward, block, storage, held: held, copies: copies, tied: tied, conventions, formats)
    }
    forwardPeak = Self.forwardPeak(
      block, storage, kept: savedRoots.union(outputRoots), copies: copies, conventions, formats)
    forwardPeak = Saturating.add(forwardPeak, weightCopies)
  }

  /// What matrix products, convolutions and attention give, without the scores of attention that is
  /// written out.
  private static func products(_ block: Block) -> [TensorID] {
    block.operators.flatMap { op -> [TensorID] in
      guard AutocastFormats.isProduct(op.kind) else { return [] }
      if case .attention(let geometry) = op.kind, !geometry.fused {
        return Array(op.outputs.prefix(1))
      }
      return op.outputs
    }
  }

  private static func forwardPeak(
    _ block: Block, _ storage: Storage, kept: Set<TensorID>, copies: [TensorID: Int],
    _ conventions: Conventions, _ formats: BlockFormats
  ) -> Int {
    let lastUse = storage.lastUse(block.operators, of: block.tensors.count)
    var live = 0
    var peak = 0
    for (step, op) in block.operators.enumerated() {
      for id in op.outputs where storage.root(id) == id {
        live = Saturating.add(live, formats.bytes(id, block.tensors))
      }
      let space = conventions.forwardWorkspace(op, block.tensors, formats)
      peak = max(peak, Saturating.add(live, space))
      for id in storage.touched(op) where lastUse[id.index] == step {
        if let bytes = copies[id] { live = Saturating.add(live, bytes) }
        if storage.isActivation(id), !kept.contains(id) {
          live -= min(live, formats.bytes(id, block.tensors))
        }
      }
    }
    return peak
  }

  private mutating func walk(
    _ backward: BackwardBlock, _ block: Block, _ storage: Storage, held: [TensorID: Int],
    copies: [TensorID: Int], tied: Set<TensorID>, _ conventions: Conventions,
    _ formats: BlockFormats
  ) {
    let own = backward.parameterGradients.filter { !tied.contains($0.parameter) }
    ownGradients = own.reduce(0) { Saturating.add($0, backward.tensors[$1.gradient.index].bytes) }
    inputGradients = backward.inputGradients.map { id in
      id.map { formats.bytes($0, backward.tensors) } ?? 0
    }
    let kept = Set(
      (backward.parameterGradients.map(\.gradient) + backward.inputGradients.compactMap(\.self))
        .map(storage.root))
    let lastUse = storage.lastUse(backward.operators, of: backward.tensors.count)
    var lastProduct: [TensorID: Int] = [:]
    for (step, op) in backward.operators.enumerated() where !copies.isEmpty {
      guard AutocastFormats.isProduct(op.kind) else { continue }
      for id in op.inputs { lastProduct[storage.root(id)] = step }
    }
    /// Bytes of a tensor, small enough that a sum over a block cannot trap.
    func bytes(_ id: TensorID) -> Int { min(formats.bytes(id, backward.tensors), 1 << 50) }
    var allocated = Set(backward.outputGradients.compactMap(\.self))
    var (live, peak) = (0, 0)
    for (step, op) in backward.operators.enumerated() {
      for id in op.outputs.map(storage.root) where allocated.insert(id).inserted {
        if id.index >= block.tensors.count { live += bytes(id) }
      }
      let space = conventions.backwardWorkspace(op, backward.tensors, storage, formats)
      peak = max(peak, live + space)
      let touched = storage.touched(op)
      for id in touched where !copies.isEmpty && lastProduct[id] == step {
        live -= min(copies[id] ?? 0, 1 << 50)
      }
      for id in touched where lastUse[id.index] == step {
        let isGradient = id.index >= block.tensors.count && !kept.contains(id)
        if isGradient {
          live -= bytes(id)
        } else if let bytes = held[id] {
          live -= min(bytes, 1 << 50)
        }
      }
    }
    backwardPeak = peak
  }
}

/// Narrow copies that products make of wide operands and keep for their weights' gradients, each
/// its own (autocast caches the casts of parameters only).
private struct AutocastCopies {
  /// Bytes of the copies of each tensor.
  private(set) var bytes: [TensorID: Int] = [:]
  /// Tensors that only products read in backward: their copies are kept, they are not.
  private(set) var copiedOnly: Set<TensorID> = []

  init(
    _ block: Block, _ backward: BackwardBlock, _ storage: Storage, _ formats: BlockFormats
  ) {
    var others: Set<TensorID> = []
    var packed: Set<TensorID> = []
    for op in backward.operators {
      for id in op.inputs where id.index < block.tensors.count {
        let root = storage.root(id)
        guard block[id].role == .activation || block[id].role == .input else { continue }
        guard AutocastFormats.isProduct(op.kind), formats.widens(id, block.tensors) else {
          others.insert(root)
          continue
        }
        if block.packsProjections, Self.isProjection(op.name), !packed.insert(root).inserted {
          continue
        }
        bytes[root, default: 0] = Saturating.add(bytes[root] ?? 0, block[id].bytes)
      }
    }
    copiedOnly = Set(bytes.keys).subtracting(others)
  }

  /// Whether a product makes queries, keys or values.
  private static func isProjection(_ name: String) -> Bool {
    ["query", "key", "value"].contains { name.hasPrefix("d.attention.\($0)") }
  }
}
