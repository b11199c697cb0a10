import CBenchPeers
import Executor
import Quantities
import Workloads

/// Everything that the executor claims, beside its peers in one run: whole models, attention,
/// optimizer and decoding beside PyTorch; then products, fork-join and tasks beside oneDNN's own
/// threads, OpenMP, oneTBB and StarPU.
let peersBenchmark = Benchmark(
  name: "peers",
  summary: "models, attention, AdamW, decoding beside PyTorch; then gemm, fork-join and tasks"
) { options in
  try networkBenchmark.run(options) + productBenchmark.run(options)
    + forkJoinBenchmark.run(options) + taskBenchmark.run(options)
}

/// The part of `peers` that stands beside PyTorch.
let networkBenchmark = Benchmark(
  name: "networks", summary: "the part of peers that stands beside PyTorch"
) { options in
  try withBenchmarkTeam { team in
    let torch = try PeerProcess.pyTorch(threads: team.count)
    return try peerCases().filter { options.includes($0.name) }.flatMap {
      let rows = try measure($0, team, torch, rounds: options.rounds)
      options.report(rows)
      return rows
    }
  }
}

private func peerCases() throws -> [PeerCase] {
  var cases: [PeerCase] = []
  for type in [DataType.fp32, .bf16] {
    for batch in [1, 8, 32] {
      cases.append(try .model(.infer, "bert-base", batch: batch, sequence: 128, type))
      cases.append(try .model(.infer, "vit-b-16", batch: batch, sequence: nil, type))
    }
    cases.append(try .model(.pretrain, "bert-base", batch: 8, sequence: 128, type))
    cases.append(try .model(.pretrain, "gpt2", batch: 4, sequence: 256, type))
    for batch in [1, 2] { cases.append(try .volumes(.infer, batch: batch, type)) }
    cases.append(try .volumes(.pretrain, batch: 1, type))
    cases.append(.attention(batch: 8, length: 128, causal: false, type))
    cases.append(.attention(batch: 2, length: 512, causal: false, type))
    cases.append(.attention(batch: 1, length: 1024, causal: true, type))
    cases.append(.adamw(tensors: 4, count: 4 << 20, type))
    cases.append(DecodeCase(type: type).peerCase)
  }
  return cases
}

private func measure(
  _ item: PeerCase, _ team: WorkerTeam, _ torch: PeerProcess?, rounds: Int
) throws -> [BenchmarkRow] {
  let call = try item.prepare(team)
  // A tenth of a second a measurement.
  let calls = max(1, Int(0.1 / (try secondsPerCall(1, call))))
  let cpus = team.places.map { Int32($0.cpu) }
  let isDecoding = item.request.hasPrefix("decode")
  var (ours, theirs, bandwidth) = ([Double](), [Double](), [Double]())
  for _ in 0..<rounds {
    ours.append(item.work / (try secondsPerCall(calls, call)))
    if let torch { theirs.append(item.work / (try torch.ask("\(calls) \(item.request)"))) }
    if isDecoding { bandwidth.append(hfm_peer_read_bandwidth(Int32(cpus.count), cpus)) }
  }
  func row(_ contender: String, _ unit: String, _ values: [Double]) -> BenchmarkRow {
    BenchmarkRow(contender: contender, figure: item.name, unit: unit, values: values)
  }
  var rows = [row("hfm", item.unit, ours)]
  if torch != nil {
    rows.append(row("PyTorch", item.unit, theirs))
    rows.append(row("hfm/PyTorch", "ratio", ratios(ours, theirs)))
  }
  if isDecoding {
    rows.append(row("reading memory", "GB/s", bandwidth))
    rows.append(row("hfm/reading memory", "ratio", ratios(ours, bandwidth)))
  }
  return rows
}
