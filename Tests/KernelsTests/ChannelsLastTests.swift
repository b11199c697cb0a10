import Graph
import Quantities
import Testing

@testable import Kernels

/// Steps between two convolutions, on maps whose channels lie last, give what the same steps give
/// one by one in plain order.
@Suite struct ChannelsLastTests {
  /// A step on the map before it.
  struct Link: Sendable {
    var kind: OperatorKind
    /// Whether it reads that map twice.
    var twice = false
    /// Shapes of its further inputs, and how many of the last ones are statistics in fp32.
    var others: [[Int]] = []
    var statistics = 0
    /// Shape of the map that it makes.
    var map: [Int]
    /// Further outputs; those without a format have the map's.
    var beside: [(shape: [Int], type: DataType?)] = []
  }
  struct Chain: Sendable, CustomStringConvertible {
    var map: [Int]
    var links: [Link]
    /// Whether a convolution can read what the last link makes.
    var endsInMap = true
    var description: String { "\(map) \(links.map { "\($0.kind)" })" }
  }

  private static func norm(_ kind: ChannelNorm.Kind, _ map: [Int]) -> Link {
    let norm = ChannelNorm(kind)
    let statistics = norm.statistics(map) ?? []
    return Link(
      kind: .channelNorm(norm), others: [[map[1]], [map[1]]], map: map,
      beside: [(statistics, .fp32), (statistics, .fp32)])
  }
  private static func pool(
    _ kind: WindowPooling.Kind, _ window: [Int], _ padding: [Int], _ map: [Int], to: [Int]
  ) -> Link {
    let pooling = WindowPooling(
      kind, window: window, stride: window.map { _ in 2 }, padding: padding)
    return Link(
      kind: .poolWindows(pooling), map: to, beside: kind == .maximum ? [(to, .int64)] : [])
  }

  static let chains: [Chain] = {
    let (volume, image, wide) = ([2, 20, 5, 4, 3], [3, 23, 6, 9], [1, 300, 3, 2])
    return [
      Chain(
        map: volume,
        links: [
          norm(.instance, volume), Link(kind: .activation(.leakyRelu), map: volume),
          pool(.maximum, [3, 2, 3], [1, 0, 1], volume, to: [2, 20, 3, 2, 2]),
        ]),
      Chain(
        map: image,
        links: [
          norm(.batch, image), Link(kind: .activation(.relu), map: image),
          pool(.mean, [2, 3], [0, 1], image, to: [3, 23, 3, 5]),
          Link(kind: .resample(to: [5, 8], .linear), map: [3, 23, 5, 8]),
        ]),
      Chain(
        map: wide,
        links: [
          norm(.group(3), wide), Link(kind: .activation(.silu), map: wide),
          Link(kind: .multiply, others: [[1, 300, 1, 1]], map: wide),
          Link(kind: .resample(to: [6, 2], .nearest), map: [1, 300, 6, 2]),
        ]),
      Chain(
        map: volume,
        links: [
          norm(.stored, volume), Link(kind: .add, twice: true, map: volume),
          Link(kind: .concatenate(axis: 1), twice: true, map: [2, 40, 5, 4, 3]),
          Link(kind: .slice(axis: 1, start: 3, count: 33), map: [2, 33, 5, 4, 3]),
          Link(kind: .pad(axis: 3, before: 1, after: 2), map: [2, 33, 5, 7, 3]),
          Link(kind: .roll([0, 2, 0, 3, 1]), map: [2, 33, 5, 7, 3]),
        ]),
      // More positions than fp32 sums in one go.
      Chain(map: [2, 20, 19, 23], links: [norm(.batch, [2, 20, 19, 23])]),
      Chain(
        map: image, links: [Link(kind: .reduce(.mean, axes: [2, 3]), map: [3, 23])],
        endsInMap: false),
      Chain(
        map: image, links: [Link(kind: .permute([0, 2, 3, 1]), map: [3, 6, 9, 23])],
        endsInMap: false),
      Chain(
        map: image, links: [Link(kind: .add, others: [[6, 9]], map: image)]),
    ] + backward
  }()

