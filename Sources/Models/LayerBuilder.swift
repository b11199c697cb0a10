import Graph
import Quantities

/// Builds the one block that stands for every layer of a stack.
///
/// Its inputs are the hidden states, then what `StackBuilder` binds, in this order: the scores'
/// bias, relative positions and the row of each pair, the encoder's states, the experts' routing,
/// the cache.
struct LayerBuilder {
  let stack: TransformerStack
  let request: GraphRequest
  /// Tokens in the cache.
  var past = 0
  /// Shape of the scores' bias; nil without.
  var biasShape: [Int]?
  /// Rows of the relative positions that disentangled attention reads; nil without.
  var places: Int?
  /// Tokens that cross-attention reads; nil without.
  var memory: Int?
  /// Their width; nil for the stack's own.
  var memoryWidth: Int?
  /// Whether those tokens' keys and values come from a cache.
  var memoryIsCached = false

  init(stack: TransformerStack, request: GraphRequest) {
    self.stack = stack
    self.request = request
  }

  /// Inputs of the block beside the hidden states.
  private struct Sides {
    var bias: TensorID?
    var places: (table: TensorID, offsets: TensorID)?
    var memory: TensorID?
    var routing: Routing?
    var cache: (keys: TensorID, values: TensorID)?
    var memoryCache: (keys: TensorID, values: TensorID)?
  }

  /// Positions of tokens in their experts' order, and of their weights among the router's.
  private struct Routing {
    var rows: TensorID
    var weights: TensorID
  }

  /// A layer from hidden states to hidden states of `shape` `[B, S, h]`.
  func build(_ name: String, shape: [Int]) throws(UserError) -> BlockBuilder {
    var block = request.block(name)
    block.markLayer()
    if stack.packsProjections { block.markPacked() }
    if stack.latent != nil, stack.causal {
      block.markCached(stack.cacheWidths.keys + stack.cacheWidths.values)
    }
    let x = try block.input("hidden", shape)
    let sides = try sides(shape, &block)
    if stack.spareNorm {
      for part in ["weight", "bias"] {
        _ = try block.parameter("spare.norm." + part, [stack.hidden], .norm)
      }
    }
    switch stack.normPosition {
    case .parallel, .parallelApart:
      let normed = try block.norm("norm", x, stack)
      let attended = try attention(normed, sides, &block)
      let second =
        stack.normPosition == .parallel ? normed : try block.norm("mlp.norm", x, stack)
      let mapped = try mlp(second, sides, &block)
      let both = try block.apply("branches.sum", .add, attended, mapped)
      block.output(try block.apply("sum", .add, x, both))
    default:
      var y = try branch("attention", x, &block) { x, block throws(UserError) in
        try attention(x, sides, &block)
      }
      if memory != nil {
        y = try branch("cross", y, &block) { x, block throws(UserError) in
          try crossAttention(x, sides, &block)
        }
      }
      y = try branch("mlp", y, &block) { x, block throws(UserError) in
        try mlp(x, sides, &block)
      }
      block.output(y)
    }
    return block
  }

  private func sides(
    _ shape: [Int], _ block: inout BlockBuilder
  ) throws(UserError) -> Sides {
    var sides = Sides()
    if let biasShape { sides.bias = try block.input("scores.bias", biasShape) }
    if let places {
      sides.places = (
        try block.input("positions", [places, stack.hidden]),
        try block.input("positions.offsets", [shape[1], shape[1]], .int32)
      )
    }
    if let memory, !memoryIsCached {
      sides.memory = try block.input("memory", [shape[0], memory, memoryWidth ?? stack.hidden])
    }
    if let mixture = stack.mixture {
      let rows = [1, shape[0] * shape[1] * mixture.active]
      sides.routing = Routing(
        rows: try block.input("routing.rows", rows, .int32),
        weights: try block.input("routing.weights", rows, .int32))
    }
    func cache(
      _ name: String, _ tokens: Int, _ widths: (keys: Int, values: Int)
    ) throws(UserError) -> (TensorID, TensorID) {
      (
        try block.input(name + ".keys", [shape[0], tokens, widths.keys]),
        try block.input(name + ".values", [shape[0], tokens, widths.values])
      )
    }
    if past > 0 { sides.cache = try cache("cache", past, stack.cacheWidths) }
    if let memory, memoryIsCached {
      let width = stack.keyValueWidth
      sides.memoryCache = try cache("cache.encoder", memory, (width, width))
    }
    return sides
  }

