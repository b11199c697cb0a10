/// A model's graph for any number of samples, from the graphs of two.
///
/// An extent, or a number within an operator, is the same in both, or a whole number for each
/// sample; everything else must be equal. Then a further graph differs in these numbers alone, and
/// is had without building and differentiating the model again.
public struct BatchScaling: Sendable {
  /// The numbers of samples that the two graphs are for.
  struct Sizes: Sendable {
    let small: Int, large: Int

    /// How many each sample adds where the graphs have `first` and `second`; nil where that is no
    /// whole number, or not the same in both.
    func perSample(_ first: Int, _ second: Int) -> Int? {
      let each = first / small
      return each > 0 && each * small == first && each * large == second ? each : nil
    }

    /// The number for another size; nil where two do not tell it.
    func value(_ first: Int, _ second: Int, at batch: Int) -> Int? {
      first == second ? first : perSample(first, second).map { $0 * batch }
    }
  }

  private let sizes: Sizes
  private let forward: OperatorGraph
  private let training: TrainingGraph?
  private let shapes: ScaledShapes
  private let values: ScaledTensors
  private let blocks: [ScaledTensors]
  private let kinds: [ScaledKinds]
  private let backwardKinds: [ScaledKinds]
  private let limits: ScaledLimits

  /// Compares two training graphs of one model that differ in their numbers of samples; nil where
  /// these do not tell other sizes.
  public init?(_ small: TrainingGraph, of first: Int, _ large: TrainingGraph, of second: Int) {
    guard small.backwardCalls == large.backwardCalls, small.optimizer == large.optimizer,
      small.backwardBlocks.count == large.backwardBlocks.count
    else { return nil }
    self.init(small.forward, first, large.forward, second, small, large)
  }

  /// Compares two forward graphs of one model.
  public init?(_ small: OperatorGraph, of first: Int, _ large: OperatorGraph, of second: Int) {
    self.init(small, first, large, second, nil, nil)
  }

  private init?(
    _ small: OperatorGraph, _ first: Int, _ large: OperatorGraph, _ second: Int,
    _ smallTraining: TrainingGraph?, _ largeTraining: TrainingGraph?
  ) {
    guard first > 0, first < second, small.isShaped(as: large) else { return nil }
    let sizes = Sizes(small: first, large: second)
    var shapes = ScaledShapes(sizes)
    guard let values = ScaledTensors(small.values, large.values, &shapes) else { return nil }
    var blocks: [ScaledTensors] = []
    var kinds: [ScaledKinds] = []
    for (one, other) in zip(small.blocks, large.blocks) {
      guard let tensors = ScaledTensors(one.tensors, other.tensors, &shapes),
        let operators = ScaledKinds(one.operators, other.operators, sizes)
      else { return nil }
      blocks.append(tensors)
      kinds.append(operators)
    }
    var backwardKinds: [ScaledKinds] = []
    let backward = (smallTraining?.backwardBlocks ?? [], largeTraining?.backwardBlocks ?? [])
    for (one, other) in zip(backward.0, backward.1) {
      guard one.isShaped(as: other), one.followsForward(small.blocks[one.forward]),
        let operators = ScaledKinds(one.operators, other.operators, sizes)
      else { return nil }
      backwardKinds.append(operators)
    }
    (self.sizes, forward, training) = (sizes, small, smallTraining)
    (self.shapes, self.values, self.blocks) = (shapes, values, blocks)
    (self.kinds, self.backwardKinds) = (kinds, backwardKinds)
    limits = ScaledLimits(large, blocks, sizes, shapes)
  }

  /// The forward graph for a number of samples; nil where it may be too large to be counted.
  public func graph(_ batch: Int) -> OperatorGraph? {
    guard batch > 0, limits.allow(batch) else { return nil }
    let shapes = shapes.shapes(batch)
    var result = forward
    result.values = values.tensors(forward.values, shapes)
    for index in result.blocks.indices {
      result.blocks[index].tensors = blocks[index].tensors(forward.blocks[index].tensors, shapes)
      kinds[index].apply(to: &result.blocks[index].operators, sizes, batch)
    }
    return result
  }

  /// The training graph for a number of samples; nil as for `graph`, and of forward graphs.
  public func trainingGraph(_ batch: Int) -> TrainingGraph? {
    guard var result = training, let graph = graph(batch) else { return nil }
    for index in result.backwardBlocks.indices {
      let block = result.backwardBlocks[index]
      let tensors = graph.blocks[block.forward].tensors
      var gradients = block.tensors
      gradients.replaceSubrange(tensors.indices, with: tensors)
      for (position, target) in block.gradientOf.enumerated() {
        gradients[tensors.count + position].shape = tensors[target.index].shape
      }
      result.backwardBlocks[index].tensors = gradients
      backwardKinds[index].apply(to: &result.backwardBlocks[index].operators, sizes, batch)
    }
    result.forward = graph
    return result
  }
}

extension OperatorGraph {
  /// Whether another graph differs in shapes and operators' numbers at most.
  fileprivate func isShaped(as other: OperatorGraph) -> Bool {
    name == other.name && inputs == other.inputs && outputs == other.outputs
      && calls == other.calls && sharedParameters == other.sharedParameters
      && passes == other.passes && blocks.count == other.blocks.count
      && zip(blocks, other.blocks).allSatisfy { $0.isShaped(as: $1) }
  }
}

extension Block {
  fileprivate func isShaped(as other: Block) -> Bool {
    name == other.name && inputs == other.inputs && outputs == other.outputs
      && isLayer == other.isLayer && packsProjections == other.packsProjections
      && cachedElements == other.cachedElements
  }
}

extension BackwardBlock {
  fileprivate func isShaped(as other: BackwardBlock) -> Bool {
    forward == other.forward && gradientOf == other.gradientOf
      && outputGradients == other.outputGradients && inputGradients == other.inputGradients
      && lossInputs == other.lossInputs && parameterGradients == other.parameterGradients
      && saved == other.saved && tensors.count == other.tensors.count
  }

  /// Whether its table is the block's, and behind it gradients of their targets' shapes.
  fileprivate func followsForward(_ block: Block) -> Bool {
    let count = block.tensors.count
    return tensors.count == count + gradientOf.count
      && zip(tensors, block.tensors).allSatisfy { $0 == $1 }
      && zip(tensors.dropFirst(count), gradientOf).allSatisfy { $0.shape == block[$1].shape }
  }
}
