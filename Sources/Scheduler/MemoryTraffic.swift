/// What a job asks of memory and caches that it shares with others, as the cost model predicts it.
public struct MemoryTraffic: Sendable, Hashable {
  /// Bytes per second that it moves when it has the memory for itself.
  public var bytesPerSecond: Double
  /// The part of its time, 0 to 1, in operators that wait for memory and not for arithmetic.
  public var boundShare: Double
  /// Bytes that it uses again and again: what it would like to keep in a cache.
  public var workingSetBytes: Int
  /// Describes a demand.
  public init(bytesPerSecond: Double, boundShare: Double, workingSetBytes: Int) {
    self.bytesPerSecond = bytesPerSecond
    self.boundShare = boundShare
    self.workingSetBytes = workingSetBytes
  }

  /// How many times longer it takes beside others on one memory of so many bytes a second; 1 when
  /// that suffices for all or is not known. The score of a placement adds these up.
  public func slowdown(beside others: [MemoryTraffic], bandwidth: Double) -> Double {
    var load = NodeLoad()
    for traffic in others + [self] { load.add(traffic, times: 1) }
    return 1 + boundShare * load.excess(bandwidth)
  }

  /// The part of it that a part of the job's cores makes.
  func part(_ cores: Int, of total: Int) -> MemoryTraffic {
    let share = Double(cores) / Double(max(1, total))
    return MemoryTraffic(
      bytesPerSecond: bytesPerSecond * share, boundShare: boundShare * share,
      workingSetBytes: Int(Double(workingSetBytes) * share))
  }
}

/// What the jobs of one node ask of its memory and caches together.
///
/// Memory that is asked for D bytes a second and moves B serves everyone B/D of what they ask, so
/// the time that a job waits for memory grows by D/B and its whole time by 1 + boundShare (D/B −
/// 1): the roofline (Williams, Waterman and Patterson, CACM 52(4), 2009) with bandwidth shared in
/// proportion to demand.
struct NodeLoad: Sendable, Hashable {
  var bytesPerSecond = 0.0
  /// Sum of the jobs' shares of time in memory-bound operators.
  var boundShares = 0.0
  var workingSetBytes = 0

  mutating func add(_ traffic: MemoryTraffic, times sign: Double) {
    bytesPerSecond += sign * traffic.bytesPerSecond
    boundShares += sign * traffic.boundShare
    workingSetBytes += Int(sign) * traffic.workingSetBytes
  }

  /// By how much memory is asked for more than it moves; 0 when it suffices or is not known.
  func excess(_ bandwidth: Double) -> Double {
    bandwidth > 0 ? max(0, bytesPerSecond / bandwidth - 1) : 0
  }

  /// The jobs' slow-downs beyond 1 by sharing the memory, summed.
  func slowing(_ bandwidth: Double) -> Double { boundShares * excess(bandwidth) }

  /// Bytes of working sets that the caches cannot hold.
  func overflow(_ cacheBytes: Int) -> Int {
    cacheBytes > 0 ? max(0, workingSetBytes - cacheBytes) : 0
  }
}