  /// Gradients: what comes from above, and what was saved, is the map before.
  private static let backward: [Chain] = {
    let (volume, image) = ([2, 20, 5, 4, 3], [3, 23, 6, 9])
    let strided = ConvolutionGeometry(dimensions: 3, stride: 2, padding: 1)
    let up = ConvolutionGeometry(dimensions: 3, stride: 2, transposed: true)
    let (same, taps) = (ConvolutionGeometry(dimensions: 2, padding: 1), [3, 3])
    let norm = ChannelNorm(.instance)
    return [
      Chain(
        map: volume,
        links: [
          Link(
            kind: .convolution(up, bias: true), others: [[20, 18, 2, 2, 2], [18]],
            map: [2, 18, 10, 8, 6]),
          Link(
            kind: .convolution(strided, bias: true), others: [[17, 18, 3, 3, 3], [17]],
            map: [2, 17, 5, 4, 3]),
        ]),
      Chain(
        map: volume,
        links: [
          Link(
            kind: .convolutionGradInput(strided), others: [[20, 16, 3, 3, 3]],
            map: [2, 16, 9, 7, 5]),
          Link(
            kind: .poolWindows(WindowPooling(.mean, window: [3, 1, 1])), map: [2, 16, 3, 7, 5]),
        ]),
      Chain(
        map: volume,
        links: [
          Link(kind: .activationBackward(.gelu), twice: true, map: volume),
          Link(
            kind: .poolWindowsBackward(
              WindowPooling(.mean, window: [2, 2, 2], padding: [0, 1, 1])),
            map: [2, 20, 10, 6, 4]),
          Link(
            kind: .channelNormBackward(norm), twice: true, others: [[20], [2, 20], [2, 20]],
            statistics: 2,
            map: [2, 20, 10, 6, 4], beside: [([20], nil), ([20], nil)]),
        ]),
      Chain(
        map: image,
        links: [
          Link(
            kind: .multiplyBackward, twice: true, others: [[3, 23, 1, 1]], map: image,
            beside: [([3, 23, 1, 1], nil)])
        ]),
      Chain(
        map: image,
        links: [
          Link(
            kind: .convolutionGradWeight(same, bias: true), twice: true, map: [23, 23] + taps,
            beside: [([23], nil)])
        ], endsInMap: false),
    ] + depthwise + [
      Chain(
        map: [2, 20, 4, 4, 4],
        links: [
          Link(
            kind: .convolutionGradInput(up), others: [[24, 20, 2, 2, 2]], map: [2, 24, 2, 2, 2])
        ])
    ]
  }()

  /// Each depth-wise convolution wide enough to lie so, and its gradients: the map before it stands
  /// for what comes from above, too, where that has its shape.
  private static let depthwise: [Chain] = Case.depthwise.filter { $0.x[1] >= 16 }.flatMap { item in
    let (x, w, g) = (item.x, item.w, item.geometry)
    let y = [x[0], x[1]] + (g.output(Array(x.dropFirst(2)), kernel: Array(w.dropFirst(2))) ?? [])
    var chains = [
      Chain(
        map: x,
        links: [Link(kind: .convolution(g, bias: true), others: [w, [x[1]]], map: y)]),
      Chain(map: y, links: [Link(kind: .convolutionGradInput(g), others: [w], map: x)]),
    ]
    if x == y {
      chains.append(
        Chain(
          map: x,
          links: [
            Link(
              kind: .convolutionGradWeight(g, bias: true), twice: true, map: w,
              beside: [([x[1]], nil)])
          ], endsInMap: false))
    }
    return chains
  }

  /// A step's kind, its operands as buffers and what it makes.
  private typealias Step = (
    kind: OperatorKind, inputs: [Int], outputs: [(shape: [Int], type: DataType)]
  )

