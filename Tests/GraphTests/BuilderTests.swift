import Graph
import Quantities
import TestSupport
import Testing

@Suite("Blocks refuse what does not fit")
struct BuilderTests {
  @Test func linearInfersItsOutput() throws {
    var block = BlockBuilder("b", precision: Precision(parameters: .fp32, compute: .bf16))
    let x = try block.input("x", [2, 3, 8])
    let y = try block.linear("fc", x, to: 5, bias: true, .mlp)
    block.output(y)
    #expect(block.block[y].shape == [2, 3, 5])
    #expect(block.block[y].dataType == .bf16)
    #expect(block.block.parameters.map { block.block[$0].shape } == [[5, 8], [5]])
    #expect(block.block.parameters.allSatisfy { block.block[$0].dataType == .fp32 })
    try block.block.validate()
  }

  @Test(arguments: [[0], [-1, 4], [1 << 40, 1 << 40], [Int.max, 2], [1 << 49]])
  func absurdShapesAreErrors(shape: [Int]) {
    #expect(throws: UserError.self) {
      var block = BlockBuilder("b", precision: .fp32)
      _ = try block.input("x", shape)
    }
  }

  @Test func workThatCannotBeCountedIsAnError() {
    #expect(throws: UserError.self) {
      var block = BlockBuilder("b", precision: .fp32)
      let x = try block.input("x", [1 << 23, 1 << 24])
      _ = try block.linear("fc", x, to: 1 << 24, bias: false, .mlp)
    }
  }

  @Test func errorsNameTheOperator() {
    let text = errorText {
      var block = BlockBuilder("layer", precision: .fp32)
      let a = try block.input("a", [2, 3])
      let b = try block.input("b", [3, 2])
      _ = try block.apply("sum", .add, a, b)
    }
    #expect(text?.contains("layer: sum") == true)
    #expect(text?.contains("[3, 2]") == true)
  }

  @Test func readingTooEarlyIsRefused() throws {
    var block = BlockBuilder("b", precision: .fp32)
    let x = try block.input("x", [4])
    let y = try block.apply("a", .activation(.relu), x)
    _ = try block.apply("c", .activation(.relu), y)
    var broken = block.block
    broken.operators.reverse()
    #expect(throws: UserError.self) { try broken.validate() }
  }

  @Test func carriedValuesMustKeepTheirShape() throws {
    var block = BlockBuilder("b", precision: .fp32)
    let x = try block.input("x", [2, 4])
    block.output(try block.linear("fc", x, to: 5, bias: false, .mlp))
    #expect(throws: UserError.self) {
      var graph = GraphBuilder("g")
      let value = try graph.input("x", [2, 4], .fp32)
      let result = try graph.call(block, count: 2, [value])
      _ = try graph.finish(outputs: result)
    }
  }
}
