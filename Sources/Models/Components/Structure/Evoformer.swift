import DataFormats
import Graph
import Quantities

/// AlphaFold's trunk alone: given an alignment's and its pairs' channels, both updated, and the
/// single representation of the first sequence. `--rows` sequences of `--sequence` residues.
///
/// `{"kind": "evoformer", "stack": {"blocks": 48}, "singleWidth": 384, "rows": 128, …}`
struct Evoformer: Component {
  static let kind = "evoformer"

  /// The blocks.
  var stack: EvoformerStack
  /// Channels of the single representation.
  var singleWidth: Int
  /// Sequences of a workload that gives none.
  var rows: Int
  /// Residues of a workload that gives none.
  var sequence: Int

  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: ["kind", "stack", "singleWidth", "rows", "sequence"])
    stack = try EvoformerStack(cursor.field("stack"))
    singleWidth = try cursor.int("singleWidth", 384, in: 1...100_000)
    rows = try cursor.int("rows", 128, in: 1...100_000)
    sequence = try cursor.int("sequence", 256, in: 1...100_000)
  }

  var sample: SampleDefaults {
    SampleDefaults(sequence: sequence, rows: rows)
  }

  var likelyFamily: ModelFamily { .bioinformatics }
  var likelyObjective: Objective { .structure }

  func build(_ scope: BuildScope, into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    let request = scope.request
    guard request.objective == .structure else {
      throw scope.fault(
        "objective", "this model is not made for \(request.objective.rawValue)",
        remedy: "use structure")
    }
    let (b, s, n) = (request.batch, request.rows, request.sequence)
    let msa = [b, s, n, stack.msaWidth]
    let pairs = [b, n, n, stack.pairWidth]
    let inputs = [
      try scope.input("msa", msa, request.precision.parameters, &graph),
      try scope.input("pairs", pairs, request.precision.parameters, &graph),
      try scope.input("msa.mask", [b, s, n], nil, &graph),
      try scope.input("pairs.mask", [b, n, n], nil, &graph),
    ]
    // The trunk's inputs are as wide as its parameters, also in mixed precision.
    let type = request.precision.parameters
    let block = try stack.block(scope, name: "layer", msa: msa, pairs: pairs, type: type)
    let states = try graph.call(block, count: stack.blocks, inputs)
    var head = scope.block("head")
    var values = states
    let m = try head.input("msa", msa, type)
    let z = try head.input("pairs", pairs, type)
    let single = try SingleProjection.build(m, to: singleWidth, &head)
    guard request.withLoss else {
      for id in [m, z, single] { head.output(id) }
      return try graph.call(head, values)
    }
    // A trunk alone has no task: its three results are held against given ones (distillation).
    var loss: TensorID?
    for (name, result) in [("msa", m), ("pairs", z), ("single", single)] {
      let shape = head.block[result].shape
      let format = head.block[result].dataType
      let target = try head.input(name + ".target", shape, format)
      values.append(try scope.input(name + ".target", shape, format, &graph))
      let part = try head.apply(name + ".loss", .elementLoss(.squared), result, target)
      loss =
        try loss.map { sum throws(UserError) in
          try head.apply(name + ".loss.sum", .add, sum, part)
        } ?? part
    }
    if let loss { head.output(loss) }
    return try graph.call(head, values)
  }
}

/// The single representation: a product of the alignment's first row.
enum SingleProjection {
  static func build(
    _ m: TensorID, to width: Int, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let shape = block.block[m].shape
    let row = try block.apply("single.row", .slice(axis: 1, start: 0, count: 1), m)
    let flat = try block.viewed("single.residues", row, [shape[0], shape[2], shape[3]])
    return try block.linear("single", flat, to: width, bias: true, .projection)
  }
}
