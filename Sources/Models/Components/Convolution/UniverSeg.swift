import DataFormats
import Graph
import Quantities

/// Segmentation of a task that a set of examples defines (Butoi et al., arXiv 2304.06131): a
/// U-shaped network in which the image's map is convolved with every example's.
///
/// `{"kind": "universeg", "image": [128, 128], "features": [64, 64, 64, 64], "support": 64}`.
/// A request's `images` is the number of examples.
struct UniverSeg: Component {
  static let kind = "universeg"

  var input: ImageInput
  /// Channels of each stage down.
  var features: [Int]
  /// Examples of a sample as published.
  var support: Int

  init(_ cursor: JSONCursor) throws(JSONError) {
    let own: Set<String> = ["kind", "features", "support"]
    try cursor.refuseUnknownKeys(known: own.union(ImageInput.keys))
    input = try ImageInput(cursor, channels: 1)
    features = try cursor.field("features").ints(count: 2...12)
    support = try cursor.int("support", 64, in: 1...100_000)
    input.multiple = 1 << (features.count - 1)
  }

  var sample: SampleDefaults {
    var sample = input.sample
    sample.images = support
    return sample
  }

  func build(_ scope: BuildScope, into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    try scope.refuse([.supervised])
    let request = scope.request
    let shape = input.shape(request)
    let examples = request.images
    let (pairs, overflow) = shape[0].multipliedReportingOverflow(by: examples)
    guard !overflow, examples > 0 else {
      throw scope.fault("--images", "\(examples) examples", remedy: "give a set of 1 or more")
    }
    let image = try input.value(scope, &graph)
    // Images and their labels, joined.
    let set = try scope.input(
      "support", [pairs, 2 * input.channels] + shape.dropFirst(2), nil, &graph)
    let map = try scope.flow(into: &graph) { (flow) throws(UserError) in
      try segmented(image, set, examples: examples, &flow)
    }
    return try scope.regression([map], .binaryCrossEntropy, into: &graph)
  }

  /// Images `[B, C, s…]` and examples `[B·S, 2C, s…]` → masks `[B, 1, s…]`.
  func segmented<F: Flow>(
    _ image: F.Value, _ set: F.Value, examples: Int, _ flow: inout F
  ) throws(UserError) -> F.Value {
    var target = image
    var support = set
    var skipped: [(F.Value, F.Value)] = []
    for (stage, channels) in features.enumerated() {
      if stage > 0 {
        skipped.append((target, support))
        target = try pooled("down\(stage).target", target, &flow)
        support = try pooled("down\(stage).support", support, &flow)
      }
      (target, support) = try crossed(
        "down\(stage + 1)", target, support, channels, examples, &flow)
    }
    for (stage, channels) in features.dropLast().reversed().enumerated() {
      let (skippedTarget, skippedSupport) = skipped[skipped.count - 1 - stage]
      let name = "up\(stage + 1)"
      target = try raised(name + ".target", target, skippedTarget, &flow)
      support = try raised(name + ".support", support, skippedSupport, &flow)
      (target, support) = try crossed(name, target, support, channels, examples, &flow)
    }
    return try flow.step("head", target) { (block, x) throws(UserError) in
      try block.convolution(
        "classifier", x[0], to: 1, .same(1, dimensions: input.dimensions), bias: true, .head)
    }
  }

  private func pooled<F: Flow>(
    _ name: String, _ x: F.Value, _ flow: inout F
  ) throws(UserError) -> F.Value {
    let window = [Int](repeating: 2, count: input.dimensions)
    return try flow.step(name, x) { (block, x) throws(UserError) in
      try block.applyAll("pool", .poolWindows(WindowPooling(.maximum, window: window)), x)[0]
    }
  }

  private func raised<F: Flow>(
    _ name: String, _ x: F.Value, _ skip: F.Value, _ flow: inout F
  ) throws(UserError) -> F.Value {
    let extents = flow.extents(skip)
    return try flow.step(name, x, skip) { (block, x) throws(UserError) in
      let large = try block.apply("resample", .resample(to: extents, .linear), x[0])
      return try block.applyAll("joined", .concatenate(axis: 1), [large, x[1]])[0]
    }
  }

  /// Every example with the image through one convolution; their mean goes on as the image.
  private func crossed<F: Flow>(
    _ name: String, _ target: F.Value, _ support: F.Value, _ channels: Int, _ examples: Int,
    _ flow: inout F
  ) throws(UserError) -> (F.Value, F.Value) {
    let kernel = Kernel.same(3, dimensions: input.dimensions)
    let batch = flow.shape(target)[0]
    let values = try flow.step(name, count: 1, [target, support]) {
      (block, x) throws(UserError) in
      block.markLayer()
      let shape = block.block[x[0]].shape
      let rest = Array(shape.dropFirst())
      let repeated = try block.apply(
        "target.repeated", .expand(axes: [1], extents: [examples], mean: false), x[0])
      let flat = try block.apply("target.flat", .cast, repeated, shape: [batch * examples] + rest)
      let joined = try block.applyAll("pairs", .concatenate(axis: 1), [flat, x[1]])[0]
      let cross = try block.convolution("cross", joined, to: channels, kernel, bias: true)
      let set = block.block[cross].shape
      let grouped = try block.apply(
        "cross.grouped", .cast, cross, shape: [batch, examples] + set.dropFirst())
      let mean = try block.apply("cross.mean", .reduce(.mean, axes: [1]), grouped)
      var outputs: [TensorID] = []
      for (part, input) in [("target", mean), ("support", cross)] {
        let y = try block.convolution(part + ".conv", input, to: channels, kernel, bias: true)
        outputs.append(try block.apply(part + ".act", .activation(.leakyRelu), y))
      }
      return outputs
    }
    return (values[0], values[1])
  }
}
