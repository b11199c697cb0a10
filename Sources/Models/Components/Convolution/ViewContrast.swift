import DataFormats
import Graph
import Quantities

/// Contrastive pre-training of an encoder on two views of each sample.
///
/// SimCLR (arXiv 2002.05709): both views pass the encoder, each is told from all others of the
/// batch. MoCo (arXiv 1911.05722): one view passes the encoder, the other a momentum copy without
/// a gradient; negatives come from a queue.
///
/// `"contrast": {"hidden": 2048, "size": 128, "queue": 65536, "temperature": 0.07}`
struct ViewContrast: Sendable, Hashable {
  /// Widths of hidden layers of the projection; none for a linear one.
  var hidden: [Int]
  /// Width of what is compared.
  var size: Int
  /// Negatives in the queue.
  var queue: Int
  var temperature: Double

  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: ["hidden", "size", "queue", "temperature"])
    hidden = try cursor.optional("hidden")?.ints(count: 0...8) ?? []
    size = try cursor.int("size", 128)
    queue = try cursor.int("queue", 65_536)
    temperature = try cursor.optional("temperature")?.double(in: 1e-6...1e6) ?? 0.07
  }

  /// Whether the request asks for it.
  func applies(_ request: GraphRequest) -> Bool {
    request.objective == .simclr || request.objective == .momentumContrast
  }

  /// Builds the encoder of both views, projections and the loss.
  func build(
    _ scope: BuildScope, _ input: ImageInput, into graph: inout GraphBuilder,
    encoder: (BuildScope, ValueID, inout GraphBuilder) throws(UserError) -> ValueID
  ) throws(UserError) -> [ValueID] {
    let simclr = scope.request.objective == .simclr
    var request = scope.request
    if simclr { request.batch = try doubled(scope, request.batch) }
    let online = scope.with(request)
    let image = try input.value(online, &graph)
    let embedding = try projected(online, try encoder(online, image, &graph), &graph)
    guard request.withLoss else { return [embedding] }
    guard !simclr else { return try batchLoss(scope, embedding, &graph) }
    let momentum = scope.part("momentum")
    let other = try input.value(momentum, &graph)
    let key = try projected(momentum, try encoder(momentum, other, &graph), &graph)
    return try queueLoss(scope, embedding, key, &graph)
  }

  private func doubled(_ scope: BuildScope, _ batch: Int) throws(UserError) -> Int {
    let (views, overflow) = batch.multipliedReportingOverflow(by: 2)
    guard !overflow else {
      throw scope.fault("--batch", "\(batch) samples are too many", remedy: "give fewer")
    }
    return views
  }

  private func projected(
    _ scope: BuildScope, _ features: ValueID, _ graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    var block = scope.block("projection")
    var x = try block.input("features", graph.shape(features))
    for (index, width) in (hidden + [size]).enumerated() {
      if index > 0 { x = try block.apply("act.\(index)", .activation(.relu), x) }
      x = try block.linear("layer.\(index)", x, to: width, bias: true, .projection)
    }
    block.output(try block.applyAll("norm", .l2Normalize, [x])[0])
    return try graph.call(block, [features])[0]
  }

  /// Each view's positive among all other views of the batch (NT-Xent).
  private func batchLoss(
    _ scope: BuildScope, _ embedding: ValueID, _ graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    let shape = graph.shape(embedding)
    var block = scope.block("loss")
    let x = try block.input("embedding", shape)
    let labels = try block.input("labels", [shape[0]], .int32)
    let products = try block.apply("logits", .matmul(.right), x, x)
    let logits = try block.apply("temperature", .scale(1 / temperature), products)
    block.output(try block.apply("loss", .crossEntropy, logits, labels))
    let target = try scope.input("labels", [shape[0]], .int32, &graph)
    return try graph.call(block, [embedding, target])
  }

  /// A query's positive key among the queue's negatives (InfoNCE).
  private func queueLoss(
    _ scope: BuildScope, _ query: ValueID, _ key: ValueID, _ graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    let shape = graph.shape(query)
    var block = scope.block("loss")
    let q = try block.input("query", shape)
    let k = try block.apply("key.detached", .detach, try block.input("key", shape))
    let labels = try block.input("labels", [shape[0]], .int32)
    let row = try block.apply("query.row", .cast, q, shape: [shape[0], 1, size])
    let column = try block.apply("key.column", .cast, k, shape: [shape[0], size, 1])
    let product = try block.apply("positive", .batchedMatmul(.none), row, column)
    let positive = try block.apply("positive.flat", .cast, product, shape: [shape[0], 1])
    let negatives = try block.buffer("queue", [queue, size])
    let others = try block.apply("negatives", .matmul(.right), q, negatives)
    let joined = try block.apply("logits", .concatenate(axis: 1), positive, others)
    let logits = try block.apply("temperature", .scale(1 / temperature), joined)
    block.output(try block.apply("loss", .crossEntropy, logits, labels))
    let target = try scope.input("labels", [shape[0]], .int32, &graph)
    return try graph.call(block, [query, key, target])
  }
}
