import DataFormats
import Graph
import Quantities

/// AlphaFold's structure module (Jumper et al. 2021, supplement 1.8): layers that share their
/// parameters move a frame per residue by invariant point attention.
///
/// Products of points and rotations are element-wise here as in OpenFold, so that counters of
/// products do not see them; they count as vector FLOPs.
struct StructureModule: Sendable, Hashable {
  /// Layers, all with the same parameters.
  var layers: Int
  /// Channels of the single representation.
  var width: Int
  /// Heads of invariant point attention.
  var heads: Int
  /// Elements of a query, key or value per head.
  var size: Int
  /// Points of a query or key per head.
  var queryPoints: Int
  /// Points of a value per head.
  var valuePoints: Int
  /// Width of the network that gives torsion angles.
  var angleWidth: Int
  /// Its residual blocks.
  var angleBlocks: Int
  /// Torsion angles of a residue.
  var angles: Int

  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: [
      "layers", "width", "heads", "size", "queryPoints", "valuePoints", "angleWidth",
      "angleBlocks", "angles",
    ])
    let widths = 1...100_000
    layers = try cursor.int("layers", 8, in: 1...1000)
    width = try cursor.int("width", 384, in: widths)
    heads = try cursor.int("heads", 12, in: widths)
    size = try cursor.int("size", 16, in: widths)
    queryPoints = try cursor.int("queryPoints", 4, in: widths)
    valuePoints = try cursor.int("valuePoints", 8, in: widths)
    angleWidth = try cursor.int("angleWidth", 128, in: widths)
    angleBlocks = try cursor.int("angleBlocks", 2, in: 0...1000)
    angles = try cursor.int("angles", 7, in: widths)
  }

  /// What the module gives: the single representation, and per layer the frames' origins
  /// `[B, N, 3]` and the angles' sines and cosines `[B, N, 2·angles]`.
  struct Result {
    var single: ValueID
    var origins: [ValueID]
    var angles: [ValueID]
  }

  /// Builds all layers on `single[B, N, C]` and `pairs[B, N, N, D]`.
  func build(
    _ scope: BuildScope, single: ValueID, pairs: ValueID, _ features: Features,
    bank: inout ParameterBank,
    into graph: inout GraphBuilder
  ) throws(UserError) -> Result {
    let begun = try bank.call(
      "structure.input", [single, pairs], into: &graph
    ) { (graph) throws(UserError) in
      var start = scope.block("structure.input")
      let s = try start.input("single", graph.shape(single))
      let z = try start.input("pairs", graph.shape(pairs))
      let normed = try start.layerNorm("single.norm", s, epsilon: 1e-5)
      start.output(normed)
      start.output(try start.linear("single", normed, to: width, bias: true, .projection))
      start.output(try start.layerNorm("pairs.norm", z, epsilon: 1e-5))
      return start
    }
    var values = [begun[1], features.rotations, features.origins]
    var result = Result(single: begun[1], origins: [], angles: [])
    for _ in 0..<layers {
      let outputs = try bank.call(
        "structure.layer", values + [begun[0], begun[2]], into: &graph
      ) { (graph) throws(UserError) in
        try layer(scope, single: graph.shape(single), pairs: graph.shape(pairs))
      }
      values = Array(outputs.prefix(3))
      result.origins.append(outputs[2])
      result.angles.append(outputs[3])
    }
    result.single = values[0]
    return result
  }

  /// `single, rotations, origins, initial single, pairs → single, rotations, origins, angles`.
  private func layer(
    _ scope: BuildScope, single: [Int], pairs: [Int]
  ) throws(UserError) -> BlockBuilder {
    var block = scope.block("structure.layer")
    let s = try block.input("single", single)
    let rotations = try block.input("rotations", [single[0], single[1], 3, 3])
    let origins = try block.input("origins", [single[0], single[1], 3])
    let initial = try block.input("initial", single)
    let z = try block.input("pairs", pairs)
    let frames = Frames(rotations: rotations, origins: origins)
    let attended = try PointAttention(module: self).build(s, z, frames, &block)
    var x = try block.apply("attention.sum", .add, s, attended)
    x = try block.layerNorm("attention.norm", x, epsilon: 1e-5)
    x = try block.apply("transition.sum", .add, try transition(x, &block), x)
    x = try block.layerNorm("transition.norm", x, epsilon: 1e-5)
    let moved = try frames.moved(
      by: try block.linear("frame", x, to: 6, bias: true, .other), &block)
    block.output(x)
    // Rotations pass no gradient from layer to layer (supplement 1.8.3).
    block.output(try block.apply("rotations.stop", .detach, moved.rotations))
    block.output(moved.origins)
    block.output(try torsions(x, initial, &block))
    return block
  }

  private func transition(
    _ x: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    var y = x
    for index in 0..<3 {
      y = try block.linear("transition.\(index)", y, to: width, bias: true, .mlp)
      if index < 2 {
        y = try block.apply("transition.\(index).activation", .activation(.relu), y)
      }
    }
    return y
  }

  /// A residual network on the single representation, now and at the start (algorithm 20).
  private func torsions(
    _ s: TensorID, _ initial: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    func dense(
      _ name: String, _ x: TensorID, to size: Int, _ block: inout BlockBuilder
    ) throws(UserError) -> TensorID {
      let active = try block.apply(name + ".activation", .activation(.relu), x)
      return try block.linear(name, active, to: size, bias: true, .head)
    }
    let first = try dense("angles.initial", initial, to: angleWidth, &block)
    let now = try dense("angles.input", s, to: angleWidth, &block)
    var x = try block.apply("angles.sum", .add, now, first)
    for index in 0..<angleBlocks {
      let inner = try dense("angles.\(index).0", x, to: angleWidth, &block)
      let outer = try dense("angles.\(index).1", inner, to: angleWidth, &block)
      x = try block.apply("angles.\(index).sum", .add, outer, x)
    }
    x = try dense("angles.output", x, to: 2 * angles, &block)
    let shape = block.block[x].shape
    let parted = try block.viewed("angles.parted", x, shape.dropLast() + [angles, 2])
    let unit = try block.apply("angles.unit", .l2Normalize, parted)
    return try block.viewed("angles", unit, shape)
  }
}

