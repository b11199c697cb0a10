import Graph
import HardwareModel
import Quantities

/// Reads a graph into `LayerWork`s.
struct LayerExtraction {
  private(set) var layers: [LayerWork] = []
  private let fusing: Bool
  private let conventions: Conventions

  init(_ graph: OperatorGraph, _ training: TrainingGraph?, fusing: Bool) {
    self.fusing = fusing
    conventions = Conventions(graph)
    let cuts = graph.blocks.map(TensorCut.init)
    for (position, call) in graph.calls.enumerated() {
      let block = graph.blocks[call.block]
      var layer = forward(block, cuts[call.block], call)
      layer.isLayer = graph.isLayer(call)
      for backward in training?.backwardCalls ?? [] where backward.call == position {
        guard let training else { break }
        let share = Double(backward.count) / Double(call.count)
        add(training.backwardBlocks[backward.block], block, cuts[call.block], call, share, &layer)
      }
      if call.reuses != nil {
        // An earlier call's parameters, counted there.
        layer.parameters = LayerWork.Split()
        layer.trained = LayerWork.Split()
      }
      for index in layer.forward.indices { layer.forward[index].isInLayer = layer.isLayer }
      for index in layer.backward.indices { layer.backward[index].isInLayer = layer.isLayer }
      layers.append(layer)
    }
  }

  // MARK: forward

  private func forward(_ block: Block, _ cut: TensorCut, _ call: BlockCall) -> LayerWork {
    var layer = LayerWork(name: block.name, count: call.count, isLayer: false)
    var groups: [TensorID: Int] = [:]
    for op in block.operators {
      let cost = OperatorCost(op, tensors: block.tensors)
      guard cost.work > 0 else { continue }
      var item = WorkItem(.other, cost: cost, isCut: op.outputs.contains { cut.isCut[$0.index] })
      switch op.kind {
      case .linear:
        item = product(op, block, cut)
        if fusing, let known = groups[op.inputs[0]], merge(item, into: &layer.forward[known]) {
          continue
        }
        if cut.weights[op.inputs[1]] == .columns { groups[op.inputs[0]] = layer.forward.count }
      case .attention(let heads):
        let shape = attention(heads, block[op.inputs[0]], block[op.inputs[1]], backward: false)
        item = WorkItem(.attention(shape), cost: cost, isCut: item.isCut)
        let keys = Double(block[op.inputs[1]].bytes + block[op.inputs[2]].bytes)
        layer.keyValue += keys
        layer.exchanged += keys + 2 * Double(block[op.inputs[0]].bytes)
      case .crossEntropy: layer.logits += Double(block[op.inputs[0]].count)
      default: break
      }
      layer.forward.append(item)
    }
    layer.reductions = LayerWork.Traffic(cut.reduced)
    layer.gathers = LayerWork.Traffic(cut.gathered)
    for id in block.parameters {
      let isCut = cut.weights[id].map { $0 != .whole } ?? false
      layer.parameters.add(Double(block[id].count), cut: isCut)
      layer.parameterBytes = Double(block[id].dataType.bits) / 8
    }
    layer.boundary = block.outputs.reduce(0) { $0 + Double(block[$1].bytes) }
    return layer
  }

  private func product(_ op: Operator, _ block: Block, _ cut: TensorCut) -> WorkItem {
    let (x, w) = (block[op.inputs[0]], block[op.inputs[1]])
    let byRows = cut.weights[op.inputs[1]] == .rows
    let shape = ProductShape(
      rows: Double(x.rows), columns: Double(w.shape.first ?? 1), inner: Double(x.columns),
      tokens: .rows, cut: byRows ? .inner : .columns)
    return WorkItem(
      .product(shape), cost: OperatorCost(op, tensors: block.tensors), isCut: true)
  }

  private func attention(
    _ heads: AttentionGeometry, _ query: Tensor, _ key: Tensor, backward: Bool
  ) -> AttentionShape {
    let batch = max(1, query.shape.first ?? 1)
    func length(_ tensor: Tensor, _ heads: Int, _ size: Int) -> Double {
      Double(tensor.count) / Double(max(1, batch * heads * size))
    }
    return AttentionShape(
      batch: Double(batch), heads: Double(heads.queryHeads),
      keyValueHeads: Double(heads.keyValueHeads), headSize: Double(heads.headSize),
      queries: length(query, heads.queryHeads, heads.headSize),
      keys: length(key, heads.keyValueHeads, heads.headSize), causal: heads.causal,
      backward: backward, keepsScores: !heads.fused)
  }

