import Graph
import Quantities

/// The three coarse scales of a PCT-Net.
struct PCTPyramid {
  let net: PCTNet
  let classes: Int

  /// The third scale's map → that scale's result and maps of classes at the two scales below it.
  func maps<F: Flow>(
    _ x: F.Value, _ flow: inout F
  ) throws(UserError) -> (F.Value, [F.Value]) {
    let features = Array(net.features.dropFirst(2))
    let cube = Kernel.same(3, dimensions: 3)
    let two = [2, 2, 2]
    let e2 = try mixed("encoder.scale2", x, 0, &flow)
    let d3 = try flow.step("down3", e2) { (block, x) throws(UserError) in
      try block.pooledDown("down", x[0], to: features[1], window: two, cube)
    }
    let e3 = try mixed("encoder.scale3", d3, 1, &flow)
    let d4 = try flow.step("down4", e3) { (block, x) throws(UserError) in
      try block.pooledDown("down", x[0], to: features[2], window: two, cube)
    }
    let e4 = try mixed("encoder.scale4", d4, 2, &flow)
    let u3 = try flow.step("up4", e3, e4) { (block, x) throws(UserError) in
      try block.raisedUp("up", fine: x[0], coarse: x[1], window: two, cube)
    }
    let m3 = try mixed("decoder.scale3", u3, 1, &flow)
    let u2 = try flow.step("up3", e2, m3) { (block, x) throws(UserError) in
      try block.raisedUp("up", fine: x[0], coarse: x[1], window: two, cube)
    }
    let m2 = try mixed("decoder.scale2", u2, 0, &flow)
    var results: [F.Value] = []
    for (name, map) in [("head.2", m2), ("head.3", m3)] {
      results.append(
        try flow.step(name, map) { (block, x) throws(UserError) in
          try block.preactivated("classifier", x[0], to: classes, .same(1, dimensions: 3), .head)
        })
    }
    return (m2, results)
  }

  /// Convolutions beside attention in windows, summed.
  private func mixed<F: Flow>(
    _ name: String, _ x: F.Value, _ scale: Int, _ flow: inout F
  ) throws(UserError) -> F.Value {
    let extents = flow.extents(x)
    let local = try flow.step(name + ".conv", x) { (block, x) throws(UserError) in
      try block.preactivatedPair("conv", x[0], .same(3, dimensions: 3))
    }
    var tokens = try flow.step(name + ".tokens", x) { (block, x) throws(UserError) in
      let width = block.block[x[0]].shape[1]
      // A norm that the released code holds and does not use.
      _ = try block.parameter("norm.weight", [width], .norm)
      _ = try block.parameter("norm.bias", [width], .norm)
      return try block.apply("contiguous", .contiguous, try block.sequence("tokens", x[0]))
    }
    for index in 0..<net.depths[scale] {
      let attention = WindowMixing(
        extents: extents, window: net.windows[scale], heads: net.heads[scale],
        shifted: index % 2 == 1)
      tokens = try flow.step(
        name + (attention.shift > 0 ? ".shifted" : ".windows"), tokens
      ) { (block, x) throws(UserError) in try attention.layer(&block, x[0]) }
    }
    return try flow.step(name + ".sum", local, tokens) { (block, x) throws(UserError) in
      let map = try block.image("map", x[1], extents)
      return try block.apply("sum", .add, x[0], try block.apply("contiguous", .contiguous, map))
    }
  }
}

/// A transformer layer with attention in cubes of positions, unfused, with a learned bias for each
/// relative position (Swin, arXiv 2103.14030, in three dimensions).
struct WindowMixing {
  let extents: [Int]
  let window: Int
  let heads: Int
  let shift: Int

  init(extents: [Int], window: Int, heads: Int, shifted: Bool) {
    self.extents = extents
    self.heads = heads
    // A window as large as the map is not shifted.
    let smallest = extents.min() ?? window
    self.window = min(window, smallest)
    shift = shifted && smallest > window ? window / 2 : 0
  }

  private var padded: [Int] { extents.map { ($0 + window - 1) / window * window } }
  private var windows: Int { padded.reduce(1) { $0 * ($1 / window) } }
  private var length: Int { window * window * window }

  /// `[B, N, C] → [B, N, C]`.
  func layer(_ block: inout BlockBuilder, _ x: TensorID) throws(UserError) -> TensorID {
    block.markLayer()
    let (batch, width) = (block.block[x].shape[0], block.block[x].shape[2])
    let normed = try block.layerNorm("norm1", x, epsilon: 1e-5)
    var y = try partitioned(&block, normed, batch, width)
    y = try attention(&block, y, batch, width)
    y = try merged(&block, y, batch, width)
    let first = try block.apply("residual1", .add, x, y)
    y = try block.layerNorm("norm2", first, epsilon: 1e-5)
    y = try block.linear("mlp.up", y, to: 4 * width, bias: true, .mlp)
    y = try block.apply("mlp.act", .activation(.gelu), y)
    y = try block.linear("mlp.down", y, to: width, bias: true, .mlp)
    return try block.apply("residual2", .add, first, y)
  }

