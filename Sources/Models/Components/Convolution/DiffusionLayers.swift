import Graph
import Quantities

// Layers that latent diffusion's networks share (Rombach et al., arXiv 2112.10752, as built in
// Hugging Face diffusers: ResnetBlock2D, Attention, Transformer2DModel).
extension BlockBuilder {
  /// Group norm, SiLU, convolution, twice, beside a shortcut; `time[B, T]` shifts the channels
  /// between them.
  mutating func diffusionResidual(
    _ x: TensorID, to channels: Int, time: TensorID?, _ norm: FeatureNorm
  ) throws(UserError) -> TensorID {
    markLayer()
    let three = Kernel.same(3, dimensions: 2)
    var y = try featureNorm("norm1", x, norm)
    y = try apply("act1", .activation(.silu), y)
    y = try convolution("conv1", y, to: channels, three, bias: true)
    if let time {
      let active = try apply("time.act", .activation(.silu), time)
      let shift = try linear("time", active, to: channels, bias: true, .embedding)
      let rows = block[shift].shape[0]
      let map = try apply("time.map", .cast, shift, shape: [rows, channels, 1, 1])
      y = try apply("time.add", .add, y, map)
    }
    y = try featureNorm("norm2", y, norm)
    y = try apply("act2", .activation(.silu), y)
    y = try convolution("conv2", y, to: channels, three, bias: true)
    var identity = x
    if block[x].shape[1] != channels {
      identity = try convolution("shortcut", x, to: channels, .same(1, dimensions: 2), bias: true)
    }
    return try apply("residual", .add, identity, y)
  }

  /// Attention of tokens on themselves or on a context: projections without a bias except the
  /// last, unless `bias`.
  mutating func diffusionAttention(
    _ name: String, _ x: TensorID, context: TensorID?, heads: Int, bias: Bool
  ) throws(UserError) -> TensorID {
    let width = block[x].columns
    let source = context ?? x
    let query = try linear(name + ".query", x, to: width, bias: bias, .attention)
    let key = try linear(name + ".key", source, to: width, bias: bias, .attention)
    let value = try linear(name + ".value", source, to: width, bias: bias, .attention)
    let geometry = AttentionGeometry(
      queryHeads: heads, keyValueHeads: heads, headSize: width / heads, causal: false)
    let mixed = try apply(name, .attention(geometry), query, key, value)
    return try linear(name + ".output", mixed, to: width, bias: true, .attention)
  }

  /// A map's positions through a transformer layer that also reads a context, beside the identity.
  mutating func spatialTransformer(
    _ x: TensorID, context: TensorID, heads: Int, layers: Int, linearProjection: Bool,
    _ norm: FeatureNorm
  ) throws(UserError) -> TensorID {
    markLayer()
    let shape = block[x].shape
    let width = shape[1]
    let point = Kernel.same(1, dimensions: 2)
    var coarse = norm
    coarse.epsilon = 1e-6
    var y = try featureNorm("norm", x, coarse)
    if !linearProjection {
      y = try convolution("project.in", y, to: width, point, bias: true, .projection)
    }
    y = try apply("tokens.contiguous", .contiguous, try sequence("tokens", y))
    if linearProjection {
      y = try linear("project.in", y, to: width, bias: true, .projection)
    }
    for layer in 1...layers {
      y = try transformerLayer("layer\(layer)", y, context: context, heads: heads)
    }
    if linearProjection {
      y = try linear("project.out", y, to: width, bias: true, .projection)
    }
    y = try image("map", y, Array(shape.dropFirst(2)))
    y = try apply("map.contiguous", .contiguous, y)
    if !linearProjection {
      y = try convolution("project.out", y, to: width, point, bias: true, .projection)
    }
    return try apply("residual", .add, y, x)
  }

  /// Self-attention, cross-attention, gated MLP, each behind a layer norm and beside the identity.
  private mutating func transformerLayer(
    _ name: String, _ x: TensorID, context: TensorID, heads: Int
  ) throws(UserError) -> TensorID {
    let width = block[x].columns
    var y = try layerNorm(name + ".norm1", x, epsilon: 1e-5)
    y = try diffusionAttention(name + ".self", y, context: nil, heads: heads, bias: false)
    let first = try apply(name + ".residual1", .add, y, x)
    y = try layerNorm(name + ".norm2", first, epsilon: 1e-5)
    y = try diffusionAttention(name + ".cross", y, context: context, heads: heads, bias: false)
    let second = try apply(name + ".residual2", .add, y, first)
    y = try layerNorm(name + ".norm3", second, epsilon: 1e-5)
    let wide = try linear(name + ".mlp.up", y, to: 8 * width, bias: true, .mlp)
    let axis = block[wide].shape.count - 1
    let up = try apply(name + ".mlp.value", .slice(axis: axis, start: 0, count: 4 * width), wide)
    let gate = try apply(
      name + ".mlp.gate", .slice(axis: axis, start: 4 * width, count: 4 * width), wide)
    let open = try apply(name + ".mlp.act", .activation(.gelu), gate)
    y = try apply(name + ".mlp.gated", .multiply, up, open)
    y = try linear(name + ".mlp.down", y, to: width, bias: true, .mlp)
    return try apply(name + ".residual3", .add, y, second)
  }
}
