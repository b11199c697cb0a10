import Graph
import Quantities

/// AlphaFold's auxiliary heads (supplement 1.9) and its losses: frames and angles of every layer
/// of the structure module, distances, confidence, masked residues, resolved atoms.
struct StructureHeads {
  let alphaFold: AlphaFold

  /// Bins of a distance, of confidence; kinds of residues in an alignment; atoms of a residue.
  static let (distanceBins, confidenceBins, residues, atoms) = (64, 50, 23, 37)
  /// Width of the confidence head.
  static let confidenceWidth = 128

  func build(
    _ scope: BuildScope, _ last: AlphaFold.Pass, into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    let request = scope.request
    var head = scope.block("head")
    var values = [last.msa, last.pairs, last.single, last.structure.single]
    let m = try head.input("msa", graph.shape(last.msa))
    let z = try head.input("pairs", graph.shape(last.pairs))
    let single = try head.input("single", graph.shape(last.single))
    let s = try head.input("structure.single", graph.shape(last.structure.single))
    let logits = try self.logits(m, z, single, s, rows: request.rows, &head)
    var positions: [(String, TensorID)] = []
    for (layer, value) in last.structure.origins.enumerated() {
      positions.append(("origins.\(layer)", try head.input("origins.\(layer)", graph.shape(value))))
      values.append(value)
    }
    for (layer, value) in last.structure.angles.enumerated() {
      positions.append(("angles.\(layer)", try head.input("angles.\(layer)", graph.shape(value))))
      values.append(value)
    }
    guard request.withLoss else {
      for result in logits + positions.suffix(1) { head.output(result.1) }
      return try graph.call(head, values)
    }
    var loss: TensorID?
    for (name, result) in logits + positions {
      let part: TensorID
      let shape = head.block[result].shape
      if positions.contains(where: { $0.0 == name }) || name == "resolved" {
        let target = try head.input(name + ".target", shape)
        values.append(try scope.input(name + ".target", shape, nil, &graph))
        let kind: ElementLoss =
          name == "resolved"
          ? .binaryCrossEntropy : name.hasPrefix("origins") ? .absolute : .squared
        part = try head.apply(name + ".loss", .elementLoss(kind), result, target)
      } else {
        let rows = Array(shape.dropLast())
        let labels = try head.input(name + ".labels", rows, .int32)
        values.append(try scope.input(name + ".labels", rows, .int32, &graph))
        part = try head.apply(name + ".loss", .crossEntropy, result, labels)
      }
      if let sum = loss {
        loss = try head.apply(name + ".loss.sum", .add, sum, part)
      } else {
        loss = part
      }
    }
    if let loss { head.output(loss) }
    return try graph.call(head, values)
  }

  private func logits(
    _ m: TensorID, _ z: TensorID, _ single: TensorID, _ s: TensorID, rows: Int,
    _ head: inout BlockBuilder
  ) throws(UserError) -> [(String, TensorID)] {
    var x = try head.layerNorm("confidence.norm", s, epsilon: 1e-5)
    for layer in 0..<2 {
      x = try head.linear(
        "confidence.\(layer)", x, to: Self.confidenceWidth, bias: true, .head)
      x = try head.apply("confidence.\(layer).activation", .activation(.relu), x)
    }
    let confidence = try head.linear(
      "confidence", x, to: Self.confidenceBins, bias: true, .head)
    let half = try head.linear("distances", z, to: Self.distanceBins, bias: true, .head)
    let turned = try head.apply("distances.turn", .permute([0, 2, 1, 3]), half)
    let distances = try head.apply("distances.sum", .add, half, turned)
    // Templates' rows are not predicted.
    let shown = try head.apply("residues.rows", .slice(axis: 1, start: 0, count: rows), m)
    let residues = try head.linear("residues", shown, to: Self.residues, bias: true, .head)
    let resolved = try head.linear("resolved", single, to: Self.atoms, bias: true, .head)
    return [
      ("confidence", confidence), ("distances", distances), ("residues", residues),
      ("resolved", resolved),
    ]
  }
}
