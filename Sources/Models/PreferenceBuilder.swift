import Graph
import Quantities

/// Steps that train a decoder from preferences, with all the models that they run.
///
/// - DPO (arXiv 2305.18290, eq. 7): a sample is a preferred and a rejected answer; the policy is
///   trained, the reference is a frozen copy.
/// - PPO (arXiv 1707.06347, eq. 9; four models as in arXiv 2203.02155, appendix C): the policy and
///   a value model of its size are trained on sampled answers; reference and reward model are
///   frozen. Sampling the answers is a workload of its own (decoding).
///
/// Log-probabilities of the answers are computed as cross-entropies over all positions. What joins
/// them is arithmetic on one number a sample or token and is left out; the products, activations
/// and parameters are all there.
struct PreferenceBuilder {
  let model: String
  let tower: Tower
  let request: GraphRequest

  func build(into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    guard tower.stack.causal, tower.heads.language != nil, request.withLoss else {
      throw UserError(
        .input, place: model, key: "objective",
        "\(request.objective.rawValue) trains decoders of text",
        remedy: "choose a causal language model, and a task that trains")
    }
    if request.objective == .policyGradient { return try policyGradient(into: &graph) }
    let pairs = request.batch.multipliedReportingOverflow(by: 2)
    guard !pairs.overflow else {
      throw UserError(
        .input, place: model, key: "--batch", "\(request.batch) pairs", remedy: "give fewer")
    }
    var policy = request
    policy.batch = pairs.partialValue
    return [
      try language("policy.", policy, into: &graph),
      try language("reference.", frozen(policy), into: &graph),
    ]
  }

  /// The request of a model that is only consulted.
  private func frozen(_ request: GraphRequest) -> GraphRequest {
    var request = request
    request.adaptation = request.adaptation?.frozen
    request.promptTokens = nil
    request.prefixTokens = nil
    request.trainedLayers = nil
    return request
  }

  /// Cross-entropy of a decoder.
  private func language(
    _ prefix: String, _ request: GraphRequest, into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    var request = request
    request.objective = .causalLanguage
    return try HeadBuilder(model: model, tower: tower, request: request, prefix: prefix)
      .build(into: &graph)[0]
  }

  private func policyGradient(into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    var untied = tower
    // The value model has no head of words.
    untied.heads.language = nil
    let policy = try TowerBuilder(tower: tower, request: request, prefix: "policy.")
      .build(into: &graph)
    let value = try TowerBuilder(tower: untied, request: request, prefix: "value.")
      .build(into: &graph)
    let loss = try policyLoss(policy, value.hidden, into: &graph)
    let consulted = frozen(request)
    let reference = try language("reference.", consulted, into: &graph)
    let reward = try TowerBuilder(tower: untied, request: consulted, prefix: "reward.")
      .build(into: &graph)
    var score = consulted.block("reward.head")
    let shape = graph.shape(reward.hidden)
    let hidden = try score.input("hidden", shape)
    let last = try score.apply("pool", .pool(.token(shape[1] - 1)), hidden)
    score.output(try score.linear("score", last, to: 1, bias: false, .head))
    return [loss, reference, try graph.call(score, [reward.hidden])[0]]
  }

  /// Policy's and value's losses in one block, since a loss has one place.
  private func policyLoss(
    _ policy: BuiltTower, _ value: ValueID, into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    guard case .tokens(let input) = tower.input else { return value }
    let shape = graph.shape(policy.hidden)
    let rows = Array(shape.dropLast())
    var head = request.block("policy.head")
    let hidden = try head.input("hidden", shape)
    let valueHidden = try head.input("value.hidden", shape)
    let labels = try head.input("labels", rows, .int32)
    let returns = try head.input("returns", rows + [1])
    var x = hidden
    if let narrow = input.width {
      x = try head.linear("projectOut", x, to: narrow, bias: false, .projection)
    }
    let weight = try head.parameter(
      "decoder.weight", [input.vocabulary, input.width ?? shape[2]], .head)
    var logits = try head.apply("logits", .linear(bias: false), x, weight)
    if tower.heads.language?.bias == true {
      let bias = try head.parameter("decoder.bias", [input.vocabulary], .head)
      logits = try head.apply("logits.sum", .add, logits, bias)
    }
    let policyLoss = try head.apply("loss", .crossEntropy, logits, labels)
    let values = try head.linear("value", valueHidden, to: 1, bias: false, .head)
    let valueLoss = try head.apply("value.loss", .elementLoss(.squared), values, returns)
    head.output(try head.apply("loss.sum", .add, policyLoss, valueLoss))
    let bound = [
      policy.hidden, value, try graph.input("policy.labels", rows, .int32),
      try graph.input("returns", rows + [1], request.precision.compute),
    ]
    let ties = policy.tokenTable.map { [TiedParameter(local: weight, shared: $0)] } ?? []
    return try graph.call(head, bound, tied: ties)[0]
  }
}
