import Graph
import HardwareModel
import Quantities

/// Reads a graph into `LayerWork`s.
struct LayerExtraction {
  /// What one iteration of a call is made of.
  private struct Kind: Hashable {
    struct Backward: Hashable {
      var block: Int
      /// Share of the iterations.
      var share: Double
    }
    var block: Int
    var backward: [Backward]
    var tied: [TensorID]
    /// Under autocast without a compiler, which of its tensors are wide.
    var formats: Int?
    var isLayer: Bool
    var isReuse: Bool
  }

  private(set) var layers: [LayerWork] = []
  /// For each layer the first one of its kind.
  private(set) var kinds: [Int] = []
  private let fusing: Bool
  /// What each backward call keeps in one process, and where a framework shards parameters.
  private let prints, sharded: [BlockFootprint]
  /// What each call holds at its peak where nothing is kept for backward.
  private let passes: [ForwardFootprint]
  private let trains: Bool
  private let eager: Bool
  /// Formats of values under autocast, where no compiler fuses its casts.
  private let formats: AutocastFormats?

  init(_ tables: GraphTables, _ footprints: StepFootprints, fusing: Bool, eager: Bool) {
    self.fusing = fusing
    let (graph, training) = (tables.graph, tables.training)
    trains = training != nil
    prints = footprints.stated(tables)
    sharded = footprints.sharded?.backward ?? prints
    passes = footprints.own.forward
    self.eager = eager
    formats = eager ? tables.formats : nil
    let cuts = graph.blocks.map(TensorCut.init)
    let blocks = graph.blocks.indices.map {
      forward(graph.blocks[$0], tables.costs.forward[$0], cuts[$0])
    }
    let backwardCalls = training?.backwardCalls ?? []
    var derivedBy = [[Int]](repeating: [], count: graph.calls.count)
    for (position, backward) in backwardCalls.enumerated() {
      derivedBy[backward.call].append(position)
    }
    var first: [Kind: Int] = [:]
    for (position, call) in graph.calls.enumerated() {
      let kind = Kind(
        block: call.block,
        backward: derivedBy[position].map {
          let (block, count) = (backwardCalls[$0].block, backwardCalls[$0].count)
          return Kind.Backward(block: block, share: Double(count) / Double(call.count))
        },
        tied: call.tied.map(\.local), formats: formats?.variant[position],
        isLayer: graph.isLayer(call), isReuse: call.reuses != nil)
      let known = first[kind] ?? position
      kinds.append(known)
      first[kind] = known
      var layer =
        known < position
        ? layers[known]
        : work(
          kind, blocks[call.block], position, derivedBy[position], tables, cuts[call.block])
      layer.count = call.count
      layers.append(layer)
    }
  }

  /// One iteration of a call of a kind; `forward` is its block's, `backward` its backward calls.
  private func work(
    _ kind: Kind, _ forward: LayerWork, _ position: Int, _ backward: [Int],
    _ tables: GraphTables, _ cut: TensorCut
  ) -> LayerWork {
    let block = tables.graph.blocks[kind.block]
    var layer = forward
    layer.isLayer = kind.isLayer
    if eager {
      let wide = formats.map { BlockFormats($0.wide(position), nil) } ?? .stated
      layer.forward += EagerTraffic(block, tables.forward[kind.block], wide, cut).items
    }
    for id in kind.tied {
      layer.tied.add(Double(block[id].count), cut: (cut.weights[id] ?? .whole) != .whole)
    }
    for (call, backward) in zip(backward, kind.backward) {
      guard let training = tables.training else { break }
      let derived = training.backwardBlocks[backward.block]
      for gradient in derived.parameterGradients where kind.tied.contains(gradient.parameter) {
        let id = gradient.parameter
        layer.tiedTrained.add(
          Double(block[id].count) * backward.share, cut: (cut.weights[id] ?? .whole) != .whole)
      }
      add(derived, tables.costs.backward[backward.block], block, cut, backward.share, &layer)
      if eager {
        let wide = formats.map { BlockFormats($0.wide(position), derived) } ?? .stated
        for var item in EagerTraffic(derived, tables.backward[backward.block], wide).items {
          item.weight = backward.share
          layer.backward.append(item)
        }
      }
      keep(derived, block, cut, backward.share, call, &layer)
    }
    if !trains { pass(block, position, tables, cut, &layer) }
    if kind.isReuse {
      // An earlier call's parameters, counted there; gradients are the one trained call's.
      (layer.parameters, layer.tied) = (LayerWork.Split(), LayerWork.Split())
      (layer.packed, layer.packedBytes) = (LayerWork.Split(), LayerWork.Split())
      layer.expertParameters = 0
      (layer.buffers, layer.expertBuffers) = (LayerWork.Split(), 0)
    }
    if layer.isLayer {
      for index in layer.forward.indices { layer.forward[index].isInLayer = true }
      for index in layer.backward.indices { layer.backward[index].isInLayer = true }
    }
    return layer
  }

