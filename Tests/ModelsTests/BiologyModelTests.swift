import DataFormats
import Graph
import Models
import Quantities
import TestSupport
import Testing

/// Models of table III: parameters as published or as PyTorch counts the original code, and what
/// follows from how they are built.
@Suite("Models of biology")
struct BiologyModelTests {
  private static func model(_ id: String) throws -> ModelProfile {
    try ModelCatalogue.builtIn.model(id)
  }

  private static func graph(
    _ id: String, objective: Objective? = nil, _ change: (inout GraphRequest) -> Void = { _ in }
  ) throws -> OperatorGraph {
    let model = try model(id)
    let sample = model.sample
    var request = GraphRequest(
      batch: 1, sequence: min(sample.sequence ?? 1, 64), spatial: [1, 1], precision: .fp32,
      objective: objective ?? model.objective, withLoss: false)
    request.targetSequence = sample.targetSequence ?? 1
    request.rows = min(sample.rows ?? 1, 4)
    change(&request)
    return try model.graph(request)
  }

  private static func buffers(_ graph: OperatorGraph) -> Int {
    graph.calls.reduce(0) { sum, call in
      let block = graph.blocks[call.block]
      return sum + call.count
        * block.tensors.filter { $0.role == .buffer }.reduce(0) { $0 + $1.count }
    }
  }

  /// Counted by PyTorch 2.15 on the authors' code (meta device), named in each model's `source`;
  /// AlphaFold's by OpenFold's `initial_training`.
  @Test(arguments: [
    ("hyenadna-tiny-1k", 436_096), ("hyenadna-large-1m", 6_550_528), ("scgpt", 51_856_898),
    ("uce-33l", 674_745_857), ("scfoundation-100m", 119_252_285),
    ("msa-transformer", 115_616_434), ("evoformer-48", 87_936_384), ("alphafold2", 93_229_082),
    ("dnabert-2", 117_074_176), ("progen2-base", 764_803_616), ("progen2-xlarge", 6_443_638_816),
  ])
  func parametersAsPyTorchCounts(id: String, total: Int) throws {
    #expect(try Self.model(id).parameterCount() == total)
  }

  /// Published sizes (the README of multimolecule or of the authors): within half a percent, or
  /// the stated rounding.
  @Test(arguments: [
    ("progen2-small", 151_150_000.0, 0.002), ("progen2-large", 2_517_340_000, 0.001),
    ("nucleotide-transformer-v2-50m", 55_900_000, 0.002),
    ("nucleotide-transformer-v2-100m", 97_900_000, 0.002),
    ("nucleotide-transformer-v2-500m", 498_000_000, 0.002), ("mrna-fm", 239_260_000, 0.005),
    ("rna-msm", 95_920_000, 0.002), ("splicebert-510", 19_450_000, 0.005),
    ("geneformer-106m", 106_000_000, 0.01), ("gena-lm-large", 336_000_000, 0.01),
    ("protbert", 420_000_000, 0.01), ("protalbert", 224_000_000, 0.02),
    ("protgpt2", 738_000_000, 0.06), ("xtrimopglm-100b", 100_000_000_000, 0.01),
    ("progen", 1_200_000_000, 0.02), ("rna-fm", 99_520_000, 0.001),
    ("utr-lm", 1_210_000, 0.01), ("rnabert", 480_000, 0.02),
  ])
  func parametersAsPublished(id: String, published: Double, tolerance: Double) throws {
    let counted = Double(try Self.model(id).parameterCount())
    #expect(abs(counted - published) <= tolerance * published, "\(id): \(counted)")
  }

  @Test("Every row of table III has an entry")
  func everyRow() throws {
    let rows = Set(
      ModelCatalogue.builtIn.models.compactMap(\.survey).filter { $0.table == "III" }.map(\.row))
    #expect(rows == Set(1...31))
  }

