import CostModel

/// What neighbouring stages of a pipeline hold, each of them the same.
public struct PlanStage: Sendable, Hashable {
  /// Layers of one name that follow one another.
  public struct Layers: Sendable, Hashable {
    /// The block's name in the model's graph.
    public var name: String
    /// Iterations of it on one stage; with virtual stages, of all of a device's.
    public var count: Int
  }

  /// Place of the first of these stages, from 0.
  public var first: Int
  /// How many stages, one behind the other.
  public var count: Int
  /// In the order in which they run.
  public var layers: [Layers]

  /// "stage 1", "stages 2 to 7".
  var name: String {
    count == 1 ? "stage \(first + 1)" : "stages \(first + 1) to \(first + count)"
  }

  /// "embedding, 12 decoder".
  var contents: String {
    layers.map { $0.count == 1 ? $0.name : "\($0.count) \($0.name)" }.joined(separator: ", ")
  }
}

extension StagePartition {
  /// The pipeline from its first stage to its last, equal neighbours as one.
  func described(_ layers: [LayerWork]) -> [PlanStage] {
    var result: [PlanStage] = []
    for (place, index) in places.enumerated() {
      if place > 0, places[place - 1] == index {
        result[result.count - 1].count += 1
      } else {
        let held = Self.layers(stages[index].counts, layers)
        result.append(PlanStage(first: place, count: 1, layers: held))
      }
    }
    return result
  }

  private static func layers(_ counts: [Int], _ layers: [LayerWork]) -> [PlanStage.Layers] {
    var result: [PlanStage.Layers] = []
    for (layer, count) in zip(layers, counts) where count > 0 {
      if let last = result.last, last.name == layer.name {
        result[result.count - 1].count += count
      } else {
        result.append(PlanStage.Layers(name: layer.name, count: count))
      }
    }
    return result
  }
}
