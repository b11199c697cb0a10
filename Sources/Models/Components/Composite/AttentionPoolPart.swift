import DataFormats
import Graph
import Quantities

/// Learned queries that read a sequence once (CoCa's attentional pooler, arXiv 2205.01917, section
/// 3.2, as in open_clip): norms of queries and sequence, one attention, a norm of the result.
///
/// `{"kind": "attention-pool", "from": "vision", "queries": 256, "width": 768, "heads": 8}`
struct AttentionPoolPart: Sendable, Hashable {
  var from: StreamReference
  var queries: Int
  /// Width of queries and result.
  var width: Int
  var heads: Int
  /// Whether its products have biases.
  var bias: Bool
  /// Whether the result is normalised.
  var finalNorm: Bool

  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(
      known: CompositePart.keys.union(["from", "queries", "width", "heads", "bias", "finalNorm"]))
    from = try StreamReference(cursor.field("from"))
    queries = try cursor.field("queries").int(in: 1...1_000_000)
    width = try cursor.field("width").int(in: 1...100_000_000)
    let field = try cursor.field("heads")
    heads = try field.int(in: 1...100_000)
    guard width % heads == 0 else {
      throw field.error("\(heads) heads do not divide a width of \(width)")
    }
    bias = try cursor.bool("bias", true)
    finalNorm = try cursor.bool("finalNorm", true)
  }

  /// `memory[B,N,h]` → `[B,queries,width]`.
  func build(
    _ memory: ValueID, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> Stream {
    let shape = graph.shape(memory)
    var block = scope.block("pool")
    let read = try block.input("memory", shape)
    let table = try block.parameter("queries.weight", [queries, width], .other)
    let normed = try block.layerNorm("memory.norm", read, epsilon: 1e-5)
    let own = try block.layerNorm("queries.norm", table, epsilon: 1e-5)
    let each = try block.apply(
      "queries", .expand(axes: [0], extents: [shape[0]], mean: false), own)
    let products = AttentionProducts(
      heads: heads, headSize: width / heads, bias: bias, outputBias: bias)
    var x = try products.apply("attention", each, normed, to: width, &block)
    if finalNorm { x = try block.layerNorm("norm", x, epsilon: 1e-5) }
    block.output(x)
    return Stream(value: try graph.call(block, [memory])[0])
  }
}
