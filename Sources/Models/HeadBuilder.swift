import Graph
import Quantities

/// Builds a single tower with the head that an objective needs.
struct HeadBuilder {
  let model: String
  let tower: Tower
  let request: GraphRequest
  /// In front of block and input names (`policy.`).
  var prefix = ""

  private var heads: Heads { tower.heads }

  func build(into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    try refuseForeignObjective()
    let built = try TowerBuilder(tower: tower, request: request, prefix: prefix).build(into: &graph)
    var head = request.block(prefix + "head")
    let shape = graph.graph.values[built.hidden.index].shape
    let hidden = try head.input("hidden", shape)
    var values = [built.hidden]
    var tokens: TensorID?
    if heads.pool == .endOfText, usesPool, let ids = built.tokens {
      tokens = try head.input("tokens", [request.batch, shape[1]], .int32)
      values.append(ids)
    }
    switch request.objective {
    case .maskedLanguage, .causalLanguage:
      let tied = try language(hidden, built, &head, &values, &graph)
      return try graph.call(head, values, tied: tied)
    default:
      let x = try head.pooled(hidden, tokens: tokens, tower, prefix: built.prefix)
      try classify(x, &head, &values, &graph)
      return try graph.call(head, values)
    }
  }

  private var usesPool: Bool {
    request.objective != .maskedLanguage && request.objective != .causalLanguage
  }

  private func refuseForeignObjective() throws(UserError) {
    func fault(_ message: String, _ remedy: String) -> UserError {
      UserError(.input, place: model, key: "objective", message, remedy: remedy)
    }
    let word = request.objective.rawValue
    switch request.objective {
    case .maskedLanguage, .causalLanguage:
      guard heads.language != nil,
        tower.stack.causal == (request.objective == .causalLanguage)
      else {
        throw fault("this model has no \(word) head", "use supervised or embedding")
      }
    case .contrastive:
      throw fault("contrastive needs an image and a text tower", "choose a CLIP-like model")
    case .sequenceToSequence, .contrastiveCaptioning, .hybrid, .diffusion, .structure, .preference,
      .policyGradient, .generation, .reconstruction:
      throw fault("this model is not made for \(word)", "use supervised or embedding")
    case .dino, .mae, .embedding, .momentumContrast, .simclr, .maskedImage:
      if request.withLoss {
        throw fault("training for \(word) is not modelled", "use --objective supervised")
      }
    case .supervised: break
    }
  }

  /// Adds an int32 input to the head and the graph.
  private func labels(
    _ name: String, _ shape: [Int], _ head: inout BlockBuilder, _ values: inout [ValueID],
    _ graph: inout GraphBuilder
  ) throws(UserError) -> TensorID {
    values.append(try graph.input(prefix + name, shape, .int32))
    return try head.input(name, shape, .int32)
  }

  private func language(
    _ hidden: TensorID, _ built: BuiltTower, _ head: inout BlockBuilder,
    _ values: inout [ValueID], _ graph: inout GraphBuilder
  ) throws(UserError) -> [TiedParameter] {
    guard let language = heads.language, case .tokens(let input) = tower.input else { return [] }
    var x = hidden
    let width = tower.stack.hidden
    if language.kind == .transform {
      x = try head.linear("transform", x, to: input.width ?? width, bias: true, .head)
      x = try head.apply("transform.activation", .activation(tower.stack.activation), x)
      x = try head.norm("transform.norm", x, tower.stack)
    }
    if let narrow = input.width, language.kind == .linear {
      x = try head.linear("projectOut", x, to: narrow, bias: false, .projection)
    }
    let weight = try head.parameter(
      "decoder.weight", [input.vocabulary, input.width ?? width], .head)
    let logits: TensorID
    if language.bias {
      let bias = try head.parameter("decoder.bias", [input.vocabulary], .head)
      logits = try head.apply("logits", .linear(bias: true), x, weight, bias)
    } else {
      logits = try head.apply("logits", .linear(bias: false), x, weight)
    }
    if heads.contacts {
      // One weight per attention map, trained apart on contacts (arXiv 2012.15840's regression).
      _ = try head.parameter("contacts.weight", [1, tower.stack.layers * tower.stack.heads], .head)
      _ = try head.parameter("contacts.bias", [1], .head)
    }
    var results = [logits]
    if heads.pooler {
      let pooled = try head.pooler(try head.apply("pool", .pool(.token(0)), hidden))
      if heads.nextSentence {
        results.append(try head.linear("nextSentence", pooled, to: 2, bias: true, .head))
      } else if !request.withLoss {
        results.append(pooled)
      }
    }
    if request.withLoss {
      let rows = [request.batch, head.block[hidden].shape[1]]
      let targets = try labels("labels", rows, &head, &values, &graph)
      var loss = try head.apply("loss", .crossEntropy, logits, targets)
      if results.count > 1 {
        let targets = try labels(
          "nextSentence.labels", [request.batch], &head, &values, &graph)
        let second = try head.apply("nextSentence.loss", .crossEntropy, results[1], targets)
        loss = try head.apply("loss.sum", .add, loss, second)
      }
      results = [loss]
    }
    for id in results { head.output(id) }
    guard let shared = built.tokenTable else { return [] }
    return [TiedParameter(local: weight, shared: shared)]
  }

  private func classify(
    _ pooled: TensorID, _ head: inout BlockBuilder, _ values: inout [ValueID],
    _ graph: inout GraphBuilder
  ) throws(UserError) {
    var x = pooled
    let supervised = request.objective == .supervised
    let classes = supervised ? request.classes ?? heads.classes : 0
    var isText = false
    if case .tokens = tower.input { isText = true }
    // Encoders classify behind a dense layer and tanh, whether pre-trained with one or not.
    if heads.pooler || (isText && classes > 0 && !tower.stack.causal) { x = try head.pooler(x) }
    if classes > 0 {
      x = try head.linear(
        "classifier", x, to: classes, bias: !tower.stack.causal, .head)
    }
    if request.withLoss {
      let targets = try labels("labels", [request.batch], &head, &values, &graph)
      x = try head.apply("loss", .crossEntropy, x, targets)
    }
    head.output(x)
  }
}
