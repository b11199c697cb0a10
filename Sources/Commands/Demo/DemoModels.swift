import Models
import Quantities
import Workloads

/// What the demonstration does with one model of the survey.
struct DemoModel: Sendable {
  /// Catalogue id.
  var id: String
  /// Tokens of a sample, for models that read text or sequences.
  var sequence: Int?
  /// What the training steps stand for.
  var training: WorkloadTask
  /// Samples of one batch of inference.
  var batch: Int

  /// One of each family of the survey, small enough for a few passes on any machine.
  static let all = [
    DemoModel(
      id: "pubmedbert", sequence: 128, training: .pretrain, batch: 4),
    DemoModel(
      id: "uni", sequence: nil, training: .finetune, batch: 1),
    DemoModel(
      id: "esm2-150m", sequence: 256, training: .pretrain, batch: 2),
    DemoModel(
      id: "biomedclip", sequence: 256, training: .pretrain, batch: 2),
  ]

  /// The catalogue's models of a list of ids, each with its default or at most 128 tokens; those of
  /// `all` as they stand there.
  ///
  /// - Throws: `UserError` for an unknown id, with the nearest names.
  static func models(_ list: String) throws(UserError) -> [DemoModel] {
    var models: [DemoModel] = []
    for word in list.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
      if let known = all.first(where: { $0.id == word }) {
        models.append(known)
        continue
      }
      let profile = try ModelCatalogue.builtIn.model(word)
      models.append(
        DemoModel(
          id: word, sequence: profile.tokenInput.map { min($0.sequence, 128) },
          training: .finetune, batch: 1))
    }
    return models
  }

  /// Training steps of each job: the first is a warm-up that the run adds by itself.
  static let steps = 2
  /// Batches of each inference job.
  static let repeats = 2

  /// A batch of inference.
  func inference(batch: Int, _ precision: Precision) -> WorkloadRequest {
    WorkloadRequest(task: .infer, batch: batch, sequence: sequence, precision: precision)
  }

  /// A micro-batch of training.
  func training(batch: Int, _ precision: Precision) -> WorkloadRequest {
    WorkloadRequest(
      task: training, batch: batch, sequence: sequence, precision: precision)
  }
}
