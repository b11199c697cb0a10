import CBenchPeers
import CSystemShims
import Executor
import Quantities

/// An empty fork-join over all cores: what it costs to start a region on every lane and to wait
/// for all: back to back, with 50 µs of serial work between regions, with a region inside each
/// lane's chunk, and while a foreign process computes on the last core.
///
/// "share of lanes" tells how many threads really ran a chunk: a runtime in which the caller does
/// all chunks itself is fast and parallel in name only.
let forkJoinBenchmark = Benchmark(
  name: "fork-join", summary: "empty fork-join on every core; ratios are to the raw floor"
) { options in
  try [
    ForkJoinSetting(label: ""), ForkJoinSetting(label: " gap 50 µs", gap: 50_000),
    ForkJoinSetting(label: " nested", isNested: true),
    ForkJoinSetting(label: " shared core", isShared: true),
  ].flatMap { try measureForkJoin(options, $0) }
}

/// How regions follow each other, and what else runs.
private struct ForkJoinSetting {
  var label: String
  /// Nanoseconds of serial work between regions.
  var gap = 0
  /// Whether each lane starts a region inside its chunk.
  var isNested = false
  /// Whether a foreign process computes on the last core.
  var isShared = false

  var regions: Int { isShared ? 200 : gap > 0 ? 1000 : 4000 }
}

private struct Sample {
  var p50: Double
  var p99: Double
  var participation: Double
}

private func measureForkJoin(
  _ options: BenchmarkOptions, _ setting: ForkJoinSetting
) throws -> [BenchmarkRow] {
  let layout = try benchmarkLayout()
  let cpus = layout.workers.map { Int32($0.cpu) }
  let pool = try WorkerPool(layout: layout)
  let team = try pool.lease(Array(layout.workers.indices))
  let label = setting.label
  let contenders: [(String, () throws -> Sample)] = [
    ("raw floor", { peer(hfm_peer_floor, cpus, setting) }),
    ("hfm", { try ours(team, setting) }),
    ("OpenMP (libgomp)", { peer(hfm_peer_openmp, cpus, setting) }),
    ("oneTBB static", { peer(hfm_peer_tbb, cpus, setting) }),
  ]
  let neighbour = setting.isShared ? hfm_peer_start_neighbour(cpus[cpus.count - 1]) : 0
  defer { hfm_peer_stop_neighbour(neighbour) }
  var samples = contenders.map { _ in [Sample]() }
  for _ in 0..<options.rounds {
    for (index, contender) in contenders.enumerated() { samples[index].append(try contender.1()) }
  }
  return contenders.indices.flatMap { index -> [BenchmarkRow] in
    let name = contenders[index].0
    let own = samples[index]
    let ratios = zip(own, samples[0]).map { $0.p50 / max(1, $1.p50) }
    return [
      BenchmarkRow(contender: name, figure: "p50" + label, unit: "ns", values: own.map(\.p50)),
      BenchmarkRow(contender: name, figure: "p99" + label, unit: "ns", values: own.map(\.p99)),
      BenchmarkRow(contender: name, figure: "p50 / floor" + label, unit: "", values: ratios),
      BenchmarkRow(
        contender: name, figure: "share of lanes" + label, unit: "",
        values: own.map(\.participation)),
    ]
  }
}

private func peer(
  _ function: (UnsafeMutablePointer<hfm_fork_join>) -> Void, _ cpus: [Int32],
  _ setting: ForkJoinSetting
) -> Sample {
  let regions = setting.regions
  var times = [Double](repeating: 0, count: regions)
  let participation = times.withUnsafeMutableBufferPointer { times in
    cpus.withUnsafeBufferPointer { cpus in
      var run = hfm_fork_join(
        threads: Int32(cpus.count), cpus: cpus.baseAddress, regions: Int32(regions),
        warmup: Int32(regions / 10), gap_ns: Int32(setting.gap),
        nested: setting.isNested ? 1 : 0, ns: times.baseAddress, participation: 0)
      function(&run)
      return run.participation
    }
  }
  return Sample(
    p50: times.quantile(0.5), p99: times.quantile(0.99), participation: participation)
}

/// The same measurement of our own lanes, on the team's leader.
private func ours(_ team: WorkerTeam, _ setting: ForkJoinSetting) throws -> Sample {
  let (regions, gap) = (setting.regions, setting.gap)
  return try team.run { scope in
    let lanes = scope.count
    // One worker number per 128 bytes, so that marking does not make lanes share lines.
    let stride = 32
    var marks = [Int32](repeating: -1, count: lanes * stride)
    var times = [Double](repeating: 0, count: regions)
    var shares = 0.0
    marks.withUnsafeMutableBufferPointer { marks in
      for region in -(regions / 10)..<regions {
        if gap > 0 {
          let until = hfm_monotonic_nanoseconds() + UInt64(gap)
          while hfm_monotonic_nanoseconds() < until { hfm_cpu_pause() }
        }
        let start = hfm_monotonic_nanoseconds()
        scope.parallelFor(lanes) { range, lane in
          for chunk in range { marks[chunk * stride] = hfm_current_worker() }
          if setting.isNested { scope.parallelFor(lanes) { _, _ in } }
        }
        let end = hfm_monotonic_nanoseconds()
        var distinct = 0
        for chunk in 0..<lanes {
          let worker = marks[chunk * stride]
          let isNew = !(0..<chunk).contains { marks[$0 * stride] == worker }
          distinct += worker >= 0 && isNew ? 1 : 0
        }
        for chunk in 0..<lanes { marks[chunk * stride] = -1 }
        guard region >= 0 else { continue }
        times[region] = Double(end - start)
        shares += Double(distinct) / Double(lanes)
      }
    }
    return Sample(
      p50: times.quantile(0.5), p99: times.quantile(0.99), participation: shares / Double(regions))
  }
}
