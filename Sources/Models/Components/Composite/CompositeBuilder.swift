import Graph
import Quantities

/// Builds the parts that the wanted losses need, then the losses.
struct CompositeBuilder {
  let composite: Composite
  let scope: BuildScope
  /// Values of the parts built so far.
  private var streams: [String: Stream] = [:]

  init(composite: Composite, scope: BuildScope) {
    self.composite = composite
    self.scope = scope
  }

  private var request: GraphRequest { scope.request }

  mutating func build(into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    let losses = try wanted()
    if request.past > 0 { return try decode(losses, into: &graph) }
    let needed = self.needed(losses.isEmpty ? embedding : losses.flatMap(\.references))
    for part in composite.parts where needed.contains(part.name) {
      streams[part.name] = try build(part, into: &graph)
    }
    guard !losses.isEmpty else { return try embedded(into: &graph) }
    return try results(losses, into: &graph)
  }

  private func results(
    _ losses: [CompositeLoss], into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    var values: [ValueID] = []
    for (index, loss) in losses.enumerated() {
      let name = losses.count > 1 ? "\(loss.kind.rawValue).\(index)" : loss.kind.rawValue
      let builder = CompositeLossBuilder(
        composite: composite, loss: loss, scope: scope, name: name, streams: streams)
      values += try builder.build(into: &graph)
    }
    guard request.withLoss, values.count > 1 else { return values }
    var block = scope.block("losses")
    var sum: TensorID?
    for index in values.indices {
      let term = try block.input("loss.\(index)", [], .fp32)
      sum =
        try sum.map { (sum) throws(UserError) in
          try block.apply("sum.\(index)", .add, sum, term)
        } ?? term
    }
    if let sum { block.output(sum) }
    return try graph.call(block, values)
  }

  // MARK: what is wanted

  /// The losses of the request's objective; none for an embedding or a new classifier.
  private func wanted() throws(UserError) -> [CompositeLoss] {
    switch request.objective {
    case .hybrid, .contrastiveCaptioning:
      if !composite.losses.isEmpty { return composite.losses }
    case .embedding:
      guard request.withLoss else { return [] }
    case .supervised:
      let own = composite.losses.filter { $0.kind == .supervised }
      return request.classes == nil ? own : []
    default:
      let own = composite.losses.filter { $0.objective == request.objective }
      if !own.isEmpty { return own }
    }
    var words = composite.losses.map(\.objective.rawValue) + ["embedding"]
    if composite.losses.count > 1 { words.append(Objective.hybrid.rawValue) }
    var seen: Set<String> = []
    throw scope.fault(
      "objective", "this model is not made for \(request.objective.rawValue)",
      remedy: "use "
        + words.filter { seen.insert($0).inserted }.joined(separator: ", "))
  }

  /// What stands for a sample.
  private var embedding: [StreamReference] {
    if !composite.embedding.isEmpty { return composite.embedding }
    return composite.losses.first?.of ?? []
  }

  /// The parts that some values need, with those that are always computed.
  private func needed(_ references: [StreamReference]) -> Set<String> {
    var needed = Set(references.map(\.part))
    for part in composite.parts.reversed() where needed.contains(part.name) {
      needed.formUnion(part.references.map(\.part))
    }
    // What is always computed is so where its source is.
    for part in composite.parts
    where part.always && part.references.allSatisfy({ needed.contains($0.part) }) {
      needed.insert(part.name)
    }
    return needed
  }

  // MARK: parts

  private func place(_ part: CompositePart) -> BuildScope {
    part.momentum ? scope.part("momentum").part(part.name) : scope.part(part.name)
  }

  private func build(
    _ part: CompositePart, into graph: inout GraphBuilder
  ) throws(UserError) -> Stream {
    var stream = try compute(part, into: &graph)
    guard part.momentum else { return stream }
    // A copy's values carry no gradient.
    let tensor = graph.graph.values[stream.value.index]
    var block = place(part).block("detach")
    let x = try block.input("value", tensor.shape, tensor.dataType)
    block.output(try block.apply("detach", .detach, x))
    stream.value = try graph.call(block, [stream.value])[0]
    return stream
  }

