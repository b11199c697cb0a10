import Graph
import Quantities

/// Builds one loss of a composite, or, without a loss wanted, what it is computed from.
struct CompositeLossBuilder {
  let composite: Composite
  let loss: CompositeLoss
  let scope: BuildScope
  /// Of its block.
  let name: String
  let streams: [String: Stream]

  private var request: GraphRequest { scope.request }

  func build(into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    switch loss.kind {
    case .contrastive:
      return loss.keys.isEmpty ? try contrast(into: &graph) : try queued(into: &graph)
    case .localContrastive: return try local(into: &graph)
    case .causalLanguage, .maskedLanguage: return try language(into: &graph)
    case .replacedTokens: return try detected(into: &graph)
    case .matching, .supervised: return try classified(into: &graph)
    case .reconstruction: return try reconstructed(into: &graph)
    case .agreement: return try agreed(into: &graph)
    }
  }

  private func stream(_ reference: StreamReference) throws(UserError) -> Stream {
    guard let stream = streams[reference.part] else {
      throw scope.fault(
        reference.part, "it is not computed", remedy: "list it among the parts")
    }
    return stream
  }

  private func value(
    _ reference: StreamReference, dimensions: Int, _ graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    let value = try stream(reference).passed(reference, scope, into: &graph).value
    let shape = graph.shape(value)
    guard shape.count == dimensions else {
      throw scope.fault(
        reference.part,
        "\(loss.kind.rawValue) needs \(dimensions == 2 ? "one vector a sample" : "a sequence"), "
          + "found \(shape)",
        remedy: dimensions == 2 ? "put a projector with a \"pool\" between" : "leave \"pool\" out")
    }
    return value
  }

  private func labels(
    _ shape: [Int], _ block: inout BlockBuilder, _ values: inout [ValueID],
    _ graph: inout GraphBuilder, _ suffix: String = ""
  ) throws(UserError) -> TensorID {
    let single = composite.losses.count == 1 && suffix.isEmpty
    let label = single ? "labels" : name + suffix + ".labels"
    values.append(try scope.input(label, shape, .int32, &graph))
    return try block.input("labels" + suffix, shape, .int32)
  }

  // MARK: contrast

  /// Similarities of all pairs of a batch, for each view or passage of a sample (arXiv 2103.00020,
  /// figure 3).
  private func contrast(into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    let values = [
      try value(loss.of[0], dimensions: 2, &graph), try value(loss.of[1], dimensions: 2, &graph),
    ]
    var block = scope.block(name == "contrastive" ? "similarity" : name)
    let left = try views("left", values[0], graph, &block)
    let right = try views("right", values[1], graph, &block)
    var scale: TensorID?
    if loss.temperature { scale = try block.parameter("temperature", [], .other) }
    var results: [TensorID] = []
    for index in 0..<max(left.count, right.count) {
      let suffix = index == 0 ? "" : ".\(index)"
      var logits = try block.apply(
        "similarity" + suffix, .matmul(.right), left[index % left.count],
        right[index % right.count])
      if let scale {
        logits = try block.apply(
          "temperature.scale" + suffix, .scaleByExponential, logits, scale)
      }
      results.append(
        request.withLoss
          ? try block.apply("loss" + suffix, .contrastiveLoss, logits) : logits)
    }
    if request.withLoss { results = [try block.sum(results)] }
    for id in results { block.output(id) }
    return try graph.call(block, values)
  }

  /// The normalised embeddings of each view of the batch.
  private func views(
    _ side: String, _ value: ValueID, _ graph: GraphBuilder, _ block: inout BlockBuilder
  ) throws(UserError) -> [TensorID] {
    let shape = graph.shape(value)
    let x = try block.apply(side + ".normalize", .l2Normalize, try block.input(side, shape))
    let count = shape[0] / request.batch
    guard count > 1 else { return [x] }
    var views: [TensorID] = []
    for view in 0..<count {
      views.append(
        try block.apply(
          side + ".view.\(view)",
          .slice(axis: 0, start: view * request.batch, count: request.batch), x))
    }
    return views
  }

