import Graph
import Models
import Quantities

/// Which parameters a training step changes.
public enum TrainedPart: Sendable, Hashable {
  /// Every parameter that the loss depends on.
  case everything
  /// Only the head (linear probing): backward stops at the pooled embedding.
  case head
  /// What an adaptation added (LoRA's matrices, adapters, prompts), and a new task's classifier.
  case adapters
  /// Blocks whose names start so (`projector.`, `last.` for the last layers), the rest frozen.
  case parts([String])
  /// Parts (`projector`) or single blocks of them (`language.embeddings`) of one of the model's
  /// stages, the rest frozen.
  case blocks([String])

  /// Blocks that no step trains, whatever is asked for: models that a loss only consults.
  static let consulted = ["reference.", "reward."]

  /// Whether a block's parameter is trained.
  ///
  /// - Parameter newTask: whether the classifier is new, so that adapters need it trained.
  func covers(_ block: Block, _ tensor: Tensor, newTask: Bool) -> Bool {
    guard !Self.consulted.contains(where: block.name.hasPrefix) else { return false }
    let isHead = tensor.role == .parameter(.head)
    switch self {
    case .everything: return true
    case .head: return isHead
    case .adapters:
      return tensor.role == .parameter(.adapter)
        || (newTask && isHead && !tensor.name.hasPrefix("pooler"))
    case .parts(let prefixes):
      return prefixes.contains { Self.matches(block, $0) }
    case .blocks(let names):
      return names.contains { block.name == $0 || block.name.hasPrefix($0 + ".") }
    }
  }

  /// With the name of one of the model's stages replaced by what that stage trains.
  func resolved(for model: ModelProfile) -> TrainedPart {
    guard case .parts(let words) = self, words.count == 1,
      let stage = model.stages.first(where: { $0.name == words[0] })
    else { return self }
    return .blocks(stage.parts)
  }

  /// Whether a part's name means this block; `last.` also within a part (`text.last.layer`).
  private static func matches(_ block: Block, _ prefix: String) -> Bool {
    block.name.hasPrefix(prefix)
      || (prefix == GraphRequest.lastLayers && block.name.contains("." + prefix))
  }

  /// Refuses names of parts that the graph does not have, and adaptations that found no matrix.
  ///
  /// - Throws: `UserError` that lists what there is.
  func check(_ graph: OperatorGraph, model: ModelProfile) throws(UserError) {
    if case .parts(let prefixes) = self {
      // Behind a post-norm stack there is no final norm to train with its last layers.
      let given = prefixes.filter { $0 != "norm" || !prefixes.contains(GraphRequest.lastLayers) }
      for prefix in given where !graph.blocks.contains(where: { Self.matches($0, prefix) }) {
        let stages =
          model.stages.isEmpty
          ? "" : "its stages are \(model.stages.map(\.name).joined(separator: ", ")); "
        throw UserError(
          .input, place: model.id, key: "--train", "this model has no part \"\(prefix)\"",
          remedy: stages + "its parts are " + Self.list(graph.blocks.map(\.name)))
      }
    }
    guard case .adapters = self else { return }
    let adapted = graph.blocks.contains { block in
      block.tensors.contains { $0.role == .parameter(.adapter) }
    }
    guard !adapted else { return }
    let matrices = graph.blocks.flatMap { block in
      block.operators.filter { if case .linear = $0.kind { true } else { false } }.map(\.name)
    }
    throw UserError(
      .input, place: model.id, key: "--targets", "nothing of this model is adapted",
      remedy: matrices.isEmpty
        ? "it has no matrices; train it whole"
        : "name some of its matrices: " + Self.list(matrices))
  }

  /// The first names, each once.
  private static func list(_ names: [String]) -> String {
    var unique: [String] = []
    for name in names where !unique.contains(name) { unique.append(name) }
    return unique.prefix(16).joined(separator: ", ") + (unique.count > 16 ? ", …" : "")
  }
}