  /// One branch with its norms and its residual sum.
  private func branch(
    _ name: String, _ x: TensorID, _ block: inout BlockBuilder,
    _ body: (TensorID, inout BlockBuilder) throws(UserError) -> TensorID
  ) throws(UserError) -> TensorID {
    let norm = name + ".norm"
    switch stack.normPosition {
    case .post:
      let y = try body(x, &block)
      let sum = try block.apply(name + ".sum", .add, y, try residual(name, x, &block))
      return try block.norm(norm, sum, stack)
    case .deep:
      let normed = try block.norm(norm, x, stack)
      let y = try body(normed, &block)
      return try block.apply(name + ".sum", .add, try residual(name, normed, &block), y)
    case .sandwich:
      let y = try body(try block.norm(norm, x, stack), &block)
      return try block.apply(
        name + ".sum", .add, x, try block.norm(name + ".norm.after", y, stack))
    default:
      return try block.apply(
        name + ".sum", .add, x, try body(try block.norm(norm, x, stack), &block))
    }
  }

  private func residual(
    _ name: String, _ x: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    guard stack.residualScale != 1 else { return x }
    return try block.apply(name + ".residual.scale", .scale(stack.residualScale), x)
  }

  // MARK: attention

  private func attention(
    _ x: TensorID, _ sides: Sides, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let mixed: TensorID
    if let latent = stack.latent {
      mixed = try LatentAttentionBuilder(latent: latent, stack: stack).build(
        x, sides.cache, &block)
    } else {
      mixed = try heads(x, sides, &block)
    }
    let output = try block.linear(
      "attention.output", mixed, to: stack.hidden, bias: stack.outputBias, .attention)
    return try scaled("attention", try dropped("attention", output, &block), &block)
  }

  /// The heads' results, side by side.
  private func heads(
    _ x: TensorID, _ sides: Sides, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let bias = stack.queryKeyValueBias
    let width = stack.keyValueWidth
    let query = try rotated(
      "attention.query", stack.heads,
      try block.linear(
        "attention.query", x, to: stack.heads * stack.headSize, bias: bias, .attention), &block)
    var key = try rotated(
      "attention.key", stack.keyValueHeads,
      try block.linear(
        "attention.key", x, to: width, bias: stack.keyBias ?? bias, .attention), &block)
    var value = try block.linear("attention.value", x, to: width, bias: bias, .attention)
    if let cache = sides.cache {
      key = try block.apply("attention.keys", .concatenate(axis: 1), cache.keys, key)
      value = try block.apply("attention.values", .concatenate(axis: 1), cache.values, value)
    }
    var scores = sides.bias
    if let grid = stack.relativeGrid { scores = try relativePositions(grid, &block) }
    if let tokens = request.prefixTokens, past == 0 {
      key = try prefixed("attention.prefix.key", tokens, key, &block)
      value = try prefixed("attention.prefix.value", tokens, value, &block)
      // A prefix is near to every token.
      scores = try scores.map { bias throws(UserError) in
        try block.apply(
          "attention.prefix.bias", .pad(axis: 3, before: tokens, after: 0), bias)
      }
    }
    if let sparse = stack.blockSparse, scores == nil, sparse.covers(block.block[key].shape[1]) {
      return try BlockSparseAttention(pattern: sparse, heads: stack.heads, size: stack.headSize)
        .build(query, key, value, &block)
    } else if let pattern = stack.disentangled, let places = sides.places {
      return try DisentangledAttention(pattern: pattern, stack: stack).build(
        query, key, value, table: places.table, offsets: places.offsets, &block)
    } else if let pattern = stack.sliding {
      return try SlidingWindowAttention(
        pattern: pattern, heads: stack.heads, size: stack.headSize
      ).build(query, key, value, hidden: x, &block)
    } else if let scores, stack.relativeBuckets != nil, request.code == .transformers {
      return try MathAttention(
        heads: stack.heads, size: stack.headSize, dropout: request.dropout
      ).build(query, key, value, bias: scores, &block)
    } else if let scores {
      return try block.apply("attention", .attention(stack.geometry), query, key, value, scores)
    } else if isWrittenOut {
      return try WrittenOutAttention(
        heads: stack.heads, size: stack.headSize, dropout: request.dropout
      ).build(query, key, value, &block)
    } else {
      return try block.apply("attention", .attention(stack.geometry), query, key, value)
    }
  }

