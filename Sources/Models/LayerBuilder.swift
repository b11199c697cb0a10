import Graph
import Quantities

/// Builds the one block that stands for every layer of a stack.
struct LayerBuilder {
  let stack: TransformerStack
  let request: GraphRequest

  /// A layer from hidden states to hidden states of `shape` `[B, S, h]`.
  func build(_ name: String, shape: [Int]) throws(UserError) -> BlockBuilder {
    var block = request.block(name)
    let x = try block.input("hidden", shape)
    switch stack.normPosition {
    case .pre:
      let attended = try attention(try block.norm("attention.norm", x, stack), &block)
      let middle = try block.apply("attention.sum", .add, x, attended)
      let mapped = try mlp(try block.norm("mlp.norm", middle, stack), &block)
      block.output(try block.apply("mlp.sum", .add, middle, mapped))
    case .post:
      let first = try block.apply("attention.sum", .add, try attention(x, &block), x)
      let middle = try block.norm("attention.norm", first, stack)
      let second = try block.apply("mlp.sum", .add, try mlp(middle, &block), middle)
      block.output(try block.norm("mlp.norm", second, stack))
    case .parallel:
      let normed = try block.norm("norm", x, stack)
      let attended = try attention(normed, &block)
      let both = try block.apply("branches.sum", .add, attended, try mlp(normed, &block))
      block.output(try block.apply("sum", .add, x, both))
    }
    return block
  }

  private func attention(
    _ x: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let bias = stack.queryKeyValueBias
    let width = stack.keyValueHeads * stack.headSize
    var query = try block.linear(
      "attention.query", x, to: stack.heads * stack.headSize, bias: bias, .attention)
    var key = try block.linear("attention.key", x, to: width, bias: bias, .attention)
    let value = try block.linear("attention.value", x, to: width, bias: bias, .attention)
    if let base = stack.rotaryBase {
      query = try block.apply(
        "attention.query.rotary", .rotary(heads: stack.heads, base: base, inverse: false), query)
      key = try block.apply(
        "attention.key.rotary", .rotary(heads: stack.keyValueHeads, base: base, inverse: false),
        key)
    }
    let mixed = try block.apply("attention", .attention(stack.geometry), query, key, value)
    let output = try block.linear(
      "attention.output", mixed, to: stack.hidden, bias: stack.outputBias, .attention)
    return try scaled("attention", output, &block)
  }

  private func mlp(_ x: TensorID, _ block: inout BlockBuilder) throws(UserError) -> TensorID {
    let width = stack.intermediate
    let inner: TensorID
    if stack.gated {
      let gate = try block.linear("mlp.gate", x, to: width, bias: stack.mlpBias, .mlp)
      let up = try block.linear("mlp.up", x, to: width, bias: stack.mlpBias, .mlp)
      inner = try block.apply("mlp.product", .gatedActivation(stack.activation), gate, up)
    } else {
      let up = try block.linear("mlp.up", x, to: width, bias: stack.mlpBias, .mlp)
      inner = try block.apply("mlp.activation", .activation(stack.activation), up)
    }
    let down = try block.linear("mlp.down", inner, to: stack.hidden, bias: stack.mlpBias, .mlp)
    return try scaled("mlp", down, &block)
  }

  private func scaled(
    _ name: String, _ x: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    guard stack.layerScale else { return x }
    let scale = try block.parameter(name + ".scale.weight", [stack.hidden], .other)
    return try block.apply(name + ".scale", .scaleColumns, x, scale)
  }
}
