/// What a job asks of memory and caches that it shares with others, as the cost model predicts it
/// for the job alone.
public struct MemoryTraffic: Sendable, Hashable {
  /// Bytes per second that it moves when it has the memory for itself.
  public var bytesPerSecond: Double
  /// The part of its time, 0 to 1, in operators that wait for memory and not for arithmetic.
  public var boundShare: Double
  /// Bytes that it uses again and again: what it would like to keep in a cache.
  public var workingSetBytes: Int
  /// The part of its time, 0 to 1, in operators that wait for a last-level cache which holds all
  /// that it uses.
  public var cachedShare: Double
  /// Cores that it keeps busy there.
  var cores = 1

  /// Describes a demand.
  public init(
    bytesPerSecond: Double, boundShare: Double, workingSetBytes: Int, cachedShare: Double = 0
  ) {
    self.bytesPerSecond = bytesPerSecond
    self.boundShare = boundShare
    self.workingSetBytes = workingSetBytes
    self.cachedShare = cachedShare
  }

  /// How many times longer it takes beside others; 1 when nothing that it shares with them is
  /// scarce, or known. The score of a placement adds these up.
  public func slowdown(beside others: [MemoryTraffic], on memory: SharedMemory) -> Double {
    Self.slowdowns([self] + others, on: memory).first ?? 1
  }

  /// The same of all jobs on one memory, each beside all others; see `NodeLoad`.
  public static func slowdowns(_ jobs: [MemoryTraffic], on memory: SharedMemory) -> [Double] {
    NodeLoad(jobs: jobs).slowdowns(memory)
  }

  /// The part of it that a part of the job's cores makes.
  func part(_ cores: Int, of total: Int) -> MemoryTraffic {
    let share = Double(cores) / Double(max(1, total))
    var part = self
    part.bytesPerSecond *= share
    part.workingSetBytes = Int(Double(workingSetBytes) * share)
    part.cores = cores
    return part
  }
}