  // MARK: forward

  private func forward(
    _ block: Block, _ costs: [OperatorCost], _ cut: TensorCut
  ) -> LayerWork {
    var layer = LayerWork(name: block.name, count: 1, isLayer: false)
    layer.forward.reserveCapacity(block.operators.count)
    var groups = ProductGroups(count: block.tensors.count)
    let promoted = eager ? PromotedCasts(block) : nil
    for (position, pair) in zip(block.operators, costs).enumerated() {
      let (op, cost) = pair
      guard cost.work > 0, !Self.isDrawn(op, block), promoted?.holds(op) != true else { continue }
      var item = WorkItem(.other, cost: cost, isCut: op.outputs.contains { cut.isCut[$0.index] })
      switch op.kind {
      case .linear, .expertLinear:
        item = product(op, cost, block, cut)
        let weight = cut.weights[op.inputs[1]] ?? .whole
        let isWhole = weight == .whole
        if fusing, let known = groups[op.inputs[0], isWhole: isWhole],
          merge(item, into: &layer.forward[known])
        {
          continue
        }
        if weight != .rows, weight != .expertRows {
          groups[op.inputs[0], isWhole: isWhole] = layer.forward.count
        }
      case .attention(let heads):
        let shape = attention(heads, block[op.inputs[0]], block[op.inputs[1]], backward: false)
        item = WorkItem(.attention(shape), cost: cost, isCut: item.isCut)
        let keys = Double(block[op.inputs[1]].bytes + block[op.inputs[2]].bytes)
        layer.keyValue += keys
        layer.exchanged += keys + 2 * Double(block[op.inputs[0]].bytes)
      case .convolution:
        item.shape = Self.convolution(op, block.tensors, cost)
      case .channelNorm(let norm):
        item.shape = Self.channelNorm(norm, block[op.inputs[0]])
      case .crossEntropy: layer.logits += Double(block[op.inputs[0]].count)
      default: break
      }
      item.isExpert = cut.experts.holds(op)
      item.isAskedFor = !block.launchedWithOthers.contains(position)
      // A cast is one kernel that reads and writes each value once.
      item.isWrittenOut = eager && op.kind == .cast
      layer.forward.append(item)
    }
    layer.experts = Double(cut.experts.count)
    layer.dispatched = Double(cut.experts.dispatched)
    layer.combined = Double(cut.experts.combined)
    layer.reductions = LayerWork.Traffic(cut.reduced)
    layer.gathers = LayerWork.Traffic(cut.gathered)
    for id in block.parameters {
      let weight = cut.weights[id] ?? .whole
      if weight.isExpert {
        layer.expertParameters += Double(block[id].count)
      } else {
        layer.parameters.add(Double(block[id].count), cut: weight != .whole)
        if block[id].dataType.bits < 16 {
          layer.packed.add(Double(block[id].count), cut: weight != .whole)
          layer.packedBytes.add(Double(block[id].bytes), cut: weight != .whole)
        }
      }
      layer.parameterBytes = Double(block[id].dataType.bits) / 8
    }
    layer.boundary = block.outputs.reduce(0) { $0 + Double(block[$1].bytes) }
    addBuffers(block, cut, &layer)
    return layer
  }

  /// Whether an operator stands for a mask, which the kernel that applies it draws.
  private static func isDrawn(_ op: Operator, _ block: Block) -> Bool {
    guard case .cast = op.kind else { return false }
    return op.outputs.contains { block[$0].dataType == .bool }
  }

