import DataFormats
import Graph
import Quantities

/// PCT-Net (MIS-FM, arXiv 2306.16925; `net/pct_net.py` of its repository): convolutions at the two
/// finest scales, convolutions beside shifted-window attention at three coarser ones.
///
/// `{"kind": "pctnet", "volume": [64, 128, 128], "features": [24, 48, 128, 256, 512],
/// "resolution": 1, "classes": 2}`
struct PCTNet: Component {
  static let kind = "pctnet"

  var input: ImageInput
  var classes: Int
  /// Channels of the five scales.
  var features: [Int]
  /// Attention blocks, heads and window of each of the three coarse scales.
  var depths: [Int]
  var heads: [Int]
  var windows: [Int]
  /// How many of the two fine scales are flat (1×3×3, slices not halved), for thick slices.
  var resolution: Int
  /// Whether each scale has a result and a loss.
  var multiscale: Bool

  init(_ cursor: JSONCursor) throws(JSONError) {
    let own: Set<String> = [
      "kind", "classes", "features", "depths", "heads", "windows", "resolution", "multiscale",
    ]
    try cursor.refuseUnknownKeys(known: own.union(ImageInput.keys))
    input = try ImageInput(cursor, channels: 1)
    guard input.dimensions == 3 else { throw cursor.error("reads volumes only") }
    classes = try cursor.field("classes").int(in: 1...100_000)
    features = try cursor.field("features").ints(count: 5...5)
    depths = try cursor.ints("depths", [2, 2, 2], count: 3...3, in: 1...100)
    heads = try cursor.ints("heads", [4, 8, 16], count: 3...3)
    windows = try cursor.ints("windows", [6, 6, 6], count: 3...3, in: 2...64)
    resolution = try cursor.int("resolution", 0, in: 0...2)
    multiscale = try cursor.bool("multiscale", true)
    for (width, count) in zip(features.dropFirst(2), heads) where width % count != 0 {
      throw cursor.error("\(count) heads do not divide a width of \(width)")
    }
  }

  var sample: SampleDefaults {
    var sample = input.sample
    sample.multiples = [16 >> resolution, 16, 16]
    return sample
  }

  func build(_ scope: BuildScope, into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    try scope.refuse([.supervised])
    let request = scope.request
    let image = try input.value(scope, &graph)
    let classes = request.classes ?? self.classes
    let shelved = try shelved(scope, classes)
    let maps = try scope.flow(into: &graph) { (flow) throws(UserError) in
      let fine = PCTFineScales(net: self, flat: resolution, classes: classes, shelved: shelved)
      let (x0, x1, x2) = try fine.embedded(image, &flow)
      let (top, coarse) = try PCTPyramid(net: self, classes: classes).maps(x2, &flow)
      return try fine.results(x0, x1, top, &flow) + coarse
    }
    return try scope.segmentation(maps, into: &graph)
  }

  /// Parameters of the fine scales for other resolutions, which the model holds but does not use.
  private func shelved(
    _ scope: BuildScope, _ classes: Int
  ) throws(UserError) -> [Tensor] {
    var tensors: [Tensor] = []
    for flat in 0...2 where flat != resolution {
      var block = scope.block("shelved")
      // Any volume that halves often enough will do.
      let image = try block.input("image", [1, input.channels, 4, 4, 4])
      var flow = BlockFlow(block: block)
      let fine = PCTFineScales(net: self, flat: flat, classes: classes, shelved: [])
      let (x0, x1, x2) = try fine.embedded(image, &flow)
      _ = try fine.results(x0, x1, x2, &flow)
      tensors += flow.block.block.tensors.filter {
        if case .activation = $0.role { return false }
        return $0.role != .input
      }
    }
    return tensors
  }
}

extension BlockBuilder {
  /// PReLU with one slope for all channels.
  mutating func parametricRelu(_ name: String, _ x: TensorID) throws(UserError) -> TensorID {
    let slope = try parameter(name + ".slope", [1], .other)
    return try apply(name, .parametricRelu, x, slope)
  }

  /// Batch norm, PReLU, convolution with a bias.
  mutating func preactivated(
    _ name: String, _ x: TensorID, to channels: Int, _ kernel: Kernel,
    _ role: ParameterRole = .convolution
  ) throws(UserError) -> TensorID {
    var y = try featureNorm(name + ".norm", x, FeatureNorm(.batch))
    y = try parametricRelu(name + ".act", y)
    return try convolution(name + ".conv", y, to: channels, kernel, bias: true, role)
  }

