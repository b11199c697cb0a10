public import HardwareModel

/// What the jobs of one node share.
public struct SharedMemory: Sendable, Hashable {
  /// Bytes per second that memory moves for all together; 0 when unknown.
  public var bytesPerSecond: Double
  /// Bytes of the last-level caches; 0 when unknown.
  public var cacheBytes: Int
  /// How work of each kind was measured to slow work of each kind; nil when it was not.
  public var effect: NeighbourEffect?
  /// Describes a memory.
  public init(bytesPerSecond: Double, cacheBytes: Int = 0, effect: NeighbourEffect? = nil) {
    self.bytesPerSecond = bytesPerSecond
    self.cacheBytes = cacheBytes
    self.effect = effect
  }
}

/// The jobs of one node and what they ask of its memory and caches together.
///
/// A job's time has parts: one waits for arithmetic, one for a cache, one, f, for memory, in which
/// it asks for r bytes a second. While it waits for memory, a neighbour does so for the part q of
/// its own, longer time. When all wait at once, memory that moves B bytes a second serves each in
/// proportion to what it asks for, so that everyone's wait grows by R/B, R the sum of what all ask
/// for (the roofline, Williams, Waterman and Patterson, CACM 52(4), 2009, with bandwidth shared).
/// The wait of job i therefore grows by
///
///     eᵢ = Σ qⱼ rⱼ / Σ rⱼ · max(0, R/B − 1)      (sums over its neighbours j)
///
/// which is exact for one neighbour whose phases do not depend on the job's, and for neighbours
/// that do nothing else; for others it is an upper bound, for the expectation of a convex function
/// lies below its chord. The slow-down is 1 + fᵢ eᵢ, and qᵢ = fᵢ (1 + eᵢ) / (1 + fᵢ eᵢ); both are
/// iterated to their least fixed point, at which the bytes granted, Σ fᵢ rᵢ / slow-downᵢ, never
/// exceed B: were they more, every 1 + eᵢ ≥ Σ qⱼ rⱼ / B (j over all jobs) would make them less.
///
/// Arithmetic and caches are slowed, and slow, by the measured `NeighbourEffect`, weighted by the
/// part of its time that a neighbour spends on each kind and by its cores.
struct NodeLoad: Sendable, Hashable {
  private(set) var jobs: [MemoryTraffic] = []

  init(jobs: [MemoryTraffic] = []) { self.jobs = jobs }

  mutating func add(_ traffic: MemoryTraffic) { jobs.append(traffic) }

  mutating func remove(_ traffic: MemoryTraffic) {
    if let index = jobs.firstIndex(of: traffic) { jobs.remove(at: index) }
  }

  /// The jobs' slow-downs beyond 1 by what they share, summed.
  func slowing(_ memory: SharedMemory) -> Double {
    slowdowns(memory).reduce(0) { $0 + $1 - 1 }
  }

  /// Bytes of working sets that the caches cannot hold.
  func overflow(_ cacheBytes: Int) -> Int {
    cacheBytes > 0 ? max(0, jobs.reduce(0) { $0 + $1.workingSetBytes } - cacheBytes) : 0
  }

  /// Each job's time beside the others over its time alone.
  func slowdowns(_ memory: SharedMemory) -> [Double] {
    guard jobs.count > 1 else { return jobs.map { _ in 1 } }
    // Working sets that a cache holds one by one, but not side by side, drive each other out.
    let resident = jobs.reduce(0) { $0 + ($1.cachedShare > 0 ? $1.workingSetBytes : 0) }
    let isThrashing = memory.cacheBytes > 0 && resident > memory.cacheBytes
    var phases = jobs.map { JobPhases($0, memory, isThrashing: isThrashing) }
    for _ in 0..<Self.mostIterations {
      let before = phases
      for index in phases.indices {
        phases[index].wait(beside: before.indices.filter { $0 != index }.map { before[$0] }, memory)
      }
      let change = zip(phases, before).reduce(0) { max($0, abs($1.0.slowdown - $1.1.slowdown)) }
      if change < Self.tolerance { break }
    }
    return phases.map(\.slowdown)
  }

  private static let mostIterations = 100
  /// Change of a slow-down at which the iteration ends.
  private static let tolerance = 1e-9
}

/// A job's time by what it waits for, alone and beside others.
private struct JobPhases {
  /// Parts of the time alone, in the order of `NeighbourEffect.Work`; they add up to 1.
  private let alone: [Double]
  /// By how much each part has grown, in parts of itself.
  private var excess: [Double]
  /// By how much waits for a cache have grown at least.
  private let evicted: Double
  /// Bytes per second that it asks for while it waits for memory.
  private let rate: Double
  /// Its cores over those of the measured neighbour.
  private let weight: Double

  init(_ job: MemoryTraffic, _ memory: SharedMemory, isThrashing: Bool) {
    let bandwidth = memory.bytesPerSecond
    let moved = bandwidth > 0 ? min(job.bytesPerSecond, bandwidth) : 0
    // Who moves bytes spends at least the time on it that memory needs for them.
    let bound = min(1, max(job.boundShare, bandwidth > 0 ? moved / bandwidth : 0))
    rate = bound > 0 ? min(bandwidth, moved / bound) : 0
    let cached = min(max(0, job.cachedShare), 1 - bound)
    alone = [1 - bound - cached, cached, bound]
    evicted = isThrashing ? (memory.effect?.slowdown(.cache, beside: .memory) ?? 1) - 1 : 0
    excess = [0, evicted, 0]
    weight = memory.effect.map { min(1, Double(job.cores) / Double(max(1, $0.cores))) } ?? 0
  }

  var slowdown: Double { 1 + zip(alone, excess).reduce(0) { $0 + $1.0 * $1.1 } }

  /// The part of its time beside others that it spends on one kind of work.
  private func share(_ work: Int) -> Double { alone[work] * (1 + excess[work]) / slowdown }

  /// Takes over what neighbours that wait as they do now make of its waits.
  mutating func wait(beside others: [JobPhases], _ memory: SharedMemory) {
    let last = alone.count - 1
    let (asked, meeting) = others.reduce((0.0, 0.0)) {
      ($0.0 + $1.rate, $0.1 + $1.share(last) * $1.rate)
    }
    excess[last] =
      memory.bytesPerSecond > 0 && asked > 0
      ? meeting / asked * max(0, (rate + asked) / memory.bytesPerSecond - 1) : 0
    guard let effect = memory.effect?.slowdowns else { return }
    let busy = alone.indices.map { work in
      min(1, others.reduce(0) { $0 + $1.weight * $1.share(work) })
    }
    for own in alone.indices {
      // What two that wait for memory do to each other is the bandwidth's doing, above.
      let others = own == last ? 0..<last : alone.indices
      let sum = others.reduce(0) { $0 + (effect[own][$1] - 1) * busy[$1] }
      excess[own] = own == last ? excess[own] + sum : max(evicted, sum)
    }
  }
}
