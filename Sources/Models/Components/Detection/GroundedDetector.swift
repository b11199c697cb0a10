import DataFormats
import Graph
import Quantities

/// A detector whose classes are words (GLIP, arXiv 2112.03857): a Swin pyramid and a text tower
/// whose values read each other in every layer of a dynamic head; each place is compared with each
/// word.
///
/// `{"kind": "grounded-detector", "vision": {Swin's keys}, "text": {"like": "bert-base"},
/// "layers": 6}`
struct GroundedDetector: Component {
  static let kind = "grounded-detector"

  /// Gives maps of four scales, of which the last three enter the pyramid.
  var vision: SwinBody
  /// Encodes the words.
  var text: Tower
  /// Words of a prompt.
  var sequence: Int
  /// Channels of the pyramid.
  var width: Int
  /// Layers of the head, each with a fusion, a text layer and dynamic convolutions.
  var layers: Int
  /// Width in which image and text read each other.
  var fusionWidth: Int
  /// Heads of that reading.
  var fusionHeads: Int
  /// Channels of the class head that runs beside the comparison with words.
  var classes: Int

  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: [
      "kind", "vision", "text", "width", "layers", "fusionWidth", "fusionHeads", "classes",
    ])
    let seeing = try cursor.field("vision")
    try seeing.refuseUnknownKeys(known: SwinBody.keys)
    vision = try SwinBody(seeing)
    guard vision.depths.count == 4, vision.dimensions == 2 else {
      throw seeing.error("needs four stages over images")
    }
    let reading = try cursor.field("text")
    text = try Tower(try PartReference.resolve(reading))
    guard case .tokens(let tokens) = text.input else { throw reading.error("needs \"tokens\"") }
    sequence = tokens.sequence
    text.heads = Heads()
    width = try cursor.int("width", 256, in: 16...100_000)
    guard width % 16 == 0 else { throw try cursor.field("width").error("must divide by 16") }
    layers = try cursor.int("layers", 6, in: 1...1000)
    fusionWidth = try cursor.int("fusionWidth", 2048, in: 1...1_000_000)
    fusionHeads = try cursor.int("fusionHeads", 8, in: 1...10_000)
    guard fusionWidth % fusionHeads == 0 else {
      throw cursor.error("\(fusionHeads) fusion heads do not divide a width of \(fusionWidth)")
    }
    classes = try cursor.int("classes", 80, in: 1...1_000_000)
  }

  var sample: SampleDefaults {
    var sample = SampleDefaults()
    sample.spatial = vision.extents
    sample.multiples = [vision.patch, vision.patch]
    sample.sequence = sequence
    if case .tokens(let tokens) = text.input { sample.context = tokens.context }
    return sample
  }
  var likelyFamily: ModelFamily { .multimodal }

  func build(_ scope: BuildScope, into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    try scope.refuse([.supervised])
    let request = scope.request
    let image = try scope.input(
      "image", [request.batch, vision.channels] + request.spatial, nil, &graph)
    let maps = try vision.maps(image, mergesAfter: false, scope.part("vision"), into: &graph)
    var levels = try pyramid(Array(maps.suffix(3)), scope, into: &graph)
    var words = try TowerBuilder(
      tower: text, request: request, prefix: scope.part("text").prefix
    ).build(into: &graph).hidden
    let fusion = try GroundingFusion(detector: self).block(levels, words, scope, graph)
    let convolution = try DynamicConvolution(width: width).block(levels, scope, graph)
    for _ in 0..<layers {
      let fused = try graph.call(fusion, levels + [words])
      words = fused[0]
      words = try StackBuilder(
        stack: text.stack.part(0..<1), request: request, prefix: scope.part("reading").prefix
      ).build(words, into: &graph)
      levels = try graph.call(convolution, Array(fused.dropFirst()))
    }
    return try predict(levels, words, scope, into: &graph)
  }

  /// Five scales of one width: three of the backbone, each with what is above it added, and two
  /// more by strided convolutions (arXiv 1612.03144, figure 3, with RetinaNet's P6 and P7).
  private func pyramid(
    _ maps: [ValueID], _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    var block = scope.block("pyramid")
    var lateral: [TensorID] = []
    for (index, map) in maps.enumerated() {
      let x = try block.input("map.\(index)", graph.shape(map), graph.format(map))
      let normed = try block.layerNorm("norm.\(index)", x, epsilon: vision.epsilon)
      lateral.append(
        try block.sameConvolution(
          "inner.\(index)", try block.channelsFirst("first.\(index)", normed), to: width, size: 1,
          bias: true))
    }
    var sum = lateral[lateral.count - 1]
    var merged = [sum]
    for index in (0..<lateral.count - 1).reversed() {
      let extents = Array(block.shape(lateral[index]).dropFirst(2))
      let above = try block.apply("up.\(index)", .resample(to: extents, .nearest), sum)
      sum = try block.apply("sum.\(index)", .add, lateral[index], above)
      merged.insert(sum, at: 0)
    }
    var levels: [TensorID] = []
    for (index, map) in merged.enumerated() {
      levels.append(
        try block.sameConvolution("outer.\(index)", map, to: width, size: 3, bias: true))
    }
    let half = Kernel.same(3, dimensions: 2, stride: 2)
    levels.append(
      try block.convolution("p6", levels[levels.count - 1], to: width, half, bias: true))
    let active = try block.apply("p6.relu", .activation(.relu), levels[levels.count - 1])
    levels.append(try block.convolution("p7", active, to: width, half, bias: true))
    for level in levels { block.output(level) }
    return try graph.call(block, maps)
  }

  /// Boxes, centres, classes and the agreement of each place with each word.
  private func predict(
    _ levels: [ValueID], _ words: ValueID, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    var block = scope.block("head")
    var values = levels + [words]
    let language = graph.shape(words)
    var places: [[TensorID]] = [[], [], [], []]
    let maps = try levels.enumerated().map { (index, level) throws(UserError) in
      try block.input("level.\(index)", graph.shape(level))
    }
    let text = try block.input("words", language)
    let tokens = try block.linear(
      "words.projection", try block.apply("words.normalize", .l2Normalize, text), to: width,
      bias: true, .projection)
    _ = try block.linear("words.bias", text, to: 1, bias: true, .projection)
    let heads = try ["boxes": 4, "centres": 1, "classes": classes].sorted { $0.key < $1.key }
      .map { (name, channels) throws(UserError) in
        (
          name, try block.parameter(name + ".weight", [channels, width, 1, 1], .head),
          try block.parameter(name + ".bias", [channels], .head)
        )
      }
    for (index, map) in maps.enumerated() {
      for (part, head) in heads.enumerated() {
        let geometry = ConvolutionGeometry(dimensions: 2)
        let y = try block.apply(
          "\(head.0).\(index)", .convolution(geometry, bias: true), map, head.1, head.2)
        places[part].append(try block.sequence("\(head.0).\(index).places", y))
      }
      places[3].append(try block.sequence("places.\(index)", map))
    }
    var results: [TensorID] = []
    for (part, name) in (heads.map(\.0) + ["all"]).enumerated() {
      results.append(try block.applyAll(name, .concatenate(axis: 1), places[part])[0])
    }
    results[3] = try block.apply("agreement", .batchedMatmul(.right), results[3], tokens)
    if scope.request.withLoss {
      var losses: [TensorID] = []
      for (index, kind) in [ElementLoss.absolute, .binaryCrossEntropy, .binaryCrossEntropy]
        .enumerated()
      {
        // The class head runs beside the comparison with words and has no loss.
        let part = [0, 1, 3][index]
        let shape = block.shape(results[part])
        let target = try block.input("target.\(index)", shape)
        values.append(try scope.input("target.\(index)", shape, nil, &graph))
        losses.append(try block.apply("loss.\(index)", .elementLoss(kind), results[part], target))
      }
      results = [try block.sum(losses)]
    }
    for result in results { block.output(result) }
    return try graph.call(block, values)
  }
}
