import CBenchPeers
import Executor
import Graph
import Kernels
import Quantities

/// Matrix products on our lanes beside oneDNN: with its own OpenMP threads, and as independent
/// loops of one thread per core, which is what the hardware gives at best (two virtual cores may
/// be siblings of one physical core).
///
/// All use as many threads as there are cores in the limits, one after the other in each round.
/// Our products follow one another in one visit to the team, as those of a pass do, and, for what
/// handing each over from another thread takes, in a visit each.
let productBenchmark = Benchmark(
  name: "gemm",
  summary: "y = x·wᵀ: our pool's lanes beside oneDNN's own threads and independent loops"
) { options in
  try withBenchmarkTeam { team in
    return try productShapes.filter { options.includes("\($0.0)x\($0.1)x\($0.2)") }
      .flatMap { try measureProduct($0, team, rounds: options.rounds) }
  }
}

/// (m, n, k): squares, and layers of BERT-base and ViT-L at small batches.
private let productShapes = [
  (256, 256, 256), (512, 512, 512), (1024, 1024, 1024), (2048, 2048, 2048), (128, 768, 768),
  (128, 3072, 768), (512, 768, 3072), (197, 4096, 1024), (4, 768, 768),
]

private func measureProduct(_ shape: (Int, Int, Int), _ team: WorkerTeam, rounds: Int) throws
  -> [BenchmarkRow]
{
  let (m, n, k) = shape
  let flops = 2e-9 * Double(m) * Double(n) * Double(k)
  // At least some milliseconds a measurement.
  let calls = max(1, Int(1 / flops))
  let figure = "\(m)x\(n)x\(k)"
  let cpus = team.places.map { Int32($0.cpu) }
  return try [DataType.fp32, .bf16].flatMap { type -> [BenchmarkRow] in
    let ours = try productRunner(shape, type, team)
    var peer = PeerProduct(m: m, n: n, k: k, threads: team.count)
    var rates: [[Double]] = [[], [], [], []]
    for _ in 0..<rounds {
      rates[0].append(
        flops * Double(calls) / (try secondsPerCall(1) { try ours.run(times: calls) }))
      rates[3].append(flops / (try secondsPerCall(calls) { try ours.run() }))
      rates[1].append(
        hfm_peer_onednn_loops(
          Int32(cpus.count), cpus, m, n, k, type == .bf16 ? 1 : 0, Int32(calls)))
      if type == .fp32 { rates[2].append(flops / (try secondsPerCall(calls) { peer.run() })) }
    }
    func row(_ contender: String, _ unit: String, _ values: [Double]) -> BenchmarkRow {
      BenchmarkRow(
        contender: "\(contender) \(type.rawValue)", figure: figure, unit: unit, values: values)
    }
    let rows = [
      row("hfm", "GFLOP/s", rates[0]), row("oneDNN loops", "GFLOP/s", rates[1]),
      row("hfm/oneDNN loops", "ratio", ratios(rates[0], rates[1])),
      row("hfm, a visit each", "GFLOP/s", rates[3]),
    ]
    guard type == .fp32 else { return rows }
    return rows + [
      row("oneDNN threads", "GFLOP/s", rates[2]),
      row("hfm/oneDNN threads", "ratio", ratios(rates[0], rates[2])),
    ]
  }
}

private func productRunner(_ shape: (Int, Int, Int), _ type: DataType, _ team: WorkerTeam) throws
  -> ProgramRunner
{
  let (m, n, k) = shape
  var sketch = ProgramSketch(type)
  let operands = [sketch.buffer([m, k], .input), sketch.buffer([n, k])]
  _ = sketch.apply(.linear(bias: false), operands, to: [[m, n]])
  return try ProgramRunner(sketch.program, team: team)
}

/// The same product by oneDNN on its own threads.
private struct PeerProduct {
  let m: Int, n: Int, k: Int, threads: Int
  var x: [Float], w: [Float], y: [Float]

  init(m: Int, n: Int, k: Int, threads: Int) {
    (self.m, self.n, self.k, self.threads) = (m, n, k, threads)
    x = (0..<m * k).map { Float($0 % 17) * 0.1 - 0.8 }
    w = (0..<n * k).map { Float($0 % 13) * 0.1 - 0.6 }
    y = Array(repeating: 0, count: m * n)
  }

  mutating func run() {
    _ = hfm_peer_onednn_product(Int32(threads), m, n, k, x, w, &y)
  }
}
