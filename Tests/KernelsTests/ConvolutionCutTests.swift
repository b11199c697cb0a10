import Graph
import Quantities
import Testing

@testable import Kernels

/// A convolution cut into slabs gives what one lane gives, whatever stride, padding and dilation.
@Suite struct ConvolutionCutTests {
  struct Shape: Sendable, CustomStringConvertible {
    var x: [Int], w: [Int]
    var geometry: ConvolutionGeometry
    var description: String { "\(x) \(w) \(geometry)" }
  }

  static let shapes: [Shape] = {
    var uneven = ConvolutionGeometry(dimensions: 2, stride: 2, padding: 1, transposed: true)
    uneven.outputPadding = [1, 0]
    return [
      Shape(x: [1, 3, 29], w: [4, 3, 3], geometry: .init(dimensions: 1, padding: 2)),
      Shape(x: [1, 3, 31, 6], w: [4, 3, 3, 3], geometry: .init(dimensions: 2, stride: 2)),
      Shape(x: [1, 2, 40, 5], w: [3, 2, 2, 2], geometry: .init(dimensions: 2, stride: 3)),
      Shape(
        x: [1, 2, 26, 9], w: [3, 2, 3, 3], geometry: .init(dimensions: 2, padding: 2, dilation: 2)),
      Shape(
        x: [3, 4, 17, 5, 4], w: [6, 4, 3, 3, 3], geometry: .init(dimensions: 3, padding: 1)),
      Shape(
        x: [1, 4, 25, 5], w: [4, 1, 3, 3], geometry: .init(dimensions: 2, padding: 1, groups: 4)),
      Shape(x: [1, 4, 13, 6], w: [4, 3, 3, 3], geometry: uneven),
      Shape(
        x: [1, 4, 14, 3, 2], w: [4, 5, 2, 2, 2],
        geometry: .init(dimensions: 3, stride: 2, transposed: true)),
    ]
  }()

  @Test(arguments: shapes, [DataType.fp32, .bf16])
  func lanesMakeNoDifference(_ shape: Shape, _ type: DataType) throws {
    let (g, x, w) = (shape.geometry, shape.x, shape.w)
    let extents = try #require(g.output(Array(x.dropFirst(2)), kernel: Array(w.dropFirst(2))))
    let channels = g.transposed ? w[1] * g.groups : w[0]
    let y = [x[0], channels] + extents
    var random = TestRandom(x.reduce(0, +))
    func operand(_ shape: [Int]) -> Operand {
      Operand(type: type, values: random.values(shape, type))
    }
    let (image, weight, bias, slope) = (operand(x), operand(w), operand([channels]), operand(y))
    let calls: [(kind: OperatorKind, inputs: [Operand], outputs: [[Int]])] = [
      (.convolution(g, bias: true), [image, weight, bias], [y]),
      (.convolutionGradInput(g), [slope, weight], [x]),
      (.convolutionGradWeight(g, bias: true), [slope, image], [w, [channels]]),
    ]
    for call in calls {
      let outputs = call.outputs.map { (shape: $0, type: type) }
      let want = try run(call.kind, call.inputs, outputs: outputs)
      for lanes in 2...3 {
        let got = try run(call.kind, call.inputs, outputs: outputs, lanes: lanes)
        for (got, want) in zip(got, want) {
          let error = normalisedError(got, want)
          #expect(error <= bound(type, depth: y.reduce(1, *)), "\(call.kind) on \(lanes)")
        }
      }
    }
  }

  @Test(arguments: shapes, 0...2)
  func eachIsCutIntoSlabs(_ shape: Shape, _ role: Int) throws {
    let (g, x, w) = (shape.geometry, shape.x, shape.w)
    let extents = try #require(g.output(Array(x.dropFirst(2)), kernel: Array(w.dropFirst(2))))
    let y = [x[0], g.transposed ? w[1] * g.groups : w[0]] + extents
    let key = ConvolutionPlan.Key(
      geometry: g, role: role, source: g.transposed ? y : x, weights: w,
      target: g.transposed ? x : y, type: .fp32, hasBias: false, lanes: 2)
    #expect(key.positionCuts.count == 2)
  }
}
