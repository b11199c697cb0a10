import DataFormats
import Graph
import Quantities

/// An encoder of tokens with linear attention: scBERT (one token per gene, its expression binned),
/// CellLM.
///
/// `{"kind": "performer", "tokens": 7, "positions": 16907, "stack": {…}}`
struct Performer: Component {
  static let kind = "performer"

  /// Rows of the token table.
  var vocabulary: Int
  /// Rows of the position table: one per gene.
  var positions: Int
  /// Whether the position table is given (gene2vec) and not trained.
  var frozenPositions = true
  /// Sequence length of a workload that gives none.
  var sequence: Int
  /// The layers.
  var stack: FavorStack

  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: [
      "kind", "vocabulary", "positions", "frozenPositions", "sequence", "stack",
    ])
    vocabulary = try cursor.field("vocabulary").int(in: 1...100_000_000)
    positions = try cursor.field("positions").int(in: 1...100_000_000)
    frozenPositions = try cursor.bool("frozenPositions", true)
    sequence = try cursor.int("sequence", positions, in: 1...positions)
    stack = try FavorStack(cursor.field("stack"))
  }

  var sample: SampleDefaults {
    SampleDefaults(sequence: sequence, context: positions)
  }

  var likelyFamily: ModelFamily { .bioinformatics }
  var likelyObjective: Objective { .maskedLanguage }

  func build(_ scope: BuildScope, into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    let (batch, length) = (scope.request.batch, scope.request.sequence)
    var block = scope.block("embeddings")
    let ids = try block.input("tokens", [batch, length], .int32)
    let (rows, _) = try block.embedded("tokens", ids, rows: vocabulary, width: stack.hidden)
    let places = try block.input("positions", [length], .int32)
    var (genes, _) = try block.embedded(
      "positions", places, rows: positions, width: stack.hidden)
    if frozenPositions { genes = try block.apply("positions.frozen", .detach, genes) }
    block.output(try block.apply("positions.sum", .add, rows, genes))
    let values = [
      try scope.input("tokens", [batch, length], .int32, &graph),
      try scope.input("positions", [length], .int32, &graph),
    ]
    let embedded = try graph.call(block, values)[0]
    let hidden = try stack.call(scope, embedded, into: &graph)
    var norm = scope.block("norm")
    let x = try norm.input("hidden", graph.shape(hidden))
    norm.output(try norm.layerNorm("norm", x, epsilon: 1e-5))
    let states = try graph.call(norm, [hidden])[0]
    var head = TokenHead(vocabulary: vocabulary)
    var language = LanguageHead(.linear)
    (language.tied, language.bias) = (false, true)
    head.language = language
    head.pool = .mean
    return try head.build(scope, on: states, table: nil, into: &graph)
  }
}
