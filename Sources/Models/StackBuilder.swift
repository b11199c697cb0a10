import Graph
import Quantities

/// Builds the layers of a stack and its final norm: hidden states in, hidden states out.
///
/// With `request.past`, each layer reads the keys and values of the past from graph inputs of its
/// own (`cache.keys.0`, …), already rotated; the caller owns the cache and puts the new ones into
/// it.
struct StackBuilder {
  let stack: TransformerStack
  let request: GraphRequest
  /// Prepended to block and input names (`text.`).
  let prefix: String
  /// Tokens that cross-attention reads; nil for a stack without it.
  var memory: Memory?

  /// What cross-attention reads.
  enum Memory {
    /// Hidden states `[B, T, h]` of the encoder.
    case states(ValueID)
    /// The encoder's keys and values of an earlier step, of this many tokens.
    case cached(Int)

    /// Whether keys and values come from a cache.
    var isCached: Bool { if case .cached = self { true } else { false } }
  }

  init(
    stack: TransformerStack, request: GraphRequest, prefix: String, memory: Memory? = nil
  ) {
    self.stack = stack
    self.request = request
    self.prefix = prefix
    self.memory = memory
  }

  /// Tokens of a layer's cache.
  private func past(_ stack: TransformerStack) -> Int {
    stack.causal ? stack.cached(request.past) : 0
  }

  /// From the first layer's input `[B, S, h]` to the last layer's (or the final norm's) output.
  func build(_ hidden: ValueID, into graph: inout GraphBuilder) throws(UserError) -> ValueID {
    let shape = graph.shape(hidden)
    let shared = try sharedInputs(tokens: shape[1], into: &graph)
    let asked = stack.sharedLayers ? nil : request.trainedLayers
    let last = min(asked ?? stack.layers, stack.layers)
    var x = hidden
    if last < stack.layers {
      x = try layers("layer", 0..<stack.layers - last, x, shared, into: &graph)
    }
    if last > 0 {
      let name = asked == nil ? "layer" : GraphRequest.lastLayers + "layer"
      x = try layers(name, stack.layers - last..<stack.layers, x, shared, into: &graph)
    }
    guard stack.finalNorm else { return x }
    var norm = request.block(prefix + "norm")
    let input = try norm.input("hidden", shape)
    norm.output(try norm.norm("norm", input, stack))
    return try graph.call(norm, [x])[0]
  }

  private func layers(
    _ name: String, _ range: Range<Int>, _ hidden: ValueID, _ shared: SharedInputs,
    into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    guard stack.windowCycle.isEmpty || range.count <= TransformerStack.mostCycledLayers else {
      throw UserError(
        .input, place: prefix + name, key: "layers", "\(range.count) layers with windows in turn",
        remedy: "up to \(TransformerStack.mostCycledLayers) are built")
    }
    var x = hidden
    for run in stack.runs(range) {
      x = try equalLayers(name, run.layers, run.stack, x, shared, into: &graph)
    }
    return x
  }

  /// A run of equal layers: one call, or with a cache one for each layer.
  private func equalLayers(
    _ name: String, _ range: Range<Int>, _ stack: TransformerStack, _ hidden: ValueID,
    _ sides: SharedInputs, into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    let past = past(stack)
    var builder = LayerBuilder(stack: stack, request: request)
    builder.past = past
    builder.biasShape = sides.bias.map(graph.shape)
    builder.places = sides.places.map { graph.shape($0.table)[0] }
    switch memory {
    case .states(let states):
      builder.memory = graph.shape(states)[1]
      builder.memoryWidth = graph.shape(states)[2]
    case .cached(let tokens): builder.memory = tokens
    case nil: break
    }
    builder.memoryIsCached = memory?.isCached ?? false
    var block = try builder.build(prefix + name, shape: graph.shape(hidden))
    block.markLayer()
    var shared: [ValueID] = sides.bias.map { [$0] } ?? []
    if let places = sides.places { shared += [places.table, places.offsets] }
    if case .states(let states) = memory { shared.append(states) }
    shared += try routing(block, into: &graph)
    let ties = stack.sharedLayers ? tied(block, into: &graph) : []
    guard past > 0 || builder.memoryIsCached else {
      return try graph.call(block, count: range.count, [hidden] + shared, tied: ties)[0]
    }
    var x = hidden
    for layer in range {
      let cache = try caches(layer, past, into: &graph)
      x = try graph.call(block, [x] + shared + cache, tied: ties)[0]
    }
    return x
  }

