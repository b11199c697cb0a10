import DataFormats
import Graph
import Quantities

/// Known structures of relatives (Jumper et al. 2021, supplement 1.7): each template's pairs run
/// through a small stack of their own and are added to the pairs by attention over templates;
/// their torsion angles become rows of the alignment.
struct TemplateEmbedder: Sendable, Hashable {
  /// Blocks of the stack.
  var blocks: Int
  /// Channels of a template's pairs.
  var width: Int
  /// Features of a template's pair.
  var pairFeatures: Int
  /// Features of a template's torsion angles.
  var angleFeatures: Int
  /// Heads of all attentions.
  var heads: Int
  /// Elements per head.
  var headSize: Int
  /// Channels of the triangle products.
  var triangleSize: Int
  /// Width of the transition over that of its input.
  var transition: Int

  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: [
      "blocks", "width", "pairFeatures", "angleFeatures", "heads", "headSize", "triangleSize",
      "transition",
    ])
    let widths = 1...100_000
    blocks = try cursor.int("blocks", 2, in: 1...10_000)
    width = try cursor.int("width", 64, in: widths)
    pairFeatures = try cursor.int("pairFeatures", 88, in: widths)
    angleFeatures = try cursor.int("angleFeatures", 57, in: widths)
    heads = try cursor.int("heads", 4, in: widths)
    headSize = try cursor.int("headSize", 16, in: widths)
    triangleSize = try cursor.int("triangleSize", 64, in: widths)
    transition = try cursor.int("transition", 2, in: 1...100)
  }

  /// Rows for the alignment `[B, T, N, msaWidth]` and the pairs with the templates' added.
  func build(
    _ scope: BuildScope, pairs: ValueID, templates: Int, msaWidth: Int,
    inputs: Features, _ passes: inout Passes, into graph: inout GraphBuilder
  ) throws(UserError) -> (rows: ValueID, pairs: ValueID) {
    let shape = graph.shape(pairs)
    let (b, n) = (shape[0], shape[1])
    let rows = try passes.call(
      "template.angles", [inputs.templateAngles], into: &graph
    ) { (_) throws(UserError) in
      var angles = scope.block("template.angles")
      let features = try angles.input("features", [b, templates, n, angleFeatures])
      var x = try angles.linear("angles.0", features, to: msaWidth, bias: true, .embedding)
      x = try angles.apply("angles.activation", .activation(.relu), x)
      angles.output(try angles.linear("angles.1", x, to: msaWidth, bias: true, .embedding))
      return angles
    }[0]

    let states = [b * templates, n, n, width]
    let given = try passes.call(
      "template.pairs", [inputs.templatePairs], into: &graph
    ) { (_) throws(UserError) in
      var embed = scope.block("template.pairs")
      let raw = try embed.input("features", [b * templates, n, n, pairFeatures])
      embed.output(try embed.linear("pairs", raw, to: width, bias: true, .embedding))
      return embed
    }[0]
    let stacked = try passes.call(
      "template.layer", count: blocks, [given, inputs.templateMask], into: &graph
    ) { (_) throws(UserError) in try layer(scope, states) }[0]
    let mixed = try passes.call(
      "template.attention", [pairs, stacked], into: &graph
    ) { (_) throws(UserError) in try attention(scope, shape, states, templates) }[0]
    return (rows, mixed)
  }

  private func layer(_ scope: BuildScope, _ shape: [Int]) throws(UserError) -> BlockBuilder {
    var block = scope.block("template.layer")
    var z = try block.input("pairs", shape)
    let mask = try block.input("pairs.mask", Array(shape.dropLast()))
    let update = try PairOperations.triangleAttention(
      "triangle.start", z, mask: mask, heads: heads, size: headSize, &block)
    z = try block.apply("triangle.start.sum", .add, z, update)
    z = try PairOperations.addColumnAttention(
      "triangle.end", z, mask: mask, heads: heads, size: headSize, &block)
    for (name, edges) in [
      ("triangle.outgoing", PairOperations.Edges.outgoing), ("triangle.incoming", .incoming),
    ] {
      let product = try PairOperations.triangleProduct(
        name, z, mask: mask, size: triangleSize, edges, &block)
      z = try block.apply(name + ".sum", .add, z, product)
    }
    let mapped = try PairOperations.transition(
      "transition", z, mask: mask, factor: transition, &block)
    block.output(try block.apply("transition.sum", .add, z, mapped))
    return block
  }

  /// Each pair attends to the same pair of each template (algorithm 17), and takes the result up.
  private func attention(
    _ scope: BuildScope, _ shape: [Int], _ states: [Int], _ templates: Int
  ) throws(UserError) -> BlockBuilder {
    var block = scope.block("template.attention")
    let z = try block.input("pairs", shape)
    let t = try block.input("templates", states)
    let normed = try block.layerNorm("norm", t, epsilon: PairOperations.epsilon)
    let (b, n) = (shape[0], shape[1])
    let parted = try block.viewed("templates.parted", normed, [b, templates, n, n, width])
    let turned = try block.apply("templates.turn", .permute([0, 2, 3, 1, 4]), parted)
    let query = try block.viewed("pairs.query", z, [b, n, n, 1, shape[3]])
    let mixed = try PairOperations.attention(
      "attention", query: query, keys: turned, heads: heads, size: headSize, biases: [],
      gated: false, &block)
    let flat = try block.viewed("attention.pairs", mixed, shape)
    block.output(try block.apply("sum", .add, z, flat))
    return block
  }
}
