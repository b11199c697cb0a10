import DataFormats
import Graph
import Quantities

/// A transformer with dilated attention over very long sequences (LongNet, arXiv 2307.02486), as
/// Prov-GigaPath's encoder of slides uses it: rows are embeddings of tiles.
///
/// `{"kind": "longnet", "input": 1536, "hidden": 768, "layers": 12, "heads": 16, "segments": [1024,
/// 5792], "dilations": [1, 2]}`
struct LongNet: Component {
  static let kind = "longnet"

  /// Width of a row.
  var input: Int
  /// Width of the residual stream.
  var hidden: Int
  /// Number of layers.
  var layers: Int
  /// Heads.
  var heads: Int
  /// Inner width of the MLP.
  var intermediate: Int
  /// Rows of a segment, for each branch of the attention.
  var segments: [Int]
  /// Every so many rows of a segment take part, for each branch.
  var dilations: [Int]
  /// Rows of a workload that gives none.
  var rows: Int
  /// Classes of the model's own head; 0 without.
  var classes: Int

  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: [
      "kind", "input", "hidden", "layers", "heads", "intermediate", "segments", "dilations",
      "rows", "classes",
    ])
    input = try cursor.field("input").int(in: 1...1_000_000)
    hidden = try cursor.field("hidden").int(in: 1...1_000_000)
    layers = try cursor.field("layers").int(in: 1...10_000)
    let number = try cursor.field("heads")
    heads = try number.int(in: 1...10_000)
    guard hidden % heads == 0 else {
      throw number.error("\(heads) heads do not divide a width of \(hidden)")
    }
    intermediate = try cursor.int("intermediate", 4 * hidden)
    segments = try cursor.field("segments").numbers(in: 1...100_000_000)
    dilations = try cursor.field("dilations").numbers(count: segments.count, in: 1...1_000_000)
    rows = try cursor.int("rows", 10_000)
    classes = try cursor.int("classes", 0, in: 0...100_000_000)
  }

  var sample: SampleDefaults {
    SampleDefaults(sequence: rows)
  }
  var likelyObjective: Objective { .embedding }

  func build(_ scope: BuildScope, into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    let request = scope.request
    let shape = [request.batch, request.sequence, input]
    var block = scope.block("embeddings")
    let tiles = try block.input("tiles", shape)
    let places = try block.input("positions", [request.sequence, hidden])
    let narrow = try block.linear("embed", tiles, to: hidden, bias: true, .embedding)
    let placed = try block.apply("positions.sum", .add, narrow, places)
    let token = try block.parameter("class.token", [1, hidden], .embedding)
    block.output(try block.apply("class", .prependTokens, placed, token))
    let embedded = try graph.call(
      block,
      [
        try scope.input("tiles", shape, nil, &graph),
        try scope.input("positions", [request.sequence, hidden], nil, &graph),
      ])
    let layer = try layer(graph.shape(embedded[0]), scope)
    let x = try graph.call(layer, count: layers, embedded)[0]
    var last = scope.block("norm")
    let hidden = try last.input("hidden", graph.shape(x))
    let inner = try last.layerNorm("norm.inner", hidden, epsilon: 1e-5)
    let pooled = try last.apply("pool", .pool(.token(0)), inner)
    last.output(try last.layerNorm("norm", pooled, epsilon: 1e-6))
    let result = try graph.call(last, [x])[0]
    return try ClassifierHead(classes: classes).build(result, scope, into: &graph)
  }

  /// Attention and MLP, each with a norm before and one before its last product (sub-layer norm,
  /// arXiv 2210.06423).
  private func layer(_ shape: [Int], _ scope: BuildScope) throws(UserError) -> BlockBuilder {
    var block = scope.block("layer")
    let x = try block.input("hidden", shape)
    let normed = try block.layerNorm("attention.norm", x, epsilon: 1e-5)
    let q = try block.linear("attention.query", normed, to: hidden, bias: true, .attention)
    let k = try block.linear("attention.key", normed, to: hidden, bias: true, .attention)
    let v = try block.linear("attention.value", normed, to: hidden, bias: true, .attention)
    var sum: TensorID?
    for (index, pair) in zip(segments, dilations).enumerated() {
      let branch = try dilated("attention.\(index)", [q, k, v], pair.0, pair.1, &block)
      sum =
        try sum.map { earlier throws(UserError) in
          try block.apply("attention.\(index).sum", .add, earlier, branch)
        } ?? branch
    }
    let mixed = try block.layerNorm("attention.inner.norm", sum ?? v, epsilon: 1e-5)
    let output = try block.linear("attention.output", mixed, to: hidden, bias: true, .attention)
    let middle = try block.apply("attention.sum", .add, x, output)
    let second = try block.layerNorm("mlp.norm", middle, epsilon: 1e-5)
    let up = try block.linear("mlp.up", second, to: intermediate, bias: true, .mlp)
    let active = try block.apply("mlp.activation", .activation(.gelu), up)
    let inner = try block.layerNorm("mlp.inner.norm", active, epsilon: 1e-5)
    let down = try block.linear("mlp.down", inner, to: hidden, bias: true, .mlp)
    block.output(try block.apply("mlp.sum", .add, middle, down))
    return block
  }

  /// Attention within segments among every r-th row; heads start at different rows, which costs
  /// the same.
  private func dilated(
    _ name: String, _ parts: [TensorID], _ segment: Int, _ dilation: Int,
    _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let shape = block.shape(parts[0])
    let (batch, length) = (shape[0], shape[1])
    let rows = (min(segment, length) + dilation - 1) / dilation
    let span = rows * dilation
    let count = (length + span - 1) / span
    var sparse: [TensorID] = []
    for (index, part) in parts.enumerated() {
      var x = part
      if count * span > length {
        x = try block.apply(
          "\(name).\(index).pad", .pad(axis: 1, before: 0, after: count * span - length), x)
      }
      x = try block.reshaped("\(name).\(index).rows", x, [batch * count, rows, dilation * hidden])
      if dilation > 1 {
        x = try block.apply(
          "\(name).\(index).sparse", .slice(axis: 2, start: 0, count: hidden), x)
      }
      sparse.append(x)
    }
    let geometry = AttentionGeometry(
      queryHeads: heads, keyValueHeads: heads, headSize: hidden / heads, causal: false)
    var x = try block.applyAll(name, .attention(geometry), sparse)[0]
    if dilation > 1 {
      x = try block.apply(
        name + ".dense", .pad(axis: 2, before: 0, after: (dilation - 1) * hidden), x)
    }
    x = try block.reshaped(name + ".back", x, [batch, count * span, hidden])
    guard count * span > length else { return x }
    return try block.apply(name + ".cut", .slice(axis: 1, start: 0, count: length), x)
  }
}