  private func tied(_ block: BlockBuilder, into graph: inout GraphBuilder) -> [TiedParameter] {
    block.block.parameters.map {
      TiedParameter(local: $0, shared: graph.share($0, of: block.block))
    }
  }

  /// Keys and values of a layer's past, then those of the encoder.
  private func caches(
    _ layer: Int, _ past: Int, into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    var values: [ValueID] = []
    func add(
      _ name: String, _ tokens: Int, _ widths: (keys: Int, values: Int)
    ) throws(UserError) {
      for (part, width) in [("keys", widths.keys), ("values", widths.values)] {
        values.append(
          try graph.input(
            prefix + GraphRequest.cache + "\(name)\(part).\(layer)",
            [request.batch, tokens, width], request.precision.compute))
      }
    }
    if past > 0 { try add("", past, stack.cacheWidths) }
    if case .cached(let tokens) = memory {
      try add("encoder.", tokens, (stack.keyValueWidth, stack.keyValueWidth))
    }
    return values
  }

  /// Which rows go to which expert: a choice of the router that the graph takes as given.
  private func routing(
    _ block: BlockBuilder, into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    var values: [ValueID] = []
    for id in block.block.inputs {
      let tensor = block.block[id]
      guard tensor.name.hasPrefix("routing.") else { continue }
      values.append(try graph.input(prefix + tensor.name, tensor.shape, tensor.dataType))
    }
    return values
  }

  /// What all layers read beside the hidden states.
  private struct SharedInputs {
    var bias: ValueID?
    /// Relative positions, and the row of each pair of tokens.
    var places: (table: ValueID, offsets: ValueID)?
  }

  private func sharedInputs(
    tokens: Int, into graph: inout GraphBuilder
  ) throws(UserError) -> SharedInputs {
    var shared = SharedInputs()
    shared.bias = try scoreBias(tokens: tokens, into: &graph)
    if let pattern = stack.disentangled {
      let table = try DisentangledAttention(pattern: pattern, stack: stack)
        .table(tokens: tokens, request, prefix: prefix, into: &graph)
      let offsets = try graph.input(prefix + "offsets", [tokens, tokens], .int32)
      shared.places = (table, offsets)
    }
    return shared
  }

  /// The bias of attention scores that all layers share.
  private func scoreBias(
    tokens: Int, into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID? {
    let keys = past(stack) + tokens
    if stack.alibi {
      // Causal scores may be lowered by the key's position alone: softmax does not see a shift.
      let shape = [1, stack.heads, stack.causal ? 1 : tokens, keys]
      return try graph.input(prefix + "alibi", shape, request.precision.compute)
    }
    guard let buckets = stack.relativeBuckets else { return nil }
    var block = request.block(prefix + "relativePositions")
    let ids = try block.input("buckets", [tokens, keys], .int32)
    let table = try block.parameter(
      "relativePositions.weight", [buckets, stack.heads], .embedding)
    let rows = try block.apply("relativePositions", .embedding, ids, table)
    let heads = try block.apply("relativePositions.heads", .permute([2, 0, 1]), rows)
    block.output(
      try block.apply(
        "relativePositions.bias", .expand(axes: [0], extents: [1], mean: false), heads))
    let value = try graph.input(prefix + "buckets", [tokens, keys], .int32)
    return try graph.call(block, [value])[0]
  }
}
