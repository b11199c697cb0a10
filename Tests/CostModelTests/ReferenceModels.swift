import Models
import Quantities

/// Architectures whose memory PyTorch's MemTracker was asked for, as their public configurations
/// state them.
enum ReferenceModels {
  private static let bertHeads = """
    {"pooler": true, "nextSentence": true,
     "language": {"kind": "transform", "tied": true, "bias": true}}
    """

  static func bert(_ layers: Int, _ hidden: Int, _ attention: Int, _ vocabulary: Int) -> String {
    """
    {"tokens": {"vocabulary": \(vocabulary), "positions": 512, "tokenTypes": 2, "norm": true},
     "stack": {"layers": \(layers), "hidden": \(hidden), "heads": \(attention),
       "normPosition": "post"}, "heads": \(bertHeads)}
    """
  }

  static func gpt2(_ layers: Int, _ hidden: Int, _ heads: Int, _ vocabulary: Int, _ positions: Int)
    -> String
  {
    """
    {"tokens": {"vocabulary": \(vocabulary), "positions": \(positions)},
     "stack": {"layers": \(layers), "hidden": \(hidden), "heads": \(heads), "causal": true,
       "activation": "geluTanh", "finalNorm": true},
     "heads": {"language": {"kind": "linear", "tied": true}}}
    """
  }

  static func llama(_ layers: Int, _ hidden: Int, _ heads: Int, _ intermediate: Int) -> String {
    """
    {"tokens": {"vocabulary": 32000, "context": 2048},
     "stack": {"layers": \(layers), "hidden": \(hidden), "heads": \(heads),
       "intermediate": \(intermediate), "norm": "rms", "gated": true, "activation": "silu",
       "queryKeyValueBias": false, "outputBias": false, "mlpBias": false, "causal": true,
       "rotaryBase": 10000, "finalNorm": true},
     "heads": {"language": {"kind": "linear", "tied": false}}}
    """
  }

  static func vit(_ layers: Int, _ hidden: Int, _ heads: Int, classes: Int) -> String {
    """
    {"patches": {"image": 224, "patch": 16},
     "stack": {"layers": \(layers), "hidden": \(hidden), "heads": \(heads), "finalNorm": true},
     "heads": {"classes": \(classes)}}
    """
  }

  static let esm2 = """
    {"tokens": {"vocabulary": 33, "context": 1026},
     "stack": {"layers": 33, "hidden": 1280, "heads": 20, "rotaryBase": 10000, "finalNorm": true},
     "heads": {"contacts": true, "language": {"kind": "transform", "tied": true, "bias": true}}}
    """

  static let geneformer = """
    {"tokens": {"vocabulary": 25426, "positions": 2048, "tokenTypes": 2, "norm": true},
     "stack": {"layers": 6, "hidden": 256, "heads": 4, "intermediate": 512, "normPosition": "post",
       "activation": "relu"},
     "heads": {"language": {"kind": "transform", "tied": true, "bias": true}}}
    """

  static let architectures: [(id: String, objective: String, architecture: String)] = [
    ("bert-base-uncased", "masked-lm", bert(12, 768, 12, 30522)),
    ("bert-large-uncased", "masked-lm", bert(24, 1024, 16, 30522)),
    ("gatortron-base-345m", "masked-lm", bert(24, 1024, 16, 50176)),
    ("gpt2-small", "causal-lm", gpt2(12, 768, 12, 50257, 1024)),
    ("megatron-gpt-1.3b", "causal-lm", gpt2(24, 2048, 16, 50304, 2048)),
    ("llama-7b", "causal-lm", llama(32, 4096, 32, 11008)),
    ("llama-13b", "causal-lm", llama(40, 5120, 40, 13824)),
    ("esm2-650m-hf", "masked-lm", esm2),
    ("geneformer-6l", "masked-lm", geneformer),
    ("vit_base_patch16_224", "supervised", vit(12, 768, 12, classes: 1000)),
  ]

  static func model(_ id: String) throws -> ModelProfile? {
    guard let entry = architectures.first(where: { $0.id == id }) else { return nil }
    let family = entry.objective == "supervised" ? "vision" : "language"
    let text = """
      {"id": "\(id)", "name": "\(id)", "family": "\(family)", "status": "open", "source": "test",
       "objective": "\(entry.objective)", "architecture": \(entry.architecture)}
      """
    return try ModelProfile(parsing: Array(text.utf8), file: id)
  }
}
