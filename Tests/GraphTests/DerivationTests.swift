import Graph
import Quantities
import TestSupport
import Testing

@Suite("Derived training graphs")
struct DerivationTests {
  /// x → fc (count times) → head → loss.
  static func chain(layers: Int, trainInput: Bool = false) throws -> OperatorGraph {
    var layer = BlockBuilder("layer", precision: .fp32)
    let x = try layer.input("x", [4, 8])
    let y = try layer.linear("fc", x, to: 8, bias: true, .mlp)
    layer.output(try layer.apply("sum", .add, try layer.apply("act", .activation(.gelu), y), x))
    var head = BlockBuilder("head", precision: .fp32)
    let h = try head.input("h", [4, 8])
    let labels = try head.input("labels", [4], .int32)
    let logits = try head.linear("classes", h, to: 3, bias: true, .head)
    head.output(try head.apply("loss", .crossEntropy, logits, labels))
    var graph = GraphBuilder("chain")
    let start = try graph.input("x", [4, 8], .fp32)
    let targets = try graph.input("labels", [4], .int32)
    let hidden = try graph.call(layer, count: layers, [start])
    let loss = try graph.call(head, [hidden[0], targets])
    return try graph.finish(outputs: loss)
  }

  @Test func firstIterationIsSplitOff() throws {
    let training = try TrainingGraph.derive(from: Self.chain(layers: 5))
    #expect(
      training.backwardCalls == [
        BackwardCall(call: 1, block: 0, firstIteration: 0, count: 1),
        BackwardCall(call: 0, block: 1, firstIteration: 1, count: 4),
        BackwardCall(call: 0, block: 2, firstIteration: 0, count: 1),
      ])
    #expect(training.backwardBlocks[1].inputGradients[0] != nil)
    #expect(training.backwardBlocks[2].inputGradients[0] == nil)
    for block in training.backwardBlocks {
      try block.validate(for: training.forward.blocks[block.forward])
    }
  }

  @Test func backwardStopsAboveFrozenLayers() throws {
    let training = try TrainingGraph.derive(from: Self.chain(layers: 5)) { block, _ in
      block.name == "head"
    }
    #expect(training.backwardCalls.map(\.call) == [1])
    let kinds = training.backwardBlocks[0].operators.map(\.kind)
    #expect(kinds == [.crossEntropyBackward, .linearGradWeight(bias: true)])
  }

  @Test func frozenLayersAboveATrainedOnePassGradientsOn() throws {
    let training = try TrainingGraph.derive(from: Self.chain(layers: 3)) { block, _ in
      block.name == "layer"
    }
    #expect(training.backwardBlocks[0].parameterGradients.isEmpty)
    #expect(training.backwardBlocks[0].operators.map(\.kind).contains(.linearGradInput))
    #expect(!training.backwardBlocks[1].parameterGradients.isEmpty)
  }

  @Test func nothingToTrainIsAnError() throws {
    let graph = try Self.chain(layers: 2)
    #expect(throws: UserError.self) {
      _ = try TrainingGraph.derive(from: graph) { _, _ in false }
    }
  }

  @Test func aTensorReadTwiceSumsItsGradients() throws {
    let training = try TrainingGraph.derive(from: Self.chain(layers: 3))
    let block = training.backwardBlocks[1]
    #expect(block.operators.filter { $0.kind == .add }.count == 1)
    // The activation reads its input, the weight's gradient reads x, the sum reads nothing.
    let names = block.saved.map { block.tensors[$0.index].name }
    #expect(names == ["x", "fc"])
  }

  @Test func depthCostsNothing() throws {
    let shallow = try TrainingGraph.derive(from: Self.chain(layers: 2))
    let deep = try TrainingGraph.derive(from: Self.chain(layers: 1_000_000))
    #expect(deep.forward.blocks == shallow.forward.blocks)
    #expect(deep.backwardBlocks == shallow.backwardBlocks)
    #expect(deep.backwardCalls.count == shallow.backwardCalls.count)
  }

  /// A random block: a growing set of [4, 8] tensors, each new one made of earlier ones.
  @Test(arguments: 0..<60)
  func randomBlocksDerive(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var block = BlockBuilder("random", precision: .fp32)
    let x = try block.input("x", [2, 4, 8])
    let labels = try block.input("labels", [2, 4], .int32)
    var pool = [x]
    for step in 0..<random.int(1...25) {
      let a = pool[random.int(0...pool.count - 1)]
      let b = pool[random.int(0...pool.count - 1)]
      let name = "n\(step)"
      let next: TensorID
      switch random.int(0...9) {
      case 0: next = try block.apply(name, .add, a, b)
      case 1: next = try block.layerNorm(name, a, epsilon: 1e-5)
      case 2: next = try block.rmsNorm(name, a, epsilon: 1e-5)
      case 3: next = try block.linear(name, a, to: 8, bias: random.chance(0.5), .mlp)
      case 4: next = try block.apply(name, .gatedActivation(.silu), a, b)
      case 5:
        let heads = AttentionGeometry(queryHeads: 2, keyValueHeads: 2, headSize: 4, causal: true)
        next = try block.apply(name, .attention(heads), a, b, pool[random.int(0...pool.count - 1)])
      case 6: next = try block.apply(name, .rotary(heads: 2, base: 10000, inverse: false), a)
      case 7:
        let scale = try block.parameter(name + ".g", [8], .other)
        next = try block.apply(name, .scaleColumns, a, scale)
      case 8: next = try block.apply(name, .scale(0.5), a)
      default: next = try block.apply(name, .activation(.gelu), a)
      }
      pool.append(next)
    }
    let logits = try block.linear("logits", pool[pool.count - 1], to: 5, bias: true, .head)
    block.output(try block.apply("loss", .crossEntropy, logits, labels))
    try block.block.validate()
    var graph = GraphBuilder("random")
    let values = [try graph.input("x", [2, 4, 8], .fp32), try graph.input("l", [2, 4], .int32)]
    let loss = try graph.call(block, values)
    let forward = try graph.finish(outputs: loss)
    let training = try TrainingGraph.derive(from: forward)
    let backward = training.backwardBlocks[0]
    try backward.validate(for: forward.blocks[0])
    #expect(backward.inputGradients == [nil, nil])
    let last = backward.parameterGradients.map { block.block[$0.parameter].name }
    #expect(last.contains("logits.weight"))
    for pair in backward.parameterGradients {
      #expect(backward.tensors[pair.gradient.index].shape == block.block[pair.parameter].shape)
    }
  }
}
