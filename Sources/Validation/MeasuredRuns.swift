public import DataFormats
import Models
import Planner
public import Quantities
import Workloads

/// Reads the project's own measurements with PyTorch on one device (`Validation/gpu-*.json`, made
/// by `scripts/gpu/measure.py`): steps and passes with their times, peaks and power, and
/// micro-batches under an allocator capped to a smaller card's memory, the last of which runs out
/// of it.
public enum MeasuredRuns {
  /// The table of runs under a capped allocator; timed ones are in `own` and their field.
  public static let capped = "own, capped memory"

  /// Every table of this kind.
  public static let tables = ModelFamily.allCases.map { "own \($0.rawValue)" } + [capped]

  /// All runs of a file.
  ///
  /// - Throws: `UserError` that names a run and the key that it lacks.
  public static func read(_ document: JSONValue) throws(UserError) -> PublishedRows {
    var rows = PublishedRows()
    guard let cluster = document["cluster"]?.string else {
      throw UserError(
        .input, place: "Validation/gpu-*.json", key: "cluster", "missing",
        remedy: "name the profile of the device that was measured")
    }
    for entry in document["runs"]?.array ?? [] {
      var run = try run(entry, cluster: cluster)
      guard let seconds = entry["seconds"]?.double else { throw lacks(entry, "seconds") }
      run.seconds = seconds
      run.measure = .bareSteps
      run.watts = entry["watts"]?.double
      rows.runs.append(run)
    }
    for entry in document["capped"]?.array ?? [] {
      var run = try run(entry, cluster: cluster)
      guard let bytes = entry["cardBytes"]?.int, let card = cards[bytes] else {
        throw lacks(entry, "cardBytes")
      }
      run.table = capped
      run.device = card
      run.isOutOfMemory = entry["outOfMemory"]?.bool == true
      run.ranUntimed = !run.isOutOfMemory
      rows.runs.append(run)
    }
    return rows
  }

  /// Cards of the sizes that the allocator was capped to.
  private static let cards = [
    12_884_901_888: "rtx-3060", 25_769_803_776: "rtx-3090", 42_949_672_960: "a100-40gb-sxm",
  ]

  private static func lacks(_ entry: JSONValue, _ key: String) -> UserError {
    UserError(
      .input, place: "Validation/gpu-*.json, \(entry["model"]?.string ?? "a run without model")",
      key: key, "missing or not known", remedy: "measure it again with scripts/gpu/measure.py")
  }

  private static func run(
    _ entry: JSONValue, cluster: String
  ) throws(UserError) -> PublishedRun {
    guard let id = entry["model"]?.string, let model = try? ModelCatalogue.builtIn.model(id) else {
      throw lacks(entry, "model")
    }
    let word = entry["precision"]?.string ?? ""
    guard let precision = SourcedRuns.formats[word] else { throw lacks(entry, "precision") }
    guard let task = WorkloadTask(rawValue: entry["task"]?.string ?? "") else {
      throw lacks(entry, "task")
    }
    guard let batch = entry["batch"]?.int,
      let configuration = RowReader.configuration(
        data: 1, tensor: 1, pipeline: 1, micro: batch, global: batch,
        recompute: entry["recompute"]?.string == "full" ? .full : .none, zero: 0)
    else { throw lacks(entry, "batch") }
    var request = WorkloadRequest(task: task, batch: batch, precision: precision)
    guard extend(&request, entry["extent"], model) else { throw lacks(entry, "extent") }
    switch model.objective {
    case .dino, .momentumContrast, .simclr, .embedding:
      if task.trains { request.objective = .supervised }
    default: break
    }
    if entry["loss"]?.string == "mean" { request.loss = .mean }
    request.options.rank = entry["rank"]?.int
    // scripts/gpu/models.py adapts with peft.
    request.options.updates = SoftwareStack.pytorchEager.updateFormat
    request.options.targets = (entry["targets"]?.array ?? []).compactMap(\.string)
    let recomputed = configuration.recompute == .full ? " recomputed" : ""
    var run = PublishedRun(
      table: "own \(model.family.rawValue)", group: id,
      label: "\(id) \(task.rawValue) b\(batch) \(Self.words(entry["extent"])) \(word)\(recomputed)",
      cluster: cluster,
      stack: "pytorch-eager", model: .catalogue(id, request), precision: precision,
      configuration: configuration, peakBytes: entry["peakBytes"]?.double,
      isFitted: RowReader.isEven(id))
    run.dropout = entry["dropout"]?.bool == true
    return run
  }

  private static func words(_ extent: JSONValue?) -> String {
    (extent?.array ?? [extent].compactMap { $0 }).compactMap { $0.int.map(String.init) }
      .joined(separator: "x")
  }

  /// Sets the extents of a sample; false for words that are no extents.
  private static func extend(
    _ request: inout WorkloadRequest, _ extent: JSONValue?, _ model: ModelProfile
  ) -> Bool {
    if let extents = extent?.array?.compactMap(\.int), extents.count == 3 {
      request.volume = extents
      return true
    }
    guard let length = extent?.int else { return false }
    if model.sample.spatial != nil, model.objective != .causalLanguage {
      request.image = ImageSize(height: length, width: length)
    } else {
      request.sequence = length
    }
    return true
  }
}
