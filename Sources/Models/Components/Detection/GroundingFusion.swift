import Graph
import Quantities

/// Image and text read each other (GLIP, arXiv 2112.03857, equations 4 to 6): one product of places
/// and words serves both directions.
struct GroundingFusion {
  let detector: GroundedDetector

  /// Five levels `[B, C, h, w]` and words `[B, T, h]` → words and levels, each with what it read
  /// added.
  func block(
    _ levels: [ValueID], _ words: ValueID, _ scope: BuildScope, _ graph: GraphBuilder
  ) throws(UserError) -> BlockBuilder {
    var block = scope.block("fusion")
    block.markLayer()
    var rows: [TensorID] = []
    for (index, level) in levels.enumerated() {
      let map = try block.input("level.\(index)", graph.shape(level))
      rows.append(try block.sequence("level.\(index).places", map))
    }
    let text = try block.input("words", graph.shape(words))
    let places = try block.applyAll("places", .concatenate(axis: 1), rows)[0]
    let seen = try block.layerNorm("places.norm", places, epsilon: 1e-5)
    let read = try block.layerNorm("words.norm", text, epsilon: 1e-5)
    let (width, heads) = (detector.fusionWidth, detector.fusionHeads)
    func part(_ name: String, _ x: TensorID) throws(UserError) -> TensorID {
      let y = try block.linear(name, x, to: width, bias: true, .attention)
      return try block.splitHeads(name, y, heads: heads)
    }
    let query = try block.apply(
      "scale", .scale(1 / Double(width / heads).squareRoot()), try part("places.query", seen))
    let key = try part("words.key", read)
    let placeValues = try part("places.value", seen)
    let wordValues = try part("words.value", read)
    let scores = try block.apply("scores", .batchedMatmul(.right), query, key)
    let turned = try block.reordered("scores.turned", scores, [0, 1, 3, 2])
    let toWords = try block.apply("places.shares", .softmax, scores)
    let toPlaces = try block.apply("words.shares", .softmax, turned)
    let heard = try block.apply("places.read", .batchedMatmul(.none), toWords, wordValues)
    let looked = try block.apply("words.read", .batchedMatmul(.none), toPlaces, placeValues)
    let newPlaces = try added("places", places, heard, &block)
    block.output(try added("words", text, looked, &block))
    var start = 0
    for (index, level) in levels.enumerated() {
      let shape = graph.shape(level)
      let count = shape[2] * shape[3]
      let own = try block.apply(
        "level.\(index).rows", .slice(axis: 1, start: start, count: count), newPlaces)
      start += count
      let columns = try block.reordered("level.\(index).columns", own, [0, 2, 1])
      block.output(try block.reshaped("level.\(index).map", columns, shape))
    }
    return block
  }

  /// What was read, brought to the own width and scaled column by column, added.
  private func added(
    _ name: String, _ x: TensorID, _ read: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let columns = block.block[x].columns
    let joined = try block.joinHeads(name, read)
    let output = try block.linear(name + ".output", joined, to: columns, bias: true, .attention)
    let scale = try block.parameter(name + ".scale.weight", [columns], .other)
    let scaled = try block.apply(name + ".scale", .scaleColumns, output, scale)
    return try block.apply(name + ".sum", .add, x, scaled)
  }
}

/// One layer of a dynamic head (arXiv 2106.08322, section 3): each level is the weighted mean of
/// convolutions of itself and of its neighbours, through an activation with learned slopes.
///
/// Deformable convolutions are counted as convolutions of the same kernel with the product that
/// makes their offsets; sampling beside the grid is element-wise.
struct DynamicConvolution {
  let width: Int

  /// Levels → levels.
  func block(
    _ levels: [ValueID], _ scope: BuildScope, _ graph: GraphBuilder
  ) throws(UserError) -> BlockBuilder {
    var block = scope.block("convolution")
    block.markLayer()
    let maps = try levels.enumerated().map { (index, level) throws(UserError) in
      try block.input("level.\(index)", graph.shape(level))
    }
    let weights = try Weights(width, &block)
    for index in maps.indices {
      block.output(try level(index, maps, weights, &block))
    }
    return block
  }

  /// Parameters that all levels share.
  private struct Weights {
    /// Kernel, bias, scale and shift for the level above, itself and the level below.
    var kernels: [[TensorID]] = []
    var offset: [TensorID]
    var attention: [TensorID]
    var squeeze: [TensorID]
    var slopes: [TensorID]

