import DataFormats
import Graph
import Quantities

/// AlphaFold 2 (Jumper et al. 2021) as OpenFold implements it: embedders, templates, the stack of
/// extra sequences, Evoformer, structure module, auxiliary heads, and recycling.
///
/// `--rows` clustered sequences of `--sequence` residues; with `--recycles N` the whole runs N
/// times before, each time starting from the last results, without a gradient.
struct AlphaFold: Component {
  static let kind = "alphafold"

  /// The trunk.
  var evoformer: EvoformerStack
  /// The stack of extra sequences.
  var extra: EvoformerStack
  /// Known structures.
  var template: TemplateEmbedder
  /// Frames and angles.
  var structure: StructureModule
  /// Residues of a workload that gives none.
  var sequence: Int
  /// Clustered sequences of a workload that gives none.
  var rows: Int
  /// Extra sequences.
  var extraRows: Int
  /// Templates.
  var templates: Int
  /// Further passes of a workload that gives none.
  var recycles: Int

  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: [
      "kind", "evoformer", "extra", "template", "structure", "sequence", "rows", "extraRows",
      "templates", "recycles",
    ])
    evoformer = try EvoformerStack(cursor.field("evoformer"))
    extra = try EvoformerStack(cursor.field("extra"))
    template = try TemplateEmbedder(cursor.field("template"))
    structure = try StructureModule(cursor.field("structure"))
    guard evoformer.pairWidth == extra.pairWidth else {
      throw try cursor.field("extra").error(
        "its pairs have \(extra.pairWidth) channels, those of evoformer \(evoformer.pairWidth)")
    }
    let extents = 1...100_000
    sequence = try cursor.int("sequence", 256, in: extents)
    rows = try cursor.int("rows", 128, in: extents)
    extraRows = try cursor.int("extraRows", 1024, in: extents)
    templates = try cursor.int("templates", 4, in: 1...100)
    recycles = try cursor.int("recycles", 3, in: 0...SampleDefaults.mostRecycles)
  }

  var sample: SampleDefaults {
    var sample = SampleDefaults()
    sample.sequence = sequence
    sample.rows = rows
    sample.recycles = recycles
    return sample
  }

  var likelyFamily: ModelFamily { .bioinformatics }
  var likelyObjective: Objective { .structure }

  /// What a pass hands to the next.
  struct Pass {
    var msa: ValueID
    var pairs: ValueID
    /// The trunk's single representation, before the structure module.
    var single: ValueID
    var structure: StructureModule.Result
  }

  func build(_ scope: BuildScope, into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    guard scope.request.objective == .structure else {
      throw scope.fault(
        "objective", "this model is not made for \(scope.request.objective.rawValue)",
        remedy: "use structure")
    }
    let features = try Features(self, scope, &graph)
    let recycles = scope.request.recycles
    var passes = Passes()
    var bank = ParameterBank()
    var previous: Pass?
    for _ in 0...recycles {
      previous = try pass(
        scope, after: previous, features, &passes, &bank, into: &graph)
    }
    guard let last = previous else { return [] }
    return try StructureHeads(alphaFold: self).build(scope, last, into: &graph)
  }

  private func pass(
    _ scope: BuildScope, after previous: Pass?, _ features: Features, _ passes: inout Passes,
    _ bank: inout ParameterBank, into graph: inout GraphBuilder
  ) throws(UserError) -> Pass {
    let request = scope.request
    let embedder = InputEmbedder(alphaFold: self)
    let start = try embedder.start(scope, features, previous, &passes, into: &graph)
    let templated = try template.build(
      scope, pairs: start.pairs, templates: templates,
      msaWidth: evoformer.msaWidth, inputs: features, &passes, into: &graph)
    let more = try embedder.extra(scope, features, &passes, into: &graph)
    let shape = [request.batch, request.sequence, request.sequence, evoformer.pairWidth]
    let enriched = try passes.call(
      "extra.layer", count: extra.blocks,
      [more, templated.pairs, features.extraMask, features.pairMask], into: &graph
    ) { (graph) throws(UserError) in
      try extra.block(scope, name: "extra.layer", msa: graph.shape(more), pairs: shape)
    }[1]
    let msa = try embedder.join(scope, start.msa, templated.rows, &passes, into: &graph)
    let states = try passes.call(
      "evoformer.layer", count: evoformer.blocks,
      [msa, enriched, features.msaMask, features.pairMask], into: &graph
    ) { (graph) throws(UserError) in
      try evoformer.block(scope, name: "evoformer.layer", msa: graph.shape(msa), pairs: shape)
    }
    let projected = try passes.call(
      "single", [states[0]], into: &graph
    ) { (graph) throws(UserError) in
      var single = scope.block("single")
      let m = try single.input("msa", graph.shape(states[0]))
      single.output(try SingleProjection.build(m, to: structure.width, &single))
      return single
    }[0]
    let result = try structure.build(
      scope, single: projected, pairs: states[1], features, bank: &bank, into: &graph)
    return Pass(msa: states[0], pairs: states[1], single: projected, structure: result)
  }
}