  /// Whether attention runs operator by operator, as the model's code writes it.
  private var isWrittenOut: Bool {
    request.code == .transformers && !stack.fusedAttention && !stack.causal
      && stack.heads == stack.keyValueHeads && stack.latent == nil
  }

  /// A bias a head and pair of places (a class token in front), from this layer's table.
  private func relativePositions(
    _ grid: [Int], _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let tokens = grid.reduce(1, *) + 1
    let rows = grid.reduce(1) { $0 * (2 * $1 - 1) } + 3
    let table = try block.parameter(
      "attention.positions.weight", [rows, stack.heads], .attention)
    let index = try block.buffer("attention.positions.index", [tokens, tokens], .int32)
    let pairs = try block.apply("attention.positions", .embedding, index, table)
    let bias = try block.reordered("attention.positions.bias", pairs, [2, 0, 1])
    return try block.reshaped(
      "attention.positions.scores", bias, [1, stack.heads, tokens, tokens])
  }

  private func rotated(
    _ name: String, _ heads: Int, _ x: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let x = try normedHeads(name, heads, x, &block)
    guard let base = stack.rotaryBase else { return x }
    if let dimensions = stack.rotaryDimensions, dimensions < stack.headSize {
      return try block.apply(
        name + ".rotary",
        .partialRotary(heads: heads, dimensions: dimensions, base: base, inverse: false), x)
    }
    // Each axis rotates its share of a head as a head of its own.
    return try block.apply(
      name + ".rotary", .rotary(heads: heads * stack.rotaryAxes, base: base, inverse: false), x)
  }

  /// Each head normalised by itself, with one scale for all heads.
  private func normedHeads(
    _ name: String, _ heads: Int, _ x: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    guard stack.queryKeyNorm else { return x }
    let shape = block.block[x].shape
    let split = try block.viewed(
      name + ".heads", x, Array(shape.dropLast()) + [heads, stack.headSize])
    return try block.viewed(
      name + ".joined", try block.norm(name + ".norm", split, stack), shape)
  }

  /// Learned keys or values in front of the tokens' own (prefix tuning, arXiv 2101.00190).
  private func prefixed(
    _ name: String, _ tokens: Int, _ x: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let rows = try block.parameter(name + ".weight", [tokens, stack.keyValueWidth], .adapter)
    let batch = block.block[x].shape[0]
    let all = try block.apply(
      name, .expand(axes: [0], extents: [batch], mean: false), rows)
    return try block.apply(name + ".join", .concatenate(axis: 1), all, x)
  }

  private func crossAttention(
    _ x: TensorID, _ sides: Sides, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let bias = stack.queryKeyValueBias
    let query = try block.linear(
      "cross.query", x, to: stack.heads * stack.headSize, bias: bias, .attention)
    let key: TensorID
    let value: TensorID
    if let cache = sides.memoryCache {
      (key, value) = cache
      // Their products were computed with the encoder's states; the weights are there all the same.
      for part in ["key", "value"] {
        let name = "cross." + part
        _ = try block.parameter(
          name + ".weight", [stack.keyValueWidth, stack.hidden], .attention)
        if bias { _ = try block.parameter(name + ".bias", [stack.keyValueWidth], .attention) }
      }
    } else {
      let states = sides.memory ?? x
      key = try block.linear("cross.key", states, to: stack.keyValueWidth, bias: bias, .attention)
      value = try block.linear(
        "cross.value", states, to: stack.keyValueWidth, bias: bias, .attention)
    }
    var geometry = stack.geometry
    geometry.causal = false
    geometry.window = nil
    geometry.bias = false
    let mixed = try block.apply("cross", .attention(geometry), query, key, value)
    let output = try block.linear(
      "cross.output", mixed, to: stack.hidden, bias: stack.outputBias, .attention)
    return try dropped("cross", output, &block)
  }

