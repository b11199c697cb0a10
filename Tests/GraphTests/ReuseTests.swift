import Graph
import Quantities
import Testing

/// Calls that use an earlier call's parameters once more.
@Suite struct ReuseTests {
  /// A product `[2, 4] → [2, 4]` and, behind it, a loss against labels.
  private static func graph(detached: Bool) throws -> OperatorGraph {
    var graph = GraphBuilder("loop")
    var layer = BlockBuilder("layer", precision: .fp32)
    let x = try layer.input("x", [2, 4])
    layer.output(try layer.linear("product", x, to: 4, bias: true, .mlp))
    var value = try graph.input("x", [2, 4], .fp32)
    value = try graph.call(layer, count: 3, [value])[0]
    if detached {
      var stop = BlockBuilder("stop", precision: .fp32)
      let y = try stop.input("x", [2, 4])
      stop.output(try stop.apply("stop", .detach, y))
      value = try graph.call(stop, [value])[0]
    }
    value = try graph.call(layer, count: 3, [value], reusing: 0)[0]
    var head = BlockBuilder("head", precision: .fp32)
    let y = try head.input("x", [2, 4])
    let labels = try head.input("labels", [2], .int32)
    head.output(try head.apply("loss", .crossEntropy, y, labels))
    let given = try graph.input("labels", [2], .int32)
    let loss = try graph.call(head, [value, given])
    return try graph.finish(outputs: loss)
  }

  @Test func aDetachedPassIsNotTrained() throws {
    let graph = try Self.graph(detached: true)
    #expect(graph.blocks.count == 3)
    let training = try TrainingGraph.derive(from: graph)
    let calls = Set(training.backwardCalls.map(\.call))
    #expect(calls == [2, 3])
  }

  @Test func twoTrainedPassesAreRefused() throws {
    let graph = try Self.graph(detached: false)
    let error = #expect(throws: UserError.self) { try TrainingGraph.derive(from: graph) }
    #expect(error?.description.contains("detach") == true)
  }

  @Test(arguments: [1, 2, -1, 7])
  func onlyAnEarlierCallOfTheBlockIsReused(position: Int) throws {
    var graph = try Self.graph(detached: true)
    graph.calls[2].reuses = position
    #expect(throws: UserError.self) { try graph.validate() }
    graph.calls[2].reuses = 0
    try graph.validate()
    graph.calls[2].count = 2
    #expect(throws: UserError.self) { try graph.validate() }
  }
}
