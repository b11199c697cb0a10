import DataFormats

/// A stage of a model's training, in which some parts are trained and the others are frozen.
public struct TrainingStage: Sendable, Hashable {
  /// The word of `--train` (`stage1`).
  public var name: String
  /// Names of parts (`projector`) or of blocks within them (`language.embeddings`).
  public var parts: [String]

  /// Creates a stage.
  public init(name: String, parts: [String]) {
    self.name = name
    self.parts = parts
  }

  /// Reads `{"stage1": ["projector"], …}`.
  static func list(_ cursor: JSONCursor) throws(JSONError) -> [TrainingStage] {
    var stages: [TrainingStage] = []
    for (name, value) in try cursor.members() {
      var parts: [String] = []
      for item in try value.elements() { parts.append(try item.string()) }
      guard !parts.isEmpty else { throw value.error("trains nothing") }
      stages.append(TrainingStage(name: name, parts: parts))
    }
    return stages
  }
}