  private func compute(
    _ part: CompositePart, into graph: inout GraphBuilder
  ) throws(UserError) -> Stream {
    let place = place(part)
    switch part.body {
    case .transformer(let body):
      return try transformer(body, part, place, into: &graph)
    case .component(let body):
      return try body.build(place.with(try imageRequest(part)), into: &graph)
    case .projector(let body):
      return try body.build(try stream(body.from, into: &graph), place, into: &graph)
    case .resampler(let body):
      let media = try whole(body.from, place, into: &graph)
      return try body.build(media, place, into: &graph)
    case .attentionPool(let body):
      let memory = try whole(body.from, place, into: &graph)
      return try body.build(memory, place, into: &graph)
    }
  }

  private func transformer(
    _ body: TransformerPart, _ part: CompositePart, _ place: BuildScope,
    into graph: inout GraphBuilder
  ) throws(UserError) -> Stream {
    let batch = try self.batch(body, part, graph)
    var front: [ValueID] = []
    for reference in request.past > 0 ? [] : body.from {
      front.append(
        try stream(reference, into: &graph)
          .sequence(reference, batch: batch, place, into: &graph))
    }
    var read: [ValueID] = []
    for reference in body.cross?.from ?? [] {
      read.append(
        try stream(reference, into: &graph)
          .sequence(reference, batch: batch, place, into: &graph))
    }
    let builder = TransformerPartBuilder(
      part: body, scope: place, batch: batch, front: front,
      memory: try joined(read, place, into: &graph),
      patches: body.unmask ? try stream(body.from[0]).patches : nil,
      table: try table(body))
    return try builder.build(into: &graph)
  }

  /// Where the token table that a part shares with another one stands.
  private func table(_ body: TransformerPart) throws(UserError) -> Int? {
    guard let owner = body.tableOf else { return nil }
    guard let table = streams[owner]?.tokenTable else {
      throw scope.fault(
        "tableOf", "\"\(owner)\" shares no token table",
        remedy: "give it a tied language head, above this part and read by it")
    }
    return table
  }

