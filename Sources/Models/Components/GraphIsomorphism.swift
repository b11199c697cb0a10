import DataFormats
import Graph
import Quantities

/// Graph isomorphism network over molecules (Xu et al., arXiv 1810.00826; with bonds as in Hu et
/// al., arXiv 1905.12265): each layer adds to an atom its neighbours and their bonds and passes the
/// sum through two linear layers.
///
/// `{"kind": "gin", "layers": 5, "hidden": 300, "atoms": [119, 3], "bonds": [6, 3]}`. A sample is a
/// molecule of `sequence` atoms with `targetSequence` directed bonds (two for each bond).
struct GraphIsomorphism: Component {
  static let kind = "gin"

  var layers: Int
  var hidden: Int
  /// Words of each property of an atom.
  var atoms: [Int]
  /// Words of each property of a bond.
  var bonds: [Int]
  /// Whether an atom is its own neighbour, by a bond of its own kind.
  var selfLoops: Bool
  /// Whether batch norm also stands between the linear layers.
  var innerNorm: Bool
  var classes: Int
  /// Atoms and directed bonds of a molecule.
  var molecule: [Int]

  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: [
      "kind", "layers", "hidden", "atoms", "bonds", "selfLoops", "innerNorm", "classes",
      "molecule",
    ])
    layers = try cursor.field("layers").int(in: 1...1000)
    hidden = try cursor.field("hidden").int(in: 1...100_000)
    atoms = try cursor.field("atoms").ints(count: 1...64)
    bonds = try cursor.field("bonds").ints(count: 1...64)
    selfLoops = try cursor.bool("selfLoops", true)
    innerNorm = try cursor.bool("innerNorm", false)
    classes = try cursor.int("classes", 0, in: 0...100_000_000)
    // A drug-like molecule of MoleculeNet: about 26 heavy atoms and 28 bonds.
    molecule = try cursor.ints("molecule", [26, 56], count: 2...2)
  }

  var sample: SampleDefaults {
    SampleDefaults(sequence: molecule[0], targetSequence: molecule[1])
  }

  var likelyFamily: ModelFamily { .bioinformatics }

  func build(_ scope: BuildScope, into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    try scope.refuse([.supervised, .embedding])
    let features = try embedded(scope, &graph)
    return try scope.classify(features, classes: classes, into: &graph)
  }

  /// One embedding a molecule: `[B, hidden]`.
  func embedded(
    _ scope: BuildScope, _ graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    let request = scope.request
    let (batch, nodes) = (request.batch, request.sequence)
    let (edges, overflow) = request.targetSequence.addingReportingOverflow(selfLoops ? nodes : 0)
    guard !overflow else {
      throw scope.fault("--target-sequence", "too many bonds", remedy: "give fewer")
    }
    var words: [ValueID] = []
    for index in atoms.indices {
      words.append(try scope.input("atoms.\(index)", [batch, nodes], .int32, &graph))
    }
    var bondWords: [ValueID] = []
    for index in bonds.indices {
      bondWords.append(try scope.input("bonds.\(index)", [batch, edges], .int32, &graph))
    }
    let source = try scope.input("source", [batch, edges], .int32, &graph)
    let target = try scope.input("target", [batch, edges], .int32, &graph)
    return try scope.flow(into: &graph) { (flow) throws(UserError) in
      var x = try flow.step("embeddings", count: 1, words) { (block, x) throws(UserError) in
        [try looked(&block, "atom", x, atoms)]
      }[0]
      let shared = [source, target] + bondWords
      if layers > 1 {
        x = try flow.step("layer", count: layers - 1, [x] + shared) {
          (block, x) throws(UserError) in [try layer(&block, x, active: true)]
        }[0]
      }
      x = try flow.step("layer.last", count: 1, [x] + shared) { (block, x) throws(UserError) in
        [try layer(&block, x, active: false)]
      }[0]
      return try flow.step("pool", x) { (block, x) throws(UserError) in
        try block.apply("pool", .reduce(.mean, axes: [1]), x[0])
      }
    }
  }

  /// The sum of the embeddings of several properties.
  private func looked(
    _ block: inout BlockBuilder, _ name: String, _ ids: [TensorID], _ vocabularies: [Int]
  ) throws(UserError) -> TensorID {
    var sum: TensorID?
    for (index, (id, words)) in zip(ids, vocabularies).enumerated() {
      let part = "\(name).\(index)"
      let table = try block.parameter(part + ".weight", [words, hidden], .embedding)
      let rows = try block.apply(part, .embedding, id, table)
      if let earlier = sum {
        sum = try block.apply(part + ".sum", .add, earlier, rows)
      } else {
        sum = rows
      }
    }
    guard let sum else { return ids[0] }
    return sum
  }

  /// Inputs: atoms `[B, N, h]`, source and target of each bond, properties of each bond.
  private func layer(
    _ block: inout BlockBuilder, _ x: [TensorID], active: Bool
  ) throws(UserError) -> TensorID {
    let shape = block.block[x[0]].shape
    let edges = try looked(&block, "bond", Array(x.dropFirst(3)), bonds)
    let neighbours = try block.apply("neighbours", .gatherRows, x[0], x[1])
    let messages = try block.apply("messages", .add, neighbours, edges)
    var y = try block.apply("sum", .scatterRows(rows: shape[1]), messages, x[2])
    if !selfLoops { y = try block.apply("self", .add, y, x[0]) }
    y = try block.apply("rows", .cast, y, shape: [shape[0] * shape[1], hidden])
    y = try block.linear("mlp.1", y, to: 2 * hidden, bias: true, .mlp)
    if innerNorm { y = try block.featureNorm("mlp.norm", y, FeatureNorm(.batch)) }
    y = try block.apply("mlp.act", .activation(.relu), y)
    y = try block.linear("mlp.2", y, to: hidden, bias: true, .mlp)
    y = try block.featureNorm("norm", y, FeatureNorm(.batch))
    if active { y = try block.apply("act", .activation(.relu), y) }
    return try block.apply("atoms", .cast, y, shape: shape)
  }
}
