import Graph
import Kernels
import Models
import Quantities
import Workloads

/// Small versions of architectures beyond a plain transformer, whose losses and gradients were
/// computed with PyTorch (scripts/make-fixtures.py).
struct SmallModel: Sendable, CustomStringConvertible {
  var name: String
  var architecture: String
  var objective = "supervised"
  var family = "vision"
  var sequence: Int?
  var description: String { name }

  static let all: [SmallModel] = [
    SmallModel(
      name: "unet3d",
      architecture: """
        {"kind": "unet", "volume": [32, 32, 32], "channels": 1, "classes": 2,
         "encoder": {"features": [4, 4, 6, 8, 8], "down": "maximum"},
         "decoder": {"features": [8, 6, 4, 4], "upFeatures": [8, 6, 4, 4]}}
        """),
    // Channels enough for maps with channels last.
    SmallModel(
      name: "unet3dWide",
      architecture: """
        {"kind": "unet", "volume": [16, 16, 16], "channels": 1, "classes": 2,
         "encoder": {"features": [16, 20, 24], "down": "maximum"},
         "decoder": {"features": [20, 16], "upFeatures": [20, 16]}}
        """),
    SmallModel(
      name: "swin",
      architecture: """
        {"kind": "swin", "image": 56, "embed": 12, "depths": [2, 2], "heads": [2, 4], "classes": 5}
        """),
    SmallModel(
      name: "resnet",
      architecture: """
        {"kind": "resnet", "image": [64, 64], "block": "basic", "depths": [1, 1, 1, 1],
         "classes": 5}
        """),
    SmallModel(
      name: "sam",
      architecture: """
        {"kind": "sam",
         "encoder": {"image": 64, "hidden": 32, "layers": 2, "heads": 2, "globalLayers": [1]}}
        """),
    SmallModel(
      name: "t5",
      architecture: """
        {"kind": "encoder-decoder", "tokens": {"vocabulary": 50, "context": 64},
         "encoder": {"layers": 2, "hidden": 24, "heads": 3, "headSize": 8, "intermediate": 32,
          "norm": "rms", "normPosition": "pre", "epsilon": 1e-06, "activation": "geluTanh",
          "queryKeyValueBias": false, "outputBias": false, "mlpBias": false,
          "relativeBuckets": 8, "finalNorm": true, "gated": true},
         "targetSequence": 7, "head": {"tied": false}}
        """, objective: "seq2seq", family: "language", sequence: 9),
    SmallModel(
      name: "evoformer",
      architecture: """
        {"kind": "evoformer", "rows": 4, "sequence": 6, "singleWidth": 12,
         "stack": {"blocks": 2, "msaWidth": 16, "pairWidth": 8, "msaHeads": 2, "msaHeadSize": 8,
          "outerSize": 4, "triangleSize": 8, "pairHeads": 2, "pairHeadSize": 4, "transition": 2}}
        """, objective: "structure", family: "bioinformatics"),
    SmallModel(
      name: "gin",
      architecture: """
        {"kind": "gin", "layers": 2, "hidden": 16, "atoms": [9, 3], "bonds": [6, 3]}
        """, objective: "embedding", family: "bioinformatics"),
    SmallModel(
      name: "hyena",
      architecture: """
        {"kind": "hyena", "vocabulary": 16, "context": 32, "layers": 2, "hidden": 16,
         "intermediate": 24, "order": 2, "shortFilter": 3, "filterWidth": 8,
         "positionFeatures": 5, "filterLayers": 2}
        """, objective: "causal-lm", family: "bioinformatics", sequence: 20),
    SmallModel(
      name: "mixture",
      architecture: """
        {"tokens": {"vocabulary": 40, "context": 64, "sequence": 16},
         "stack": {"layers": 2, "hidden": 24, "heads": 4, "keyValueHeads": 2, "intermediate": 32,
          "norm": "rms", "epsilon": 1e-05, "activation": "silu", "gated": true,
          "queryKeyValueBias": false, "outputBias": false, "mlpBias": false, "causal": true,
          "rotaryBase": 10000.0, "finalNorm": true, "mixture": {"experts": 4, "active": 2}},
         "heads": {"pool": "last", "language": {"kind": "linear", "tied": false}}}
        """, objective: "causal-lm", family: "language"),
  ]

  func workload(_ precision: Precision, batch: Int = 2) throws -> Workload {
    let text = """
      {"id": "\(name)", "name": "\(name)", "family": "\(family)", "status": "open",
       "source": "a small test model", "objective": "\(objective)",
       "architecture": \(architecture)}
      """
    let profile = try ModelProfile(parsing: Array(text.utf8), file: name + ".json")
    return try Workload(
      profile,
      WorkloadRequest(
        task: .pretrain, batch: batch, sequence: sequence, precision: precision, optimizer: .sgd))
  }
}

extension ProgramRunner {
  /// Buffers that hold something before the first step.
  var givenBuffers: [Int] {
    program.buffers.indices.filter {
      let content = program.buffers[$0].content
      return content == .parameter || content == .input || content == .constant
    }
  }

  /// Fills parameters and numeric inputs with numbers that depend on nothing but their position.
  func writeTestValues() throws {
    for (position, index) in givenBuffers.enumerated() {
      let buffer = program.buffers[index]
      guard buffer.tensor.dataType.isFloatingPoint else { continue }
      var random = TestRandom(position + 1)
      let shape = buffer.tensor.shape
      // Large enough to matter in every layer, small enough that none saturates.
      let width = max(1, buffer.tensor.count / max(1, shape.first ?? 1))
      let spread = shape.count > 1 ? (3 / Double(width)).squareRoot() : 0.2
      let middle = shape.count == 1 && buffer.content == .parameter ? 0.8 : 0
      let values = (0..<buffer.tensor.count).map { _ in Float(middle + spread * random.uniform()) }
      try write(values, to: index)
    }
  }
}
