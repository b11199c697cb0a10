import DataFormats
import Graph
import Quantities

/// An encoder of multiple sequence alignments (MSA Transformer, Rao et al. 2021): attention along
/// rows with one map that all rows share (tied), then along columns, then an MLP.
///
/// `{"kind": "alignment-encoder", "vocabulary": 33, "layers": 12, "hidden": 768, "heads": 12, …}`
/// `--rows` sequences of `--sequence` columns are a sample.
struct AlignmentEncoder: Component {
  static let kind = "alignment-encoder"

  /// Rows of the token table.
  var vocabulary: Int
  /// Rows of the table of column positions.
  var positions: Int
  /// Rows of it that no column uses (padding id + 1).
  var positionOffset = 0
  /// Rows of the table of row positions; 0 without.
  var rowPositions: Int
  /// Number of layers.
  var layers: Int
  /// Width of the residual stream.
  var hidden: Int
  /// Attention heads, along rows and along columns.
  var heads: Int
  /// Width of the MLP.
  var intermediate: Int
  /// Columns and rows of a workload that gives none.
  var sequence: Int
  var rows: Int
  /// Whether a regression over attention maps is stored (contacts): unused by the objectives here.
  var contacts = true

  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: [
      "kind", "vocabulary", "positions", "positionOffset", "rowPositions", "layers", "hidden",
      "heads", "intermediate", "sequence", "rows", "contacts",
    ])
    vocabulary = try cursor.field("vocabulary").int(in: 1...100_000_000)
    positions = try cursor.field("positions").int(in: 1...100_000_000)
    positionOffset = try cursor.int("positionOffset", 0, in: 0...positions - 1)
    rowPositions = try cursor.int("rowPositions", 0, in: 0...100_000_000)
    layers = try cursor.field("layers").int(in: 1...100_000)
    hidden = try cursor.field("hidden").int(in: 1...1_000_000)
    let number = try cursor.field("heads")
    heads = try number.int(in: 1...100_000)
    guard hidden % heads == 0 else {
      throw number.error("\(heads) heads do not divide a width of \(hidden)")
    }
    intermediate = try cursor.int("intermediate", 4 * hidden)
    let longest = positions - positionOffset
    sequence = try cursor.int("sequence", min(256, longest), in: 1...longest)
    rows = try cursor.int("rows", 64, in: 1...(rowPositions > 0 ? rowPositions : 1_000_000))
    contacts = try cursor.bool("contacts", true)
  }

  var sample: SampleDefaults {
    SampleDefaults(sequence: sequence, context: positions - positionOffset, rows: rows)
  }

  var likelyFamily: ModelFamily { .bioinformatics }
  var likelyObjective: Objective { .maskedLanguage }

  func build(_ scope: BuildScope, into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    if rowPositions > 0, scope.request.rows > rowPositions {
      throw scope.fault(
        "--rows", "\(scope.request.rows) aligned sequences",
        remedy: "the model takes 1 to \(rowPositions)")
    }
    let (embedded, table) = try embed(scope, into: &graph)
    let shape = graph.shape(embedded)
    var layer = scope.block("layer")
    var x = try layer.input("hidden", shape)
    x = try branch("row", x, &layer, rowAttention)
    x = try branch("column", x, &layer, columnAttention)
    x = try branch("mlp", x, &layer, mlp)
    layer.output(x)
    let states = try graph.call(layer, count: layers, [embedded])[0]
    var norm = scope.block("norm")
    let last = try norm.input("hidden", shape)
    let normed = try norm.layerNorm("norm", last, epsilon: 1e-5)
    norm.output(try norm.viewed("sequences", normed, [shape[0], shape[1] * shape[2], hidden]))
    if contacts { try norm.unusedLinear("contacts", from: layers * heads, to: 1, .head) }
    let flat = try graph.call(norm, [states])[0]
    var head = TokenHead(vocabulary: vocabulary)
    var language = LanguageHead(.transform)
    language.bias = true
    head.language = language
    return try head.build(scope, on: flat, table: table, into: &graph)
  }

  private func embed(
    _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> (ValueID, Int?) {
    let request = scope.request
    let (batch, rows, columns) = (request.batch, request.rows, request.sequence)
    var block = scope.block("embeddings")
    let ids = try block.input("tokens", [batch, rows * columns], .int32)
    let places = try block.input("positions", [columns], .int32)
    let (tokens, table) = try block.embedded("tokens", ids, rows: vocabulary, width: hidden)
    var x = try block.viewed("alignment", tokens, [batch, rows, columns, hidden])
    let (steps, _) = try block.embedded("positions", places, rows: positions, width: hidden)
    x = try block.apply("positions.sum", .add, x, steps)
    if rowPositions > 0 {
      let stored = try block.parameter("rows.weight", [rowPositions, 1, hidden], .embedding)
      let used = try block.apply("rows", .slice(axis: 0, start: 0, count: rows), stored)
      x = try block.apply("rows.sum", .add, x, used)
    }
    block.output(try block.layerNorm("norm", x, epsilon: 1e-5))
    let values = [
      try scope.input("tokens", [batch, rows * columns], .int32, &graph),
      try scope.input("positions", [columns], .int32, &graph),
    ]
    guard request.objective == .maskedLanguage else {
      return (try graph.call(block, values)[0], nil)
    }
    let shared = graph.share(table, of: block.block)
    let tie = TiedParameter(local: table, shared: shared)
    return (try graph.call(block, values, tied: [tie])[0], shared)
  }

  private func branch(
    _ name: String, _ x: TensorID, _ block: inout BlockBuilder,
    _ inner: (TensorID, inout BlockBuilder) throws(UserError) -> TensorID
  ) throws(UserError) -> TensorID {
    let normed = try block.layerNorm(name + ".norm", x, epsilon: 1e-5)
    return try block.apply(name + ".sum", .add, try inner(normed, &block), x)
  }

  private func mlp(_ x: TensorID, _ block: inout BlockBuilder) throws(UserError) -> TensorID {
    let up = try block.linear("mlp.up", x, to: intermediate, bias: true, .mlp)
    let active = try block.apply("mlp.activation", .activation(.gelu), up)
    return try block.linear("mlp.down", active, to: hidden, bias: true, .mlp)
  }

  /// One attention map for all rows: the rows are part of the inner product (section 3.1).
  private func rowAttention(
    _ x: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let (b, r, c) = extents(x, block)
    let size = hidden / heads
    // [B, R, C, h] to [B, heads, C, R·D]
    func part(_ name: String, _ block: inout BlockBuilder) throws(UserError) -> TensorID {
      let y = try block.linear("row." + name, x, to: hidden, bias: true, .attention)
      let parted = try block.viewed("row.\(name).heads", y, [b, r, c, heads, size])
      let turned = try block.apply("row.\(name).turn", .permute([0, 3, 2, 1, 4]), parted)
      let written = try block.apply("row.\(name).rows", .contiguous, turned)
      return try block.viewed("row.\(name).flat", written, [b, heads, c, r * size])
    }
    let query = try part("query", &block)
    let scaled = try block.apply(
      "row.scale", .scale(1 / (Double(size) * Double(r)).squareRoot()), query)
    let scores = try block.apply(
      "row.scores", .batchedMatmul(.right), scaled, try part("key", &block))
    let map = try block.apply("row.map", .softmax, scores)
    let mixed = try block.apply("row", .batchedMatmul(.none), map, try part("value", &block))
    let parted = try block.viewed("row.parted", mixed, [b, heads, c, r, size])
    let turned = try block.apply("row.turn", .permute([0, 3, 2, 1, 4]), parted)
    let written = try block.apply("row.rows", .contiguous, turned)
    let flat = try block.viewed("row.flat", written, [b, r, c, hidden])
    return try block.linear("row.output", flat, to: hidden, bias: true, .attention)
  }

  /// Attention among the sequences of each column.
  private func columnAttention(
    _ x: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let (b, r, c) = extents(x, block)
    let size = hidden / heads
    // A single sequence attends to itself: only values matter, as the original code runs it.
    guard r > 1 else {
      try block.unusedLinear("column.query", from: hidden, to: hidden, .attention)
      try block.unusedLinear("column.key", from: hidden, to: hidden, .attention)
      let value = try block.linear("column.value", x, to: hidden, bias: true, .attention)
      return try block.linear("column.output", value, to: hidden, bias: true, .attention)
    }
    // [B, R, C, h] to [B, heads, C, R, D]
    func part(_ name: String, _ block: inout BlockBuilder) throws(UserError) -> TensorID {
      let y = try block.linear("column." + name, x, to: hidden, bias: true, .attention)
      let parted = try block.viewed("column.\(name).heads", y, [b, r, c, heads, size])
      let turned = try block.apply("column.\(name).turn", .permute([0, 3, 2, 1, 4]), parted)
      return try block.apply("column.\(name).rows", .contiguous, turned)
    }
    let query = try part("query", &block)
    let scaled = try block.apply("column.scale", .scale(1 / Double(size).squareRoot()), query)
    let scores = try block.apply(
      "column.scores", .batchedMatmul(.right), scaled, try part("key", &block))
    let map = try block.apply("column.map", .softmax, scores)
    let mixed = try block.apply("column", .batchedMatmul(.none), map, try part("value", &block))
    let turned = try block.apply("column.turn", .permute([0, 3, 2, 1, 4]), mixed)
    let written = try block.apply("column.written", .contiguous, turned)
    let flat = try block.viewed("column.flat", written, [b, r, c, hidden])
    return try block.linear("column.output", flat, to: hidden, bias: true, .attention)
  }

  private func extents(_ x: TensorID, _ block: BlockBuilder) -> (Int, Int, Int) {
    let shape = block.block[x].shape
    return (shape[0], shape[1], shape[2])
  }
}
