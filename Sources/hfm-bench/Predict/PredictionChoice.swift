import CostModel
import Executor
import Kernels
import Models
import Quantities
import Workloads

/// Which workloads `hfm-bench predict` measures: the same in every run on as many cores.
enum PredictionChoice {
  /// More is no work for a processor.
  static let longestSeconds = 0.6

  /// What two workloads have in common of which one is measured.
  private struct Kind: Hashable {
    var variant: PredictionCase.Variant
    var kernels: Set<Kernel>
    /// Exponent of two of the seconds by the yardstick.
    var size: Int
  }

  /// Of workloads of one task, batch and format that run the same kernels for about the same time
  /// (the same power of two), the first; neighbours in the catalogue far apart.
  /// - Parameters:
  ///   - team: builds the models' graphs, which takes longest.
  ///   - variants: how many of a model's.
  static func cases(team: WorkerTeam, variants: Int) throws -> [PredictionCase] {
    let profiles = spread(ModelCatalogue.builtIn.models)
    let tasks = [WorkloadTask.infer, .finetune]
    let lanes = team.count
    let sketches = try team.map(profiles.count * tasks.count) { index in
      WorkloadSketch(profiles[index / tasks.count], tasks[index % tasks.count], lanes: lanes)
    }
    var seen: Set<Kind> = []
    return profiles.enumerated().flatMap { place, profile in
      PredictionCase.variants.prefix(variants).compactMap { variant in
        let task = tasks.firstIndex(of: variant.task) ?? 0
        guard let sketch = sketches[place * tasks.count + task] else { return nil }
        let seconds = sketch.seconds(variant)
        let kind = Kind(variant: variant, kernels: sketch.kernels, size: seconds.exponent)
        guard seconds < longestSeconds, seen.insert(kind).inserted else { return nil }
        return PredictionCase(profile: profile, variant: variant, roughSeconds: seconds)
      }
    }
  }

  /// All models once, neighbours in the list far apart: every 89th of them, round by round.
  private static func spread(_ models: [ModelProfile]) -> [ModelProfile] {
    let stride = 89
    return (0..<stride).flatMap { first in
      Swift.stride(from: first, to: models.count, by: stride).map { models[$0] }
    }
  }
}
