import DataFormats
import Graph
import Quantities

/// A hierarchical transformer with shifted windows over two or three dimensions (Swin, arXiv
/// 2103.14030; its volumetric form of Swin UNETR, arXiv 2201.01266).
struct SwinBody: Sendable, Hashable {
  /// How pixels enter.
  enum Stem: String, Sendable, Hashable, CaseIterable {
    /// One convolution of the patch's stride.
    case patch
    /// Two 3×3 convolutions of stride 2 with batch norm and ReLU, then 1×1 (CTransPath).
    case convolution
  }

  /// Extents that the model was made for.
  var extents: [Int]
  /// Colours, or modalities of a volume.
  var channels = 3
  /// Edge of a patch.
  var patch = 4
  /// Width of the first stage; each later stage doubles it.
  var embed: Int
  /// Layers of each stage.
  var depths: [Int]
  /// Heads of each stage.
  var heads: [Int]
  /// Edge of a window.
  var window = 7
  /// How pixels enter.
  var stem = Stem.patch
  /// Whether patches are normalised before the first stage.
  var stemNorm = true
  /// Whether the mask of shifted windows is stored with the model (timm) or computed (MONAI).
  var storesMask = true
  /// Whether a residual convolution precedes each stage (Swin UNETR version 2).
  var stageConvolution = false
  /// Added to the variance.
  var epsilon = 1e-5

  /// Number of spatial dimensions.
  var dimensions: Int { extents.count }
  /// Width of a stage.
  func width(_ stage: Int) -> Int { embed << stage }

  static let keys: Set<String> = [
    "kind", "image", "volume", "channels", "patch", "embed", "depths", "heads", "window", "stem",
    "epsilon",
  ]

  init(_ cursor: JSONCursor) throws(JSONError) {
    if let volume = try cursor.optional("volume") {
      extents = try volume.numbers(count: 3, in: 1...100_000)
    } else {
      let edge = try cursor.field("image").int(in: 1...100_000)
      extents = [edge, edge]
    }
    channels = try cursor.int("channels", 3, in: 1...10_000)
    patch = try cursor.int("patch", 4, in: 1...1000)
    embed = try cursor.field("embed").int(in: 1...100_000)
    let stages = try cursor.field("depths")
    depths = try stages.numbers(in: 1...1000)
    guard (1...8).contains(depths.count) else { throw stages.error("needs one to eight stages") }
    let field = try cursor.field("heads")
    heads = try field.numbers(count: depths.count, in: 1...10_000)
    for (stage, count) in heads.enumerated() where width(stage) % count != 0 {
      throw field.error("\(count) heads do not divide a width of \(width(stage))")
    }
    window = try cursor.int("window", 7, in: 1...1000)
    let word = try cursor.optional("stem")
    stem = try word?.word(Stem.self) ?? .patch
    if stem == .convolution, patch != 4 || extents.count != 2 || embed % 8 != 0 {
      throw (word ?? cursor).error("a convolution stem needs images, a patch of 4, embed / 8")
    }
    epsilon = try cursor.optional("epsilon")?.double(in: 0...1) ?? epsilon
  }

  /// Maps `[B, s…, C]`: behind the stem, then behind each stage.
  ///
  /// - Parameter mergesAfter: whether places are merged at the end of every stage, the last one
  ///   too (MONAI), or at the begin of all but the first (Swin).
  func maps(
    _ image: ValueID, mergesAfter: Bool, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    var maps = [try embedded(image, scope, into: &graph)]
    for stage in depths.indices {
      var x = maps[maps.count - 1]
      if !mergesAfter, stage > 0 { x = try merged(x, stage - 1, scope, into: &graph) }
      x = try layers(x, stage, scope, into: &graph)
      if mergesAfter { x = try merged(x, stage, scope, into: &graph) }
      maps.append(x)
    }
    return maps
  }

