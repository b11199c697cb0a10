import CostModel

/// How the communication of a step is carried out, where a search compares ways of doing it: the
/// dimensions that Calculon enumerates beside cuts and recomputation (Isaev et al., SC 2023).
public struct ExecutionChoice: Sendable, Hashable {
  /// Which network the traffic of a group uses.
  public enum Network: Sendable, Hashable, CaseIterable {
    /// That inside nodes; the group must lie within one.
    case inside
    /// That between nodes.
    case between
  }

  /// Whether norms are cut along the sequence.
  public var sequenceParallel = false
  /// Whether tensor parallel devices each hand over their share of a stage's result.
  public var scattersHandOvers = false
  /// Whether inputs cut along the sequence are gathered again in backward, not kept whole.
  public var regathers = true
  /// Shares of traffic that other work hides; see `SoftwareStack`.
  public var tensorOverlap = 0.0, tensorPipelined = 0.0, gradientOverlap = 0.0
  /// Networks of tensor parallel groups, of hand-overs and of replicas.
  public var tensor = Network.inside, pipeline = Network.inside, data = Network.inside

  /// The plainest way.
  public init() {}

  /// The software of a stack that does so.
  func stack(_ base: SoftwareStack) -> SoftwareStack {
    var result = base
    result.scattersHandOvers = scattersHandOvers
    result.tensorOverlap = tensorOverlap
    result.tensorPipelined = tensorPipelined
    result.gradientOverlap = gradientOverlap
    return result
  }

  /// Whether a cut can tell this choice from a plainer one: what concerns a group of one device
  /// says nothing, and one choice stands for all that differ in it.
  func matters(tensor size: Int) -> Bool {
    size > 1 || (tensor == .inside && tensorOverlap == 0 && tensorPipelined == 0)
  }
  func matters(pipeline size: Int) -> Bool { size > 1 || pipeline == .inside }
  func matters(data size: Int) -> Bool {
    size > 1 || (data == .inside && gradientOverlap == 0)
  }
  func matters(_ mode: RecomputeMode) -> Bool { mode != .full || regathers }

  /// Every choice that Calculon's `llm-optimal-execution` tries on two networks (calculon, commit
  /// 1886c88, llm/optimal_execution.py): all-reduce, point-to-point reduce-scatter, or sequence
  /// parallelism with and without gathering again; tensor overlap none, ring, pipelined; gradient
  /// overlap; a network for each of three groups. What overlaps most comes first.
  public static let calculon: [ExecutionChoice] = {
    var result: [ExecutionChoice] = []
    let kinds = [
      (true, true, true), (true, true, false), (false, true, true), (false, false, true),
    ]
    for (sequence, scatters, regathers) in kinds {
      for (overlap, pipelined) in [(1.0, 0.5), (0.5, 0.0), (0.0, 0.0)] {
        for gradients in [0.8, 0] {
          for networks in 0..<8 {
            var choice = ExecutionChoice()
            choice.sequenceParallel = sequence
            choice.scattersHandOvers = scatters
            choice.regathers = regathers
            (choice.tensorOverlap, choice.tensorPipelined) = (overlap, pipelined)
            choice.gradientOverlap = gradients
            choice.tensor = networks & 1 == 0 ? .inside : .between
            choice.pipeline = networks & 2 == 0 ? .inside : .between
            choice.data = networks & 4 == 0 ? .inside : .between
            result.append(choice)
          }
        }
      }
    }
    return result
  }()
}

extension Collectives {
  /// A group on a given network; nil: as it lies.
  func group(size: Int, stride: Int, _ network: ExecutionChoice.Network?) -> Group {
    switch network {
    case nil: group(size: size, stride: stride)
    case .inside: Group(inner: Double(size), nodes: 1)
    case .between: Group(inner: 1, nodes: Double(size))
    }
  }
}