  /// The sequences that cross-attention reads, one behind the other.
  private func joined(
    _ values: [ValueID], _ place: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID? {
    guard values.count > 1 else { return values.first }
    var block = place.block("memory")
    var rows: [TensorID] = []
    for (index, value) in values.enumerated() {
      rows.append(try block.input("sequence.\(index)", graph.shape(value)))
    }
    block.output(try block.applyAll("join", .concatenate(axis: 1), rows)[0])
    return try graph.call(block, values)[0]
  }

  /// Samples that pass a part: each image of a sample by itself, queries as many as what they read.
  private func batch(
    _ body: TransformerPart, _ part: CompositePart, _ graph: GraphBuilder
  ) throws(UserError) -> Int {
    func samples(_ references: [StreamReference]) throws(UserError) -> [Int] {
      var counts: [Int] = []
      for reference in references {
        let rows = graph.shape(try stream(reference).value)[0]
        counts.append(reference.pass == nil ? rows : request.batch)
      }
      return counts
    }
    switch body.input {
    case .tokens: return try many(request.batch, part.passes)
    case .patches, .volume: return try imageRequest(part).batch
    case .queries:
      let read = try samples(body.from + (body.cross?.from ?? []))
      return try many(read.min() ?? request.batch, part.passes)
    case .streams: return try many(try samples(body.from).min() ?? request.batch, part.passes)
    }
  }

  private func imageRequest(_ part: CompositePart) throws(UserError) -> GraphRequest {
    var images = request
    let each = composite.images == nil ? 1 : request.images
    images.batch = try many(try many(request.batch, each), part.passes)
    return images
  }

  private func many(_ count: Int, _ times: Int) throws(UserError) -> Int {
    let (product, overflow) = count.multipliedReportingOverflow(by: times)
    guard !overflow else {
      throw scope.fault("--batch", "\(count) samples are too many", remedy: "give fewer")
    }
    return product
  }

  private func stream(_ reference: StreamReference) throws(UserError) -> Stream {
    guard let stream = streams[reference.part] else {
      throw scope.fault(
        reference.part, "it is read before it is computed", remedy: "list it above its readers")
    }
    return stream
  }

  private func stream(
    _ reference: StreamReference, into graph: inout GraphBuilder
  ) throws(UserError) -> Stream {
    try stream(reference).passed(reference, scope, into: &graph)
  }

  /// A part's sequence, image by image.
  private func whole(
    _ reference: StreamReference, _ place: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    let stream = try stream(reference, into: &graph)
    return try stream.sequence(
      reference, batch: graph.shape(stream.value)[0], place, into: &graph)
  }

  // MARK: embedding and decoding

  /// The parts that stand for a sample, pooled; with a loss, a classifier on them.
  private func embedded(into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    var pooled: [ValueID] = []
    for reference in embedding {
      pooled.append(try vector(reference, into: &graph))
    }
    guard request.objective == .supervised else { return pooled }
    var block = scope.block("head")
    var rows: [TensorID] = []
    for (index, value) in pooled.enumerated() {
      rows.append(try block.input("embedding.\(index)", graph.shape(value)))
    }
    var x = rows[0]
    if rows.count > 1 { x = try block.applyAll("join", .concatenate(axis: 1), rows)[0] }
    if let classes = request.classes {
      x = try block.linear("classifier", x, to: classes, bias: true, .head)
    }
    return try scope.labelled(x, of: &block, pooled, into: &graph)
  }

  /// A part's value as one vector a sample: the mean of a sequence.
  private func vector(
    _ reference: StreamReference, into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    let value = try stream(reference, into: &graph).value
    let shape = graph.shape(value)
    if shape.count == 2 { return value }
    var block = scope.block("pool." + reference.part)
    let x = try block.input("value", shape)
    let rows = try block.cut(try block.tokenRows(x), reference)
    block.output(try block.apply("pool", .pool(.mean(from: 0)), rows))
    return try graph.call(block, [value])[0]
  }

  /// One step of a language model behind cached tokens: images were seen before, so that their
  /// parts hold memory and do no work; what cross-attention reads is kept from then.
  private mutating func decode(
    _ losses: [CompositeLoss], into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    guard losses.count == 1, let loss = losses.first, loss.kind == .causalLanguage,
      let part = composite.parts.first(where: { $0.name == loss.of[0].part }),
      case .transformer(let body) = part.body
    else {
      throw scope.fault(
        "--past", "\(request.objective.rawValue) does not decode token by token",
        remedy: "use --objective causal-lm where the model has it")
    }
    var earlier = request
    earlier.past = 0
    var idle = CompositeBuilder(composite: composite, scope: scope.with(earlier))
    var scratch = GraphBuilder(graph.graph.name)
    let needed = self.needed(loss.references)
    for other in composite.parts where needed.contains(other.name) && other.name != part.name {
      idle.streams[other.name] = try idle.build(other, into: &scratch)
    }
    for reference in body.cross?.from ?? [] {
      let stream = try idle.stream(reference)
      let shape = scratch.shape(stream.value)
      streams[reference.part] = Stream(
        value: try scope.input(
          GraphRequest.cache + reference.part, shape, nil, &graph))
    }
    try keepParameters(of: scratch.graph, into: &graph)
    streams[part.name] = try build(part, into: &graph)
    return try results(losses, into: &graph)
  }

  /// Parameters that lie in memory unused.
  private func keepParameters(
    of other: OperatorGraph, into graph: inout GraphBuilder
  ) throws(UserError) {
    var seen: Set<Int> = []
    for call in other.calls {
      let source = other.blocks[call.block]
      let tied = Dictionary(uniqueKeysWithValues: call.tied.map { ($0.local, $0.shared) })
      var block = request.block(source.name)
      for id in source.parameters {
        if let shared = tied[id], !seen.insert(shared).inserted { continue }
        guard case .parameter(let role) = source[id].role else { continue }
        _ = try block.parameter(source[id].name, source[id].shape, role)
      }
      if !block.block.parameters.isEmpty {
        _ = try graph.call(block, count: call.count, [])
      }
    }
  }
}
