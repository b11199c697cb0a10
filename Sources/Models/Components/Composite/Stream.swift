import DataFormats
import Graph
import Quantities

/// What flows from a part to the next: a sequence `[B,N,h]`, a vector `[B,h]` or a feature map
/// `[B,C,s…]`.
struct Stream {
  /// The values.
  var value: ValueID
  /// Tokens in front that are not patches or text.
  var prefix = 0
  /// Token ids `[B,N]`, where end-of-text pooling needs them.
  var tokens: ValueID?
  /// A dense layer and tanh on the first token, where the part has one (BERT's pooler).
  var pooled: ValueID?
  /// Patches of the image, where some are hidden from the part.
  var patches: Int?
  /// Position of the token table among the shared parameters, when a head is tied to it.
  var tokenTable: Int?
}

/// One part's value as another part reads it.
struct StreamReference: Sendable, Hashable {
  /// The part.
  var part: String
  /// Positions at the front that are not read (a class token).
  var skip = 0
  /// Positions at the end that are not read.
  var drop = 0
  /// The one of the part's passes that is read; nil for all of them.
  var pass: Int?
}

extension StreamReference {
  /// `"vision"`, or `{"part": "vision", "skip": 1, "drop": 0}`.
  init(_ cursor: JSONCursor) throws(JSONError) {
    if let name = cursor.value.string {
      part = name
      return
    }
    try cursor.refuseUnknownKeys(known: ["part", "skip", "drop", "pass"])
    part = try cursor.field("part").string()
    skip = try cursor.int("skip", 0, in: 0...1_000_000)
    drop = try cursor.int("drop", 0, in: 0...1_000_000)
    pass = try cursor.optional("pass")?.int(in: 0...1000)
  }

  /// One reference, or an array of them.
  static func list(_ cursor: JSONCursor) throws(JSONError) -> [StreamReference] {
    guard cursor.value.array != nil else { return [try StreamReference(cursor)] }
    var references: [StreamReference] = []
    for item in try cursor.elements() { references.append(try StreamReference(item)) }
    return references
  }
}

extension Stream {
  /// The pass that a reference reads.
  func passed(
    _ reference: StreamReference, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> Stream {
    guard let pass = reference.pass else { return self }
    let shape = graph.shape(value)
    let count = scope.request.batch
    guard (pass + 1) * count <= shape[0] else {
      throw scope.fault(
        reference.part, "it has no pass \(pass): its value is \(shape)",
        remedy: "count its passes from 0")
    }
    var block = scope.block("pass." + reference.part)
    let x = try block.input("value", shape, graph.graph.values[value.index].dataType)
    block.output(
      try block.apply("pass", .slice(axis: 0, start: pass * count, count: count), x))
    var stream = self
    stream.value = try graph.call(block, [value])[0]
    stream.tokens = nil
    stream.pooled = nil
    return stream
  }

  /// The value as a sequence `[batch, N, h]`: maps are flattened, several images of a sample put
  /// one behind the other (or samples repeated, where a part passes each more than once), unread
  /// positions cut off.
  func sequence(
    _ reference: StreamReference, batch: Int, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    let shape = graph.shape(value)
    if shape.count == 3, shape[0] == batch, reference.skip == 0, reference.drop == 0 {
      return value
    }
    guard shape.count >= 2, shape[0] % batch == 0 || batch % shape[0] == 0 else {
      throw scope.fault(
        reference.part, "its value \(shape) is not one of \(batch) samples",
        remedy: "make the parts' passes fit together")
    }
    var block = scope.block("read." + reference.part)
    let x = try block.input("value", shape, graph.graph.values[value.index].dataType)
    var y = try block.cut(try block.tokenRows(x), reference)
    let cut = block.block[y].shape
    if cut[0] > batch {
      y = try block.apply(
        "join", .cast, y, shape: [batch, cut[0] / batch * cut[1], cut[2]])
    } else if cut[0] < batch {
      let copies = [TensorID](repeating: y, count: batch / cut[0])
      y = try block.applyAll("repeat", .concatenate(axis: 0), copies)[0]
    }
    block.output(y)
    return try graph.call(block, [value])[0]
  }
}

extension BlockBuilder {
  /// A map `[B,C,s…]` or a vector `[B,h]` as a sequence; a sequence as it is.
  mutating func tokenRows(_ x: TensorID) throws(UserError) -> TensorID {
    let shape = block[x].shape
    if shape.count == 3 { return x }
    if shape.count == 2 {
      return try apply("row", .cast, x, shape: [shape[0], 1, shape[1]])
    }
    let area = shape.dropFirst(2).reduce(1, *)
    let flat = try apply("flatten", .cast, x, shape: [shape[0], shape[1], area])
    return try apply("rows", .contiguous, try apply("transpose", .permute([0, 2, 1]), flat))
  }

  /// A sequence without the positions that a reference leaves out.
  mutating func cut(
    _ x: TensorID, _ reference: StreamReference
  ) throws(UserError) -> TensorID {
    guard reference.skip > 0 || reference.drop > 0 else { return x }
    let count = block[x].shape[1] - reference.skip - reference.drop
    return try apply("cut", .slice(axis: 1, start: reference.skip, count: count), x)
  }
}