  /// Each embedding against the other side's momentum copies of this batch and of earlier ones.
  private func queued(into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    var block = scope.block(name)
    var values: [ValueID] = []
    var sides: [TensorID] = []
    for reference in loss.of + loss.keys {
      let value = try value(reference, dimensions: 2, &graph)
      values.append(value)
      let x = try block.input(reference.part, graph.shape(value))
      sides.append(try block.apply(reference.part + ".normalize", .l2Normalize, x))
    }
    var scale: TensorID?
    if loss.temperature { scale = try block.parameter("temperature", [], .other) }
    var results: [TensorID] = []
    for side in 0..<2 {
      let word = loss.of[side].part
      let width = block.block[sides[side]].columns
      var keys = sides[3 - side]
      if loss.queue > 0 {
        let queue = try block.buffer(word + ".queue", [loss.queue, width])
        keys = try block.applyAll(word + ".keys", .concatenate(axis: 0), [keys, queue])[0]
      }
      var logits = try block.apply(word + ".similarity", .matmul(.right), sides[side], keys)
      if let scale {
        logits = try block.apply(word + ".scale", .scaleByExponential, logits, scale)
      }
      if loss.distill {
        let soft = try block.apply(
          word + ".targets", .matmul(.right), sides[2 + side], keys)
        _ = try block.apply(word + ".targets.softmax", .softmax, soft)
      }
      guard request.withLoss else {
        results.append(logits)
        continue
      }
      let count = [block.block[logits].shape[0]]
      let targets = try labels(count, &block, &values, &graph, "." + word)
      results.append(try block.apply(word + ".loss", .crossEntropy, logits, targets))
    }
    if request.withLoss { results = [try block.sum(results)] }
    for id in results { block.output(id) }
    return try graph.call(block, values)
  }

  /// Each word of each text reads each image's places; the words' agreement with what they read
  /// scores the pair (GLoRIA, ICCV 2021, equations 3 to 6).
  private func local(into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    var values: [ValueID] = []
    var block = scope.block(name)
    var sides: [TensorID] = []
    for reference in loss.of {
      let value = try value(reference, dimensions: 3, &graph)
      values.append(value)
      let x = try block.input(reference.part, graph.shape(value))
      sides.append(try block.cut(x, reference))
    }
    let (places, words) = (block.block[sides[0]].shape, block.block[sides[1]].shape)
    let count = words[0] * words[1]
    guard places[2] == words[2], places[0] == words[0] else {
      throw scope.fault(
        "losses", "places \(places) and words \(words) differ in samples or width",
        remedy: "project both to one width")
    }
    // Every word of the batch beside each image: [images, words, width].
    let flat = try block.apply("words", .cast, sides[1], shape: [count, words[2]])
    let each = try block.apply(
      "words.each", .expand(axes: [0], extents: [places[0]], mean: false), flat)
    let scores = try block.apply("scores", .batchedMatmul(.right), each, sides[0])
    let weights = try block.apply("weights", .softmax, scores)
    let read = try block.apply("read", .batchedMatmul(.none), weights, sides[0])
    let agreement = try block.apply("agreement", .multiply, read, each)
    let word = try block.apply("agreement.words", .reduce(.sum, axes: [2]), agreement)
    let pairs = try block.apply(
      "agreement.pairs", .cast, word, shape: [places[0], words[0], words[1]])
    let logits = try block.apply("similarity", .reduce(.mean, axes: [2]), pairs)
    block.output(request.withLoss ? try block.apply("loss", .contrastiveLoss, logits) : logits)
    return try graph.call(block, values)
  }

  // MARK: language

  private func language(into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    let reference = loss.of[0]
    guard let part = composite.parts.first(where: { $0.name == reference.part }),
      case .transformer(let body) = part.body, let head = body.heads.language,
      let vocabulary = body.vocabulary ?? body.tokens?.vocabulary
    else {
      throw scope.fault(
        reference.part, "it predicts no tokens",
        remedy: "give it \"heads\": {\"language\": …} and a vocabulary")
    }
    let hidden = try value(reference, dimensions: 3, &graph)
    var values = [hidden]
    let owner = part.momentum ? scope.part("momentum") : scope
    var block = owner.part(part.name).block(
      loss.kind == .causalLanguage ? "head" : "maskedHead")
    let input = try block.input("hidden", graph.shape(hidden))
    var x = try block.cut(input, reference)
    if head.kind == .transform {
      x = try block.linear(
        "transform", x, to: body.tokens?.width ?? body.stack.hidden, bias: true, .head)
      x = try block.apply(
        "transform.activation", .activation(body.stack.activation), x)
      x = try block.norm("transform.norm", x, body.stack)
    }
    let weight = try block.parameter(
      "decoder.weight", [vocabulary, block.block[x].columns], .head)
    var logits: TensorID
    if head.bias {
      let bias = try block.parameter("decoder.bias", [vocabulary], .head)
      logits = try block.apply("logits", .linear(bias: true), x, weight, bias)
    } else {
      logits = try block.apply("logits", .linear(bias: false), x, weight)
    }
    if request.withLoss {
      let rows = Array(block.block[logits].shape.dropLast())
      let targets = try labels(rows, &block, &values, &graph)
      logits = try block.apply("loss", .crossEntropy, logits, targets)
    }
    block.output(logits)
    var ties: [TiedParameter] = []
    if head.tied, let table = streams[part.name]?.tokenTable {
      ties = [TiedParameter(local: weight, shared: table)]
    }
    return try graph.call(block, values, tied: ties)
  }

