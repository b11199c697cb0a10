import DataFormats
import Graph
import Quantities

/// What a convolutional model reads: a signal, an image or a volume.
struct ImageInput: Sendable, Hashable {
  /// Spatial dimensions: 1 a signal, 2 an image, 3 a volume or a clip of frames.
  var dimensions: Int
  /// Channels: colours, modalities, leads.
  var channels: Int
  /// Extents of a sample as published.
  var extents: [Int]
  /// Each extent must be a multiple of this.
  var multiple = 1

  /// The keys that it reads.
  static let keys: Set<String> = ["dimensions", "channels", "image", "volume", "samples"]

  /// Reads `"image": [H, W]`, `"volume": [D, H, W]` or `"samples": L`, and `"channels"`.
  init(_ cursor: JSONCursor, channels: Int = 3) throws(JSONError) {
    if let volume = try cursor.optional("volume") {
      dimensions = 3
      extents = try volume.lengths(dimensions: 3)
    } else if let samples = try cursor.optional("samples") {
      dimensions = 1
      extents = [try samples.int(in: 1...100_000_000)]
    } else {
      dimensions = 2
      extents = try cursor.lengths("image", 224, dimensions: 2)
    }
    self.channels = try cursor.int("channels", channels, in: 1...10_000)
  }

  /// What a sample is made of: a signal's length is its `sequence`.
  var sample: SampleDefaults {
    var sample = SampleDefaults()
    if dimensions == 1 {
      sample.sequence = extents[0]
    } else {
      sample.spatial = extents
      if multiple > 1 { sample.multiples = extents.map { _ in multiple } }
    }
    return sample
  }

  /// `[B, C, s…]` of a request.
  func shape(_ request: GraphRequest) -> [Int] {
    [request.batch, channels] + (dimensions == 1 ? [request.sequence] : request.spatial)
  }

  /// The graph's input.
  func value(_ scope: BuildScope, _ graph: inout GraphBuilder) throws(UserError) -> ValueID {
    try scope.input(dimensions == 1 ? "signal" : "image", shape(scope.request), nil, &graph)
  }
}

extension BuildScope {
  /// An objective that this kind of model lacks.
  func refuse(_ known: [Objective]) throws(UserError) {
    guard !known.contains(request.objective) else { return }
    throw fault(
      "objective", "\(request.objective.rawValue) is not an objective of this model",
      remedy: "use \(known.map(\.rawValue).joined(separator: ", "))")
  }

  /// The head on pooled features `[B, C]`: a new or the model's own classes, and their loss.
  ///
  /// Without classes the features themselves are the result (and stand for logits in a loss).
  func classify(
    _ features: ValueID, classes own: Int, into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    var block = self.block("head")
    var x = try block.input("features", graph.shape(features))
    let classes = request.classes ?? own
    if classes > 0, request.objective != .embedding {
      x = try block.linear("classifier", x, to: classes, bias: true, .head)
    } else if !request.withLoss {
      return [features]
    }
    return try labelled(x, of: &block, [features], into: &graph)
  }

  /// The loss of dense logits `[B, C, s…]`, one map or several scales of it: cross-entropy of each
  /// position; the mean over positions is as cheap as the overlap terms that it stands for.
  func segmentation(
    _ maps: [ValueID], into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    guard request.withLoss else { return maps }
    var block = self.block("loss")
    var values: [ValueID] = []
    var sum: TensorID?
    for (index, map) in maps.enumerated() {
      let shape = graph.shape(map)
      let logits = try block.input("logits.\(index)", shape)
      values.append(map)
      let target = [shape[0]] + shape.dropFirst(2)
      let labels = try block.input("labels.\(index)", target, .int32)
      values.append(try input("labels.\(index)", target, .int32, &graph))
      let last = try block.channelsLast("channelsLast.\(index)", logits)
      let loss = try block.apply("loss.\(index)", .crossEntropy, last, labels)
      sum =
        try sum.map { (sum) throws(UserError) in
          try block.apply("sum.\(index)", .add, sum, loss)
        } ?? loss
    }
    if let sum { block.output(sum) }
    return try graph.call(block, values)
  }

  /// The loss of values against targets of the same shape.
  func regression(
    _ predictions: [ValueID], _ loss: ElementLoss, into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    guard request.withLoss else { return predictions }
    var block = self.block("loss")
    var values: [ValueID] = []
    var sum: TensorID?
    for (index, value) in predictions.enumerated() {
      let shape = graph.shape(value)
      let prediction = try block.input("prediction.\(index)", shape)
      let target = try block.input("target.\(index)", shape)
      values += [value, try input("target.\(index)", shape, nil, &graph)]
      let term = try block.apply("loss.\(index)", .elementLoss(loss), prediction, target)
      sum =
        try sum.map { (sum) throws(UserError) in
          try block.apply("sum.\(index)", .add, sum, term)
        } ?? term
    }
    if let sum { block.output(sum) }
    return try graph.call(block, values)
  }
}
