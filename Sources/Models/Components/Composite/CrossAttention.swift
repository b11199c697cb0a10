import DataFormats
import Graph
import Quantities

/// How a stack's layers read another part's sequence.
struct CrossAttention: Sendable, Hashable {
  /// Where the reading stands.
  enum Place: String, Sendable, Hashable, CaseIterable {
    /// Between a layer's self-attention and its MLP, with the stack's heads (the decoder of arXiv
    /// 1706.03762, BLIP-2's Q-Former).
    case within
    /// Behind a layer, with an MLP of its own (CoCa's multimodal decoder).
    case after
    /// Before a layer, with an MLP of its own (Flamingo, arXiv 2204.14198).
    case before
  }

  /// The sequences read, one behind the other.
  var from: [StreamReference]
  var place = Place.within
  /// Each `every`-th layer reads …
  var every = 1
  /// … the one at this place of such a group, from 0.
  var at = 0
  var heads = 1
  var headSize = 1
  /// Biases of its products and of its MLP's.
  var bias = true
  /// Width of its own MLP.
  var intermediate = 1
  /// Non-linearity of its own MLP.
  var activation = Activation.gelu
  /// Whether both results are scaled by the tanh of a learned number.
  var gated = false
  /// Whether the sequence read is normalised.
  var memoryNorm = false
  /// Whether the scores are never kept.
  var fused = true
}

extension CrossAttention {
  init(_ cursor: JSONCursor, stack: TransformerStack) throws(JSONError) {
    let common: Set<String> = ["from", "place", "every", "at"]
    place = try cursor.optional("place")?.word(Place.self) ?? .within
    try cursor.refuseUnknownKeys(
      known: place == .within
        ? common
        : common.union([
          "heads", "headSize", "bias", "intermediate", "activation", "gated", "memoryNorm",
          "fused",
        ]))
    from = try StreamReference.list(cursor.field("from"))
    every = try cursor.int("every", 1, in: 1...stack.layers)
    at = try cursor.int("at", 0, in: 0...every - 1)
    heads = try cursor.int("heads", stack.heads, in: 1...100_000)
    headSize = try cursor.int("headSize", stack.headSize, in: 1...100_000)
    bias = try cursor.bool("bias", true)
    intermediate = try cursor.int("intermediate", stack.intermediate)
    activation = try cursor.optional("activation")?.word(Activation.self) ?? stack.activation
    gated = try cursor.bool("gated", false)
    memoryNorm = try cursor.bool("memoryNorm", false)
    fused = try cursor.bool("fused", true)
  }

  /// Whether a layer reads.
  func reads(_ layer: Int) -> Bool { layer % every == at }
}

/// Builds a reading that stands beside a layer: attention and an MLP, each normalised before and
/// gated where asked.
struct ReadingBuilder {
  let cross: CrossAttention
  let stack: TransformerStack
  let request: GraphRequest

  /// Hidden states of `shape` `[B,S,h]` in, then the sequence read.
  func build(_ name: String, shape: [Int], memory: [Int]) throws(UserError) -> BlockBuilder {
    var block = request.block(name)
    block.markLayer()
    let x = try block.input("hidden", shape)
    let read = try block.input("memory", memory)
    let normed = try block.layerNorm("norm", x, epsilon: stack.epsilon)
    let attended = try attention(normed, read, &block)
    let middle = try block.apply("sum", .add, x, try gated("gate", attended, &block))
    let inner = try block.layerNorm("mlp.norm", middle, epsilon: stack.epsilon)
    let up = try block.linear("mlp.up", inner, to: cross.intermediate, bias: cross.bias, .mlp)
    let activated = try block.apply("mlp.activation", .activation(cross.activation), up)
    let down = try block.linear(
      "mlp.down", activated, to: stack.hidden, bias: cross.bias, .mlp)
    block.output(
      try block.apply("mlp.sum", .add, middle, try gated("mlp.gate", down, &block)))
    return block
  }

  private func attention(
    _ x: TensorID, _ memory: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    var read = memory
    if cross.memoryNorm {
      read = try block.layerNorm("memory.norm", memory, epsilon: stack.epsilon)
    }
    let products = AttentionProducts(
      heads: cross.heads, headSize: cross.headSize, bias: cross.bias, outputBias: cross.bias,
      fused: cross.fused)
    return try products.apply("attention", x, read, to: stack.hidden, &block)
  }

  private func gated(
    _ name: String, _ x: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    guard cross.gated else { return x }
    let gate = try block.parameter(name + ".weight", [1], .other)
    let factor = try block.apply(name + ".tanh", .activation(.tanh), gate)
    return try block.apply(name, .multiply, x, factor)
  }
}

/// Query, key, value and output products round an attention between two sequences.
struct AttentionProducts {
  var heads: Int
  var headSize: Int
  /// Biases of query, key and value.
  var bias: Bool
  var outputBias: Bool
  var fused = true

  /// `x[B,S,h]` reads `memory[B,T,m]`; the result has `width` columns.
  func apply(
    _ name: String, _ x: TensorID, _ memory: TensorID, to width: Int, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let inner = heads * headSize
    let query = try block.linear(name + ".query", x, to: inner, bias: bias, .attention)
    let key = try block.linear(name + ".key", memory, to: inner, bias: bias, .attention)
    let value = try block.linear(name + ".value", memory, to: inner, bias: bias, .attention)
    var geometry = AttentionGeometry(
      queryHeads: heads, keyValueHeads: heads, headSize: headSize, causal: false)
    geometry.fused = fused
    let mixed = try block.apply(name, .attention(geometry), query, key, value)
    return try block.linear(name + ".output", mixed, to: width, bias: outputBias, .attention)
  }
}
