public import Graph

/// A parameter of a graph and how many copies of it exist.
public struct ParameterCopies: Sendable, Hashable {
  /// Shape, number format and role of one copy.
  public var tensor: Tensor
  /// Copies: one a call and iteration; a shared (tied) parameter exists once.
  public var count: Int
}

extension OperatorGraph {
  /// Every distinct parameter: shared ones first, then each block's own, by call.
  public var distinctParameters: [ParameterCopies] {
    var result = sharedParameters.map { ParameterCopies(tensor: $0, count: 1) }
    for call in calls where call.reuses == nil {
      let block = blocks[call.block]
      for id in block.parameters where !call.tied.contains(where: { $0.local == id }) {
        result.append(ParameterCopies(tensor: block[id], count: call.count))
      }
    }
    return result
  }
}

extension TrainingGraph {
  /// Every distinct parameter that receives a gradient.
  public var trainedParameters: [ParameterCopies] {
    var sharedTrained = [Bool](repeating: false, count: forward.sharedParameters.count)
    var own: [ParameterCopies] = []
    for backward in backwardCalls {
      let call = forward.calls[backward.call]
      let block = backwardBlocks[backward.block]
      for gradient in block.parameterGradients {
        if let tie = call.tied.first(where: { $0.local == gradient.parameter }) {
          sharedTrained[tie.shared] = true
        } else {
          let tensor = block.tensors[gradient.parameter.index]
          own.append(ParameterCopies(tensor: tensor, count: backward.count))
        }
      }
    }
    let shared = zip(forward.sharedParameters, sharedTrained).filter(\.1)
    return shared.map { ParameterCopies(tensor: $0.0, count: 1) } + own
  }
}
