import Graph
import Quantities

/// Builds a transformer part: what enters, the layers, what is handed on.
struct TransformerPartBuilder {
  let part: TransformerPart
  let scope: BuildScope
  /// Samples that pass the part.
  let batch: Int
  /// Sequences in front of tokens or queries, or all that enters.
  let front: [ValueID]
  /// The sequence that the layers read.
  let memory: ValueID?
  /// Patches of the image, some of them hidden, whose visible ones enter.
  var patches: Int?
  /// Position of another part's token table among the shared parameters.
  var table: Int?

  private var request: GraphRequest {
    var request = scope.request
    request.batch = batch
    if part.target { request.sequence = request.targetSequence }
    return request
  }

  private var tower: Tower? {
    switch part.input {
    case .tokens(let tokens): Tower(input: .tokens(tokens), stack: part.stack, heads: part.heads)
    case .patches(let image): Tower(input: .patches(image), stack: part.stack, heads: part.heads)
    default: nil
    }
  }

  func build(into graph: inout GraphBuilder) throws(UserError) -> Stream {
    var stream = try entered(into: &graph)
    let last = part.stack.layers + (part.feature ?? -1) + 1
    var x = stream.value
    x = try layers(0..<last, x, into: &graph)
    stream.value = x
    if last < part.stack.layers {
      // The layers behind the feature layer run in the implementations, their result is not used.
      let rest = try normed(try layers(last..<part.stack.layers, x, into: &graph), into: &graph)
      if part.heads.poolNorm { _ = try pooledNorm(rest, stream, into: &graph) }
    } else {
      stream.value = try normed(x, into: &graph)
    }
    if part.heads.pooler { stream.pooled = try pooler(stream.value, into: &graph) }
    return stream
  }

  // MARK: what enters

  private func entered(into graph: inout GraphBuilder) throws(UserError) -> Stream {
    switch part.input {
    case .tokens(let tokens):
      if let place = part.textClass {
        return try classed(tokens, place, into: &graph)
      }
      return try joined(try embedded(into: &graph), into: &graph)
    case .patches:
      let stream = try embedded(into: &graph)
      guard let ratio = part.maskRatio else { return stream }
      return try hidden(ratio, stream, into: &graph)
    case .volume(let volume):
      let builder = VolumeBuilder(volume: volume, width: part.stack.hidden, request: request)
      return Stream(value: try builder.build(scope.prefix, into: &graph))
    case .queries(let count):
      var block = request.block(scope.prefix + "queries")
      let table = try block.parameter(
        "queries.weight", [count, part.stack.hidden], .embedding)
      block.output(
        try block.apply("queries", .expand(axes: [0], extents: [batch], mean: false), table))
      let queries = Stream(value: try graph.call(block, [])[0])
      return try joined(queries, into: &graph)
    case .streams where part.unmask:
      let builder = MaskBuilder(width: part.stack.hidden, scope: scope, batch: batch)
      return try builder.restored(front[0], patches: patches, into: &graph)
    case .streams: return try joined(nil, into: &graph)
    }
  }

  private func hidden(
    _ ratio: Double, _ stream: Stream, into graph: inout GraphBuilder
  ) throws(UserError) -> Stream {
    try MaskBuilder(width: part.stack.hidden, scope: scope, batch: batch)
      .visible(stream, ratio: ratio, into: &graph)
  }

  private func embedded(into graph: inout GraphBuilder) throws(UserError) -> Stream {
    guard let tower else {
      throw scope.fault("parts", "a part reads nothing", remedy: "give it an input")
    }
    let built: BuiltTower
    if let table, case .tokens(let tokens) = tower.input {
      built = try TokenEmbedder(
        input: tokens, stack: tower.stack, request: request, prefix: scope.prefix
      ).build(request.sequence, table: .tied(table), into: &graph)
    } else {
      built = try TowerBuilder(tower: tower, request: request, prefix: scope.prefix)
        .embed(into: &graph)
    }
    return Stream(
      value: built.hidden, prefix: built.prefix, tokens: built.tokens,
      tokenTable: built.tokenTable)
  }

