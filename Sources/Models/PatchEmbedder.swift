import Graph
import Quantities

/// Builds what an image or a volume becomes before the first layer: patches, class and register
/// tokens, positions.
struct PatchEmbedder {
  let input: PatchInput
  /// The stack that reads the embeddings: its width and kind of norm.
  let stack: TransformerStack
  let request: GraphRequest
  /// Prepended to block and input names (`vision.`).
  let prefix: String

  private var hidden: Int { stack.hidden }

  /// Shape of the images that a request asks for, `[B, C, s…]`.
  var shape: [Int] {
    [request.batch, input.channels]
      + (input.extents.count == 3 ? request.spatial : [request.image.height, request.image.width])
  }

  /// Embeds the request's images, or a value `[B, C, s…]`.
  func build(
    _ image: ValueID? = nil, into graph: inout GraphBuilder
  ) throws(UserError) -> BuiltTower {
    let shape = image.map(graph.shape) ?? self.shape
    var block = request.block(prefix + "embeddings")
    let pixels = try block.input("image", shape)
    var x = try patches(pixels, &block)
    if input.classTokens > 0, input.positionOfClass {
      x = try prepend("class", input.classTokens, x, &block)
    }
    if input.registerTokens > 0, input.positionOfRegisters {
      x = try prepend("registers", input.registerTokens, x, &block)
    }
    if input.maskToken { _ = try block.parameter("mask.token", [hidden], .embedding) }
    if input.positions {
      let table = try positions(grid(shape), prefix: input.placedTokens, &block)
      x = try block.apply("positions.sum", .add, x, table)
    }
    if input.classTokens > 0, !input.positionOfClass {
      x = try prepend("class", input.classTokens, x, &block)
    }
    if input.registerTokens > 0, !input.positionOfRegisters {
      x = try prepend("registers", input.registerTokens, x, &block)
    }
    if input.norm { x = try block.norm("norm", x, stack) }
    // Visual prompt tuning (arXiv 2203.12119): learned tokens in front of all others.
    if let count = request.promptTokens {
      let prompt = try block.parameter("prompt.weight", [count, hidden], .adapter)
      x = try block.apply("prompt", .prependTokens, x, prompt)
    }
    block.output(x)
    var value = image
    if value == nil {
      value = try graph.input(prefix + "image", shape, request.precision.compute)
    }
    return BuiltTower(
      hidden: try graph.call(block, value.map { [$0] } ?? [])[0], tokens: nil, tokenTable: nil,
      prefix: input.classTokens + input.registerTokens + (request.promptTokens ?? 0))
  }

  /// Patches along each dimension of images `[B, C, s…]`.
  func grid(_ shape: [Int]) -> [Int] { zip(shape.dropFirst(2), input.steps).map { $0 / $1 } }

  /// Patches as rows `[B, N, h]`: a product with each patch's pixels.
  func patches(_ pixels: TensorID, _ block: inout BlockBuilder) throws(UserError) -> TensorID {
    let steps = input.steps
    guard steps.count == 2, steps[0] == steps[1] else {
      let map = try block.patchMap("patch", pixels, to: hidden, patch: steps, bias: input.bias)
      let shape = block.shape(map)
      return try block.reshaped(
        "patch.rows", map, [shape[0], shape.dropFirst().dropLast().reduce(1, *), hidden])
    }
    let weight = try block.parameter("patch.weight", [hidden, input.channels] + steps, .embedding)
    let kind = OperatorKind.patchEmbedding(patch: steps[0], bias: input.bias)
    guard input.bias else { return try block.apply("patch", kind, pixels, weight) }
    let bias = try block.parameter("patch.bias", [hidden], .embedding)
    return try block.apply("patch", kind, pixels, weight, bias)
  }

  /// The learned table of the images that the model was made for, resampled to other extents; its
  /// first rows belong to tokens in front.
  func positions(
    _ places: [Int], prefix: Int, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let own = input.grid
    let count = own.reduce(1, *)
    let table = try block.parameter("positions.weight", [prefix + count, hidden], .embedding)
    guard places != own else { return table }
    let rows = try block.apply(
      "positions.patches", .slice(axis: 0, start: prefix, count: count), table)
    let map = try block.reshaped("positions.grid", rows, own + [hidden])
    let resized = try block.reshaped(
      "positions.resized.rows", try block.resized("positions", map, to: places),
      [places.reduce(1, *), hidden])
    guard prefix > 0 else { return resized }
    let front = try block.apply("positions.front", .slice(axis: 0, start: 0, count: prefix), table)
    return try block.apply("positions.joined", .concatenate(axis: 0), front, resized)
  }

  private func prepend(
    _ name: String, _ count: Int, _ x: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let token = try block.parameter(name + ".token", [count, hidden], .embedding)
    return try block.apply(name, .prependTokens, x, token)
  }
}
