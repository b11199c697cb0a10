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
  /// Whether backward reads each input.
  var savedInputs: [Bool] = []
  /// Whether backward reads each output.
  var savedOutputs: [Bool] = []
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
  ///   - storage: where tensors of both lie.
  ///   - conventions: what the framework keeps beyond the graph's own tensors.
  ///   - formats: those that tensors have where the graph's are not theirs.
  init(
    _ block: Block, _ backward: BackwardBlock?, tied: [TensorID], _ storage: Storage,
    _ conventions: Conventions, _ formats: BlockFormats
  ) {
    let inputs = conventions.keptInputs(block)
    var isSaved = [Bool](repeating: false, count: storage.forwardCount)
    for id in backward?.saved ?? [] { isSaved[storage.root(id).index] = true }
    let casts = backward.flatMap {
      formats.isAutocast ? AutocastCopies(block, $0, storage, formats) : nil
    }
    for id in casts?.copiedOnly ?? [] { isSaved[id.index] = false }
    if backward != nil { for id in inputs { isSaved[storage.root(id).index] = true } }
    outputs = block.outputs.map { id in
      storage.isInput(storage.root(id)) ? 0 : formats.bytes(id, storage)
    }
    savedInputs = block.inputs.map { isSaved[$0.index] }
    savedOutputs = block.outputs.map { isSaved[storage.root($0).index] }
    var isOutput = [Bool](repeating: false, count: storage.forwardCount)
    for id in block.outputs { isOutput[storage.root(id).index] = true }
    var held = [Int](repeating: 0, count: storage.forwardCount)
    for index in held.indices where isSaved[index] && !isOutput[index] {
      guard storage.isActivation(TensorID(index)) else { continue }
      held[index] = formats.bytes(TensorID(index), storage)
    }
    saved = (held + (casts?.bytes ?? [])).reduce(0, Saturating.add)
    if let backward {
      let extra = conventions.extraSaved(
        block, backward, isHeld: held.map { $0 > 0 }, isRead: isSaved, storage, formats)
      weightCopies = conventions.weightCopies(block)
      var isProduct = [Bool](repeating: false, count: storage.forwardCount)
      for id in Self.products(block) { isProduct[storage.root(id).index] = true }
      savedByProducts = zip(held, isProduct).reduce(weightCopies) {
        $1.1 ? Saturating.add($0, $1.0) : $0
      }
      saved = max(0, Saturating.sum(saved, weightCopies, extra.added) - extra.dropped)
      savedByProducts = min(savedByProducts, saved)
      walk(
        backward, storage, held: held, copies: casts?.bytes ?? [], tied: tied, conventions, formats)
    }
    let kept = zip(isSaved, isOutput).map { $0 || $1 }
    forwardPeak = Saturating.add(
      Self.forwardPeak(
        block, storage, isKept: kept, copies: casts?.bytes ?? [], conventions, formats),
      weightCopies)
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
    _ block: Block, _ storage: Storage, isKept: [Bool], copies: [Int],
    _ conventions: Conventions, _ formats: BlockFormats
  ) -> Int {
    let uses = storage.forward
    var live = 0
    var peak = 0
    for step in block.operators.indices {
      for id in uses.taken[step] { live = Saturating.add(live, formats.bytes(id, storage)) }
      let space =
        uses.mayNeedWorkspace[step]
        ? conventions.forwardWorkspace(block.operators[step], block.tensors, storage, formats) : 0
      peak = max(peak, Saturating.add(live, space))
      for id in uses.left[step] {
        if !copies.isEmpty { live = Saturating.add(live, copies[id.index]) }
        if storage.isActivation(id), !isKept[id.index] {
          live -= min(live, formats.bytes(id, storage))
        }
      }
    }
    return peak
  }

  private mutating func walk(
    _ backward: BackwardBlock, _ storage: Storage, held: [Int], copies: [Int], tied: [TensorID],
    _ conventions: Conventions, _ formats: BlockFormats
  ) {
    let uses = storage.backward
    let gradients = backward.parameterGradients
    ownGradients = gradients.reduce(0) {
      tied.contains($1.parameter) ? $0 : Saturating.add($0, storage.bytes[$1.gradient.index])
    }
    inputGradients = backward.inputGradients.map { $0.map { formats.bytes($0, storage) } ?? 0 }
    var isKept = [Bool](repeating: false, count: backward.tensors.count)
    for gradient in gradients { isKept[storage.root(gradient.gradient).index] = true }
    for id in backward.inputGradients { if let id { isKept[storage.root(id).index] = true } }
    /// Bytes of a tensor, small enough that a sum over a block cannot trap.
    func bytes(_ id: TensorID) -> Int { min(formats.bytes(id, storage), 1 << 50) }
    var (live, peak) = (0, 0)
    for step in backward.operators.indices {
      for id in uses.taken[step] { live += bytes(id) }
      let space =
        uses.mayNeedWorkspace[step]
        ? conventions.backwardWorkspace(
          backward.operators[step], backward.tensors, storage, formats) : 0
      peak = max(peak, live + space)
      if !copies.isEmpty {
        for id in uses.leftByProducts[step] where id.index < storage.forwardCount {
          live -= min(copies[id.index], 1 << 50)
        }
      }
      for id in uses.left[step] {
        if id.index < storage.forwardCount {
          live -= min(held[id.index], 1 << 50)
        } else if !isKept[id.index] {
          live -= bytes(id)
        }
      }
    }
    backwardPeak = peak
  }
}

/// Narrow copies that products make of wide operands and keep for their weights' gradients, each
/// its own (autocast caches the casts of parameters only).
private struct AutocastCopies {
  /// Bytes of the copies of each forward tensor.
  private(set) var bytes: [Int]
  /// Tensors that only products read in backward: their copies are kept, they are not.
  private(set) var copiedOnly: [TensorID] = []

  init(
    _ block: Block, _ backward: BackwardBlock, _ storage: Storage, _ formats: BlockFormats
  ) {
    bytes = [Int](repeating: 0, count: storage.forwardCount)
    var isReadOtherwise = [Bool](repeating: false, count: storage.forwardCount)
    var packed: Set<TensorID> = []
    for op in backward.operators {
      let isProduct = AutocastFormats.isProduct(op.kind)
      for id in op.inputs where id.index < storage.forwardCount {
        let root = storage.root(id)
        guard storage.isActivation(id) || storage.isInput(id) else { continue }
        guard isProduct, formats.widens(id, storage) else {
          isReadOtherwise[root.index] = true
          continue
        }
        if block.packsProjections, Self.isProjection(op.name), !packed.insert(root).inserted {
          continue
        }
        bytes[root.index] = Saturating.add(bytes[root.index], storage.bytes[id.index])
      }
    }
    for index in bytes.indices where bytes[index] > 0 && !isReadOtherwise[index] {
      copiedOnly.append(TensorID(index))
    }
  }

  /// Whether a product makes queries, keys or values.
  private static func isProjection(_ name: String) -> Bool {
    ["query", "key", "value"].contains { name.hasPrefix("d.attention.\($0)") }
  }
}
