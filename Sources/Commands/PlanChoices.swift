import CostModel
import Planner
import Quantities

/// The options of `hfm plan` that hold a dimension of the search fixed.
enum PlanChoices {
  static let options: [CommandOption] = [
    .value("devices", "N", "use exactly so many devices (default: up to all)"),
    .value("data", "N", "replicas, each with its share of the batch"),
    .value("tensor", "N", "devices that share each layer"),
    .value("pipeline", "N", "pipeline stages"),
    .value("virtual-stages", "N", "stages of layers on each pipeline device (interleaved)"),
    .value(
      "schedule", "WORD", "order of a pipeline (default: all are tried)",
      words: PipelineSchedule.allCases.map(\.rawValue)),
    .value("context", "N", "devices that share a sequence"),
    .value(
      "context-kind", "WORD", "how they exchange it (default: both are tried)",
      words: ContextKind.allCases.map(\.rawValue)),
    .value("expert", "N", "devices that a layer's experts are spread over"),
    .value("expert-tensor", "N", "devices that share each expert's matrices: 1 or --tensor's"),
    .value(
      "sequence-parallel", "WORD", "norms cut along the sequence (default: both are tried)",
      words: ["on", "off"]),
    .value(
      "zero", "N", "what replicas share: 1 optimizer states, 2 and gradients, 3 all (FSDP)",
      words: ["0", "1", "2", "3"]),
    .value(
      "shard-group", "WORD", "replicas that share: all, or those of a node (HSDP)",
      words: ShardGroup.allCases.map(\.rawValue)),
    .value("micro-batch", "N", "samples in one pass on one replica"),
    .value(
      "recompute", "WORD", "activations computed again in backward (default: all are tried)",
      words: RecomputeMode.allCases.map(\.rawValue)),
    .value(
      "recompute-layers", "N",
      "first layers of each stage that do so (default: all, or the fewest that fit)"),
    .value(
      "recompute-rest", "WORD", "what the others do, with --recompute-layers (default none)",
      words: ["none", "selective"]),
    .value(
      "recompute-chunk", "N",
      "layers repeated from one kept input (default 1, or the fewest that fit)"),
    .value(
      "offload", "LIST",
      "kept on the host: none, or of optimizer,parameters,activations; any: whatever is best "
        + "(default: only if needed)"),
  ]

  static func space(_ arguments: Arguments) throws(UserError) -> SearchSpace {
    var space = SearchSpace()
    func fixed(_ name: String) throws(UserError) -> [Int]? {
      guard let value = try arguments.int(name) else { return nil }
      return [value]
    }
    space.data = try fixed("data")
    space.tensor = try fixed("tensor")
    space.pipeline = try fixed("pipeline")
    space.virtualStages = try fixed("virtual-stages")
    space.context = try fixed("context")
    space.expert = try fixed("expert")
    space.expertTensor = try fixed("expert-tensor")
    space.microBatch = try fixed("micro-batch")
    if let stage = try arguments.int("zero", in: 0...3) { space.zeroStage = [stage] }
    space.schedule = word(arguments, "schedule")
    space.contextKind = word(arguments, "context-kind")
    if let stages = space.virtualStages?.first, stages > 1, space.schedule == [.zeroBubble] {
      throw UserError(
        .input, key: "--virtual-stages", "\(stages) stand beside --schedule zero-bubble",
        remedy: "leave out one of them: zero-bubble keeps one stage on each device")
    }
    if let stages = space.virtualStages?.first, stages > 1, space.pipeline == [1] {
      throw UserError(
        .input, key: "--virtual-stages", "\(stages) stand beside --pipeline 1",
        remedy: "leave out one of them: stages are interleaved over the devices of a pipeline")
    }
    space.shardGroup = word(arguments, "shard-group")
    space.recompute = word(arguments, "recompute")
    space.recomputeSpan = try span(arguments, space.recompute)
    if let text = arguments.string("sequence-parallel") { space.sequenceParallel = [text == "on"] }
    if let text = arguments.string("offload") {
      space.offload = text == "any" ? Offload.choices : [try offload(text)]
    }
    return space
  }

  /// Which layers recompute; nil: left to the search, or all.
  private static func span(
    _ arguments: Arguments, _ modes: [RecomputeMode]?
  ) throws(UserError) -> RecomputeSpan? {
    let layers = try arguments.int("recompute-layers", in: 1...1_000_000)
    let chunk = try arguments.int("recompute-chunk", in: 1...1_000_000)
    let rest = arguments.string("recompute-rest")
    guard layers != nil || chunk != nil || rest != nil else { return nil }
    if let rest, layers == nil {
      throw UserError(
        .input, key: "--recompute-rest", "\(rest) stands without --recompute-layers",
        remedy: "say of how many layers with --recompute-layers N")
    }
    let span = RecomputeSpan(
      layers: layers, rest: rest.flatMap(RecomputeMode.init(rawValue:)) ?? .none,
      chunk: chunk ?? 1)
    var space = SearchSpace()
    (space.recompute, space.recomputeSpan) = (modes, span)
    try space.validate()
    return span
  }

  private static func word<Word: RawRepresentable>(
    _ arguments: Arguments, _ name: String
  ) -> [Word]? where Word.RawValue == String {
    arguments.string(name).flatMap(Word.init(rawValue:)).map { [$0] }
  }

  private static func offload(_ text: String) throws(UserError) -> Offload {
    var result: Offload = []
    for part in text.split(separator: ",") where part != "none" {
      switch part {
      case "optimizer": result.insert(.optimizer)
      case "parameters": result.insert(.parameters)
      case "activations": result.insert(.activations)
      default:
        throw UserError(
          .input, key: "--offload", "unknown word \"\(part)\"",
          remedy: "known are none, any, optimizer, parameters, activations")
      }
    }
    return result
  }
}