  /// A branch's result with dropout, where that is on.
  private func dropped(
    _ name: String, _ x: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    request.dropout ? try block.dropped(name + ".output.dropout", x) : x
  }

  // MARK: MLP

  private func mlp(
    _ x: TensorID, _ sides: Sides, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    var down: TensorID
    if let mixture = stack.mixture, let routing = sides.routing {
      down = try experts(mixture, x, routing, &block)
      if mixture.shared > 0 {
        // Experts that all tokens visit are one MLP of their joint width.
        let all = try plainMlp(
          "mlp.shared", x, width: mixture.shared * stack.intermediate, &block)
        down = try block.apply("mlp.experts.sum", .add, down, all)
      }
    } else {
      down = try plainMlp("mlp", x, width: stack.intermediate, &block)
    }
    return try scaled("mlp", try dropped("mlp", down, &block), &block)
  }

  /// Tokens in their experts' order through the experts, weighted by the router and added up.
  private func experts(
    _ mixture: Mixture, _ x: TensorID, _ routing: Routing, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let shape = block.block[x].shape
    let tokens = shape[0] * shape[1]
    let scores = try block.linear(
      "mlp.router", x, to: mixture.experts, bias: false, .mlp)
    let shares = try block.apply("mlp.router.softmax", .softmax, scores)
    let column = try block.apply(
      "mlp.router.column", .cast, shares, shape: [1, tokens * mixture.experts, 1])
    let weights = try block.apply("mlp.router.chosen", .gatherRows, column, routing.weights)
    let rows = try block.apply("mlp.rows", .cast, x, shape: [1, tokens, stack.hidden])
    let sent = try block.apply("mlp.dispatch", .gatherRows, rows, routing.rows)
    func product(_ name: String, _ x: TensorID, to width: Int) throws(UserError) -> TensorID {
      try block.expertLinear(name, x, experts: mixture.experts, to: width, .mlp)
    }
    let inner: TensorID
    if stack.gated {
      let gate = try product("mlp.gate", sent, to: stack.intermediate)
      let up = try product("mlp.up", sent, to: stack.intermediate)
      inner = try block.apply("mlp.product", .gatedActivation(stack.activation), gate, up)
    } else {
      let up = try product("mlp.up", sent, to: stack.intermediate)
      inner = try block.apply("mlp.activation", .activation(stack.activation), up)
    }
    let down = try product("mlp.down", inner, to: stack.hidden)
    let weighted = try block.apply("mlp.weighted", .multiply, down, weights)
    let sum = try block.apply(
      "mlp.combine", .scatterRows(rows: tokens), weighted, routing.rows)
    return try block.apply("mlp.tokens", .cast, sum, shape: shape)
  }

  /// One MLP of a width.
  private func plainMlp(
    _ name: String, _ x: TensorID, width: Int, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let outputBias = stack.mlpOutputBias ?? stack.mlpBias
    var inner: TensorID
    if stack.gated {
      let gate = try block.linear(name + ".gate", x, to: width, bias: stack.mlpBias, .mlp)
      let up = try block.linear(name + ".up", x, to: width, bias: stack.mlpBias, .mlp)
      inner = try block.apply(name + ".product", .gatedActivation(stack.activation), gate, up)
    } else {
      let up = try block.linear(name + ".up", x, to: width, bias: stack.mlpBias, .mlp)
      inner = try block.apply(name + ".activation", .activation(stack.activation), up)
    }
    // T5 drops inside of its MLP, too (transformers' `T5DenseActDense`).
    if request.dropout, stack.relativeBuckets != nil {
      inner = try block.dropped(name + ".dropout", inner)
    }
    return try block.linear(name + ".down", inner, to: stack.hidden, bias: outputBias, .mlp)
  }

  private func scaled(
    _ name: String, _ x: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    guard stack.layerScale else { return x }
    let scale = try block.parameter(name + ".scale.weight", [stack.hidden], .other)
    return try block.apply(name + ".scale", .scaleColumns, x, scale)
  }
}
