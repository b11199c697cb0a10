import CBenchPeers
import Executor
import Glibc
import Graph
import HardwareDiscovery
import Kernels
import Quantities

/// Matrix products on our lanes beside oneDNN with its own OpenMP threads.
///
/// Both use as many threads as there are cores in the limits, one after the other in each round.
/// libgomp's threads spin after a region, our workers for some microseconds: a pause lets either
/// fall asleep before the other is timed, and each is called once untimed after its pause.
let productBenchmark = Benchmark(
  name: "gemm", summary: "y = x·wᵀ: our pool's lanes beside oneDNN's own OpenMP threads"
) { options in
  let layout = try benchmarkLayout()
  let pool = try WorkerPool(layout: layout)
  defer { pool.shutdown() }
  let team = try pool.lease(Array(layout.workers.indices))
  defer { team.release() }
  return try productShapes.flatMap { try measureProduct($0, team, rounds: options.rounds) }
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
  let ours = try productRunner(shape, .fp32, team)
  let oursHalf = try productRunner(shape, .bf16, team)
  var peer = PeerProduct(m: m, n: n, k: k, threads: team.count)
  let flops = 2 * Double(m) * Double(n) * Double(k)
  // At least some milliseconds a measurement.
  let calls = max(1, Int(1e9 / flops))
  var rates: [[Double]] = [[], [], []]
  for _ in 0..<rounds {
    rates[0].append(1e-9 * flops / (try timed(calls) { try ours.run() }))
    rates[1].append(1e-9 * flops / (try timed(calls) { peer.run() }))
    rates[2].append(1e-9 * flops / (try timed(calls) { try oursHalf.run() }))
  }
  let figure = "\(m)x\(n)x\(k)"
  let ratios = zip(rates[0], rates[1]).map { $1 > 0 ? $0 / $1 : 0 }
  return [
    BenchmarkRow(contender: "hfm fp32", figure: figure, unit: "GFLOP/s", values: rates[0]),
    BenchmarkRow(contender: "oneDNN fp32", figure: figure, unit: "GFLOP/s", values: rates[1]),
    BenchmarkRow(contender: "hfm/oneDNN", figure: figure, unit: "ratio", values: ratios),
    BenchmarkRow(contender: "hfm bf16", figure: figure, unit: "GFLOP/s", values: rates[2]),
  ]
}

private func timed(_ calls: Int, _ body: () throws -> Void) throws -> Double {
  usleep(10_000)
  try body()
  var start = timespec()
  clock_gettime(CLOCK_MONOTONIC, &start)
  for _ in 0..<calls { try body() }
  var end = timespec()
  clock_gettime(CLOCK_MONOTONIC, &end)
  let seconds = Double(end.tv_sec - start.tv_sec) + 1e-9 * Double(end.tv_nsec - start.tv_nsec)
  return seconds / Double(calls)
}

private func productRunner(_ shape: (Int, Int, Int), _ type: DataType, _ team: WorkerTeam) throws
  -> ProgramRunner
{
  let (m, n, k) = shape
  let tensors = [
    Tensor("x", [m, k], type, .input), Tensor("w", [n, k], type, .parameter(.other)),
    Tensor("y", [m, n], type, .activation),
  ]
  var program = Program()
  let buffers = [
    program.add(tensors[0], .input), program.add(tensors[1], .parameter),
    program.add(tensors[2], .transient),
  ]
  let op = Operator(
    "product", .linear(bias: false), [TensorID(0), TensorID(1)], [TensorID(2)])
  program.add(op, tensors: tensors) { buffers[$0.index] }
  return try ProgramRunner(program, team: team)
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