/// A rotation `[B, N, 3, 3]` and an origin `[B, N, 3]` per residue.
struct Frames {
  var rotations: TensorID
  var origins: TensorID

  /// `points[B, N, P, 3]` rotated, and moved to the origins if `moves`.
  func apply(
    _ name: String, to points: TensorID, moves: Bool = true, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let shape = block.block[points].shape
    let repeated = try block.apply(
      name + ".repeat", .expand(axes: [3], extents: [3], mean: false), points)
    let rotation = try block.viewed(
      name + ".rotation", rotations, [shape[0], shape[1], 1, 3, 3])
    let products = try block.apply(name + ".products", .multiply, repeated, rotation)
    let rotated = try block.apply(name + ".rotated", .reduce(.sum, axes: [4]), products)
    guard moves else { return rotated }
    let origin = try block.viewed(name + ".origin", origins, [shape[0], shape[1], 1, 3])
    return try block.apply(name + ".moved", .add, rotated, origin)
  }

  /// The frames after an update `[B, N, 6]`: three parts of a quaternion whose first is 1, and a
  /// shift (algorithm 23).
  func moved(by update: TensorID, _ block: inout BlockBuilder) throws(UserError) -> Frames {
    let shape = block.block[update].shape
    let (b, n) = (shape[0], shape[1])
    let parts = try block.apply("frame.turn", .slice(axis: 2, start: 0, count: 3), update)
    let shift = try block.apply("frame.shift", .slice(axis: 2, start: 3, count: 3), update)
    let padded = try block.apply("frame.quaternion", .pad(axis: 2, before: 1, after: 0), parts)
    let unit = try block.apply("frame.quaternion.unit", .l2Normalize, padded)
    let column = try block.apply(
      "frame.quaternion.repeat", .expand(axes: [3], extents: [4], mean: false), unit)
    let row = try block.viewed("frame.quaternion.row", unit, [b, n, 1, 4])
    let squares = try block.apply("frame.quaternion.products", .multiply, column, row)
    // A rotation's elements are sums of these sixteen products with signs.
    let signs = try block.buffer("frame.signs", [4, 4, 3, 3])
    let spread = try block.apply(
      "frame.spread", .expand(axes: [4, 5], extents: [3, 3], mean: false), squares)
    let signed = try block.apply("frame.signed", .multiply, spread, signs)
    let turn = try block.apply("frame.rotation", .reduce(.sum, axes: [2, 3]), signed)
    let repeated = try block.apply(
      "rotations.repeat", .expand(axes: [4], extents: [3], mean: false), rotations)
    let right = try block.viewed("frame.rotation.right", turn, [b, n, 1, 3, 3])
    let products = try block.apply("rotations.products", .multiply, repeated, right)
    let point = try block.viewed("frame.shift.point", shift, [b, n, 1, 3])
    let moved = try apply("frame.origin", to: point, &block)
    return Frames(
      rotations: try block.apply("rotations.next", .reduce(.sum, axes: [3]), products),
      origins: try block.viewed("origins.next", moved, [b, n, 3]))
  }
}