  private func partitioned(
    _ block: inout BlockBuilder, _ x: TensorID, _ batch: Int, _ width: Int
  ) throws(UserError) -> TensorID {
    var y = try block.apply("map", .cast, x, shape: [batch] + extents + [width])
    for axis in 0..<3 where padded[axis] > extents[axis] {
      y = try block.apply(
        "pad.\(axis)", .pad(axis: axis + 1, before: 0, after: padded[axis] - extents[axis]), y)
    }
    if shift > 0 { y = try block.apply("roll", .roll([0, -shift, -shift, -shift, 0]), y) }
    let split = [batch] + padded.flatMap { [$0 / window, window] } + [width]
    y = try block.apply("split", .cast, y, shape: split)
    y = try block.apply("windows", .permute([0, 1, 3, 5, 2, 4, 6, 7]), y)
    y = try block.apply("windows.contiguous", .contiguous, y)
    return try block.apply("rows", .cast, y, shape: [batch * windows, length, width])
  }

  private func merged(
    _ block: inout BlockBuilder, _ x: TensorID, _ batch: Int, _ width: Int
  ) throws(UserError) -> TensorID {
    let counts = padded.map { $0 / window }
    var y = try block.apply(
      "merge.windows", .cast, x, shape: [batch] + counts + [window, window, window, width])
    y = try block.apply("merge", .permute([0, 1, 4, 2, 5, 3, 6, 7]), y)
    y = try block.apply("merge.contiguous", .contiguous, y)
    y = try block.apply("merge.map", .cast, y, shape: [batch] + padded + [width])
    if shift > 0 { y = try block.apply("unroll", .roll([0, shift, shift, shift, 0]), y) }
    for axis in 0..<3 where padded[axis] > extents[axis] {
      y = try block.apply(
        "cut.\(axis)", .slice(axis: axis + 1, start: 0, count: extents[axis]), y)
    }
    if padded != extents { y = try block.apply("cut.contiguous", .contiguous, y) }
    return try block.apply("tokens", .cast, y, shape: [batch, extents.reduce(1, *), width])
  }

  private func attention(
    _ block: inout BlockBuilder, _ x: TensorID, _ batch: Int, _ width: Int
  ) throws(UserError) -> TensorID {
    let (rows, size) = (batch * windows, width / heads)
    let product = try block.linear("qkv", x, to: 3 * width, bias: true, .attention)
    let split = try block.apply(
      "qkv.split", .cast, product, shape: [rows, length, 3, heads, size])
    let turned = try block.apply("qkv.turned", .permute([2, 0, 3, 1, 4]), split)
    let all = try block.apply("qkv.contiguous", .contiguous, turned)
    var parts: [TensorID] = []
    for (index, name) in ["query", "key", "value"].enumerated() {
      let part = try block.apply(name, .slice(axis: 0, start: index, count: 1), all)
      parts.append(
        try block.apply(name + ".heads", .cast, part, shape: [rows, heads, length, size]))
    }
    let query = try block.apply(
      "query.scaled", .scale(1 / Double(size).squareRoot()), parts[0])
    let scores = try block.apply("scores", .batchedMatmul(.right), query, parts[1])
    let biased = try block.apply("scores.biased", .add, scores, try bias(&block))
    let shown = try masked(&block, biased, batch)
    let probabilities = try block.apply("softmax", .softmax, shown)
    let mixed = try block.apply("mixed", .batchedMatmul(.none), probabilities, parts[2])
    let rowsFirst = try block.apply("mixed.turned", .permute([0, 2, 1, 3]), mixed)
    let joined = try block.apply("mixed.contiguous", .contiguous, rowsFirst)
    let flat = try block.apply("mixed.flat", .cast, joined, shape: [rows, length, width])
    return try block.linear("output", flat, to: width, bias: true, .attention)
  }

  /// `[heads, N, N]`, looked up by relative position.
  private func bias(_ block: inout BlockBuilder) throws(UserError) -> TensorID {
    let span = 2 * window - 1
    let table = try block.parameter("relative.weight", [span * span * span, heads], .attention)
    let index = try block.buffer("relative.index", [1, length * length], .int32)
    let rows = try block.apply("relative.rows", .embedding, index, table)
    let square = try block.apply("relative.square", .cast, rows, shape: [length, length, heads])
    let turned = try block.apply("relative.turned", .permute([2, 0, 1]), square)
    return try block.apply("relative", .contiguous, turned)
  }

  /// Hides positions that the roll brought together.
  private func masked(
    _ block: inout BlockBuilder, _ scores: TensorID, _ batch: Int
  ) throws(UserError) -> TensorID {
    guard shift > 0 else { return scores }
    let mask = try block.buffer("mask", [windows, 1, length, length])
    let split = try block.apply(
      "scores.windows", .cast, scores, shape: [batch, windows, heads, length, length])
    let sum = try block.apply("scores.masked", .add, split, mask)
    return try block.apply(
      "scores.rows", .cast, sum, shape: [batch * windows, heads, length, length])
  }
}