  /// The table of gene vectors is stored, counted, and never trained.
  @Test func scBertKeepsItsGeneTable() throws {
    var request = GraphRequest(
      batch: 1, sequence: 8, spatial: [1, 1], precision: .fp32, objective: .maskedLanguage,
      withLoss: true)
    request.rows = 1
    let graph = try Self.model("scbert").graph(request)
    // 5,007,207 trained (scBERT's PerformerLM without biases of q, k, v) and 16,907·200 given.
    #expect(graph.parameterCount == 5_007_207 + 16_907 * 200)
    let training = try TrainingGraph.derive(from: graph)
    let trained = training.backwardCalls.reduce(0) { sum, call in
      let block = training.backwardBlocks[call.block]
      return sum + call.count
        * block.parameterGradients.reduce(0) { $0 + block.tensors[$1.gradient.index].count }
    }
    #expect(trained == 5_007_207)
  }

  /// Position features, times and decay rates are buffers: 5·L + L + h a layer, L = context + 2.
  @Test(arguments: [("hyenadna-tiny-1k", 12_568), ("hyenadna-large-1m", 48_002_144)])
  func hyenaFiltersAreBuffers(id: String, elements: Int) throws {
    let graph = try Self.graph(id)
    let masks = graph.blocks.flatMap(\.tensors).filter { $0.role == .buffer }
    #expect(Self.buffers(graph) == elements, "\(masks.map(\.name))")
  }

