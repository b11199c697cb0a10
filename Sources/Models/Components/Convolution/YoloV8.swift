import DataFormats
import Graph
import Quantities

/// The YOLOv8 detector (Ultralytics, `yolov8.yaml`): cross-stage blocks, spatial pyramid pooling, a
/// path up and a path down, and a head of boxes and classes at three scales.
///
/// `{"kind": "yolov8", "image": [640, 640], "depth": 0.33, "width": 0.5, "largest": 1024,
/// "classes": 80}`
struct YoloV8: Component {
  static let kind = "yolov8"

  /// Bins of each of a box's four distances.
  private static let bins = 16

  var input: ImageInput
  /// Scales the number of blocks.
  var depth: Double
  /// Scales channels.
  var width: Double
  /// Channels are cut to this before they are scaled.
  var largest: Int
  var classes: Int

  private let norm = FeatureNorm(.batch, epsilon: 1e-3)

  init(_ cursor: JSONCursor) throws(JSONError) {
    let own: Set<String> = ["kind", "depth", "width", "largest", "classes"]
    try cursor.refuseUnknownKeys(known: own.union(ImageInput.keys))
    input = try ImageInput(cursor)
    guard input.dimensions == 2 else { throw cursor.error("reads images only") }
    depth = try cursor.field("depth").double(in: 0.01...10)
    width = try cursor.field("width").double(in: 0.01...10)
    largest = try cursor.int("largest", 1024, in: 8...100_000)
    classes = try cursor.int("classes", 80, in: 1...100_000)
    input.multiple = 32
  }

  var sample: SampleDefaults { input.sample }

  func build(_ scope: BuildScope, into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    try scope.refuse([.supervised])
    let request = scope.request
    let image = try input.value(scope, &graph)
    let classes = request.classes ?? self.classes
    let maps = try scope.flow(into: &graph) { (flow) throws(UserError) in
      let maps = try pyramid(image, &flow)
      return try detected(maps, &flow, classes: classes)
    }
    guard !request.withLoss else {
      return try scope.regression(maps, .binaryCrossEntropy, into: &graph)
    }
    return try scope.flow(into: &graph) { (flow) throws(UserError) in
      try decoded(maps, &flow, classes: classes)
    }
  }

  /// Channels of a layer, a multiple of 8.
  private func scaled(_ channels: Int) -> Int {
    let exact = Double(min(channels, largest)) * width / 8
    let whole = Int(exact)
    return 8 * (Double(whole) < exact ? whole + 1 : whole)
  }

  /// Blocks of a layer, rounded half to even.
  private func blocks(_ count: Int) -> Int {
    max(1, Int((Double(count) * depth).rounded(.toNearestOrEven)))
  }

  /// Image → maps at an eighth, a sixteenth and a thirty-second of its extents.
  func pyramid<F: Flow>(_ image: F.Value, _ flow: inout F) throws(UserError) -> [F.Value] {
    var x = try strided("stem", image, 64, &flow)
    var maps: [F.Value] = []
    for (stage, (channels, count)) in [(128, 3), (256, 6), (512, 6), (1024, 3)].enumerated() {
      let name = "backbone.stage\(stage + 1)"
      x = try strided(name + ".down", x, channels, &flow)
      x = try crossStage(name, [x], channels, count, shortcut: true, &flow)
      maps.append(x)
    }
    let top = try pooledPyramid(x, &flow)
    let middle = try crossStage(
      "neck.up1", [try enlarged("neck.resample1", top, &flow), maps[2]], 512, 3, shortcut: false,
      &flow)
    let fine = try crossStage(
      "neck.up2", [try enlarged("neck.resample2", middle, &flow), maps[1]], 256, 3,
      shortcut: false, &flow)
    let second = try crossStage(
      "neck.down1", [try strided("neck.stride1", fine, 256, &flow), middle], 512, 3,
      shortcut: false, &flow)
    let third = try crossStage(
      "neck.down2", [try strided("neck.stride2", second, 512, &flow), top], 1024, 3,
      shortcut: false, &flow)
    return [fine, second, third]
  }

  private func unit(
    _ block: inout BlockBuilder, _ name: String, _ x: TensorID, to channels: Int, _ kernel: Int,
    stride: Int = 1
  ) throws(UserError) -> TensorID {
    try block.unit(
      name, x, to: channels, .same(kernel, dimensions: 2, stride: stride), norm, .silu)
  }

  private func strided<F: Flow>(
    _ name: String, _ x: F.Value, _ channels: Int, _ flow: inout F
  ) throws(UserError) -> F.Value {
    try flow.step(name, x) { (block, x) throws(UserError) in
      try unit(&block, "conv", x[0], to: scaled(channels), 3, stride: 2)
    }
  }

  private func enlarged<F: Flow>(
    _ name: String, _ x: F.Value, _ flow: inout F
  ) throws(UserError) -> F.Value {
    let extents = flow.extents(x).map { 2 * $0 }
    return try flow.step(name, x) { (block, x) throws(UserError) in
      try block.apply("resample", .resample(to: extents, .nearest), x[0])
    }
  }