  /// The chain between two convolutions of 1×1: shapes of what is given, and the steps; their
  /// operands are numbered in the order in which they appear, what is given first.
  private static func steps(
    _ chain: Chain, _ type: DataType
  ) -> (given: [(shape: [Int], type: DataType)], steps: [Step]) {
    let dimensions = chain.map.count - 2
    let ones = [Int](repeating: 1, count: dimensions)
    let geometry = ConvolutionGeometry(dimensions: dimensions)
    var source = chain.map
    source[1] = 6
    var given = [(source, type), ([chain.map[1], 6] + ones, type)]
    for link in chain.links {
      let first = link.others.count - link.statistics
      given += link.others.enumerated().map { ($1, $0 < first ? type : .fp32) }
    }
    let last = chain.links[chain.links.count - 1].map
    if chain.endsInMap { given.append(([4, last[1]] + ones, type)) }
    var steps: [Step] = [(.convolution(geometry, bias: false), [0, 1], [(chain.map, type)])]
    var (map, next, other) = (given.count, given.count + 1, 2)
    for link in chain.links {
      var inputs = link.twice ? [map, map] : [map]
      inputs += (other..<other + link.others.count)
      other += link.others.count
      steps.append(
        (link.kind, inputs, [(link.map, type)] + link.beside.map { ($0.shape, $0.type ?? type) }))
      map = next
      next += 1 + link.beside.count
    }
    if chain.endsInMap {
      let result = [last[0], 4] + last.dropFirst(2)
      steps.append((.convolution(geometry, bias: false), [map, given.count - 1], [(result, type)]))
    }
    return (given, steps)
  }

  @Test(arguments: chains, [DataType.fp32, .bf16, .fp16])
  func agreesWithPlainOrder(_ chain: Chain, _ type: DataType) throws {
    let (given, steps) = Self.steps(chain, type)
    var random = TestRandom(given.count + chain.links.count)
    let operands = given.map { Operand(type: $0.type, values: random.values($0.shape, $0.type)) }
    var known = operands
    for step in steps {
      let made = try run(step.kind, step.inputs.map { known[$0] }, outputs: step.outputs)
      known += zip(step.outputs, made).map {
        Operand(type: $0.type, values: Values($0.shape, $1))
      }
    }
    let want = known[known.count - (steps.last?.outputs.count ?? 0)].values.elements
    for (seed, table) in ForwardTests.tables.enumerated() {
      let got = try runAtOnce(operands, steps, lanes: 1 + seed % 3, kernels: table)
      // Each step rounds once, and the last convolution sums over its channels.
      let limit = Double(1 + steps.count) * bound(type, depth: chain.map[1])
      #expect(normalisedError(got, want) <= limit, "\(table.name)")
    }
  }

  private func runAtOnce(
    _ operands: [Operand], _ steps: [Step], lanes: Int, kernels: KernelTable
  ) throws -> [Double] {
    var program = Program()
    var buffers = operands.map {
      program.add(Tensor("given", $0.values.shape, $0.type, .input), .zero)
    }
    var result = 0
    for step in steps {
      let outputs = step.outputs.map {
        program.add(Tensor("made", $0.shape, $0.type, .activation), .transient)
      }
      let own = step.inputs.map { buffers[$0] } + outputs
      let op = Operator(
        "\(step.kind)", step.kind, step.inputs.indices.map { TensorID($0) },
        outputs.indices.map { TensorID(step.inputs.count + $0) })
      program.add(op, tensors: own.map { program.buffers[$0].tensor }) { own[$0.index] }
      result = outputs[0]
      buffers += outputs
    }
    program.keep(result)
    let laid = program.laidOut.buffers
    #expect(laid[buffers[operands.count]].layout == .channelsLast)
    #expect(laid[result].layout == .plain)
    return try ModelRunTests.withTeam(lanes) { team in
      let runner = try ProgramRunner(program, team: team, kernels: kernels, guards: Watch.guards)
      for (buffer, operand) in zip(buffers, operands) {
        try runner.write(operand.values.elements.map { Float($0) }, to: buffer)
      }
      // Twice: what a run leaves behind changes nothing.
      for _ in 0..<2 { try runner.run() }
      return try runner.read(result).map(Double.init)
    }
  }
}