    init(_ width: Int, _ block: inout BlockBuilder) throws(UserError) {
      for name in ["above", "own", "below"] {
        kernels.append([
          try block.parameter(name + ".weight", [width, width, 3, 3], .convolution),
          try block.parameter(name + ".bias", [width], .convolution),
          try block.parameter(name + ".norm.weight", [width], .norm),
          try block.parameter(name + ".norm.bias", [width], .norm),
        ])
      }
      func pair(_ name: String, _ shape: [Int]) throws(UserError) -> [TensorID] {
        [
          try block.parameter(name + ".weight", shape, .convolution),
          try block.parameter(name + ".bias", [shape[0]], .convolution),
        ]
      }
      // Two offsets and a mask for each of the nine taps.
      offset = try pair("offset", [27, width, 3, 3])
      attention = try pair("attention", [1, width])
      squeeze = try pair("slopes.down", [width / 4, width])
      slopes = try pair("slopes.up", [4 * width, width / 4])
    }
  }

  private func level(
    _ index: Int, _ maps: [TensorID], _ weights: Weights, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let name = "level.\(index)"
    let same = ConvolutionGeometry(dimensions: 2, padding: 1)
    let half = ConvolutionGeometry(dimensions: 2, stride: 2, padding: 1)
    let extents = Array(block.shape(maps[index]).dropFirst(2))
    let offset = try block.apply(
      name + ".offset", .convolution(same, bias: true), maps[index], weights.offset[0],
      weights.offset[1])
    let mask = try block.apply(name + ".mask", .reduce(.mean, axes: [1]), offset)
    let open = try block.apply(name + ".mask.sigmoid", .activation(.sigmoid), mask)
    let gate = try block.reshaped(
      name + ".gate", open, [block.shape(open)[0], 1] + extents)
    func term(
      _ word: String, _ map: TensorID, _ kernel: Int, _ geometry: ConvolutionGeometry
    ) throws(UserError) -> TensorID {
      let w = weights.kernels[kernel]
      let y = try block.apply(
        "\(name).\(word)", .convolution(geometry, bias: true), map, w[0], w[1])
      return try block.apply(
        "\(name).\(word).norm", .channelNorm(ChannelNorm(.group(16))), y, w[2], w[3])
    }
    var terms = [
      try block.apply(name + ".gated", .multiply, try term("own", maps[index], 1, same), gate)
    ]
    if index > 0 { terms.append(try term("below", maps[index - 1], 2, half)) }
    if index + 1 < maps.count {
      terms.append(
        try block.apply(
          name + ".above.resized", .resample(to: extents, .linear),
          try term("above", maps[index + 1], 0, same)))
    }
    var sum: TensorID?
    for (position, term) in terms.enumerated() {
      let part = "\(name).term.\(position)"
      let mean = try block.globalMean(part + ".mean", term)
      let weight = try block.apply(
        part + ".attention", .linear(bias: true), mean, weights.attention[0],
        weights.attention[1])
      let active = try block.apply(part + ".sigmoid", .activation(.sigmoid), weight)
      let wide = try block.reshaped(part + ".wide", active, [block.shape(active)[0], 1, 1, 1])
      let weighted = try block.apply(part, .multiply, term, wide)
      sum =
        try sum.map { (sum) throws(UserError) in
          try block.apply(part + ".sum", .add, sum, weighted)
        } ?? weighted
    }
    return try sloped(name, sum ?? maps[index], weights, &block)
  }

  /// The larger of two lines with slopes and offsets from the map's mean (arXiv 2003.10027).
  private func sloped(
    _ name: String, _ x: TensorID, _ weights: Weights, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let mean = try block.globalMean(name + ".slopes.mean", x)
    let down = try block.apply(
      name + ".slopes.down", .linear(bias: true), mean, weights.squeeze[0], weights.squeeze[1])
    let active = try block.apply(name + ".slopes.relu", .activation(.relu), down)
    let up = try block.apply(
      name + ".slopes.up", .linear(bias: true), active, weights.slopes[0], weights.slopes[1])
    let open = try block.apply(name + ".slopes.sigmoid", .activation(.sigmoid), up)
    let batch = block.shape(open)[0]
    func coefficient(_ index: Int) throws(UserError) -> TensorID {
      let part = try block.apply(
        "\(name).slopes.\(index)", .slice(axis: 1, start: index * width, count: width), open)
      return try block.reshaped("\(name).slopes.\(index).map", part, [batch, width, 1, 1])
    }
    var lines: [TensorID] = []
    for line in 0..<2 {
      let scaled = try block.apply(
        "\(name).line.\(line)", .multiply, x, try coefficient(2 * line))
      lines.append(
        try block.apply(
          "\(name).line.\(line).sum", .add, scaled, try coefficient(2 * line + 1)))
    }
    // u + max(0, w − u)
    let opposite = try block.apply(name + ".opposite", .scale(-1), lines[0])
    let difference = try block.apply(name + ".difference", .add, lines[1], opposite)
    let positive = try block.apply(name + ".positive", .activation(.relu), difference)
    return try block.apply(name + ".larger", .add, lines[0], positive)
  }
}
