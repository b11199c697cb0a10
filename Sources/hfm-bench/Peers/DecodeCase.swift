import Executor
import Graph
import Kernels
import Quantities

/// One token of a LLaMA-like decoder beside a full key/value cache, at batch 1: every weight is
/// read once, so memory bandwidth is the limit.
///
/// Layers as TinyLlama's (arXiv 2401.02385): RMSNorm, SwiGLU, 32 query and 4 key/value heads. Four
/// of its 22 layers are many times a cache. The new token's key and value are computed, and not
/// appended.
struct DecodeCase {
  let layers = 4, hidden = 2048, heads = 32, keyValueHeads = 4, inner = 5632, past = 512
  let type: DataType

  /// Bytes of the weights and the caches.
  var bytes: Double {
    let kv = hidden / heads * keyValueHeads
    let weights = 2 * hidden * hidden + 2 * hidden * kv + 3 * hidden * inner
    return Double(layers * type.bytes(weights + 2 * past * kv))
  }

  var peerCase: PeerCase {
    PeerCase(
      name: "decode batch 1 \(type.rawValue)",
      request: "decode \(layers) \(hidden) \(heads) \(keyValueHeads) \(inner) \(past) "
        + type.rawValue, work: 1e-9 * bytes, unit: "GB/s"
    ) { team in
      let runner = try ProgramRunner(self.program, team: team)
      return { try runner.run() }
    }
  }

  private var program: Program {
    var sketch = ProgramSketch(type)
    var x = sketch.buffer([1, 1, hidden], .input)
    for _ in 0..<layers { x = layer(x, &sketch) }
    return sketch.program
  }

  private func layer(_ x: Int, _ sketch: inout ProgramSketch) -> Int {
    let size = hidden / heads
    let (wide, narrow) = ([1, 1, hidden], [1, 1, size * keyValueHeads])
    func linear(_ x: Int, _ k: Int, _ n: Int) -> Int {
      let weight = sketch.buffer([n, k])
      return sketch.apply(.linear(bias: false), [x, weight], to: [[1, 1, n]])[0]
    }
    func norm(_ x: Int) -> Int {
      let gamma = sketch.buffer([hidden])
      return sketch.apply(
        .rmsNorm(epsilon: 1e-5), [x, gamma], to: [wide], statistics: [[1, 1]])[0]
    }
    let first = norm(x)
    let query = linear(first, hidden, hidden)
    _ = linear(first, hidden, narrow[2])
    _ = linear(first, hidden, narrow[2])
    let cache = (0..<2).map { _ in sketch.buffer([1, past, narrow[2]], .constant) }
    let geometry = AttentionGeometry(
      queryHeads: heads, keyValueHeads: keyValueHeads, headSize: size, causal: true)
    let mixed = sketch.apply(
      .attention(geometry), [query] + cache, to: [wide], statistics: [[1, heads, 1]])[0]
    let attended = sketch.apply(.add, [x, linear(mixed, hidden, hidden)], to: [wide])[0]
    let second = norm(attended)
    let gates = [linear(second, hidden, inner), linear(second, hidden, inner)]
    let gated = sketch.apply(.gatedActivation(.silu), gates, to: [[1, 1, inner]])[0]
    return sketch.apply(.add, [attended, linear(gated, inner, hidden)], to: [wide])[0]
  }
}
