import CKernels
import Graph

/// Which inputs each output of a resampling reads, with what weights, one table per dimension:
/// PyTorch's `interpolate` with `align_corners=False`.
struct ResamplingPlan: Sendable {
  private let input: [Int]
  private let output: [Int]
  private let taps: [Int]
  /// The tables one after the other.
  private let index: [Int32]
  private let weight: [Float]

  /// Floats of a lane: one input plane and one of its rows.
  var scratchFloats: Int { input.reduce(1, *) + (input.last ?? 1) }

  /// - Parameters:
  ///   - shape: of the input, `[B,C,s…]`.
  ///   - extents: spatial extents of the output.
  init(from shape: [Int], to extents: [Int], _ mode: Resampling) {
    let missing = max(0, 3 - extents.count)
    let ones = [Int](repeating: 1, count: missing)
    input = ones + shape.dropFirst(2)
    output = ones + extents
    var tables: [(taps: Int, index: [Int32], weight: [Float])] = []
    for (from, to) in zip(input, output) { tables.append(Self.table(from, to, mode)) }
    taps = tables.map(\.taps)
    index = tables.flatMap(\.index)
    weight = tables.flatMap(\.weight)
  }

  private static func table(
    _ from: Int, _ to: Int, _ mode: Resampling
  ) -> (taps: Int, index: [Int32], weight: [Float]) {
    let scale = Double(from) / Double(to)
    var index: [Int32] = []
    var weight: [Float] = []
    func add(_ position: Int, _ share: Double) {
      index.append(Int32(min(max(position, 0), from - 1)))
      weight.append(Float(share))
    }
    for place in 0..<to {
      switch from == to ? .nearest : mode {
      case .nearest: add(Int(Double(place) * scale), 1)
      case .linear:
        let source = max(0, (Double(place) + 0.5) * scale - 0.5)
        let low = Int(source)
        add(low, 1 - (source - Double(low)))
        add(low + 1, source - Double(low))
      case .cubic:
        let source = (Double(place) + 0.5) * scale - 0.5
        let low = Int(source.rounded(.down))
        let t = source - Double(low)
        for (tap, share) in cubic(t).enumerated() { add(low - 1 + tap, share) }
      }
    }
    return (index.count / to, index, weight)
  }

  /// Keys' convolution kernel with a = −0.75 (IEEE ASSP 29(6), 1981), as PyTorch has it.
  private static func cubic(_ t: Double) -> [Double] {
    let a = -0.75
    func near(_ x: Double) -> Double { ((a + 2) * x - (a + 3)) * x * x + 1 }
    func far(_ x: Double) -> Double { ((a * x - 5 * a) * x + 8 * a) * x - 4 * a }
    return [far(t + 1), near(t), near(1 - t), far(2 - t)]
  }

  /// Lends the tables to C.
  func withKernelShape(_ body: (UnsafePointer<hfm_resampling>) -> Void) {
    index.withUnsafeBufferPointer { index in
      weight.withUnsafeBufferPointer { weight in
        guard let indices = index.baseAddress, let weights = weight.baseAddress else { return }
        var shape = hfm_resampling()
        copy(input, into: &shape.input)
        copy(output, into: &shape.output)
        copy(taps, into: &shape.taps)
        let second = output[0] * taps[0]
        let third = second + output[1] * taps[1]
        shape.index = (indices, indices + second, indices + third)
        shape.weight = (weights, weights + second, weights + third)
        withUnsafePointer(to: shape, body)
      }
    }
  }
}
