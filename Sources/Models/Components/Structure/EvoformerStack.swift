import DataFormats
import Graph
import Quantities

/// Equal Evoformer blocks (Jumper et al. 2021, supplement algorithms 6 and 18): an alignment
/// `m[B, S, N, msaWidth]` and pairs `z[B, N, N, pairWidth]` update each other.
struct EvoformerStack: Sendable, Hashable {
  /// Number of blocks.
  var blocks: Int
  /// Channels of the alignment.
  var msaWidth: Int
  /// Channels of the pairs.
  var pairWidth: Int
  /// Heads along rows and columns of the alignment.
  var msaHeads = 8
  /// Elements per head there.
  var msaHeadSize = 32
  /// Channels of each side of the outer product.
  var outerSize = 32
  /// Channels of the triangle products.
  var triangleSize = 128
  /// Heads of the triangle attentions.
  var pairHeads = 4
  /// Elements per head there.
  var pairHeadSize = 32
  /// Width of a transition over that of its input.
  var transition = 4
  /// Whether columns attend to their mean row only (the stack of extra sequences).
  var globalColumns = false

  init(blocks: Int, msaWidth: Int, pairWidth: Int) {
    self.blocks = blocks
    self.msaWidth = msaWidth
    self.pairWidth = pairWidth
  }

  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: [
      "blocks", "msaWidth", "pairWidth", "msaHeads", "msaHeadSize", "outerSize", "triangleSize",
      "pairHeads", "pairHeadSize", "transition", "globalColumns",
    ])
    let widths = 1...100_000
    blocks = try cursor.field("blocks").int(in: 1...10_000)
    msaWidth = try cursor.int("msaWidth", 256, in: widths)
    pairWidth = try cursor.int("pairWidth", 128, in: widths)
    msaHeads = try cursor.int("msaHeads", 8, in: widths)
    msaHeadSize = try cursor.int("msaHeadSize", 32, in: widths)
    outerSize = try cursor.int("outerSize", 32, in: widths)
    triangleSize = try cursor.int("triangleSize", 128, in: widths)
    pairHeads = try cursor.int("pairHeads", 4, in: widths)
    pairHeadSize = try cursor.int("pairHeadSize", 32, in: widths)
    transition = try cursor.int("transition", 4, in: 1...100)
    globalColumns = try cursor.bool("globalColumns", false)
  }

  /// The block that stands for all of them: `m, z, mask of m, mask of z → m, z`.
  ///
  /// - Parameter type: format of `m` and `z`; the compute format if nil. Sums keep it, as a sum is
  ///   as wide as its wider term.
  func block(
    _ scope: BuildScope, name: String, msa: [Int], pairs: [Int], type: DataType? = nil
  ) throws(UserError) -> BlockBuilder {
    var block = scope.block(name)
    var m = try block.input("msa", msa, type)
    var z = try block.input("pairs", pairs, type)
    let shown = try block.input("msa.mask", Array(msa.dropLast()))
    let paired = try block.input("pairs.mask", Array(pairs.dropLast()))
    m = try updateAlignment(m, z, mask: shown, &block)
    let outer = try PairOperations.outerProductMean(
      "outer", m, mask: shown, size: outerSize, width: pairWidth, &block)
    z = try block.apply("outer.sum", .add, z, outer, type: block.block[z].dataType)
    z = try updatePairs(z, mask: paired, &block)
    block.output(m)
    block.output(z)
    return block
  }

  private func updateAlignment(
    _ m: TensorID, _ z: TensorID, mask: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    var m = m
    let x = try block.layerNorm("row.norm", m, epsilon: PairOperations.epsilon)
    let pairs = try block.layerNorm("row.pairs.norm", z, epsilon: PairOperations.epsilon)
    let hidden = try PairOperations.bias("row.mask", mask: mask, &block)
    let third = try PairOperations.bias("row.pairs", pairs: pairs, heads: msaHeads, &block)
    let rows = try PairOperations.attention(
      "row", x, heads: msaHeads, size: msaHeadSize, biases: [hidden, third], &block)
    m = try block.apply("row.sum", .add, m, rows, type: block.block[m].dataType)
    let turned = try columns(m, mask: mask, &block)
    m = try block.apply("column.sum", .add, m, turned, type: block.block[m].dataType)
    let mapped = try PairOperations.transition(
      "msa.transition", m, mask: mask, factor: transition, &block)
    return try block.apply("msa.transition.sum", .add, m, mapped, type: block.block[m].dataType)
  }

  private func columns(
    _ m: TensorID, mask: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    guard !globalColumns else {
      return try PairOperations.globalColumns(
        "column", m, mask: mask, heads: msaHeads, size: msaHeadSize, &block)
    }
    let turned = try block.apply("column.turn", .permute([0, 2, 1, 3]), m)
    let shown = try block.apply("column.mask.turn", .permute([0, 2, 1]), mask)
    let x = try block.layerNorm("column.norm", turned, epsilon: PairOperations.epsilon)
    let hidden = try PairOperations.bias("column.mask", mask: shown, &block)
    let mixed = try PairOperations.attention(
      "column", x, heads: msaHeads, size: msaHeadSize, biases: [hidden], &block)
    return try block.apply("column.back", .permute([0, 2, 1, 3]), mixed)
  }

  private func updatePairs(
    _ z: TensorID, mask: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    var z = z
    for (name, edges) in [
      ("triangle.outgoing", PairOperations.Edges.outgoing), ("triangle.incoming", .incoming),
    ] {
      let product = try PairOperations.triangleProduct(
        name, z, mask: mask, size: triangleSize, edges, &block)
      z = try block.apply(name + ".sum", .add, z, product, type: block.block[z].dataType)
    }
    let update = try PairOperations.triangleAttention(
      "triangle.start", z, mask: mask, heads: pairHeads, size: pairHeadSize, &block)
    z = try block.apply("triangle.start.sum", .add, z, update, type: block.block[z].dataType)
    z = try PairOperations.addColumnAttention(
      "triangle.end", z, mask: mask, heads: pairHeads, size: pairHeadSize, &block)
    let mapped = try PairOperations.transition(
      "pairs.transition", z, mask: mask, factor: transition, &block)
    return try block.apply("pairs.transition.sum", .add, z, mapped, type: block.block[z].dataType)
  }
}