  /// Scales stand behind their matrix in the table (`BlockBuilder.matrix`) and go where it goes.
  private func addBuffers(_ block: Block, _ cut: TensorCut, _ layer: inout LayerWork) {
    var matrix: (name: String, cut: TensorCut.Weight)?
    for (index, tensor) in block.tensors.enumerated() {
      switch tensor.role {
      case .parameter: matrix = (tensor.name, cut.weights[TensorID(index)] ?? .whole)
      case .buffer:
        let owner = matrix.flatMap { tensor.name.hasPrefix($0.name + ".scales.") ? $0.cut : nil }
        if owner?.isExpert ?? false {
          layer.expertBuffers += Double(tensor.bytes)
        } else {
          layer.buffers.add(Double(tensor.bytes), cut: (owner ?? .whole) != .whole)
        }
      default: continue
      }
    }
  }

  private func product(
    _ op: Operator, _ cost: OperatorCost, _ block: Block, _ cut: TensorCut
  ) -> WorkItem {
    let (x, w) = (block[op.inputs[0]], block[op.inputs[1]])
    let weight = cut.weights[op.inputs[1]] ?? .whole
    let axis: ProductAxis =
      switch weight {
      case .rows, .expertRows: .inner
      case .whole: .none
      default: .columns
      }
    // An expert's matrix is the last two dimensions of its weight.
    var shape = ProductShape(
      rows: Double(x.rows), columns: Double(w.shape.dropLast().last ?? 1),
      inner: Double(x.columns), tokens: .rows, cut: axis,
      experts: weight.isExpert ? Double(w.shape.first ?? 1) : 0)
    // Kernels of servers read packed matrices as they are.
    if trains { shape.widened = Self.widened(w, to: x.dataType) }
    return WorkItem(.product(shape), cost: cost, isCut: weight != .whole)
  }

