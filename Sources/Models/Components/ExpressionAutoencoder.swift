import DataFormats
import Graph
import Quantities

/// scFoundation's asymmetric autoencoder of a cell (Hao et al. 2024): a transformer reads only the
/// genes that are expressed and not masked (`--sequence`), a Performer then reads all of them
/// (`--target-sequence`) and predicts their expression.
///
/// A value becomes a vector by soft bins: a small network weighs the rows of a table.
struct ExpressionAutoencoder: Component {
  static let kind = "expression-autoencoder"

  /// Genes, depth tokens and padding: rows of the gene table.
  var genes: Int
  /// Rows of the table of values.
  var bins: Int
  /// Reads expressed genes.
  var encoder: TransformerStack
  /// Reads all genes.
  var decoder: FavorStack
  /// Expressed genes of a workload that gives none.
  var sequence: Int
  /// Genes that the decoder reads.
  var targetSequence: Int

  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: [
      "kind", "genes", "bins", "encoder", "decoder", "sequence", "targetSequence",
    ])
    genes = try cursor.field("genes").int(in: 1...100_000_000)
    bins = try cursor.field("bins").int(in: 1...100_000)
    encoder = try TransformerStack(cursor.field("encoder"))
    decoder = try FavorStack(cursor.field("decoder"))
    targetSequence = try cursor.int("targetSequence", genes, in: 1...genes)
    sequence = try cursor.int("sequence", targetSequence, in: 1...targetSequence)
  }

  var sample: SampleDefaults {
    SampleDefaults(sequence: sequence, context: targetSequence, targetSequence: targetSequence)
  }

  var likelyFamily: ModelFamily { .bioinformatics }
  var likelyObjective: Objective { .maskedLanguage }

  func build(_ scope: BuildScope, into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    let request = scope.request
    guard request.objective == .maskedLanguage || !request.withLoss else {
      throw scope.fault(
        "objective", "it trains by predicting masked expression only", remedy: "use masked-lm")
    }
    guard request.sequence <= request.targetSequence else {
      throw scope.fault(
        "--sequence", "\(request.sequence) expressed genes of \(request.targetSequence) genes",
        remedy: "give at most --target-sequence")
    }
    var shared = SharedTables()
    let seen = try embed(scope, request.sequence, "encoder.", &shared, into: &graph)
    let encoded = try StackBuilder(
      stack: encoder, request: request, prefix: scope.part("encoder").prefix
    ).build(seen, into: &graph)
    if request.objective == .embedding {
      return try pooled(scope, encoded, into: &graph)
    }
    let all = try embed(scope, request.targetSequence, "decoder.", &shared, into: &graph)
    let joined = try join(scope, encoded, all, into: &graph)
    let decoded = try decoder.call(scope.part("decoder"), joined, into: &graph)
    let states = try norm(scope.part("decoder"), decoded, into: &graph)
    return try predict(scope, states, into: &graph)
  }

  /// Parameters that both sides read.
  private struct SharedTables {
    var ties: [TiedParameter] = []
  }

  /// Values and genes of `length` positions to `[B, length, h]`.
  private func embed(
    _ scope: BuildScope, _ length: Int, _ side: String, _ shared: inout SharedTables,
    into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    let batch = scope.request.batch
    let width = encoder.hidden
    var block = scope.block("embeddings")
    let values = try block.input("values", [batch, length, 1])
    let ids = try block.input("genes", [batch, length], .int32)
    var x = try block.linear("bins.in", values, to: bins, bias: true, .embedding)
    x = try block.apply("bins.activation", .activation(.leakyRelu), x)
    let mixed = try block.linear("bins.mix", x, to: bins, bias: true, .embedding)
    x = try block.apply("bins.sum", .add, mixed, x)
    x = try block.apply("bins.weights", .softmax, x)
    // The table multiplies from the right, so it is the transpose of a linear layer's weight.
    let table = try block.parameter("bins.table", [width, bins], .embedding)
    x = try block.apply("bins.vectors", .linear(bias: false), x, table)
    _ = try block.parameter("mask.token", [1, width], .embedding)
    _ = try block.parameter("pad.token", [1, width], .embedding)
    let (rows, _) = try block.embedded("genes", ids, rows: genes, width: width)
    block.output(try block.apply("genes.sum", .add, x, rows))
    if shared.ties.isEmpty {
      for id in block.block.parameters {
        shared.ties.append(TiedParameter(local: id, shared: graph.share(id, of: block.block)))
      }
    }
    let inputs = [
      try scope.input(side + "values", [batch, length, 1], nil, &graph),
      try scope.input(side + "genes", [batch, length], .int32, &graph),
    ]
    return try graph.call(block, inputs, tied: shared.ties)[0]
  }

  private func norm(
    _ scope: BuildScope, _ hidden: ValueID, into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    var block = scope.block("norm")
    let x = try block.input("hidden", graph.shape(hidden))
    block.output(try block.layerNorm("norm", x, epsilon: 1e-5))
    return try graph.call(block, [hidden])[0]
  }

  /// Encoded genes take their places among all, then the width becomes the decoder's.
  private func join(
    _ scope: BuildScope, _ encoded: ValueID, _ all: ValueID, into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    let places = Array(graph.shape(encoded).prefix(2))
    var block = scope.block("decoder.embeddings")
    let rows = try block.input("encoded", graph.shape(encoded))
    let genes = try block.input("genes", graph.shape(all))
    let ids = try block.input("places", places, .int32)
    let scattered = try block.apply(
      "scatter", .scatterRows(rows: graph.shape(all)[1]), rows, ids)
    let sum = try block.apply("sum", .add, genes, scattered)
    block.output(try block.linear("project", sum, to: decoder.hidden, bias: true, .projection))
    let values = [encoded, all, try scope.input("decoder.places", places, .int32, &graph)]
    return try graph.call(block, values)[0]
  }

  private func predict(
    _ scope: BuildScope, _ states: ValueID, into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    let shape = graph.shape(states)
    var head = scope.block("head")
    let x = try head.input("hidden", shape)
    let normed = try head.layerNorm("norm", x, epsilon: 1e-5)
    var y = try head.linear("expression", normed, to: 1, bias: true, .head)
    var values = [states]
    if scope.request.withLoss {
      let target = try head.input("expression.target", [shape[0], shape[1], 1])
      values.append(try scope.input("expression.target", [shape[0], shape[1], 1], nil, &graph))
      y = try head.apply("loss", .elementLoss(.squared), y, target)
    }
    head.output(y)
    return try graph.call(head, values)
  }

  private func pooled(
    _ scope: BuildScope, _ encoded: ValueID, into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    var head = scope.block("head")
    let x = try head.input("hidden", graph.shape(encoded))
    head.output(try head.apply("pool", .pool(.mean(from: 0)), x))
    return try graph.call(head, [encoded])
  }
}
