/// The scheduler proper: takes events, keeps the state, lets the policy choose and places what it
/// chose. It holds no clock; simulator and local executor drive the same code.
public struct SchedulerEngine: Sendable {
  /// What the policy sees.
  public private(set) var state: ClusterState
  /// Why jobs were left waiting, over all passes.
  public private(set) var deferrals = DeferralCounts()
  /// How many jobs were refused, by limit.
  public private(set) var refusals: [Refusal.Limit: Int] = [:]
  /// When the policy wants to be asked again, in seconds; nil for never.
  public private(set) var wakeAt: Double?

  private var policy: any SchedulingPolicy
  private let placer: Placer
  private var free: [FreeNode]
  private var running: [Int: RunningJob] = [:]
  private let endsByEstimate: Bool

  /// Creates an engine over free resources.
  ///
  /// - Parameter endsByEstimate: Whether no job ever outlasts its estimate, as on a virtual clock.
  ///   Then a job at its estimated end counts as free although its end was not yet reported.
  public init(
    resources: Resources, policy: any SchedulingPolicy, endsByEstimate: Bool, now: Double = 0
  ) {
    state = ClusterState(capacity: resources.total, now: now)
    placer = Placer(resources: resources)
    free = resources.nodes.map {
      FreeNode(slots: CPUSlots(size: $0.cpus.count), bytes: $0.memoryBytes)
    }
    self.policy = policy
    self.endsByEstimate = endsByEstimate
  }

  /// The running job of a number; nil when none runs.
  public func runningJob(_ number: Int) -> RunningJob? { running[number] }

  /// Whether a job could run on the empty resources.
  public func refusal(of job: Job) -> Refusal? {
    guard job.cores >= 1, job.memoryBytes >= 0, job.estimateSeconds.isFinite,
      job.estimateSeconds > 0, job.submit.isFinite
    else { return Refusal(limit: .malformed, asked: 0, available: 0) }
    let capacity = state.capacity
    if job.cores > capacity.cores {
      return Refusal(limit: .cores, asked: job.cores, available: capacity.cores)
    }
    if job.memoryBytes > capacity.bytes {
      return Refusal(limit: .memory, asked: job.memoryBytes, available: capacity.bytes)
    }
    return nil
  }

  /// Takes a job into the queue, or refuses it; then schedules.
  public mutating func submit(_ job: Job, at now: Double) -> [Decision] {
    advance(to: now)
    if let refusal = refusal(of: job) {
      refusals[refusal.limit, default: 0] += 1
      return [.refuse(job, refusal)]
    }
    state.queue.insert(job)
    return schedule(on: .submitted(job))
  }

  /// Takes note that a running job ended, and schedules. Unknown numbers are ignored.
  public mutating func end(_ number: Int, at now: Double) -> [Decision] {
    advance(to: now)
    guard let ended = release(number) ?? released.removeValue(forKey: number) else { return [] }
    return schedule(on: .ended(ended))
  }

  /// Withdraws a waiting job, and schedules. Unknown numbers are ignored.
  public mutating func withdraw(_ number: Int, at now: Double) -> [Decision] {
    advance(to: now)
    guard let position = state.queue.firstIndex(where: { $0.number == number }) else { return [] }
    let job = state.queue[position]
    state.queue.remove(at: [position])
    return schedule(on: .withdrawn(job))
  }

  /// Schedules because a time that the policy asked for has come.
  public mutating func timer(at now: Double) -> [Decision] {
    advance(to: now)
    return schedule(on: .timer)
  }

  /// Jobs that count as free by their estimate and whose end was not yet reported.
  private var released: [Int: RunningJob] = [:]

  private mutating func advance(to now: Double) {
    state.now = max(state.now, now)
    guard endsByEstimate else { return }
    while let first = state.releases.first, first.time <= state.now {
      released[first.number] = release(first.number)
    }
  }

  private mutating func release(_ number: Int) -> RunningJob? {
    guard let ended = running.removeValue(forKey: number) else { return nil }
    state.removeRelease(ended)
    for share in ended.placement.shares {
      free[share.index].slots.give(share.slots)
      free[share.index].bytes += share.memoryBytes
    }
    state.free += ended.job.demand
    return ended
  }

  private mutating func schedule(on event: SchedulingEvent) -> [Decision] {
    let outcome = policy.decide(state, on: event)
    wakeAt = outcome.wakeAt
    deferrals.cores += outcome.deferrals.cores
    deferrals.memory += outcome.deferrals.memory
    deferrals.reservation += outcome.deferrals.reservation
    var decisions: [Decision] = []
    var placed: [Int] = []
    for position in outcome.starts {
      let job = state.queue[position]
      guard let placement = placer.place(job, free: &free) else { continue }
      placed.append(position)
      state.free -= job.demand
      let started = RunningJob(job: job, start: state.now, placement: placement)
      running[job.number] = started
      state.insertRelease(
        .init(time: started.estimatedEnd, amounts: job.demand, number: job.number))
      decisions.append(.start(job, placement))
    }
    if !placed.isEmpty { state.queue.remove(at: placed.sorted()) }
    return decisions
  }
}