  /// One logit a token: was it there before?
  private func detected(into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    let hidden = try value(loss.of[0], dimensions: 3, &graph)
    var values = [hidden]
    var block = scope.block(loss.of[0].part + ".detector")
    let states = try block.input("hidden", graph.shape(hidden))
    var x = try block.linear(
      "dense", states, to: block.block[states].columns, bias: true, .head)
    x = try block.apply("dense.activation", .activation(.gelu), x)
    x = try block.linear("replaced", x, to: 1, bias: true, .head)
    if request.withLoss {
      let shape = block.block[x].shape
      let target = try block.input("target", shape)
      values.append(try scope.input(name + ".target", shape, nil, &graph))
      x = try block.apply("loss", .elementLoss(.binaryCrossEntropy), x, target)
    }
    block.output(x)
    return try graph.call(block, values)
  }

  // MARK: classes and values

  private func classified(into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    let stream = try stream(loss.of[0]).passed(loss.of[0], scope, into: &graph)
    let shape = graph.shape(stream.value)
    var values = [stream.pooled ?? stream.value]
    var block = scope.block(loss.kind == .supervised ? "head" : name)
    var x = try block.input("hidden", graph.shape(values[0]))
    // Of a sequence the first token is told about image and text; queries each have a class.
    if stream.pooled == nil, shape.count == 3, loss.kind == .matching {
      x = try block.apply("pool", .pool(.token(loss.of[0].skip)), x)
    }
    if loss.classes > 0 {
      x = try block.linear("classifier", x, to: loss.classes, bias: true, .head)
    }
    if request.withLoss {
      let rows = Array(block.block[x].shape.dropLast())
      let targets = try labels(rows, &block, &values, &graph)
      x = try block.apply("loss", .crossEntropy, x, targets)
    }
    block.output(x)
    return try graph.call(block, values)
  }

  private func reconstructed(into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    let hidden = try value(loss.of[0], dimensions: 3, &graph)
    var values = [hidden]
    var block = scope.block(loss.of[0].part + ".pixels")
    let input = try block.input("hidden", graph.shape(hidden))
    var x = try block.cut(input, loss.of[0])
    if loss.width > 0 { x = try block.linear("pixels", x, to: loss.width, bias: true, .head) }
    if request.withLoss {
      let shape = block.block[x].shape
      let target = try block.input("target", shape)
      values.append(try scope.input(name + ".target", shape, nil, &graph))
      x = try block.apply("loss", .elementLoss(.squared), x, target)
    }
    block.output(x)
    return try graph.call(block, values)
  }

  private func agreed(into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    let values = [try stream(loss.of[0]).value, try stream(loss.of[1]).value]
    guard request.withLoss else { return values }
    var block = scope.block(name)
    let left = try block.input("left", graph.shape(values[0]))
    let right = try block.input("right", graph.shape(values[1]))
    // Both sides are drawn to each other: their difference to nothing.
    let opposite = try block.apply("opposite", .scale(-1), right)
    let difference = try block.apply("difference", .add, left, opposite)
    let zero = try block.input("zero", graph.shape(values[0]))
    block.output(try block.apply("loss", .elementLoss(.squared), difference, zero))
    return try graph.call(
      block, values + [try scope.input(name + ".zero", graph.shape(values[0]), nil, &graph)])
  }
}

extension BlockBuilder {
  /// The sum of scalars.
  mutating func sum(_ terms: [TensorID]) throws(UserError) -> TensorID {
    var sum = terms[0]
    for (index, term) in terms.enumerated().dropFirst() {
      sum = try apply("sum.\(index)", .add, sum, term)
    }
    return sum
  }
}

extension TransformerPart {
  /// How tokens enter, if they do.
  var tokens: TokenInput? { if case .tokens(let tokens) = input { tokens } else { nil } }
}