  /// Other parts' sequences in front of the part's own, with what tells them apart.
  private func joined(_ own: Stream?, into graph: inout GraphBuilder) throws(UserError) -> Stream {
    let values = front + (own.map { [$0.value] } ?? [])
    guard values.count > 1 || own == nil || part.inputNorm || part.positions > 0 else {
      return own ?? Stream(value: values[0])
    }
    var block = request.block(scope.prefix + "join")
    var rows: [TensorID] = []
    var table: TensorID?
    if part.types > 0 {
      table = try block.parameter("types.weight", [part.types, part.stack.hidden], .embedding)
    }
    for (index, value) in values.enumerated() {
      let shape = graph.shape(value)
      guard shape.count == 3, shape[2] == part.stack.hidden else {
        throw scope.fault(
          "from", "a sequence \(shape) enters a stack of width \(part.stack.hidden)",
          remedy: "put a projector between")
      }
      var x = try block.input("sequence.\(index)", shape)
      if let table {
        let row = try block.apply(
          "type.\(index)", .slice(axis: 0, start: min(index, part.types - 1), count: 1), table)
        x = try block.apply("type.\(index).sum", .add, x, row)
      }
      rows.append(x)
    }
    var x = rows[0]
    if rows.count > 1 { x = try block.applyAll("join", .concatenate(axis: 1), rows)[0] }
    x = try positioned(x, &block)
    if part.inputNorm { x = try block.norm("norm", x, part.stack) }
    block.output(x)
    var stream = own ?? Stream(value: values[0])
    stream.value = try graph.call(block, values)[0]
    // Ids stand for the text alone, which is no longer all of the sequence.
    if !front.isEmpty { stream.tokens = nil }
    return stream
  }

  /// The first rows of a position table added.
  private func positioned(
    _ x: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    guard part.positions > 0 else { return x }
    let length = block.block[x].shape[1]
    let table = try block.parameter(
      "positions.weight", [part.positions, part.stack.hidden], .embedding)
    let rows = try block.apply("positions", .slice(axis: 0, start: 0, count: length), table)
    return try block.apply("positions.sum", .add, x, rows)
  }

  /// Text with a class token behind it (CoCa).
  private func classed(
    _ tokens: TokenInput, _ place: TransformerPart.TextClass, into graph: inout GraphBuilder
  ) throws(UserError) -> Stream {
    let length = request.sequence - (place == .replace ? 1 : 0)
    guard length >= 1, tokens.positions == 0 || length < tokens.positions else {
      throw scope.fault(
        "--sequence", "\(request.sequence) tokens and a class token do not fit",
        remedy: "the model has \(tokens.positions) positions")
    }
    let width = part.stack.hidden
    var block = request.block(scope.prefix + "embeddings")
    let ids = try block.input("tokens", [batch, length], .int32)
    let table = try block.parameter("tokens.weight", [tokens.vocabulary, width], .embedding)
    let rows = try block.apply("tokens.embedding", .embedding, ids, table)
    let token = try block.parameter("class.weight", [1, width], .embedding)
    let last = try block.apply(
      "class", .expand(axes: [0], extents: [batch], mean: false), token)
    var x = try block.apply("class.join", .concatenate(axis: 1), rows, last)
    if tokens.positions > 0 {
      let table = try block.parameter("positions.weight", [tokens.positions, width], .embedding)
      let rows = try block.apply("positions", .slice(axis: 0, start: 0, count: length + 1), table)
      x = try block.apply("positions.sum", .add, x, rows)
    }
    block.output(x)
    let value = try graph.input(scope.prefix + "tokens", [batch, length], .int32)
    return Stream(value: try graph.call(block, [value])[0])
  }

  // MARK: layers

  /// Some of the layers, without the final norm.
  private func layers(
    _ range: Range<Int>, _ hidden: ValueID, into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    guard let cross = part.cross, let memory else {
      return try plain(range, hidden, reads: nil, into: &graph)
    }
    var x = hidden
    var layer = range.lowerBound
    while layer < range.upperBound {
      var run = layer
      let reads = cross.reads(layer)
      while run < range.upperBound, cross.reads(run) == reads { run += 1 }
      guard reads else {
        x = try plain(layer..<run, x, reads: nil, into: &graph)
        layer = run
        continue
      }
      if cross.place == .within {
        x = try plain(layer..<run, x, reads: memory, into: &graph)
      } else {
        for place in layer..<run { x = try read(cross, memory, x, at: place, into: &graph) }
      }
      layer = run
    }
    return x
  }

  /// A layer and the reading beside it.
  private func read(
    _ cross: CrossAttention, _ memory: ValueID, _ hidden: ValueID, at layer: Int,
    into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    let builder = ReadingBuilder(cross: cross, stack: part.stack, request: request)
    let block = try builder.build(
      scope.prefix + "cross", shape: graph.shape(hidden), memory: graph.shape(memory))
    guard cross.place == .before else {
      let own = try plain(layer..<layer + 1, hidden, reads: nil, into: &graph)
      return try graph.call(block, [own, memory])[0]
    }
    let read = try graph.call(block, [hidden, memory])[0]
    return try plain(layer..<layer + 1, read, reads: nil, into: &graph)
  }

