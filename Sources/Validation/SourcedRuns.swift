public import DataFormats
import Graph
import Models
import Planner
public import Quantities
import Workloads

/// Reads the project's own list of published runs (`Validation/runs.json`): every input is stated
/// with its source, and none of them is ever fitted.
public enum SourcedRuns {
  /// All runs.
  ///
  /// - Throws: `UserError` that names a run and the key that it lacks.
  public static func read(_ document: JSONValue) throws(UserError) -> PublishedRows {
    var rows = PublishedRows()
    for entry in document["runs"]?.array ?? [] { rows.runs.append(try run(entry)) }
    for entry in document["lacking"]?.array ?? [] {
      let (model, gap) = (entry["model"]?.string ?? "", entry["lacks"]?.string ?? "")
      rows.skip("own list", "\(model): \(gap)")
    }
    return rows
  }

  private static func run(_ entry: JSONValue) throws(UserError) -> PublishedRun {
    let id = entry["id"]?.string ?? "a run without id"
    func lacks(_ key: String) -> UserError {
      UserError(
        .input, place: "Validation/runs.json, \(id)", key: key, "missing or not known",
        remedy: "state it, as the run's neighbours do")
    }
    guard let precision = formats[entry["precision"]?.string ?? ""] else {
      throw lacks("precision")
    }
    guard let devices = entry["devices"]?.int else { throw lacks("devices") }
    let (tensor, pipeline) = (entry["tensor"]?.int ?? 1, entry["pipeline"]?.int ?? 1)
    let recompute = entry["recompute"]?.string.flatMap(RecomputeMode.init(rawValue:)) ?? .none
    guard let micro = entry["microBatch"]?.int, let global = entry["globalBatch"]?.int,
      var configuration = RowReader.configuration(
        data: devices / max(1, tensor * pipeline), tensor: tensor, pipeline: pipeline,
        virtualStages: entry["virtualStages"]?.int ?? 1, micro: micro, global: global,
        recompute: recompute, zero: entry["zeroStage"]?.int ?? 0,
        sequence: entry["sequenceParallel"]?.bool == true)
    else { throw lacks("microBatch, globalBatch") }
    configuration.parallelism.expert = entry["expert"]?.int ?? 1
    if let word = entry["schedule"]?.string {
      guard let schedule = PipelineSchedule(rawValue: word) else { throw lacks("schedule") }
      configuration.parallelism.schedule = schedule
    }
    guard let seconds = entry["seconds"]?.double else { throw lacks("seconds") }
    guard let cluster = entry["cluster"]?.string else { throw lacks("cluster") }
    guard let stack = entry["framework"]?.string, SoftwareStack(word: stack) != nil else {
      throw lacks("framework")
    }
    guard let measure = measures[entry["measure"]?.string ?? ""] else { throw lacks("measure") }
    guard let model = model(entry, micro, precision) else { throw lacks("model or encoder") }
    guard entry["source"]?.array?.isEmpty == false else { throw lacks("source") }
    var run = PublishedRun(
      table: entry["table"]?.string ?? "vision", group: id, label: "\(id) on \(devices)",
      cluster: cluster, stack: stack, model: model, precision: precision,
      configuration: configuration, seconds: seconds, isFitted: false)
    run.statesMemory = false
    run.mayRecompute = entry["recompute"] == nil
    run.measure = measure
    run.choosesMicroBatch = entry["batchStated"]?.bool == false
    run.overlapsExperts = entry["overlapsExperts"]?.bool
    run.fusedAttention = entry["attention"]?.string.map { $0 == "fused" }
    return run
  }

  /// Mixed precision keeps fp32 parameters, `-pure` the format computed in.
  static let formats = [
    "fp32": Precision.fp32, "tf32": Precision(parameters: .fp32, compute: .tf32),
    "fp16": Precision(parameters: .fp32, compute: .fp16),
    "bf16": Precision(parameters: .fp32, compute: .bf16),
    "bf16-pure": Precision(parameters: .bf16, compute: .bf16),
    "fp16-pure": Precision(parameters: .fp16, compute: .fp16),
    "fp8": Precision(parameters: .bf16, compute: .fp8),
  ]

  private static let measures = ["steps": Measure.steps, "whole run": .wholeRun]

  private static func model(
    _ entry: JSONValue, _ micro: Int, _ precision: Precision
  ) -> RunModel? {
    if let extents = entry["encoder"] ?? entry["decoder"] {
      guard var shape = shape(extents, entry) else { return nil }
      shape.isBidirectional = entry["encoder"] != nil
      return .decoder(shape)
    }
    guard let id = entry["model"]?.string else { return nil }
    var request = WorkloadRequest(
      task: entry["classes"] == nil ? .pretrain : .finetune,
      objective: entry["objective"]?.string.flatMap(Objective.init(rawValue:)), batch: micro,
      sequence: entry["sequence"]?.int, precision: precision)
    let extents = (entry["image"]?.array ?? []).compactMap(\.int)
    if extents.count == 2 { request.image = ImageSize(height: extents[0], width: extents[1]) }
    request.classes = entry["classes"]?.int
    return .catalogue(id, request)
  }

  /// A stack of layers by its extents: with gated MLPs, rotary positions and root-mean-square
  /// norms, unless it says that it is `plain` (GPT-2's layer).
  private static func shape(_ extents: JSONValue, _ entry: JSONValue) -> DecoderShape? {
    guard let layers = extents["layers"]?.int, let hidden = extents["hidden"]?.int,
      let heads = extents["heads"]?.int, let vocabulary = extents["vocabulary"]?.int,
      let sequence = entry["sequence"]?.int
    else { return nil }
    var shape = DecoderShape(
      layers: layers, hidden: hidden, heads: heads, sequence: sequence, vocabulary: vocabulary)
    shape.intermediate = extents["intermediate"]?.int
    shape.keyValueHeads = extents["keyValueHeads"]?.int
    shape.isLlama = extents["plain"]?.bool != true
    shape.untied = shape.isLlama
    return shape
  }
}
