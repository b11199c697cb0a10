import DataFormats
import Graph
import Quantities

/// A stack of Hyena operators (arXiv 2302.10866, section 3), as HyenaDNA uses them (arXiv
/// 2306.15794): gated convolutions as long as the sequence, whose filters a small network makes
/// from positions. Convolutions run through Fourier transforms, which count as vector FLOPs only.
///
/// `{"kind": "hyena", "vocabulary": 16, "context": 1024, "layers": 2, "hidden": 128, …}`
struct Hyena: Component {
  static let kind = "hyena"

  /// Rows of the token table (padded to a multiple of 8 in HyenaDNA).
  var vocabulary: Int
  /// Longest sequence.
  var context: Int
  /// Positions beyond the context for which filters are stored (start and end of a sequence).
  var extraPositions = 2
  /// Sequence length of a workload that gives none.
  var sequence: Int
  /// Number of layers.
  var layers: Int
  /// Width of the residual stream.
  var hidden: Int
  /// Width of the MLP.
  var intermediate: Int
  /// Depth of the recurrence: order − 1 long convolutions, order + 1 projections.
  var order = 2
  /// Taps of the short convolution on the projections.
  var shortFilter = 3
  /// Width of the network that makes the filters.
  var filterWidth = 64
  /// Features of a position: time and so many sines and cosines.
  var positionFeatures = 5
  /// Inner layers of that network.
  var filterLayers = 2

  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: [
      "kind", "vocabulary", "context", "extraPositions", "sequence", "layers", "hidden",
      "intermediate", "order", "shortFilter", "filterWidth", "positionFeatures", "filterLayers",
    ])
    vocabulary = try cursor.field("vocabulary").int(in: 1...100_000_000)
    context = try cursor.field("context").int(in: 1...100_000_000)
    extraPositions = try cursor.int("extraPositions", 2, in: 0...1000)
    sequence = try cursor.int("sequence", min(context, 32_768), in: 1...context)
    layers = try cursor.field("layers").int(in: 1...100_000)
    hidden = try cursor.field("hidden").int(in: 1...1_000_000)
    intermediate = try cursor.int("intermediate", 4 * hidden)
    order = try cursor.int("order", 2, in: 2...64)
    shortFilter = try cursor.int("shortFilter", 3, in: 1...1000)
    filterWidth = try cursor.int("filterWidth", 64, in: 1...100_000)
    let features = try cursor.optional("positionFeatures")
    positionFeatures = try features?.int(in: 3...1001) ?? 5
    if let features, positionFeatures % 2 == 0 {
      throw features.error("must be odd: time, and a cosine for each sine")
    }
    filterLayers = try cursor.int("filterLayers", 2, in: 0...100)
  }

  var sample: SampleDefaults {
    SampleDefaults(sequence: sequence, context: context)
  }

  var likelyFamily: ModelFamily { .bioinformatics }
  var likelyObjective: Objective { .causalLanguage }

  func build(_ scope: BuildScope, into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    let shape = [scope.request.batch, scope.request.sequence]
    var block = scope.block("embeddings")
    let ids = try block.input("tokens", shape, .int32)
    let (rows, weight) = try block.embedded("tokens", ids, rows: vocabulary, width: hidden)
    block.output(rows)
    var tied: [TiedParameter] = []
    let predicts = scope.request.objective == .causalLanguage
    if predicts {
      tied = [TiedParameter(local: weight, shared: graph.share(weight, of: block.block))]
    }
    let tokens = try scope.input("tokens", shape, .int32, &graph)
    let embedded = try graph.call(block, [tokens], tied: tied)[0]
    let states = try body(scope, embedded, into: &graph)
    var head = TokenHead(vocabulary: vocabulary)
    head.language = LanguageHead(.linear)
    head.causal = true
    head.pool = .last
    return try head.build(scope, on: states, table: tied.first?.shared, into: &graph)
  }

  /// Hidden states `[B, S, h]` to hidden states behind the last norm.
  func body(
    _ scope: BuildScope, _ embedded: ValueID, into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    let shape = graph.shape(embedded)
    var layer = scope.block("layer")
    let x = try layer.input("hidden", shape)
    let mixed = try mixer(try layer.layerNorm("mixer.norm", x, epsilon: 1e-5), &layer)
    let middle = try layer.apply("mixer.sum", .add, mixed, x)
    let normed = try layer.layerNorm("mlp.norm", middle, epsilon: 1e-5)
    let up = try layer.linear("mlp.up", normed, to: intermediate, bias: true, .mlp)
    let active = try layer.apply("mlp.activation", .activation(.geluTanh), up)
    let down = try layer.linear("mlp.down", active, to: hidden, bias: true, .mlp)
    layer.output(try layer.apply("mlp.sum", .add, down, middle))
    let states = try graph.call(layer, count: layers, [embedded])[0]
    var norm = scope.block("norm")
    let last = try norm.input("hidden", shape)
    norm.output(try norm.layerNorm("norm", last, epsilon: 1e-5))
    return try graph.call(norm, [states])[0]
  }

  /// The operator: projections, short convolution, then gates and long convolutions in turn.
  private func mixer(
    _ x: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let length = block.block[x].shape[1]
    let width = hidden * (order + 1)
    let projected = try block.linear("mixer.in", x, to: width, bias: true, .other)
    let channels = try block.apply("mixer.channels", .permute([0, 2, 1]), projected)
    let taps = try block.parameter("mixer.short.weight", [width, 1, shortFilter], .convolution)
    let shift = try block.parameter("mixer.short.bias", [width], .convolution)
    // Padded on both sides; what lies behind the sequence is cut off, so that the filter is causal.
    let geometry = ConvolutionGeometry(dimensions: 1, padding: shortFilter - 1, groups: width)
    let padded = try block.apply(
      "mixer.short", .convolution(geometry, bias: true), channels, taps, shift)
    let short = try block.apply(
      "mixer.short.cut", .slice(axis: 2, start: 0, count: length), padded)
    func part(_ index: Int, _ block: inout BlockBuilder) throws(UserError) -> TensorID {
      try block.apply(
        "mixer.part.\(index)", .slice(axis: 1, start: index * hidden, count: hidden), short)
    }
    let filters = try filters(length, &block)
    let bias = try block.parameter("mixer.filter.bias", [hidden * (order - 1)], .other)
    var v = try part(order, &block)
    for step in 0..<order - 1 {
      let name = "mixer.\(step)"
      v = try block.apply(name + ".gate", .multiply, v, try part(order - 1 - step, &block))
      let rows = OperatorKind.slice(axis: 0, start: step * hidden, count: hidden)
      let filter = try block.apply(name + ".filter", rows, filters)
      let long = try block.apply(name + ".convolution", .fftConvolution, v, filter)
      let scale = try block.viewed(
        name + ".bias.column", try block.apply(name + ".bias", rows, bias), [hidden, 1])
      v = try block.apply(
        name + ".sum", .add, long, try block.apply(name + ".skip", .multiply, v, scale))
    }
    v = try block.apply("mixer.gate", .multiply, v, try part(0, &block))
    let rows = try block.apply("mixer.rows", .permute([0, 2, 1]), v)
    return try block.linear("mixer.out", rows, to: hidden, bias: true, .other)
  }

  /// Filters `[h·(order − 1), L]`: a network with sine activations on position features, times an
  /// exponential window (appendix D of the paper). They depend on no sample.
  private func filters(_ length: Int, _ block: inout BlockBuilder) throws(UserError) -> TensorID {
    let stored = context + extraPositions
    let width = hidden * (order - 1)
    let features = try block.buffer("mixer.filter.positions", [stored, positionFeatures])
    let times = try block.buffer("mixer.filter.times", [stored])
    let rates = try block.buffer("mixer.filter.rates", [width])
    let frequency = try block.parameter("mixer.filter.frequency", [filterWidth], .other)
    let rows = OperatorKind.slice(axis: 0, start: 0, count: length)
    var h = try block.apply("mixer.filter.rows", rows, features)
    for layer in 0...filterLayers {
      let name = "mixer.filter.\(layer)"
      h = try block.linear(name, h, to: filterWidth, bias: true, .other)
      h = try block.apply(name + ".frequency", .scaleColumns, h, frequency)
      h = try block.apply(name + ".sine", .activation(.sine), h)
    }
    h = try block.linear("mixer.filter.out", h, to: width, bias: false, .other)
    let time = try block.apply(
      "mixer.filter.time", .expand(axes: [1], extents: [width], mean: false),
      try block.apply("mixer.filter.time.rows", rows, times))
    let decay = try block.apply("mixer.filter.decay", .multiply, time, rates)
    let window = try block.apply("mixer.filter.window", .activation(.exponential), decay)
    h = try block.apply("mixer.filter.windowed", .multiply, h, window)
    return try block.apply("mixer.filter", .permute([1, 0]), h)
  }
}
