import DataFormats
import Graph
import Quantities

/// scGPT (Cui et al. 2024): a cell is a set of genes, each a token with an expression value; a
/// transformer predicts masked values from each gene (GEP) and from the cell's embedding (MVC).
///
/// `{"kind": "expression-encoder", "genes": 60697, "stack": {…}, "classes": 1}`
struct ExpressionEncoder: Component {
  static let kind = "expression-encoder"

  /// Rows of the gene table.
  var genes: Int
  /// Genes of a cell, at most.
  var context: Int
  /// Genes of a workload that gives none.
  var sequence: Int
  /// The layers.
  var stack: TransformerStack
  /// Whether values are predicted from the cell's embedding too (masked value prediction for cell
  /// modelling).
  var cellDecoder = true
  /// Classes of the cell-type head; 0 without.
  var classes = 1
  /// Dense layers of that head, the last included.
  var classLayers = 3

  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: [
      "kind", "genes", "context", "sequence", "stack", "cellDecoder", "classes", "classLayers",
    ])
    genes = try cursor.field("genes").int(in: 1...100_000_000)
    context = try cursor.int("context", genes)
    sequence = try cursor.int("sequence", min(context, 1200), in: 1...context)
    stack = try TransformerStack(cursor.field("stack"))
    cellDecoder = try cursor.bool("cellDecoder", true)
    classes = try cursor.int("classes", 1, in: 0...1_000_000)
    classLayers = try cursor.int("classLayers", 3, in: 1...100)
  }

  var sample: SampleDefaults {
    SampleDefaults(sequence: sequence, context: context)
  }

  var likelyFamily: ModelFamily { .bioinformatics }
  var likelyObjective: Objective { .maskedLanguage }

  func build(_ scope: BuildScope, into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    let request = scope.request
    let embedded = try embed(scope, into: &graph)
    let hidden = try StackBuilder(stack: stack, request: request, prefix: scope.prefix)
      .build(embedded[0], into: &graph)
    switch request.objective {
    case .maskedLanguage:
      return try predict(scope, hidden, genes: embedded[1], into: &graph)
    case .supervised, .embedding:
      return try classify(scope, hidden, into: &graph)
    default:
      throw scope.fault(
        "objective", "this model is not made for \(request.objective.rawValue)",
        remedy: "use masked-lm, supervised or embedding")
    }
  }

  /// Sums of gene and value vectors, and the gene vectors alone.
  private func embed(
    _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    let (batch, length) = (scope.request.batch, scope.request.sequence)
    let width = stack.hidden
    var block = scope.block("embeddings")
    let ids = try block.input("genes", [batch, length], .int32)
    let values = try block.input("values", [batch, length, 1])
    let (rows, _) = try block.embedded("genes", ids, rows: genes, width: width)
    let normed = try block.layerNorm("genes.norm", rows, epsilon: 1e-5)
    var x = try block.linear("values.in", values, to: width, bias: true, .embedding)
    x = try block.apply("values.activation", .activation(.relu), x)
    x = try block.linear("values.out", x, to: width, bias: true, .embedding)
    x = try block.layerNorm("values.norm", x, epsilon: 1e-5)
    block.output(try block.apply("sum", .add, normed, x))
    block.output(normed)
    return try graph.call(
      block,
      [
        try scope.input("genes", [batch, length], .int32, &graph),
        try scope.input("values", [batch, length, 1], nil, &graph),
      ])
  }

  private func predict(
    _ scope: BuildScope, _ hidden: ValueID, genes: ValueID, into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    let shape = graph.shape(hidden)
    let width = shape[2]
    var head = scope.block("head")
    let states = try head.input("hidden", shape)
    let tokens = try head.input("genes", shape)
    var values = [hidden, genes]
    var x = states
    for layer in 0..<2 {
      x = try head.linear("values.\(layer)", x, to: width, bias: true, .head)
      x = try head.apply("values.\(layer).activation", .activation(.leakyRelu), x)
    }
    var results = [try head.linear("values.out", x, to: 1, bias: true, .head)]
    if cellDecoder {
      var query = try head.linear("cell.query", tokens, to: width, bias: true, .head)
      query = try head.apply("cell.query.activation", .activation(.sigmoid), query)
      query = try head.linear("cell.weight", query, to: width, bias: false, .head)
      let cell = try head.viewed(
        "cell.column", try head.apply("cell", .pool(.token(0)), states), [shape[0], width, 1])
      results.append(try head.apply("cell.values", .batchedMatmul(.none), query, cell))
    }
    _ = try classifier(nil, &head)
    if scope.request.withLoss {
      let target = try head.input("expression.target", [shape[0], shape[1], 1])
      values.append(try scope.input("expression.target", [shape[0], shape[1], 1], nil, &graph))
      var loss = try head.apply("loss", .elementLoss(.squared), results[0], target)
      if results.count > 1 {
        let second = try head.apply("cell.loss", .elementLoss(.squared), results[1], target)
        loss = try head.apply("loss.sum", .add, loss, second)
      }
      results = [loss]
    }
    for id in results { head.output(id) }
    return try graph.call(head, values)
  }

  /// The cell-type head on a cell's embedding; without one, only its parameters.
  private func classifier(
    _ cell: TensorID?, classes: Int? = nil, _ head: inout BlockBuilder
  ) throws(UserError) -> TensorID? {
    let classes = classes ?? self.classes
    guard classes > 0 else { return cell }
    var x = cell
    for layer in 0..<classLayers - 1 {
      let name = "classifier.\(layer)"
      if let y = x {
        var y = try head.linear(name, y, to: stack.hidden, bias: true, .head)
        y = try head.apply(name + ".activation", .activation(.relu), y)
        x = try head.layerNorm(name + ".norm", y, epsilon: 1e-5)
      } else {
        try head.unusedLinear(name, from: stack.hidden, to: stack.hidden, .head)
        try head.unusedNorm(name + ".norm", stack.hidden)
      }
    }
    guard let x else {
      try head.unusedLinear("classifier", from: stack.hidden, to: classes, .head)
      return nil
    }
    return try head.linear("classifier", x, to: classes, bias: true, .head)
  }

  private func classify(
    _ scope: BuildScope, _ hidden: ValueID, into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    let request = scope.request
    var head = scope.block("head")
    let states = try head.input("hidden", graph.shape(hidden))
    var x = try head.apply("cell", .pool(.token(0)), states)
    if request.objective == .supervised {
      x = try classifier(x, classes: request.classes, &head) ?? x
    }
    return try scope.labelled(x, of: &head, [hidden], into: &graph)
  }
}

extension BlockBuilder {
  /// Weight and bias of a layer that belongs to the model and that this graph does not run.
  mutating func unusedLinear(
    _ name: String, from inputs: Int, to outputs: Int, _ role: ParameterRole
  ) throws(UserError) {
    _ = try parameter(name + ".weight", [outputs, inputs], role)
    _ = try parameter(name + ".bias", [outputs], role)
  }

  /// Scale and shift of a norm that this graph does not run.
  mutating func unusedNorm(_ name: String, _ width: Int) throws(UserError) {
    _ = try parameter(name + ".weight", [width], .norm)
    _ = try parameter(name + ".bias", [width], .norm)
  }
}