  private func embedded(
    _ image: ValueID, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    var block = scope.block("embeddings")
    let pixels = try block.input("image", graph.shape(image))
    var x: TensorID
    switch stem {
    case .patch:
      x = try block.patchMap(
        "patch", pixels, to: embed, patch: [Int](repeating: patch, count: dimensions), bias: true)
    case .convolution:
      x = pixels
      for (index, width) in [embed / 8, embed / 4].enumerated() {
        x = try block.spatialConvolution(
          "stem.\(index)", x, to: width, kernel: [3, 3],
          ConvolutionGeometry(dimensions: 2, stride: 2, padding: 1), bias: false, role: .embedding)
        x = try block.batchNorm("stem.\(index).norm", x, training: scope.request.trains)
        x = try block.apply("stem.\(index).activation", .activation(.relu), x)
      }
      x = try block.patchMap("patch", x, to: embed, patch: [1, 1], bias: true)
    }
    // In mixed precision a norm's result is as wide as the parameters, and so what is added to it.
    if stemNorm {
      x = try block.layerNorm("norm", x, epsilon: epsilon, type: block.precision.parameters)
    }
    block.output(x)
    return try graph.call(block, [image])[0]
  }

  /// Joins each cell of 2ᵈ places: norm and a product to twice the width.
  private func merged(
    _ x: ValueID, _ stage: Int, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    var block = scope.block("layers.\(stage).merge")
    var map = try block.input("hidden", graph.shape(x), graph.format(x))
    let places = Array(graph.shape(x).dropFirst().dropLast())
    for (axis, extent) in places.enumerated() where extent % 2 != 0 {
      map = try block.apply("pad.\(axis)", .pad(axis: axis + 1, before: 0, after: 1), map)
    }
    let cells = try WindowGeometry(
      extents: places.map { $0 + $0 % 2 }, window: [Int](repeating: 2, count: dimensions)
    ).partition("cells", map, &block)
    let shape = block.shape(cells)
    let batch = graph.shape(x)[0]
    let half = places.map { ($0 + 1) / 2 }
    let rows = try block.reshaped("rows", cells, [batch] + half + [shape[1] * shape[2]])
    let normed = try block.layerNorm("norm", rows, epsilon: epsilon)
    block.output(
      try block.linear("reduction", normed, to: 2 * width(stage), bias: false, .other))
    return try graph.call(block, [x])[0]
  }

  private func layers(
    _ x: ValueID, _ stage: Int, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    var value = x
    if stageConvolution {
      var block = scope.block("layers.\(stage).convolution")
      let map = try block.input("hidden", graph.shape(x), graph.format(x))
      let first = try block.channelsFirst("first", map)
      let residual = try ResidualConvolution(channels: width(stage)).apply("block", first, &block)
      block.output(try block.channelsLast("last", residual))
      value = try graph.call(block, [x])[0]
    }
    let shape = graph.shape(value)
    // Even layers see plain windows, odd ones windows that are shifted by half.
    var kinds: [BlockBuilder] = []
    var mask: ValueID?
    for shifted in [false, true].prefix(depths[stage]) {
      let layer = SwinLayer(
        body: self, stage: stage, shape: shape, format: graph.format(value), shifted: shifted)
      kinds.append(try layer.build(scope))
      if layer.isShifted, !storesMask { mask = try layer.mask(scope, into: &graph) }
    }
    for index in 0..<depths[stage] {
      let sides = index % 2 == 1 ? mask.map { [$0] } ?? [] : []
      value = try graph.call(kinds[index % 2], [value] + sides)[0]
    }
    return value
  }
}

extension JSONCursor {
  /// A list of integers.
  func numbers(count: Int? = nil, in range: ClosedRange<Int>) throws(JSONError) -> [Int] {
    var result: [Int] = []
    for item in try elements() { result.append(try item.int(in: range)) }
    if let count, result.count != count {
      throw error("needs \(count) numbers, found \(result.count)")
    }
    return result
  }
}