  @Test func hyenaNamesItsFault() throws {
    let text = """
      {"id": "h", "name": "h", "family": "bioinformatics", "source": "x", "objective": "embedding",
       "architecture": {"kind": "hyena", "vocabulary": 16, "context": 64, "layers": 1, "hidden": 8,
       "positionFeatures": 4}}
      """
    let error = #expect(throws: UserError.self) {
      try ModelProfile(parsing: Array(text.utf8), file: "h.json")
    }
    #expect(error?.description.contains("odd") == true, "\(error?.description ?? "")")
  }

  @Test(arguments: [
    (
      #""kind": "performer", "vocabulary": 7, "positions": 9, "stack": {"layers": 1, "hidden":"#
        + #" 8, "heads": 2, "widht": 3}"#,
      "widht"
    ),
    (
      #""kind": "alignment-encoder", "vocabulary": 9, "positions": 9, "layers": 1, "hidden": 10,"#
        + #" "heads": 3"#,
      "divide"
    ),
    (
      #""kind": "embedding-encoder", "features": 8, "context": 4, "decoder": [], "stack":"#
        + #" {"layers": 1, "hidden": 8, "heads": 2}"#,
      "width"
    ),
    (#""kind": "evoformer", "stack": {"blocks": 0}"#, "blocks"),
    (
      #""kind": "expression-encoder", "genes": 0, "stack": {"layers": 1, "hidden": 8, "heads": 2}"#,
      "genes"
    ),
    (
      #""tokens": {"vocabulary": 9, "context": 99}, "stack": {"layers": 1, "hidden": 8, "heads":"#
        + #" 2, "causal": true, "blockSparse": {}}"#,
      "blockSparse"
    ),
    (
      #""kind": "expression-autoencoder", "genes": 9, "bins": 4, "sequence": 7,"#
        + #" "targetSequence": 5, "encoder": {"layers": 1, "hidden": 8, "heads": 2},"#
        + #" "decoder": {"layers": 1, "hidden": 8, "heads": 2}"#,
      "sequence"
    ),
  ])
  func faultsAreNamed(architecture: String, word: String) throws {
    let text = """
      {"id": "x", "name": "x", "family": "bioinformatics", "source": "x", "objective": "masked-lm",
       "architecture": {\(architecture)}}
      """
    let error = #expect(throws: UserError.self) {
      try ModelProfile(parsing: Array(text.utf8), file: "x.json")
    }
    #expect(error?.description.contains(word) == true, "\(error?.description ?? "")")
  }

  // MARK: recycling

  /// Passes share every parameter, and the forward products grow by the same amount each time.
  @Test func recyclingReusesParameters() throws {
    var blocks: [Int] = []
    for recycles in 0...2 {
      let graph = try Self.graph("alphafold2") {
        $0.recycles = recycles
        $0.sequence = 4
        $0.rows = 2
      }
      #expect(graph.parameterCount == 93_229_082, "\(recycles) recycles")
      blocks.append(graph.calls.reduce(0) { $0 + $1.count })
    }
    #expect(blocks[2] - blocks[1] == blocks[1] - blocks[0] && blocks[1] > blocks[0])
  }

  /// Only the last pass is trained: gradients reach each parameter once.
  @Test func onlyTheLastPassIsTrained() throws {
    func work(_ recycles: Int) throws -> Int {
      let graph = try Self.graph("alphafold2") {
        $0.recycles = recycles
        $0.sequence = 4
        $0.rows = 2
        $0.loss = .own
      }
      let training = try TrainingGraph.derive(from: graph)
      return training.backwardCalls.reduce(0) {
        $0 + $1.count * training.backwardBlocks[$1.block].operators.count
      }
    }
    let once = try work(0)
    #expect(try work(2) == once)
  }

  // MARK: block-sparse attention

  /// Pairs of queries and keys as the pattern says: two blocks see all, two see 4 + r blocks, the
  /// rest 5 + r (arXiv 2007.14062, as transformers computes it).
  @Test(arguments: [(64, 3, 4096), (64, 3, 1024), (32, 1, 512)])
  func blockSparsePairs(block: Int, random: Int, tokens: Int) throws {
    let text = """
      {"id": "b", "name": "b", "family": "bioinformatics", "source": "x", "objective": "masked-lm",
       "architecture": {"tokens": {"vocabulary": 8, "context": 4096},
       "stack": {"layers": 1, "hidden": 16, "heads": 2,
                 "blockSparse": {"block": \(block), "random": \(random)}},
       "heads": {"language": {"kind": "linear"}}}}
      """
    let model = try ModelProfile(parsing: Array(text.utf8), file: "b.json")
    let request = GraphRequest(
      batch: 1, sequence: tokens, spatial: [1, 1], precision: .fp32, objective: .maskedLanguage,
      withLoss: false)
    let graph = try model.graph(request)
    var pairs = 0
    for node in graph.blocks.flatMap({ block in block.operators.map { (block, $0) } }) {
      guard case .batchedMatmul(.right) = node.1.kind else { continue }
      pairs += node.0[node.1.outputs[0]].count
    }
    let blocks = tokens / block
    let wanted =
      2 * block * tokens + 2 * block * (4 + random) * block
      + (blocks - 4) * block * (5 + random) * block
    #expect(pairs == 2 * wanted)
  }

  /// transformers 5.24's BigBirdForMaskedLM under torch 2.13's FlopCounterMode: 1 layer of 64, 4
  /// heads, an MLP of 128, 32,000 tokens.
  @Test(arguments: [
    (640, 2_773_491_712), (768, 3_309_314_048), (1024, 4_418_707_456), (2048, 8_856_281_088),
  ])
  func blockSparseAsTransformers(tokens: Int, flops: Int) throws {
    let text = """
      {"id": "b", "name": "b", "family": "bioinformatics", "source": "x",
       "like": "gena-lm-bigbird-base",
       "architecture": {"stack": {"layers": 1, "hidden": 64, "heads": 4, "intermediate": 128}}}
      """
    let model = try ModelProfile(parsing: Array(text.utf8), file: "b.json")
    #expect(try model.parameterCount() == 2_384_320)
    let request = GraphRequest(
      batch: 1, sequence: tokens, spatial: [1, 1], precision: .fp32, objective: .maskedLanguage,
      withLoss: false)
    #expect(try Self.products(model.graph(request)) == flops)
  }

  /// FLOPs of linear layers, batched products and attention.
  private static func products(_ graph: OperatorGraph) throws -> Int {
    graph.calls.reduce(0) { sum, call in
      let block = graph.blocks[call.block]
      return sum + call.count
        * block.operators.reduce(0) { sum, node in
          let (first, result) = (block[node.inputs[0]], block[node.outputs[0]])
          switch node.kind {
          case .linear, .batchedMatmul: return sum + 2 * result.count * first.columns
          case .attention:
            return sum + 4 * first.count * block[node.inputs[1]].shape[1]
          default: return sum
          }
        }
    }
  }

  /// A short sequence gets one full product.
  @Test func shortSequencesAreDense() throws {
    let graph = try Self.graph("gena-lm-bigbird-base") { $0.sequence = 640 }
    let kinds = graph.blocks.flatMap(\.operators).map(\.kind)
    #expect(!kinds.contains(.batchedMatmul(.right)))
    let sparse = try Self.graph("gena-lm-bigbird-base") { $0.sequence = 768 }
    #expect(sparse.blocks.flatMap(\.operators).map(\.kind).contains(.batchedMatmul(.right)))
  }
}
