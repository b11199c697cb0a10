import Graph
import Quantities

/// What AlphaFold reads (Jumper et al. 2021, supplement table 1): features as one-hot numbers.
struct Features {
  /// Kinds of residues, one-hot: `[B, N, 22]`.
  static let target = 22
  /// Features of a clustered sequence's residue.
  static let msa = 49
  /// Features of an extra sequence's residue.
  static let extraMsa = 25
  /// Relative positions from −32 to 32, one-hot.
  static let relative = 65
  /// Bins of distances that are recycled.
  static let distances = 15

  var target: ValueID
  var msa: ValueID
  var extraMsa: ValueID
  var relative: ValueID
  var templateAngles: ValueID
  var templatePairs: ValueID
  var templateMask: ValueID
  var msaMask: ValueID
  var extraMask: ValueID
  var pairMask: ValueID
  /// Zeros in place of a first pass's predecessor.
  var previousMsa: ValueID
  var previousPairs: ValueID
  var previousDistances: ValueID
  /// Every residue's frame at the start: no rotation, at the origin.
  var rotations: ValueID
  var origins: ValueID

  init(
    _ model: AlphaFold, _ scope: BuildScope, _ graph: inout GraphBuilder
  ) throws(UserError) {
    let request = scope.request
    let (b, s, n) = (request.batch, request.rows, request.sequence)
    let t = model.templates
    target = try scope.input("target", [b, n, Self.target], nil, &graph)
    msa = try scope.input("msa", [b, s, n, Self.msa], nil, &graph)
    extraMsa = try scope.input(
      "extra.msa", [b, model.extraRows, n, Self.extraMsa], nil, &graph)
    relative = try scope.input("relative", [b, n, n, Self.relative], nil, &graph)
    templateAngles = try scope.input(
      "template.angles", [b, t, n, model.template.angleFeatures], nil, &graph)
    templatePairs = try scope.input(
      "template.pairs", [b * t, n, n, model.template.pairFeatures], nil, &graph)
    templateMask = try scope.input("template.mask", [b * t, n, n], nil, &graph)
    // Torsion angles of templates are further rows.
    msaMask = try scope.input("msa.mask", [b, s + t, n], nil, &graph)
    extraMask = try scope.input("extra.mask", [b, model.extraRows, n], nil, &graph)
    pairMask = try scope.input("pairs.mask", [b, n, n], nil, &graph)
    let evoformer = model.evoformer
    previousMsa = try scope.input("previous.msa", [b, n, evoformer.msaWidth], nil, &graph)
    previousPairs = try scope.input(
      "previous.pairs", [b, n, n, evoformer.pairWidth], nil, &graph)
    previousDistances = try scope.input(
      "previous.distances", [b, n, n, Self.distances], nil, &graph)
    rotations = try scope.input("structure.rotations", [b, n, 3, 3], nil, &graph)
    origins = try scope.input("structure.origins", [b, n, 3], nil, &graph)
  }
}

/// Input and recycling embedders (supplement algorithms 3 to 5 and 32).
struct InputEmbedder {
  let alphaFold: AlphaFold

  private var msaWidth: Int { alphaFold.evoformer.msaWidth }
  private var pairWidth: Int { alphaFold.evoformer.pairWidth }

  /// The alignment's and the pairs' first channels, with what the last pass left.
  func start(
    _ scope: BuildScope, _ features: Features, _ previous: AlphaFold.Pass?,
    _ passes: inout Passes, into graph: inout GraphBuilder
  ) throws(UserError) -> (msa: ValueID, pairs: ValueID) {
    let inputs = [features.target, features.msa, features.relative]
    let last = try handedOn(scope, previous, features, into: &graph)
    let outputs = try passes.call(
      "input", inputs + last, into: &graph
    ) { (graph) throws(UserError) in try start(scope, features, graph) }
    return (outputs[0], outputs[1])
  }

  private func start(
    _ scope: BuildScope, _ features: Features, _ graph: GraphBuilder
  ) throws(UserError) -> BlockBuilder {
    var block = scope.block("input")
    let target = try block.input("target", graph.shape(features.target))
    let raw = try block.input("msa", graph.shape(features.msa))
    let relative = try block.input("relative", graph.shape(features.relative))
    let shape = block.block[raw].shape
    let (b, s, n) = (shape[0], shape[1], shape[2])
    let rows = try block.linear("target.row", target, to: pairWidth, bias: true, .embedding)
    let columns = try block.linear(
      "target.column", target, to: pairWidth, bias: true, .embedding)
    let places = try block.linear("relative", relative, to: pairWidth, bias: true, .embedding)
    let left = try block.viewed("target.row.pairs", rows, [b, n, 1, pairWidth])
    let right = try block.viewed("target.column.pairs", columns, [b, 1, n, pairWidth])
    var z = try block.apply("target.row.sum", .add, places, left)
    z = try block.apply("target.column.sum", .add, z, right)
    let dense = try block.linear("msa", raw, to: msaWidth, bias: true, .embedding)
    let each = try block.linear("target.msa", target, to: msaWidth, bias: true, .embedding)
    let row = try block.viewed("target.msa.row", each, [b, 1, n, msaWidth])
    var m = try block.apply("target.msa.sum", .add, dense, row)
    (m, z) = try recycled(m, z, rows: s, &block)
    block.output(m)
    block.output(z)
    return block
  }