  /// Twice batch norm, PReLU, convolution.
  mutating func preactivatedPair(
    _ name: String, _ x: TensorID, _ kernel: Kernel
  ) throws(UserError) -> TensorID {
    let channels = block[x].shape[1]
    let y = try preactivated(name + ".1", x, to: channels, kernel)
    return try preactivated(name + ".2", y, to: channels, kernel)
  }

  /// Maximum of windows, then batch norm, PReLU, convolution.
  mutating func pooledDown(
    _ name: String, _ x: TensorID, to channels: Int, window: [Int], _ kernel: Kernel
  ) throws(UserError) -> TensorID {
    let y = try applyAll(
      name + ".pool", .poolWindows(WindowPooling(.maximum, window: window)), [x])[0]
    return try preactivated(name, y, to: channels, kernel)
  }

  /// A transposed convolution of the coarse map, joined behind the fine one, and a convolution.
  mutating func raisedUp(
    _ name: String, fine: TensorID, coarse: TensorID, window: [Int], _ kernel: Kernel
  ) throws(UserError) -> TensorID {
    let channels = block[fine].shape[1]
    let up = try preactivated(name + ".up", coarse, to: channels, .spread(window))
    let joined = try applyAll(name + ".joined", .concatenate(axis: 1), [fine, up])[0]
    return try preactivated(name, joined, to: channels, kernel)
  }
}

/// The two finest scales of a PCT-Net: on the way down and, with results, on the way up.
struct PCTFineScales {
  let net: PCTNet
  /// How many of the scales are flat.
  let flat: Int
  let classes: Int
  let shelved: [Tensor]

  /// 1×3×3 or 3×3×3 convolutions of a scale.
  private func kernel(_ scale: Int) -> Kernel {
    scale < flat ? .same([1, 3, 3]) : .same(3, dimensions: 3)
  }

  /// What halves between a scale and the next.
  private func window(_ scale: Int) -> [Int] { scale < flat ? [1, 2, 2] : [2, 2, 2] }

  /// Image → maps of the first three scales.
  func embedded<F: Flow>(
    _ image: F.Value, _ flow: inout F
  ) throws(UserError) -> (F.Value, F.Value, F.Value) {
    let features = net.features
    let x0 = try flow.step("embedding.scale0", image) { (block, x) throws(UserError) in
      for tensor in shelved {
        if case .parameter(let role) = tensor.role {
          _ = try block.parameter("shelved." + tensor.name, tensor.shape, role)
        } else {
          _ = try block.buffer("shelved." + tensor.name, tensor.shape, tensor.dataType)
        }
      }
      let y = try block.convolution("project", x[0], to: features[0], kernel(0), bias: true)
      return try block.preactivatedPair("conv", y, kernel(0))
    }
    let x1 = try flow.step("embedding.scale1", x0) { (block, x) throws(UserError) in
      let y = try block.pooledDown("down", x[0], to: features[1], window: window(0), kernel(1))
      return try block.preactivatedPair("conv", y, kernel(1))
    }
    let x2 = try flow.step("embedding.scale2", x1) { (block, x) throws(UserError) in
      try block.pooledDown(
        "down", x[0], to: features[2], window: window(1), .same(3, dimensions: 3))
    }
    return (x0, x1, x2)
  }

  /// Maps of the three scales → maps of classes, the finest first.
  func results<F: Flow>(
    _ x0: F.Value, _ x1: F.Value, _ top: F.Value, _ flow: inout F
  ) throws(UserError) -> [F.Value] {
    let middle = try flow.step("prediction.scale1", x1, top) { (block, x) throws(UserError) in
      let y = try block.raisedUp("up", fine: x[0], coarse: x[1], window: window(1), kernel(1))
      return try block.preactivatedPair("conv", y, kernel(1))
    }
    let fine = try flow.step("prediction.scale0", x0, middle) { (block, x) throws(UserError) in
      let y = try block.raisedUp("up", fine: x[0], coarse: x[1], window: window(0), kernel(0))
      return try block.preactivatedPair("conv", y, kernel(0))
    }
    var results = [try classified("head", fine, &flow)]
    // Without results at every scale the second head's parameters exist, but are not used.
    results.append(try classified("head.1", middle, &flow))
    return results
  }

  private func classified<F: Flow>(
    _ name: String, _ x: F.Value, _ flow: inout F
  ) throws(UserError) -> F.Value {
    try flow.step(name, x) { (block, x) throws(UserError) in
      try block.preactivated("classifier", x[0], to: classes, .same(1, dimensions: 3), .head)
    }
  }
}
