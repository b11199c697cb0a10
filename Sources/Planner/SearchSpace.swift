public import Quantities

/// The configurations that a search visits: independent dimensions, each a list of candidates.
///
/// A dimension that the user gives is a list of one; nil means every sensible value, which depends
/// on the model, the global batch and the devices at hand.
public struct SearchSpace: Sendable, Hashable {
  /// Data parallel ranks; nil: divisors of the global batch.
  public var data: [Int]?
  /// Tensor parallel ranks; nil: divisors of the attention heads up to a node.
  public var tensor: [Int]?
  /// Pipeline stages; nil: up to the layers, whole numbers of nodes or divisors of one.
  public var pipeline: [Int]?
  /// Virtual stages of a pipeline device; nil: divisors of a stage's layers.
  public var virtualStages: [Int]?
  /// Pipeline orders; nil: all.
  public var schedule: [PipelineSchedule]?
  /// Context parallel ranks; nil: powers of two for sequences of 8192 tokens and more.
  public var context: [Int]?
  /// How a cut sequence is exchanged; nil: both.
  public var contextKind: [ContextKind]?
  /// Expert parallel ranks; nil: 1, or divisors of the experts.
  public var expert: [Int]?
  /// Devices that share each expert's matrices; nil: 1 and the tensor parallel ones.
  public var expertTensor: [Int]?
  /// Whether norms are cut along the sequence; nil: both where tensor parallel.
  public var sequenceParallel: [Bool]?
  /// ZeRO stages; nil: all that differ.
  public var zeroStage: [Int]?
  /// Which replicas share under ZeRO; nil: both where they differ.
  public var shardGroup: [ShardGroup]?
  /// Ways of carrying out communication that are compared; nil: as the software does. With them,
  /// activations stay on the device under full recomputation.
  public var executions: [ExecutionChoice]?
  /// Samples of a micro-batch; nil: divisors of a rank's share.
  public var microBatch: [Int]?
  /// Recompute modes; nil: all.
  public var recompute: [RecomputeMode]?
  /// Which layers of a stage recompute; nil: all of them where a mode is given, else also the
  /// fewest that fit.
  public var recomputeSpan: RecomputeSpan?
  /// What is kept on the host; nil: nothing, and if nothing fits so, every choice.
  public var offload: [Offload]?

  /// Searches every dimension.
  public init() {}

  /// Refuses values out of range.
  ///
  /// - Throws: `UserError` (.input) that names the option.
  public func validate() throws(UserError) {
    let positive = [
      ("--data", data), ("--micro-batch", microBatch), ("--tensor", tensor),
      ("--pipeline", pipeline), ("--virtual-stages", virtualStages), ("--context", context),
      ("--expert", expert), ("--expert-tensor", expertTensor),
    ]
    for (option, values) in positive {
      if let wrong = values?.first(where: { $0 < 1 }) {
        throw UserError(.input, key: option, "\(wrong) is wrong", remedy: "give at least 1")
      }
      if let wrong = values?.first(where: { $0 > 10_000_000 }) {
        throw UserError(.input, key: option, "\(wrong) is too large", remedy: "give at most 1e7")
      }
    }
    if let span = recomputeSpan {
      let counts = [("--recompute-layers", span.layers ?? 1), ("--recompute-chunk", span.chunk)]
      for (option, count) in counts where count < 1 {
        throw UserError(.input, key: option, "\(count) is wrong", remedy: "give at least 1")
      }
      guard !RecomputeChoice.all(self).isEmpty else {
        let mode = recompute?.first?.rawValue ?? "none"
        throw UserError(
          .input, key: "--recompute",
          "\(mode) saves nothing over the other layers' \(span.rest.rawValue)"
            + (span.chunk > 1 ? ", or repeats no layers together" : ""),
          remedy: "give --recompute full, or leave it out")
      }
    }
    if let wrong = zeroStage?.first(where: { !(0...3).contains($0) }) {
      throw UserError(.input, key: "--zero", "\(wrong) is wrong", remedy: "give 0, 1, 2 or 3")
    }
  }

  /// Larger micro-batches bring nothing: every kernel is long saturated.
  static let largestMicroBatch = 1024

  /// Divisors of `number` up to a limit, rising.
  static func divisors(_ number: Int, upTo limit: Int) -> [Int] {
    guard number > 0, limit > 0 else { return [] }
    var small: [Int] = []
    var large: [Int] = []
    var candidate = 1
    while candidate <= number / candidate && candidate <= limit {
      if number % candidate == 0 {
        small.append(candidate)
        if number / candidate != candidate && number / candidate <= limit {
          large.append(number / candidate)
        }
      }
      candidate += 1
    }
    return small + large.reversed()
  }
}