  static func convolution(
    _ op: Operator, _ tensors: [Tensor], _ cost: OperatorCost
  ) -> WorkItem.Shape {
    ConvolutionShape(op, tensors: tensors, flops: cost.hardwareFlops).map { .convolution($0) }
      ?? .other
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
    case .rows where added.cut != .inner: shape.columns += added.columns
    case .rows: shape.inner += added.inner
    case .inner: shape.rows += added.rows
    default: return false
    }
    shape.widened += added.widened
    earlier.shape = .product(shape)
    earlier.cost += item.cost
    return true
  }

  /// Bytes that widening a packed matrix moves.
  static func widened(_ weight: Tensor, to format: DataType) -> Double {
    guard weight.dataType.bits < min(16, format.bits) else { return 0 }
    return Double(weight.bytes) + Double(format.bytes(weight.count))
  }

  /// Norms whose sets are a channel's; those of groups and stored statistics run by elements.
  static func channelNorm(_ norm: ChannelNorm, _ x: Tensor) -> WorkItem.Shape {
    switch norm.kind {
    case .batch, .instance: .channelNorm(sets: norm.sets(x))
    case .group, .stored: .other
    }
  }

  // MARK: backward

  private func add(
    _ backward: BackwardBlock, _ costs: [OperatorCost], _ block: Block, _ cut: TensorCut,
    _ share: Double, _ layer: inout LayerWork
  ) {
    var walk = BackwardItems(backward, block, cut, fusing: fusing, eager: eager)
    walk.run(costs)
    let before = layer.backward.count
    layer.backward += walk.items
    if share != 1 {
      for index in layer.backward.indices.dropFirst(before) {
        layer.backward[index].weight *= share
      }
    }
    // The gradient of an input that feeds column-cut products is one sum for all of them.
    if layer.gradientReductions.count == 0 {
      let needed = backward.operators.contains {
        if case .linearGradInput = $0.kind { true } else { false }
      }
      if needed { layer.gradientReductions = LayerWork.Traffic(cut.spread) }
    }
    for gradient in backward.parameterGradients {
      let weight = cut.weights[gradient.parameter] ?? .whole
      let elements = Double(block[gradient.parameter].count) * share
      if weight.isExpert {
        layer.expertTrained += elements
      } else {
        layer.trained.add(elements, cut: weight != .whole)
      }
    }
  }

  /// What is live while a call of a forward pass runs: its own activations at their peak, and what
  /// other calls hand to it.
  private func pass(
    _ block: Block, _ position: Int, _ tables: GraphTables, _ cut: TensorCut,
    _ layer: inout LayerWork
  ) {
    var shares = LayerWork.Split()
    for (index, tensor) in block.tensors.enumerated() where tensor.role == .activation {
      shares.add(Double(tensor.bytes), to: cut.part(TensorID(index)))
    }
    let (all, peak) = (shares.total, Double(passes[position].peak))
    layer.forwardPeak = all > 0 ? shares.times(peak / all) : LayerWork.Split(whole: peak)
    for (value, id) in zip(tables.graph.calls[position].inputs, block.inputs)
    where !tables.graph.inputs.contains(value) {
      layer.forwardPeak.add(Double(block[id].bytes), cut: false)
    }
  }

  /// - Parameter call: position among the backward calls.
  private func keep(
    _ backward: BackwardBlock, _ block: Block, _ cut: TensorCut, _ share: Double, _ call: Int,
    _ layer: inout LayerWork
  ) {
    let print = prints[call]
    var isProduct = [Bool](repeating: false, count: block.tensors.count)
    for op in block.operators where op.kind.operatorClass.workIsFlops {
      for id in op.outputs { isProduct[id.index] = true }
    }
    var (all, kept, cheap) = (0.0, LayerWork.Split(), LayerWork.Split())
    for id in backward.saved
    where block.tensors[id.index].role == .activation && !block.outputs.contains(id) {
      let bytes = Double(block.tensors[id.index].bytes)
      all += bytes
      let part = cut.part(id)
      kept.add(bytes, to: part)
      if !isProduct[id.index] { cheap.add(bytes, to: part) }
    }
    let total = Double(print.savedByKernels)
    // Without a kept tensor, everything counts as whole.
    let shares = all > 0 ? kept.times(1 / all) : LayerWork.Split(whole: 1)
    layer.saved.add(shares, times: total * share)
    let copies = Double(print.weightCopies)
    layer.weightCopies.add(shares, times: copies * share)
    let widened = max(0, total - copies - Double(sharded[call].savedByKernels))
    layer.widened.add(shares, times: widened * share)
    layer.forwardPeak.raise(to: shares.times(Double(print.forwardPeak)))
    layer.backwardPeak.raise(to: shares.times(Double(print.backwardPeak)))
    let scale = all > 0 ? min(1, total / all) * share : 0
    // What norms and point-wise code keep beyond the graph's tensors is computed again as well.
    let extra = max(0, total - all - Double(print.weightCopies)) * share
    layer.cheap.add(shares, times: extra)
    layer.cheap.add(cheap, times: scale)
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

/// Where products begin that run as one: of one input, and cut alike.
private struct ProductGroups {
  private var whole: TensorMap<Int>
  private var cut: TensorMap<Int>

  init(count: Int) { (whole, cut) = (TensorMap(count: count), TensorMap(count: count)) }

  subscript(input: TensorID, isWhole isWhole: Bool) -> Int? {
    get { isWhole ? whole[input] : cut[input] }
    set { if isWhole { whole[input] = newValue } else { cut[input] = newValue } }
  }
}

/// The kernels of one backward block.
private struct BackwardItems {
  let backward: BackwardBlock
  let block: Block
  let cut: TensorCut
  let fusing: Bool
  let eager: Bool
  private(set) var items: [WorkItem] = []
  private var isCut: [Bool]
  private var inputGroups: ProductGroups
  private var weightGroups: TensorMap<Int>
  /// Partial gradients of one input that a fused product adds up by itself.
  private var fused: TensorSet

  init(
    _ backward: BackwardBlock, _ block: Block, _ cut: TensorCut, fusing: Bool, eager: Bool
  ) {
    self.eager = eager
    self.backward = backward
    self.block = block
    self.cut = cut
    self.fusing = fusing
    let count = backward.tensors.count
    (inputGroups, weightGroups) = (ProductGroups(count: count), TensorMap(count: count))
    fused = TensorSet(count: count)
    items.reserveCapacity(backward.operators.count)
    isCut =
      cut.isCut
      + [Bool](
        repeating: false, count: max(0, count - cut.isCut.count))
    for (gradient, output) in zip(backward.outputGradients, block.outputs) {
      if let gradient { isCut[gradient.index] = cut.isCut[output.index] }
    }
  }

  mutating func run(_ costs: [OperatorCost]) {
    // Which forward input each weight's product read.
    var source = TensorMap<TensorID>(count: block.tensors.count)
    for op in block.operators {
      switch op.kind {
      case .linear, .expertLinear: source[op.inputs[1]] = op.inputs[0]
      default: continue
      }
    }
    for (op, cost) in zip(backward.operators, costs) {
      switch op.kind {
      case .linearGradInput, .expertLinearGradInput:
        gradInput(op, cost, source[op.inputs[1]])
      case .linearGradWeight, .expertLinearGradWeight: gradWeight(op, cost)
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
    if fusing, case .add = op.kind, op.inputs.allSatisfy(fused.contains) {
      // The fused product has added these already.
      for id in op.outputs { fused.insert(id) }
      return
    }
    let isNorm =
      cost.operatorClass == .normalizationBackward
      && !op.inputs.contains(where: cut.normedByHeads.contains)
    let result = !isNorm && op.inputs.contains { isCut[$0.index] }
    for id in op.outputs { isCut[id.index] = result }
    guard cost.work > 0 else { return }
    var item = WorkItem(
      LayerExtraction.convolution(op, backward.tensors, cost), cost: cost, isCut: result)
    if case .channelNormBackward(let norm) = op.kind {
      item.shape = LayerExtraction.channelNorm(norm, backward.tensors[op.outputs[0].index])
    }
    item.isExpert = cut.experts.holds(op)
    item.isWrittenOut = eager && op.kind == .cast
    items.append(item)
  }

  private mutating func gradInput(_ op: Operator, _ cost: OperatorCost, _ source: TensorID?) {
    let (dy, w) = (backward.tensors[op.inputs[0].index], backward.tensors[op.inputs[1].index])
    let weight = cut.weights[op.inputs[1]] ?? .whole
    let byRows = weight == .rows || weight == .expertRows
    var shape = ProductShape(
      rows: Double(dy.rows), columns: Double(w.columns), inner: Double(dy.columns),
      tokens: .rows, cut: weight == .whole ? .none : byRows ? .columns : .inner,
      experts: weight.isExpert ? Double(w.shape.first ?? 1) : 0)
    shape.widened = LayerExtraction.widened(w, to: dy.dataType)
    for id in op.outputs { isCut[id.index] = byRows || weight.isExpert }
    if fusing, !byRows, let source {
      for id in op.outputs { fused.insert(id) }
      let isWhole = weight == .whole
      let joined = joins(inputGroups[source, isWhole: isWhole], cost) {
        $0.inner += shape.inner
        $0.widened += shape.widened
      }
      if joined { return }
      inputGroups[source, isWhole: isWhole] = items.count
    }
    var item = WorkItem(.product(shape), cost: cost, isCut: weight != .whole)
    item.isExpert = weight.isExpert
    items.append(item)
  }

  /// Widens the product at `known` to do another's work, too; false where there is none.
  private mutating func joins(
    _ known: Int?, _ cost: OperatorCost, _ widen: (inout ProductShape) -> Void
  ) -> Bool {
    guard let known, case .product(var earlier) = items[known].shape else { return false }
    widen(&earlier)
    items[known].shape = .product(earlier)
    items[known].cost += cost
    return true
  }

  private mutating func gradWeight(_ op: Operator, _ cost: OperatorCost) {
    let (dy, x) = (backward.tensors[op.inputs[0].index], backward.tensors[op.inputs[1].index])
    let input = op.inputs[1].index
    let gradient = backward.tensors[op.outputs[0].index]
    let isExpert = op.kind.isExpertGradient
    let byRows =
      isExpert
      ? input < cut.experts.isInner.count && cut.experts.isInner[input] : isCut[input]
    let shape = ProductShape(
      rows: Double(dy.columns), columns: Double(x.columns), inner: Double(dy.rows),
      tokens: .inner, cut: byRows ? .columns : .rows,
      experts: isExpert ? Double(gradient.shape.first ?? 1) : 0)
    if fusing, !byRows {
      let source = op.inputs[1]
      if joins(weightGroups[source], cost, { $0.rows += shape.rows }) { return }
      weightGroups[source] = items.count
    }
    var item = WorkItem(.product(shape), cost: cost, isCut: true)
    item.isWeightGradient = true
    item.isExpert = isExpert
    items.append(item)
  }
}

extension OperatorKind {
  /// Whether it computes gradients of experts' matrices.
  fileprivate var isExpertGradient: Bool {
    if case .expertLinearGradWeight = self { true } else { false }
  }
}
