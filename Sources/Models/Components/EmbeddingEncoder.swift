import DataFormats
import Graph
import Quantities

/// Universal Cell Embedding (Rosen et al. 2023): a cell is a sample of genes, each given as the
/// protein language model's vector of its product; a transformer makes the cell's embedding.
///
/// Forward gives the embedding (`embedding`); the pre-training task, whether a gene is expressed
/// in the cell (`masked-lm`), reads `--target-sequence` genes beside it.
///
/// `{"kind": "embedding-encoder", "features": 5120, "stack": {…}, "decoder": [1024, 1280, 1280]}`
struct EmbeddingEncoder: Component {
  static let kind = "embedding-encoder"

  /// Size of a given vector.
  var features: Int
  /// Genes of a cell, at most; rows of the stored position table.
  var context: Int
  /// Whether the table of positions is stored (UCE keeps it and does not add it).
  var positionBuffer = true
  /// The layers.
  var stack: TransformerStack
  /// Widths of the dense layers behind them (with norm and GELU); a last product keeps the width.
  var decoder: [Int]
  /// Widths of the dense layers that judge a cell and a gene.
  var judge: [Int]

  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: [
      "kind", "features", "context", "positionBuffer", "stack", "decoder", "judge",
    ])
    features = try cursor.field("features").int(in: 1...1_000_000)
    context = try cursor.field("context").int(in: 1...100_000_000)
    positionBuffer = try cursor.bool("positionBuffer", true)
    stack = try TransformerStack(cursor.field("stack"))
    decoder = []
    for item in try cursor.field("decoder").elements() {
      decoder.append(try item.int(in: 1...1_000_000))
    }
    judge = []
    for item in try cursor.optional("judge")?.elements() ?? [] {
      judge.append(try item.int(in: 1...1_000_000))
    }
    guard !decoder.isEmpty else { throw try cursor.field("decoder").error("needs a width") }
  }

  var sample: SampleDefaults {
    SampleDefaults(sequence: context, context: context, targetSequence: context)
  }

  var likelyFamily: ModelFamily { .bioinformatics }
  var likelyObjective: Objective { .embedding }

  func build(_ scope: BuildScope, into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    let request = scope.request
    let shape = [request.batch, request.sequence, features]
    var block = scope.block("embeddings")
    let vectors = try block.input("vectors", shape)
    let x = try project("encoder", vectors, &block)
    block.output(try block.apply("scale", .scale(Double(stack.hidden).squareRoot()), x))
    if positionBuffer { _ = try block.buffer("positions", [context, stack.hidden]) }
    let embedded = try graph.call(block, [try scope.input("vectors", shape, nil, &graph)])[0]
    let hidden = try StackBuilder(stack: stack, request: request, prefix: scope.prefix)
      .build(embedded, into: &graph)
    switch request.objective {
    case .embedding, .supervised, .maskedLanguage:
      return try head(scope, hidden, into: &graph)
    default:
      throw scope.fault(
        "objective", "this model is not made for \(request.objective.rawValue)",
        remedy: "use embedding, masked-lm or supervised")
    }
  }

  /// A given vector in the stack's width.
  private func project(
    _ name: String, _ x: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let dense = try block.linear(name, x, to: stack.hidden, bias: true, .projection)
    let active = try block.apply(name + ".activation", .activation(.gelu), dense)
    return try block.layerNorm(name + ".norm", active, epsilon: 1e-5)
  }

  /// Dense layers, each with norm and GELU.
  private func dense(
    _ name: String, _ sizes: [Int], _ x: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    var x = x
    for (index, size) in sizes.enumerated() {
      x = try block.linear("\(name).\(index)", x, to: size, bias: true, .head)
      x = try block.layerNorm("\(name).\(index).norm", x, epsilon: 1e-5)
      x = try block.apply("\(name).\(index).activation", .activation(.gelu), x)
    }
    return x
  }

  private func head(
    _ scope: BuildScope, _ hidden: ValueID, into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    let request = scope.request
    let width = decoder[decoder.count - 1]
    var head = scope.block("head")
    var values = [hidden]
    let states = try head.input("hidden", graph.shape(hidden))
    let decoded = try dense("decoder", decoder, states, &head)
    let genes = try head.linear("decoder.out", decoded, to: width, bias: true, .head)
    let token = try head.apply("cell", .pool(.token(0)), genes)
    let cell = try head.apply("cell.unit", .l2Normalize, token)
    var result = cell
    if request.objective == .maskedLanguage {
      let shape = [request.batch, request.targetSequence, features]
      let vectors = try head.input("target.vectors", shape)
      values.append(try scope.input("target.vectors", shape, nil, &graph))
      result = try judged(cell, vectors, &head)
    } else {
      try unusedJudge(width, &head)
      if request.objective == .supervised, let classes = request.classes {
        result = try head.linear("classifier", cell, to: classes, bias: true, .head)
      }
    }
    if request.withLoss {
      let labels: TensorID
      if request.objective == .maskedLanguage {
        let shape = [request.batch, request.targetSequence, 1]
        labels = try head.input("expressed", shape)
        values.append(try scope.input("expressed", shape, nil, &graph))
        result = try head.apply("loss", .elementLoss(.binaryCrossEntropy), result, labels)
      } else {
        labels = try head.input("labels", [request.batch], .int32)
        values.append(try scope.input("labels", [request.batch], .int32, &graph))
        result = try head.apply("loss", .crossEntropy, result, labels)
      }
    } else if request.objective == .embedding {
      head.output(genes)
    }
    head.output(result)
    return try graph.call(head, values)
  }

  /// A logit for each gene: is it expressed in the cell?
  private func judged(
    _ cell: TensorID, _ vectors: TensorID, _ head: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let genes = try project("gene", vectors, &head)
    let count = head.block[genes].shape[1]
    let repeated = try head.apply(
      "cell.repeat", .expand(axes: [1], extents: [count], mean: false), cell)
    let pairs = try head.apply("pairs", .concatenate(axis: 2), repeated, genes)
    let inner = try dense("judge", judge, pairs, &head)
    return try head.linear("judge.out", inner, to: 1, bias: true, .head)
  }

  private func unusedJudge(_ width: Int, _ head: inout BlockBuilder) throws(UserError) {
    guard !judge.isEmpty else { return }
    try head.unusedLinear("gene", from: features, to: stack.hidden, .projection)
    try head.unusedNorm("gene.norm", stack.hidden)
    var inputs = width + stack.hidden
    for (index, size) in judge.enumerated() {
      try head.unusedLinear("judge.\(index)", from: inputs, to: size, .head)
      try head.unusedNorm("judge.\(index).norm", size)
      inputs = size
    }
    try head.unusedLinear("judge.out", from: inputs, to: 1, .head)
  }
}
