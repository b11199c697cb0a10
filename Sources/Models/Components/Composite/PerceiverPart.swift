import DataFormats
import Graph
import Quantities

/// Latents that read a sequence layer by layer, so that each image gives as many tokens whatever
/// its size (Flamingo's perceiver resampler, arXiv 2204.14198, section 2.2; no biases, as in
/// lucidrains' and OpenFlamingo's code).
///
/// `{"kind": "perceiver", "from": "vision", "layers": 6, "latents": 64, "heads": 8}`
struct PerceiverPart: Sendable, Hashable {
  var from: StreamReference
  var layers: Int
  var latents: Int
  var heads: Int
  var headSize: Int
  /// Width of the MLP in multiples of the latents' own.
  var expansion: Int

  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(
      known: CompositePart.keys.union([
        "from", "layers", "latents", "heads", "headSize", "expansion",
      ]))
    from = try StreamReference(cursor.field("from"))
    layers = try cursor.int("layers", 6, in: 1...10_000)
    latents = try cursor.int("latents", 64, in: 1...1_000_000)
    heads = try cursor.int("heads", 8, in: 1...100_000)
    headSize = try cursor.int("headSize", 64, in: 1...100_000)
    expansion = try cursor.int("expansion", 4, in: 1...1000)
  }

  /// `media[B,N,h]` → `[B,latents,h]`.
  func build(
    _ media: ValueID, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> Stream {
    let shape = graph.shape(media)
    var start = scope.block("latents")
    let table = try start.parameter("latents.weight", [latents, shape[2]], .other)
    start.output(
      try start.apply(
        "latents", .expand(axes: [0], extents: [shape[0]], mean: false), table))
    var x = try graph.call(start, [])[0]
    x = try graph.call(
      try layer(scope, [shape[0], latents, shape[2]], media: shape), count: layers, [x, media])[0]
    var norm = scope.block("norm")
    let input = try norm.input("latents", graph.shape(x))
    norm.output(try norm.layerNorm("norm", input, epsilon: 1e-5))
    return Stream(value: try graph.call(norm, [x])[0])
  }

  private func layer(
    _ scope: BuildScope, _ shape: [Int], media: [Int]
  ) throws(UserError) -> BlockBuilder {
    var block = scope.block("layer")
    let x = try block.input("latents", shape)
    let read = try block.input("media", media)
    let normed = try block.layerNorm("media.norm", read, epsilon: 1e-5)
    let own = try block.layerNorm("latents.norm", x, epsilon: 1e-5)
    // Latents read the media and themselves.
    let both = try block.apply("memory", .concatenate(axis: 1), normed, own)
    let products = AttentionProducts(
      heads: heads, headSize: headSize, bias: false, outputBias: false, fused: false)
    let mixed = try products.apply("attention", own, both, to: shape[2], &block)
    let middle = try block.apply("attention.sum", .add, mixed, x)
    let inner = try block.layerNorm("mlp.norm", middle, epsilon: 1e-5)
    let up = try block.linear("mlp.up", inner, to: expansion * shape[2], bias: false, .mlp)
    let activated = try block.apply("mlp.activation", .activation(.gelu), up)
    let down = try block.linear("mlp.down", activated, to: shape[2], bias: false, .mlp)
    block.output(try block.apply("mlp.sum", .add, down, middle))
    return block
  }
}
