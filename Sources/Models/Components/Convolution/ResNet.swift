import DataFormats
import Graph
import Quantities

/// A residual network with a classifier, an attention pool (CLIP) or a dense head (Med3D).
///
/// `{"kind": "resnet", "image": [224, 224], "block": "bottleneck", "depths": [3, 4, 6, 3],
/// "classes": 1000}`; a volume with `"volume": [D, H, W]`, a signal with `"samples": L`.
struct ResNet: PooledNetwork {
  static let kind = "resnet"

  /// One token attends to all positions and their mean (CLIP's `AttentionPool2d`).
  struct AttentionPool: Sendable, Hashable {
    var heads: Int
    /// Width of the embedding.
    var size: Int
  }

  /// Transposed convolution and two more convolutions to a map of classes (Med3D's `conv_seg`).
  struct DenseHead: Sendable, Hashable {
    var channels: Int
    var classes: Int
  }

  var input: ImageInput
  var body: ResNetBody
  /// Classes of the classifier; 0 for none.
  var classes: Int
  var attentionPool: AttentionPool?
  var dense: DenseHead?
  var contrast: ViewContrast?

  init(_ cursor: JSONCursor) throws(JSONError) {
    let own: Set<String> = ["kind", "classes", "attentionPool", "dense", "contrast"]
    try cursor.refuseUnknownKeys(known: own.union(ImageInput.keys).union(ResNetBody.keys))
    input = try ImageInput(cursor)
    body = try ResNetBody(cursor, dimensions: input.dimensions)
    classes = try cursor.int("classes", 0, in: 0...100_000_000)
    if let pool = try cursor.optional("attentionPool") {
      try pool.refuseUnknownKeys(known: ["heads", "size"])
      let heads = try pool.field("heads")
      attentionPool = AttentionPool(
        heads: try heads.int(in: 1...100_000), size: try pool.field("size").int(in: 1...100_000))
      let width = body.stageChannels.last ?? 1
      guard let pool = attentionPool, width % pool.heads == 0 else {
        throw heads.error("do not divide a width of \(width)")
      }
    }
    if let head = try cursor.optional("dense") {
      try head.refuseUnknownKeys(known: ["channels", "classes"])
      dense = DenseHead(
        channels: try head.int("channels", 32),
        classes: try head.field("classes").int(in: 1...100_000))
    }
    contrast = try cursor.optional("contrast").map { (cursor) throws(JSONError) in
      try ViewContrast(cursor)
    }
  }

  func build(_ scope: BuildScope, into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    guard let dense, scope.request.objective == .supervised else {
      return try pooledResults(scope, into: &graph)
    }
    let image = try input.value(scope, &graph)
    let map = try scope.flow(into: &graph) { (flow) throws(UserError) in
      try segmented(image, dense, &flow, classes: scope.request.classes ?? dense.classes)
    }
    return try scope.segmentation([map], into: &graph)
  }

  /// Image → one embedding `[B, C]`: the mean of the last stage, or its attention pool.
  func pooled<F: Flow>(_ image: F.Value, _ flow: inout F) throws(UserError) -> F.Value {
    let maps = try body.maps(image, &flow)
    let map = maps[maps.count - 1]
    guard let attentionPool else {
      return try flow.step("pool", map) { (block, x) throws(UserError) in
        try block.globalMean("pool", x[0])
      }
    }
    return try flow.step("attentionPool", map) { (block, x) throws(UserError) in
      try attend(&block, x[0], attentionPool)
    }
  }

  /// Positions and their mean as tokens, with learned positions, through one attention; the mean's
  /// result is the embedding.
  private func attend(
    _ block: inout BlockBuilder, _ x: TensorID, _ pool: AttentionPool
  ) throws(UserError) -> TensorID {
    let width = block.block[x].shape[1]
    let patches = try block.sequence("tokens", x)
    let mean = try block.apply("mean", .reduce(.mean, axes: [1]), patches)
    let first = try block.apply("mean.token", .expand(axes: [1], extents: [1], mean: false), mean)
    var tokens = try block.apply("tokens.joined", .concatenate(axis: 1), first, patches)
    let length = block.block[tokens].shape[1]
    let positions = try block.parameter("positions.weight", [length, width], .embedding)
    tokens = try block.apply("positions", .add, tokens, positions)
    let query = try block.linear("query", tokens, to: width, bias: true, .attention)
    let key = try block.linear("key", tokens, to: width, bias: true, .attention)
    let value = try block.linear("value", tokens, to: width, bias: true, .attention)
    let geometry = AttentionGeometry(
      queryHeads: pool.heads, keyValueHeads: pool.heads, headSize: width / pool.heads,
      causal: false)
    let mixed = try block.apply("attention", .attention(geometry), query, key, value)
    let result = try block.linear("output", mixed, to: pool.size, bias: true, .attention)
    return try block.apply("pool", .pool(.token(0)), result)
  }

  /// Image → map of classes at a quarter of the input's extents (or less where stages stride).
  func segmented<F: Flow>(
    _ image: F.Value, _ head: DenseHead, _ flow: inout F, classes: Int
  ) throws(UserError) -> F.Value {
    let maps = try body.maps(image, &flow)
    let dimensions = input.dimensions
    let norm = body.norm
    return try flow.step("head", maps[maps.count - 1]) { (block, x) throws(UserError) in
      var y = try block.convolution(
        "up", x[0], to: head.channels, .spread([Int](repeating: 2, count: dimensions)),
        bias: true)
      y = try block.featureNorm("up.norm", y, norm)
      y = try block.apply("up.act", .activation(.relu), y)
      y = try block.unit(
        "conv", y, to: head.channels, .same(3, dimensions: dimensions), norm, .relu)
      return try block.convolution(
        "classifier", y, to: classes, .same(1, dimensions: dimensions), .head)
    }
  }
}