  private func plain(
    _ range: Range<Int>, _ hidden: ValueID, reads memory: ValueID?,
    into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    guard !range.isEmpty else { return hidden }
    return try StackBuilder(
      stack: part.stack.part(range), request: request, prefix: scope.prefix,
      memory: memory.map { .states($0) }
    ).build(hidden, into: &graph)
  }

  // MARK: what is handed on

  private func normed(
    _ hidden: ValueID, into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    guard part.stack.finalNorm else { return hidden }
    var block = request.block(scope.prefix + "norm")
    let x = try block.input("hidden", graph.shape(hidden))
    block.output(try block.norm("norm", x, part.stack))
    return try graph.call(block, [hidden])[0]
  }

  private func pooledNorm(
    _ hidden: ValueID, _ stream: Stream, into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    var block = request.block(scope.prefix + "pool")
    let x = try block.input("hidden", graph.shape(hidden))
    let first = try block.apply("pool", .pool(.token(0)), x)
    block.output(try block.norm("norm", first, part.stack))
    return try graph.call(block, [hidden])[0]
  }

  private func pooler(
    _ hidden: ValueID, into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    var block = request.block(scope.prefix + "pooler")
    let x = try block.input("hidden", graph.shape(hidden))
    block.output(try block.pooler(try block.apply("pool", .pool(.token(0)), x)))
    return try graph.call(block, [hidden])[0]
  }
}

/// Builds what a volume becomes before the first layer.
struct VolumeBuilder {
  let volume: VolumeInput
  let width: Int
  let request: GraphRequest

  /// `[B,C,s…]` → `[B,N,h]`.
  func build(_ prefix: String, into graph: inout GraphBuilder) throws(UserError) -> ValueID {
    let shape = [request.batch, volume.channels] + request.spatial
    var block = request.block(prefix + "embeddings")
    let voxels = try block.input("volume", shape)
    let cells = zip(request.spatial, volume.patch).map { $0 / $1 }
    let size = volume.patch.reduce(volume.channels, *)
    // B C (h p) (w q) (d r) → B (h w d) (p q r C)
    let split = [request.batch, volume.channels] + zip(cells, volume.patch).flatMap { [$0, $1] }
    let view = try block.apply("patches.split", .cast, voxels, shape: split)
    let order = try block.apply("patches.order", .permute([0, 2, 4, 6, 3, 5, 7, 1]), view)
    let rows = try block.apply("patches.rows", .contiguous, order)
    let count = cells.reduce(1, *)
    var x = try block.apply("patches", .cast, rows, shape: [request.batch, count, size])
    if volume.norms { x = try block.layerNorm("patches.norm", x, epsilon: 1e-5) }
    x = try block.linear("patch", x, to: width, bias: true, .embedding)
    if volume.norms { x = try block.layerNorm("norm", x, epsilon: 1e-5) }
    x = try block.apply("positions.sum", .add, x, try positions(cells, count, &block))
    block.output(x)
    return try graph.call(
      block, [try graph.input(prefix + "volume", shape, request.precision.compute)])[0]
  }

  /// One row a patch, or the rows of three tables side by side.
  private func positions(
    _ cells: [Int], _ count: Int, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    guard !volume.tables.isEmpty else {
      let all = zip(volume.extents, volume.patch).map { $0 / $1 }.reduce(1, *)
      let table = try block.parameter("positions.weight", [max(all, count), width], .embedding)
      return try block.apply("positions", .slice(axis: 0, start: 0, count: count), table)
    }
    var parts: [TensorID] = []
    for axis in 0..<3 {
      let name = "positions.\(axis)"
      let table = try block.parameter(
        name + ".weight", [volume.tables[axis], width / 3], .embedding)
      let rows = try block.apply(name, .slice(axis: 0, start: 0, count: cells[axis]), table)
      let others = (0..<3).filter { $0 != axis }
      parts.append(
        try block.apply(
          name + ".expand",
          .expand(axes: others, extents: others.map { cells[$0] }, mean: false), rows))
    }
    let joined = try block.applyAll("positions.join", .concatenate(axis: 3), parts)[0]
    return try block.apply("positions", .cast, joined, shape: [count, width])
  }
}
