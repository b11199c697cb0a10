/// Turns fractions of time into what runs in the next round: on each kind the jobs that have so far
/// received the least part of what they should go first (Gavel, OSDI 2020, section 5).
public struct RoundScheduler: Sendable {
  /// A job that runs in a round.
  public struct Assignment: Sendable, Hashable {
    /// The job.
    public var number: Int
    /// The kind of device.
    public var kind: Int
  }

  /// Length of a round, in seconds.
  public let roundSeconds: Double
  /// Devices by kind.
  public let devices: [Int]
  private var policy: any AllocationPolicy
  private var allocation: [Int: [Double]] = [:]
  /// Seconds run since the last reset, by job and kind.
  private var jobTime: [Int: [Double]] = [:]
  private var kindTime: [Double]
  private var deficits: [Int: [Double]] = [:]
  private var isStale = true
  private var lastReset = 0.0
  private let resetInterval: Double
  /// State of a linear congruential generator (Knuth, MMIX), for policies blind to kinds.
  private var seed: UInt64

  /// - Parameters:
  ///   - devices: Devices by kind, the fastest first.
  ///   - resetSeconds: How long fractions are kept at least.
  public init(
    policy: any AllocationPolicy, devices: [Int], roundSeconds: Double = 360,
    resetSeconds: Double = 1920, seed: UInt64 = 0
  ) {
    self.policy = policy
    self.devices = devices
    self.roundSeconds = roundSeconds
    resetInterval = resetSeconds
    self.seed = seed
    kindTime = Array(repeating: 0, count: devices.count)
  }

  /// Takes note of a new job.
  public mutating func add(_ job: RoundJob) {
    jobTime[job.number] = Array(repeating: roundSeconds / 2, count: devices.count)
    deficits[job.number] = Array(repeating: 0, count: devices.count)
    isStale = true
  }

  /// Takes note of what a job ran in the last round.
  public mutating func ran(_ assignment: Assignment, seconds: Double) {
    jobTime[assignment.number]?[assignment.kind] += seconds
    kindTime[assignment.kind] += seconds
  }

  /// Forgets a job that is done.
  public mutating func remove(_ number: Int) {
    jobTime[number] = nil
    deficits[number] = nil
    allocation[number] = nil
    isStale = true
  }

  /// Chooses what runs in the round that begins now.
  public mutating func round(_ state: RoundState) -> [Assignment] {
    let isDue = lastReset == 0 || state.now - lastReset >= resetInterval
    if !policy.keepsFractions || (isStale && isDue) { reset(state) }
    var assignments: [Assignment] = []
    var scheduled: Set<Int> = []
    for kind in order() {
      var left = devices[kind]
      for (job, _) in ranked(state, kind) where left >= job.devices {
        guard job.stepsPerSecond[kind] > 0, !scheduled.contains(job.number) else { continue }
        left -= job.devices
        scheduled.insert(job.number)
        assignments.append(Assignment(number: job.number, kind: kind))
      }
    }
    return assignments
  }

  /// The fastest kind first; for a policy that cannot tell them apart, in random order.
  private mutating func order() -> [Int] {
    var kinds = Array(devices.indices)
    guard policy.isBlindToKinds else { return kinds }
    for place in stride(from: kinds.count - 1, to: 0, by: -1) {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      kinds.swapAt(place, Int(seed >> 33) % (place + 1))
    }
    return kinds
  }

  /// Jobs by how much less than their part they have received on a kind.
  private func ranked(
    _ state: RoundState, _ kind: Int
  ) -> [(job: RoundJob, key: (Double, Double, Double))] {
    state.jobs.map { job -> (job: RoundJob, key: (Double, Double, Double)) in
      let part = allocation[job.number]?[kind] ?? 0
      let time = jobTime[job.number]?[kind] ?? 0
      let fraction = kindTime[kind] > 0 ? time / kindTime[kind] : 0
      let priority = part == 0 ? 0 : fraction > 0 ? part / fraction : part * 1e9
      return (job, (priority, deficits[job.number]?[kind] ?? 0, part))
    }.sorted { $0.key != $1.key ? $0.key > $1.key : $0.job.number < $1.job.number }
  }

  /// Computes new fractions, and starts counting anew; what was owed is remembered.
  private mutating func reset(_ state: RoundState) {
    let elapsed = state.now - lastReset
    let initial = roundSeconds / 2
    for kind in devices.indices {
      kindTime[kind] = 0
      for job in state.jobs {
        let received = (jobTime[job.number]?[kind] ?? initial) - initial
        let owed = (allocation[job.number]?[kind] ?? 0) * elapsed
        deficits[job.number]?[kind] += owed - received
        jobTime[job.number]?[kind] = initial
        kindTime[kind] += initial
      }
    }
    lastReset = state.now
    let fractions = policy.allocation(state)
    allocation = [:]
    for (job, row) in zip(state.jobs, fractions) { allocation[job.number] = row }
    isStale = false
  }
}