  /// Adds what the last pass left: its first row, its pairs, its distances.
  private func recycled(
    _ m: TensorID, _ z: TensorID, rows: Int, _ block: inout BlockBuilder
  ) throws(UserError) -> (TensorID, TensorID) {
    let shape = block.block[z].shape
    let (b, n) = (shape[0], shape[1])
    let first = try block.input("previous.msa", [b, n, msaWidth])
    let pairs = try block.input("previous.pairs", shape)
    let bins = try block.input("previous.distances", [b, n, n, Features.distances])
    let distances = try block.linear(
      "recycle.distances", bins, to: pairWidth, bias: true, .embedding)
    let normed = try block.layerNorm("recycle.pairs.norm", pairs, epsilon: 1e-5)
    let update = try block.apply("recycle.distances.sum", .add, normed, distances)
    let sum = try block.apply("recycle.pairs.sum", .add, z, update)
    let row = try block.layerNorm("recycle.msa.norm", first, epsilon: 1e-5)
    let one = try block.viewed("recycle.msa.row", row, [b, 1, n, msaWidth])
    guard rows > 1 else { return (try block.apply("recycle.msa.sum", .add, m, one), sum) }
    let padded = try block.apply(
      "recycle.msa.rows", .pad(axis: 1, before: 0, after: rows - 1), one)
    return (try block.apply("recycle.msa.sum", .add, m, padded), sum)
  }

  /// The last pass's results without a gradient, or zeros.
  private func handedOn(
    _ scope: BuildScope, _ previous: AlphaFold.Pass?, _ features: Features,
    into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    guard let previous, let origins = previous.structure.origins.last else {
      return [features.previousMsa, features.previousPairs, features.previousDistances]
    }
    var block = scope.block("recycle")
    let m = try block.input("msa", graph.shape(previous.msa))
    let z = try block.input("pairs", graph.shape(previous.pairs))
    let x = try block.input("origins", graph.shape(origins))
    let shape = block.block[m].shape
    let (b, n) = (shape[0], shape[2])
    let row = try block.apply("msa.row", .slice(axis: 1, start: 0, count: 1), m)
    let first = try block.viewed("msa.first", row, [b, n, msaWidth])
    block.output(try block.apply("msa.stop", .detach, first))
    block.output(try block.apply("pairs.stop", .detach, z))
    let stopped = try block.apply("origins.stop", .detach, x)
    let repeated = try block.apply(
      "origins.repeat", .expand(axes: [2], extents: [n], mean: false), stopped)
    let negative = try block.apply("origins.negative", .scale(-1), stopped)
    let other = try block.viewed("origins.row", negative, [b, 1, n, 3])
    let difference = try block.apply("difference", .add, repeated, other)
    let square = try block.apply("square", .multiply, difference, difference)
    let distance = try block.apply("distance", .reduce(.sum, axes: [3]), square)
    // A distance is compared with each bin's edge: one operation a bin, as a ReLU counts.
    let bins = try block.apply(
      "bins", .expand(axes: [3], extents: [Features.distances], mean: false), distance)
    block.output(try block.apply("bins.compare", .activation(.relu), bins))
    return try graph.call(block, [previous.msa, previous.pairs, origins])
  }

  /// Extra sequences in their stack's channels.
  func extra(
    _ scope: BuildScope, _ features: Features, _ passes: inout Passes,
    into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    try passes.call(
      "extra.input", [features.extraMsa], into: &graph
    ) { (graph) throws(UserError) in
      var block = scope.block("extra.input")
      let raw = try block.input("msa", graph.shape(features.extraMsa))
      block.output(
        try block.linear("msa", raw, to: alphaFold.extra.msaWidth, bias: true, .embedding))
      return block
    }[0]
  }

  /// Rows of the alignment and of the templates' angles below each other.
  func join(
    _ scope: BuildScope, _ msa: ValueID, _ rows: ValueID, _ passes: inout Passes,
    into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    try passes.call(
      "msa.rows", [msa, rows], into: &graph
    ) { (graph) throws(UserError) in
      var block = scope.block("msa.rows")
      let m = try block.input("msa", graph.shape(msa))
      let t = try block.input("templates", graph.shape(rows))
      block.output(try block.applyAll("rows", .concatenate(axis: 1), [m, t])[0])
      return block
    }[0]
  }
}
