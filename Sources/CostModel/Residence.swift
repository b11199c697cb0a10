public import Graph
public import HardwareModel

/// How much of what operators use is found in a processor's last-level caches, since a pass uses
/// the same memory as the one before.
public struct Residence: Sendable, Hashable {
  /// Of operators that read weights, which take turns with all other memory of the pass.
  public var weighted: Double
  /// Of the others, whose operands lie in memory that activations use in turns.
  public var others: Double

  /// Nothing is found there.
  public static let none = Residence(weighted: 0, others: 0)

  /// - Parameters:
  ///   - weighted: 0 … 1.
  ///   - others: 0 … 1.
  public init(weighted: Double, others: Double) {
    self.weighted = weighted
    self.others = others
  }

  /// Of a forward pass that uses so much memory in all, or of a training step, which keeps its
  /// activations: there all of it takes turns.
  public init(
    _ speeds: CachedSpeeds?, forward: OperatorGraph, isTraining: Bool, footprintBytes: Int
  ) {
    guard let speeds else {
      self = .none
      return
    }
    let weights = forward.distinctParameters.reduce(0) { $0 + $1.count * $1.tensor.bytes }
    weighted = speeds.share(of: footprintBytes)
    others = isTraining ? weighted : speeds.share(of: max(0, footprintBytes - weights))
  }

  /// Of one operator.
  public func share(_ cost: OperatorCost) -> Double { cost.readsWeights ? weighted : others }
}

extension OperatorCost {
  /// Whether weights are much of what it reads.
  fileprivate var readsWeights: Bool {
    switch kernel {
    case .batchedMatmul, .groupedConvolution, .groupedConvolutionGradInput,
      .groupedConvolutionGradWeight, .depthwiseConvolution, .depthwiseConvolutionGradInput,
      .depthwiseConvolutionGradWeight, .sequenceConvolution, .sequenceConvolutionGradInput,
      .sequenceConvolutionGradWeight:
      false
    default: [.matrix, .convolution, .gather, .optimizer].contains(operatorClass)
    }
  }
}
