import DataFormats
import Graph
import Quantities

/// A Swin transformer for images: stages, a norm, mean pooling, classes.
///
/// `{"kind": "swin", "image": 224, "embed": 96, "depths": [2, 2, 6, 2], "heads": [3, 6, 12, 24],
/// "classes": 1000}`
struct Swin: Component, VisionBackbone {
  static let kind = "swin"

  /// The stages.
  var body: SwinBody
  /// Classes of the model's own head; 0 without.
  var classes = 0

  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: SwinBody.keys.union(["classes"]))
    body = try SwinBody(cursor)
    classes = try cursor.int("classes", 0, in: 0...100_000_000)
  }

  var sample: SampleDefaults { imageSample }
  var extents: [Int] { body.extents }
  var imageChannels: Int { body.channels }
  var granularity: [Int] { [Int](repeating: body.patch, count: body.dimensions) }

  func features(
    _ image: ValueID, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> VisionFeatures {
    let maps = try body.maps(image, mergesAfter: false, scope, into: &graph)
    let last = maps[maps.count - 1]
    let shape = graph.shape(last)
    let width = shape[shape.count - 1]
    var block = scope.block("norm")
    let x = try block.input("hidden", shape)
    let normed = try block.layerNorm("norm", x, epsilon: body.epsilon)
    let places = shape.dropFirst().dropLast().reduce(1, *)
    let rows = try block.reshaped("rows", normed, [shape[0], places, width])
    block.output(try block.apply("pool", .pool(.mean(from: 0)), rows))
    block.output(rows)
    let outputs = try graph.call(block, [last])
    return VisionFeatures(pooled: outputs[0], patches: outputs[1])
  }

  func build(_ scope: BuildScope, into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    try classifier(classes: classes, scope, into: &graph)
  }
}