  /// Half of the channels pass a chain of bottlenecks, and every link is kept (C2f).
  private func crossStage<F: Flow>(
    _ name: String, _ inputs: [F.Value], _ channels: Int, _ count: Int, shortcut: Bool,
    _ flow: inout F
  ) throws(UserError) -> F.Value {
    let outputs = scaled(channels)
    let half = outputs / 2
    return try flow.step(name, count: 1, inputs) { (block, x) throws(UserError) in
      block.markLayer()
      var y = x[0]
      if x.count > 1 { y = try block.applyAll("joined", .concatenate(axis: 1), x)[0] }
      y = try unit(&block, "split", y, to: 2 * half, 1)
      var links = [
        try block.apply("left", .slice(axis: 1, start: 0, count: half), y),
        try block.apply("right", .slice(axis: 1, start: half, count: half), y),
      ]
      for index in 1...blocks(count) {
        let name = "block\(index)"
        let last = links[links.count - 1]
        var z = try unit(&block, name + ".conv1", last, to: half, 3)
        z = try unit(&block, name + ".conv2", z, to: half, 3)
        links.append(shortcut ? try block.apply(name + ".residual", .add, z, last) : z)
      }
      let all = try block.applyAll("links", .concatenate(axis: 1), links)[0]
      return [try unit(&block, "merge", all, to: outputs, 1)]
    }[0]
  }

  /// A map beside its maxima over three growing windows (SPPF).
  private func pooledPyramid<F: Flow>(
    _ x: F.Value, _ flow: inout F
  ) throws(UserError) -> F.Value {
    let channels = scaled(1024)
    return try flow.step("backbone.pyramid", x) { (block, x) throws(UserError) in
      var maps = [try unit(&block, "reduce", x[0], to: channels / 2, 1)]
      let window = WindowPooling(.maximum, window: [5, 5], stride: [1, 1], padding: [2, 2])
      for index in 1...3 {
        maps.append(
          try block.applyAll("pool\(index)", .poolWindows(window), [maps[index - 1]])[0])
      }
      let all = try block.applyAll("joined", .concatenate(axis: 1), maps)[0]
      return try unit(&block, "merge", all, to: channels, 1)
    }
  }

  /// Boxes' distributions and classes at each scale: `[B, 64 + classes, h, w]`.
  func detected<F: Flow>(
    _ maps: [F.Value], _ flow: inout F, classes: Int
  ) throws(UserError) -> [F.Value] {
    let first = flow.channels(maps[0])
    let boxWidth = max(16, first / 4, 4 * Self.bins)
    let classWidth = max(first, min(classes, 100))
    var results: [F.Value] = []
    for (scale, map) in maps.enumerated() {
      results.append(
        try flow.step(scale == 0 ? "head" : "head.\(scale)", map) { (block, x) throws(UserError) in
          // The bins' values are a fixed convolution, a parameter that is not trained.
          if scale == 0, !block.storedStatistics {
            _ = try block.parameter("bins.weight", [1, Self.bins, 1, 1], .other)
          }
          var parts: [TensorID] = []
          for (name, width, outputs) in [
            ("box", boxWidth, 4 * Self.bins), ("class", classWidth, classes),
          ] {
            var y = try unit(&block, name + ".conv1", x[0], to: width, 3)
            y = try unit(&block, name + ".conv2", y, to: width, 3)
            parts.append(
              try block.convolution(
                name, y, to: outputs, .same(1, dimensions: 2), bias: true, .head))
          }
          return try block.applyAll("joined", .concatenate(axis: 1), parts)[0]
        })
    }
    return results
  }

  /// Distributions to distances, logits to probabilities: `[B, 4 + classes, anchors]`.
  private func decoded<F: Flow>(
    _ maps: [F.Value], _ flow: inout F, classes: Int
  ) throws(UserError) -> [F.Value] {
    try flow.step("decode", count: 1, maps) { (block, x) throws(UserError) in
      var flat: [TensorID] = []
      for (index, map) in x.enumerated() {
        let shape = block.block[map].shape
        flat.append(
          try block.apply(
            "flat.\(index)", .cast, map, shape: [shape[0], shape[1], shape[2] * shape[3]]))
      }
      let all = try block.applyAll("anchors", .concatenate(axis: 2), flat)[0]
      let shape = block.block[all].shape
      let count = 4 * Self.bins
      let boxes = try block.apply("boxes", .slice(axis: 1, start: 0, count: count), all)
      let bins = try block.apply(
        "boxes.bins", .cast, boxes, shape: [shape[0], 4, Self.bins, shape[2]])
      let last = try block.apply("boxes.last", .permute([0, 3, 1, 2]), bins)
      let soft = try block.apply("boxes.softmax", .softmax, last)
      let turned = try block.apply("boxes.turned", .permute([0, 3, 2, 1]), soft)
      let distances = try block.convolution(
        "bins", turned, to: 1, .same(1, dimensions: 2), .other)
      let sides = try block.apply("sides", .cast, distances, shape: [shape[0], 4, shape[2]])
      let logits = try block.apply(
        "classes", .slice(axis: 1, start: count, count: classes), all)
      let scores = try block.apply("scores", .activation(.sigmoid), logits)
      return try block.applyAll("result", .concatenate(axis: 1), [sides, scores])
    }
  }
}
