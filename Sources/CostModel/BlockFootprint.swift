import Graph
import Quantities

/// Bytes that one iteration of a block allocates and frees, forward and backward: the result of a
/// liveness walk over its operators.
struct BlockFootprint: Sendable {
  /// Largest sum of live activations during forward, outputs included.
  var forwardPeak = 0
  /// Activations kept for backward, other than block outputs, where a gated activation is two
  /// operators, whose first result the second keeps (transformers, timm).
  var saved = 0
  /// The same where it is one kernel (Megatron).
  var savedByKernels = 0
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
  /// Walks the operators of a block that trains, forward and backward.
  ///
  /// - Parameters:
  ///   - storage: where tensors of both lie.
  ///   - conventions: what the framework keeps beyond the graph's own tensors.
  ///   - formats: those that tensors have where the graph's are not theirs.
  init(
    _ block: Block, _ backward: BackwardBlock, tied: [TensorID], _ storage: Storage,
    _ conventions: Conventions, _ formats: BlockFormats
  ) {
    let casts =
      formats.isAutocast ? AutocastCopies(block, backward, storage, formats) : AutocastCopies()
    var isSaved = storage.kept.isSaved
    for id in casts.copiedOnly { isSaved[id.index] = false }
    for id in storage.kept.inputs { isSaved[id.index] = true }
    outputs = storage.outputs(block, formats)
    savedInputs = block.inputs.map { isSaved[$0.index] }
    savedOutputs = block.outputs.map { isSaved[storage.root($0).index] }
    var held = [Int](repeating: 0, count: storage.forwardCount)
    for index in held.indices where isSaved[index] && !storage.kept.isOutput[index] {
      guard storage.isActivation(TensorID(index)) else { continue }
      held[index] = formats.bytes(TensorID(index), storage)
    }
    count(block, backward, held, casts.bytes, isRead: isSaved, storage, conventions, formats)
    walk(backward, storage, held: held, copies: casts.bytes, tied: tied, conventions, formats)
    for id in block.outputs { isSaved[storage.root(id).index] = true }
    forwardPeak = Saturating.add(
      storage.forwardPeak(block, isKept: isSaved, copies: casts.bytes, conventions, formats),
      weightCopies)
  }

  /// Sums what is kept: tensors that are `held`, copies of them, and what the framework adds.
  private mutating func count(
    _ block: Block, _ backward: BackwardBlock, _ held: [Int], _ copies: [Int], isRead: [Bool],
    _ storage: Storage, _ conventions: Conventions, _ formats: BlockFormats
  ) {
    let extra = conventions.extraSaved(
      block, backward, held: held, isRead: isRead, storage, formats)
    weightCopies = conventions.weightCopies(block)
    let tensors = copies.reduce(held.reduce(0, Saturating.add), Saturating.add)
    let all = Saturating.sum(tensors, weightCopies, extra.added)
    savedByKernels = max(0, all - extra.dropped)
    saved = max(0, Saturating.add(all, extra.gates) - extra.dropped)
    savedByProducts = weightCopies
    for index in held.indices where storage.kept.isProduct[index] {
      savedByProducts = Saturating.add(savedByProducts, held[index])
    }
    savedByProducts = min(savedByProducts, saved)
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
        } else if !storage.kept.isGradient[id.index] {
          live -= bytes(id)
        }
      }
    }
    backwardPeak = peak
  }
}

/// The same of a block that runs forward alone.
struct ForwardFootprint: Sendable {
  /// Largest sum of live activations, outputs included.
  let peak: Int
  /// Bytes of each output; 0 when it is only another view of an input.
  let outputs: [Int]

  /// Walks a block's forward operators.
  init(_ block: Block, _ storage: Storage, _ conventions: Conventions, _ formats: BlockFormats) {
    outputs = storage.outputs(block, formats)
    peak = storage.forwardPeak(
      block, isKept: storage.kept.isOutput, copies: [], conventions, formats)
  }
}

extension Storage {
  /// Bytes of each output of a block; 0 for views of its inputs.
  fileprivate func outputs(_ block: Block, _ formats: BlockFormats) -> [Int] {
    block.outputs.map { isInput(root($0)) ? 0 : formats.bytes($0, self) }
  }

  /// Largest sum of live activations while a block runs forward.
  fileprivate func forwardPeak(
    _ block: Block, isKept: [Bool], copies: [Int], _ conventions: Conventions,
    _ formats: BlockFormats
  ) -> Int {
    var live = 0
    var peak = 0
    for step in block.operators.indices {
      for id in forward.taken[step] { live = Saturating.add(live, formats.bytes(id, self)) }
      let space =
        forward.mayNeedWorkspace[step]
        ? conventions.forwardWorkspace(block.operators[step], block.tensors, self, formats) : 0
      peak = max(peak, Saturating.add(live, space))
      for id in forward.left[step] {
        if !copies.isEmpty { live = Saturating.add(live, copies[id.index]) }
        if isActivation(id), !isKept[id.index] { live -= min(live, formats.bytes(id, self)) }
      }
    }
    return peak
  }
}

/// Narrow copies that products make of wide operands and keep for their weights' gradients, each
/// its own (autocast caches the casts of parameters only).
private struct AutocastCopies {
  /// Bytes of the copies of each forward tensor; empty without autocast.
  private(set) var bytes: [Int] = []
  /// Tensors that only products read in backward: their copies are kept, they are not.
  private(set) var copiedOnly: [TensorID] = []

  /// None.
  init() {}

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
