/// The order in which a pipeline runs its micro-batches.
public enum PipelineSchedule: String, Sendable, Hashable, CaseIterable {
  /// One forward, one backward (PipeDream-Flush; Narayanan et al., SC 2021, section 2.2); with
  /// virtual stages it is interleaved.
  case oneForwardOneBackward = "1f1b"
  /// Weight gradients are put off into the bubble (Qi et al., ICLR 2024, schedule ZB-H1: the
  /// memory of 1F1B).
  case zeroBubble = "zero-bubble"
}

/// How a sequence is exchanged when several devices share it.
public enum ContextKind: String, Sendable, Hashable, CaseIterable {
  /// Keys and values go round (Liu et al., Ring Attention, arXiv 2310.01889).
  case ring
  /// Heads and positions are exchanged (Jacobs et al., DeepSpeed-Ulysses, arXiv 2309.14509).
  case allToAll = "all-to-all"
}

/// Which replicas share parameters, gradients and states under ZeRO.
public enum ShardGroup: String, Sendable, Hashable, CaseIterable {
  /// All of them.
  case all
  /// Those of one node; nodes hold copies (HSDP).
  case node
}

/// How a step is cut over devices: the dimensions multiply, `zeroStage` says what data parallel
/// ranks share.
public struct Parallelism: Sendable, Hashable {
  /// Replicas of the model that see different samples.
  public var data = 1
  /// Devices over which each matrix is cut.
  public var tensor = 1
  /// Devices over which the layers are cut.
  public var pipeline = 1
  /// Stages of layers that each pipeline device holds.
  public var virtualStages = 1
  /// Devices over which the sequence is cut.
  public var context = 1
  /// Devices over which experts are spread. They are taken from those of a stage, tensor parallel
  /// ones first (Liu et al., MoE Parallel Folding, arXiv 2504.14960): `expert · expertTensor`
  /// divides `data · context · tensor`.
  public var expert = 1
  /// Devices over which each expert's matrices are cut: 1, or as many as tensor parallel ones.
  public var expertTensor = 1
  /// ZeRO stage 0 to 3.
  public var zeroStage = 0
  /// Whether normalisations are cut over the tensor parallel devices.
  public var sequenceParallel = false
  /// The pipeline's order.
  public var schedule = PipelineSchedule.oneForwardOneBackward
  /// How a cut sequence is exchanged.
  public var contextKind = ContextKind.ring
  /// Which replicas share under ZeRO.
  public var shardGroup = ShardGroup.all

  /// One device.
  public init() {}

  /// Devices used; `Int.max` when the product is too large.
  public var devices: Int {
    func product(_ left: Int, _ right: Int) -> Int {
      let (value, overflow) = left.multipliedReportingOverflow(by: right)
      return overflow ? .max : value
    }
    return product(product(product(data, tensor), pipeline), context)
  }
}

/// Which activations a plan keeps for backward.
public enum RecomputeMode: String, Sendable, Hashable, CaseIterable {
  /// Everything that backward reads.
  case none
  /// Without fused attention: all but the core of attention (Korthikanti et al., arXiv 2205.05198,
  /// section 5). With it: all but what norms and point-wise operators wrote.
  case selective
  /// Only the inputs of repeated layers (Chen et al., arXiv 1604.06174).
  case full
}

/// What is kept in host memory.
public struct Offload: OptionSet, Sendable, Hashable {
  /// The bits.
  public let rawValue: UInt8
  /// Wraps bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// Optimizer states, updated by the host (Ren et al., ZeRO-Offload, arXiv 2101.06840).
  public static let optimizer = Offload(rawValue: 1)
  /// Parameters, fetched layer by layer (Rajbhandari et al., ZeRO-Infinity, arXiv 2104.07857).
  public static let parameters = Offload(rawValue: 2)
  /// Kept activations, fetched in backward.
  public static let activations = Offload(rawValue: 4)

  /// Words of `--offload`, in order.
  public var words: [String] {
    var result: [String] = []
    if contains(.optimizer) { result.append("optimizer") }
    if contains(.parameters) { result.append("parameters") }
    if contains(.activations) { result.append("activations") }
    return result
  }
}