  /// Joins a product into an earlier one of the same input.
  private func merge(_ item: WorkItem, into earlier: inout WorkItem) -> Bool {
    guard case .product(let added) = item.shape, case .product(var shape) = earlier.shape,
      added.cut == shape.cut
    else { return false }
    switch added.tokens {
    case .rows where added.cut == .columns: shape.columns += added.columns
    case .rows: shape.inner += added.inner
    case .inner: shape.rows += added.rows
    default: return false
    }
    earlier.shape = .product(shape)
    earlier.cost += item.cost
    return true
  }

  // MARK: backward

  private func add(
    _ backward: BackwardBlock, _ block: Block, _ cut: TensorCut, _ call: BlockCall,
    _ share: Double, _ layer: inout LayerWork
  ) {
    var walk = BackwardItems(backward, block, cut, fusing: fusing)
    walk.run()
    for var item in walk.items {
      item.weight *= share
      layer.backward.append(item)
    }
    // The gradient of an input that feeds column-cut products is one sum for all of them.
    if layer.gradientReductions.count == 0 {
      let needed = backward.operators.contains {
        if case .linearGradInput = $0.kind { true } else { false }
      }
      if needed { layer.gradientReductions = LayerWork.Traffic(cut.spread) }
    }
    for gradient in backward.parameterGradients {
      let isCut = cut.weights[gradient.parameter].map { $0 != .whole } ?? false
      layer.trained.add(Double(block[gradient.parameter].count) * share, cut: isCut)
    }
    keep(backward, block, cut, call, share, &layer)
  }

  private func keep(
    _ backward: BackwardBlock, _ block: Block, _ cut: TensorCut, _ call: BlockCall,
    _ share: Double, _ layer: inout LayerWork
  ) {
    let print = BlockFootprint(block, backward, tied: Set(call.tied.map(\.local)), conventions)
    let products = Set(
      block.operators.filter { OperatorCost($0, tensors: block.tensors).operatorClass.workIsFlops }
        .flatMap(\.outputs))
    let outputs = Set(block.outputs)
    var (cutBytes, all, cheapCut, cheapWhole) = (0.0, 0.0, 0.0, 0.0)
    for id in backward.saved where block[id].role == .activation && !outputs.contains(id) {
      let bytes = Double(block[id].bytes)
      all += bytes
      if cut.isCut[id.index] { cutBytes += bytes }
      guard !products.contains(id) else { continue }
      if cut.isCut[id.index] { cheapCut += bytes } else { cheapWhole += bytes }
    }
    let total = Double(print.saved)
    let cutShare = all > 0 ? cutBytes / all : 0
    layer.saved.cut += total * cutShare * share
    layer.saved.whole += total * (1 - cutShare) * share
    func split(_ bytes: Int, _ kept: LayerWork.Split) -> LayerWork.Split {
      var result = kept
      result.cut = max(kept.cut, Double(bytes) * cutShare)
      result.whole = max(kept.whole, Double(bytes) * (1 - cutShare))
      return result
    }
    layer.forwardPeak = split(print.forwardPeak, layer.forwardPeak)
    layer.backwardPeak = split(print.backwardPeak, layer.backwardPeak)
    let scale = all > 0 ? min(1, total / all) * share : 0
    layer.cheap.cut += cheapCut * scale
    layer.cheap.whole += cheapWhole * scale
    for item in layer.forward {
      guard case .attention(let shape) = item.shape, !shape.backward, !shape.keepsScores
      else { continue }
      // Softmax result, its dropout's result (2 bytes each) and the mask (1): Korthikanti et al.,
      // arXiv 2205.05198, section 4.1: 5·a·s² bytes a sequence.
      let pairs = shape.batch * shape.heads * shape.queries * shape.keys
      layer.scores += 5 * pairs * share * item.weight
    }
  }
}

/// The kernels of one backward block.
private struct BackwardItems {
  let backward: BackwardBlock
  let block: Block
  let cut: TensorCut
  let fusing: Bool
  private(set) var items: [WorkItem] = []
  private var isCut: [Bool]
  private var inputGroups: [TensorID: Int] = [:]
  private var weightGroups: [TensorID: Int] = [:]
  /// Partial gradients of one input that a fused product adds up by itself.
  private var fused: Set<TensorID> = []

