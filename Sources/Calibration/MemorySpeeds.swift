public import Executor
import Glibc
public import HardwareModel
import Quantities

/// How fast this machine's memory is, from where and for how many workers.
public struct MemorySpeeds: Sendable, Hashable {
  /// The workers of one NUMA node in the memory of one.
  public struct Pair: Sendable, Hashable {
    /// The workers' node.
    public var cores: Int
    /// The memory's node.
    public var memory: Int
    /// Bytes read and written per second by copies on all of the node's workers.
    public var bytesPerSecond: Double
    /// Seconds of one dependent read by one of them.
    public var latencySeconds: Double
  }

  /// One dependent read within a working set.
  public struct Latency: Sendable, Hashable {
    /// Size of the working set in bytes.
    public var bytes: Int
    /// Seconds of a read.
    public var seconds: Double
  }

  /// Every pair of a node with workers and one with memory.
  public var pairs: [Pair] = []
  /// By rising working set, of one worker: caches, then memory.
  public var latencies: [Latency] = []
}

/// Measures memory with copies and with chains of dependent reads.
public struct MemoryProbe: Sendable {
  let pool: WorkerPool
  let machine: Machine
  let rounds: Int
  /// Dependent reads of a round.
  private let reads: Int
  /// Bytes of an array that is copied, in sizes of the largest cache.
  private let sizeInCaches: Int

  /// Prepares a measurement on workers that are free.
  public init(pool: WorkerPool, machine: Machine, isQuick: Bool) {
    self.pool = pool
    self.machine = machine
    rounds = isQuick ? 4 : 12
    sizeInCaches = isQuick ? 2 : 4
    reads = isQuick ? 1 << 16 : 1 << 18
  }

  /// Everything.
  /// - Throws: `UserError` when memory does not suffice or a worker is leased.
  public func run() throws -> MemorySpeeds {
    MemorySpeeds(pairs: try pairs(), latencies: try latencies())
  }

  /// The nodes that have workers, rising, with those.
  var workersByNode: [(node: Int, workers: [Int])] {
    let places = pool.layout.workers
    return Set(places.map(\.numaNode)).sorted().map { node in
      (node, places.indices.filter { places[$0].numaNode == node })
    }
  }

  /// The bandwidth of copies, and the latency, by the workers of each node in the memory of each.
  /// - Throws: as `run`.
  public func pairs() throws -> [MemorySpeeds.Pair] {
    var found: [MemorySpeeds.Pair] = []
    for (cores, workers) in workersByNode {
      let team = try pool.lease(workers)
      defer { team.release() }
      for memory in machine.numaNodes where memory.memoryBytes > 0 {
        let bytes = copyBytes(atMost: memory.memoryBytes / 8)
        found.append(
          MemorySpeeds.Pair(
            cores: cores, memory: memory.id,
            bytesPerSecond: try bandwidth(team, bytes, node: memory.id),
            latencySeconds: try latency(team, bytes, node: memory.id)))
      }
    }
    return found
  }

  /// Working sets of half of each level of cache, and of memory.
  private func latencies() throws -> [MemorySpeeds.Latency] {
    let cpu = pool.layout.workers[0].cpu
    let caches = machine.caches.filter { $0.cpus.contains(cpu) && $0.sizeBytes > 0 }
      .sorted { $0.level < $1.level }
    let memory = copyBytes(atMost: (machine.numaNodes.map(\.memoryBytes).max() ?? 0) / 8)
    let sizes = caches.map { $0.sizeBytes / 2 }.filter { $0 < memory } + [memory]
    let team = try pool.lease([0])
    defer { team.release() }
    return try sizes.map {
      MemorySpeeds.Latency(bytes: $0, seconds: try latency(team, $0, node: nil))
    }
  }

  /// Some times the largest cache, so that little of it and of its copy stays there.
  private func copyBytes(atMost limit: Int) -> Int {
    let cache = machine.caches.filter { $0.level > 1 }.map(\.sizeBytes).max() ?? 32 << 20
    return max(1 << 20, min(max(64 << 20, cache * sizeInCaches), limit, 1 << 30))
  }

  /// An address range that lanes of a team use disjoint parts of.
  private struct Span: @unchecked Sendable {
    let source: UnsafeMutableRawPointer
    let target: UnsafeMutableRawPointer
    let pages: Int
    let pageBytes: Int
  }

  /// Bytes read and written per second, the best of several rounds; without a node each lane's part
  /// lies beside it.
  func bandwidth(_ team: WorkerTeam, _ bytes: Int? = nil, node: Int? = nil) throws -> Double {
    let bytes =
      bytes ?? copyBytes(atMost: (machine.numaNodes.map(\.memoryBytes).max() ?? 0) / 8)
    let source = try NodeBuffer(byteCount: bytes, node: node)
    let target = try NodeBuffer(byteCount: bytes, node: node)
    let page = NodeBuffer.pageBytes
    let span = Span(
      source: source.pointer, target: target.pointer, pages: bytes / page, pageBytes: page)
    var best = 0.0
    // The first round makes the pages.
    for round in 0...rounds {
      let start = ContinuousClock.now
      try team.run { scope in
        scope.parallelFor(span.pages) { range, _ in
          let offset = range.lowerBound * span.pageBytes
          if round == 0 { memset(span.source + offset, 1, range.count * span.pageBytes) }
          memcpy(span.target + offset, span.source + offset, range.count * span.pageBytes)
        }
      }
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      if round > 0, seconds > 0 { best = max(best, Double(2 * span.pages * page) / seconds) }
    }
    // They live to here.
    _ = (source.byteCount, target.byteCount)
    return best
  }

  /// Seconds of one read whose address is the result of the one before, on the team's first worker:
  /// a cycle through all lines of the working set in random order (Sattolo 1986), so that no
  /// prefetcher helps; the best of several rounds.
  private func latency(_ team: WorkerTeam, _ bytes: Int, node: Int?) throws -> Double {
    let buffer = try NodeBuffer(byteCount: bytes, node: node, hugePages: true)
    let line = 64
    let count = max(2, bytes / line)
    let base = Span(source: buffer.pointer, target: buffer.pointer, pages: 0, pageBytes: 0)
    let (rounds, reads) = (rounds, reads)
    let best = try team.run { _ in
      var order = (0..<count).map { UInt32($0) }
      var state: UInt64 = 0x9E37_79B9_7F4A_7C15
      for index in stride(from: count - 1, to: 0, by: -1) {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        order.swapAt(index, Int((state >> 33) % UInt64(index)))
      }
      for index in 0..<count {
        (base.source + index * line).storeBytes(
          of: Int(order[index]) * line, as: Int.self)
      }
      let steps = min(count, reads)
      var best = Double.infinity
      var offset = 0
      for _ in 0..<rounds {
        let start = ContinuousClock.now
        for _ in 0..<steps { offset = base.source.load(fromByteOffset: offset, as: Int.self) }
        best = min(best, (ContinuousClock.now - start) / .seconds(1) / Double(steps))
      }
      // The offset is used, so that the reads are made.
      return offset < 0 ? 0 : best
    }
    _ = buffer.byteCount
    return best
  }
}
