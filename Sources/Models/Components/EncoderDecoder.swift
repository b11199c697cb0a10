import DataFormats
import Graph
import Quantities

/// An encoder and a causal decoder that reads its result through cross-attention (T5,
/// arXiv 1910.10683; BART, arXiv 1910.13461). Encoder and decoder share one token table.
///
/// `{"kind": "encoder-decoder", "tokens": {…}, "encoder": {…}, "decoder": {…},
/// "targetSequence": 128, "head": {"tied": true, "bias": false}}`; tokens and stacks take the keys
/// of a single transformer, `decoder` defaults to the encoder's numbers.
struct EncoderDecoder: Component {
  static let kind = "encoder-decoder"

  /// Token ids of both sides; each has position tables of its own.
  var tokens: TokenInput
  var encoder: TransformerStack
  var decoder: TransformerStack
  /// Target tokens of a sample that says nothing.
  var targetSequence: Int
  /// Whether the head's weight is the token table.
  var tied = true
  /// Whether logits have a constant bias that is not trained (BART).
  var biasBuffer = false

  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: [
      "kind", "tokens", "encoder", "decoder", "targetSequence", "head",
    ])
    tokens = try TokenInput(cursor.field("tokens"))
    encoder = try TransformerStack(cursor.field("encoder"))
    guard !encoder.causal else {
      throw try cursor.field("encoder").error("an encoder is not causal")
    }
    if let place = try cursor.optional("decoder") {
      decoder = try TransformerStack(place)
      guard decoder.hidden == encoder.hidden else {
        throw place.error("encoder and decoder must have one width")
      }
    } else {
      decoder = encoder
    }
    decoder.causal = true
    targetSequence = try cursor.int("targetSequence", tokens.sequence, in: 1...tokens.context)
    guard let head = try cursor.optional("head") else { return }
    try head.refuseUnknownKeys(known: ["tied", "biasBuffer"])
    tied = try head.bool("tied", true)
    biasBuffer = try head.bool("biasBuffer", false)
  }

  init(tokens: TokenInput, encoder: TransformerStack, decoder: TransformerStack) {
    self.tokens = tokens
    self.encoder = encoder
    self.decoder = decoder
    self.decoder.causal = true
    targetSequence = min(tokens.sequence, tokens.context)
  }

  var sample: SampleDefaults {
    SampleDefaults(
      sequence: tokens.sequence, context: tokens.context, targetSequence: targetSequence)
  }

  var likelyFamily: ModelFamily { tokens.vocabulary < 5000 ? .bioinformatics : .language }
  var likelyObjective: Objective { .sequenceToSequence }

  func build(_ scope: BuildScope, into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    let request = scope.request
    switch request.objective {
    case .sequenceToSequence: break
    case .embedding where !request.withLoss && request.past == 0:
      return [try encode(scope, into: &graph).hidden]
    case .supervised where request.past == 0: return try classify(scope, into: &graph)
    default:
      throw scope.fault(
        "objective", "an encoder-decoder is not made for \(request.objective.rawValue)",
        remedy: "use seq2seq, supervised, or embedding to infer with the encoder")
    }
    let memory: StackBuilder.Memory
    var table = TokenEmbedder.Table.shared
    if request.past > 0 {
      memory = .cached(request.sequence)
    } else {
      let encoded = try encode(scope, into: &graph)
      memory = .states(encoded.hidden)
      if let position = encoded.tokenTable { table = .tied(position) }
    }
    let target = try decode(scope, memory, table, into: &graph)
    return try head(scope, target, into: &graph)
  }

  /// The encoder's last hidden states `[B, S, h]` and where the token table is shared.
  func encode(_ scope: BuildScope, into graph: inout GraphBuilder) throws(UserError) -> BuiltTower {
    let part = scope.part("encoder")
    let request = scope.request
    var built = try TokenEmbedder(
      input: tokens, stack: encoder, request: request, prefix: part.prefix
    ).build(request.sequence, table: .shared, into: &graph)
    built.hidden = try StackBuilder(stack: encoder, request: request, prefix: part.prefix)
      .build(built.hidden, into: &graph)
    return built
  }

  private func decode(
    _ scope: BuildScope, _ memory: StackBuilder.Memory, _ table: TokenEmbedder.Table,
    into graph: inout GraphBuilder
  ) throws(UserError) -> BuiltTower {
    let part = scope.part("decoder")
    var request = scope.request
    // A learned prompt stands in front of the source.
    request.promptTokens = nil
    var built = try TokenEmbedder(
      input: tokens, stack: decoder, request: request, prefix: part.prefix
    ).build(request.targetSequence, table: table, into: &graph)
    built.hidden = try StackBuilder(
      stack: decoder, request: request, prefix: part.prefix, memory: memory
    ).build(built.hidden, into: &graph)
    return built
  }

  /// The mean of the encoder's last hidden states, with a classifier where there are classes.
  private func classify(
    _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    let encoded = try encode(scope, into: &graph)
    let shape = graph.shape(encoded.hidden)
    var head = scope.block("head")
    var x = try head.apply("pool", .pool(.mean(from: 0)), try head.input("hidden", shape))
    if let classes = scope.request.classes {
      x = try head.linear("classifier", x, to: classes, bias: true, .head)
    }
    return try scope.labelled(x, of: &head, [encoded.hidden], into: &graph)
  }

  private func head(
    _ scope: BuildScope, _ target: BuiltTower, into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    let shape = graph.shape(target.hidden)
    var head = scope.block("head")
    var x = try head.input("hidden", shape)
    var values = [target.hidden]
    // T5 divides by √h where the head is the token table.
    if tied, encoder.norm == .rms {
      x = try head.apply("scale", .scale(1 / Double(shape[2]).squareRoot()), x)
    }
    let weight = try head.parameter("decoder.weight", [tokens.vocabulary, shape[2]], .head)
    var logits = try head.apply("logits", .linear(bias: false), x, weight)
    if biasBuffer {
      let bias = try head.buffer(
        "logits.bias", [tokens.vocabulary], scope.request.precision.compute)
      logits = try head.apply("logits.sum", .add, logits, bias)
    }
    if scope.request.withLoss {
      let rows = Array(shape.dropLast())
      let labels = try head.input("labels", rows, .int32)
      values.append(try scope.input("labels", rows, .int32, &graph))
      logits = try head.apply("loss", .crossEntropy, logits, labels)
    }
    head.output(logits)
    let ties = tied ? target.tokenTable.map { [TiedParameter(local: weight, shared: $0)] } : nil
    return try graph.call(head, values, tied: ties ?? [])
  }
}