  init(_ backward: BackwardBlock, _ block: Block, _ cut: TensorCut, fusing: Bool) {
    self.backward = backward
    self.block = block
    self.cut = cut
    self.fusing = fusing
    isCut =
      cut.isCut
      + [Bool](
        repeating: false, count: max(0, backward.tensors.count - cut.isCut.count))
    for (gradient, output) in zip(backward.outputGradients, block.outputs) {
      if let gradient { isCut[gradient.index] = cut.isCut[output.index] }
    }
  }

  mutating func run() {
    // Which forward input each weight's product read.
    var source: [TensorID: TensorID] = [:]
    for op in block.operators {
      if case .linear = op.kind { source[op.inputs[1]] = op.inputs[0] }
    }
    for op in backward.operators {
      let cost = OperatorCost(op, tensors: backward.tensors)
      switch op.kind {
      case .linearGradInput: gradInput(op, cost, source[op.inputs[1]])
      case .linearGradWeight: gradWeight(op, cost)
      case .attentionBackward(let heads):
        let (query, key) = (
          backward.tensors[op.inputs[1].index], backward.tensors[op.inputs[2].index]
        )
        let batch = max(1, query.shape.first ?? 1)
        let size = Double(batch * max(1, heads.headSize))
        let shape = AttentionShape(
          batch: Double(batch), heads: Double(heads.queryHeads),
          keyValueHeads: Double(heads.keyValueHeads), headSize: Double(heads.headSize),
          queries: Double(query.count) / size / Double(max(1, heads.queryHeads)),
          keys: Double(key.count) / size / Double(max(1, heads.keyValueHeads)),
          causal: heads.causal, backward: true, keepsScores: !heads.fused)
        let inputCut = op.inputs.contains { isCut[$0.index] }
        items.append(WorkItem(.attention(shape), cost: cost, isCut: inputCut))
        for id in op.outputs { isCut[id.index] = inputCut }
      default: other(op, cost)
      }
    }
  }

  private mutating func other(_ op: Operator, _ cost: OperatorCost) {
    if fusing, op.kind == .add, op.inputs.allSatisfy(fused.contains) {
      // The fused product has added these already.
      for id in op.outputs { fused.insert(id) }
      return
    }
    let isNorm = cost.operatorClass == .normalizationBackward
    let result = !isNorm && op.inputs.contains { isCut[$0.index] }
    for id in op.outputs { isCut[id.index] = result }
    guard cost.work > 0 else { return }
    items.append(WorkItem(.other, cost: cost, isCut: result))
  }

  private mutating func gradInput(_ op: Operator, _ cost: OperatorCost, _ source: TensorID?) {
    let (dy, w) = (backward.tensors[op.inputs[0].index], backward.tensors[op.inputs[1].index])
    let byRows = cut.weights[op.inputs[1]] == .rows
    let shape = ProductShape(
      rows: Double(dy.rows), columns: Double(w.columns), inner: Double(dy.columns),
      tokens: .rows, cut: byRows ? .columns : .inner)
    for id in op.outputs { isCut[id.index] = byRows }
    if fusing, !byRows, let source {
      for id in op.outputs { fused.insert(id) }
      if let known = inputGroups[source], case .product(var earlier) = items[known].shape {
        earlier.inner += shape.inner
        items[known].shape = .product(earlier)
        items[known].cost += cost
        return
      }
      inputGroups[source] = items.count
    }
    items.append(WorkItem(.product(shape), cost: cost, isCut: true))
  }

  private mutating func gradWeight(_ op: Operator, _ cost: OperatorCost) {
    let (dy, x) = (backward.tensors[op.inputs[0].index], backward.tensors[op.inputs[1].index])
    let byRows = isCut[op.inputs[1].index]
    let shape = ProductShape(
      rows: Double(dy.columns), columns: Double(x.columns), inner: Double(dy.rows),
      tokens: .inner, cut: byRows ? .columns : .rows)
    if fusing, !byRows {
      let source = op.inputs[1]
      if let known = weightGroups[source], case .product(var earlier) = items[known].shape {
        earlier.rows += shape.rows
        items[known].shape = .product(earlier)
        items[known].cost += cost
        return
      }
      weightGroups[source] = items.count
    }
    var item = WorkItem(.product(shape), cost: cost, isCut: true)
    item.isWeightGradient = true
    items.append(item)
  }
}
