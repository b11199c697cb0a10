/// The scheduler proper: takes events, keeps the state, lets the policy choose and places what it
/// chose. It holds no clock; simulator and local executor drive the same code.
public struct SchedulerEngine: Scheduling {
  /// What the policy sees.
  public private(set) var state: ClusterState
  /// Why jobs had to wait, each counted once.
  public private(set) var deferrals = DeferralCounts()
  /// How many jobs were refused, by limit.
  public private(set) var refusals: [Refusal.Limit: Int] = [:]
  /// When the policy wants to be asked again, in seconds; nil for never.
  public private(set) var wakeAt: Double?

  /// What all decisions so far have cost: nodes walked in the ordered trees of waiting jobs,
  /// expected releases and free nodes, and stretches of them that the policy looked at.
  public var work: Int {
    looked + state.queue.work + state.ranked.work + state.releases.work + nodes.work
  }
  private var looked = 0

  private var policy: any SchedulingPolicy
  private var nodes: NodePool
  private var running: [Int: RunningJob] = [:]
  private var admission = Admission()
  /// What failed nodes withhold, by position.
  private var seized: [Int: (placement: Placement, release: ClusterState.Release)] = [:]
  /// Numbers of running jobs that were asked to yield.
  private var yielding: Set<Int> = []
  private let endsByEstimate: Bool
  /// Whether waiting jobs of higher priority interrupt running ones that allow it.
  public var preemptsByPriority = false

  /// Creates an engine over free resources.
  ///
  /// - Parameter endsByEstimate: Whether no job ever outlasts its estimate, as on a virtual clock.
  ///   Then a job at its estimated end counts as free although its end was not yet reported.
  public init(
    resources: Resources, policy: any SchedulingPolicy, endsByEstimate: Bool, now: Double = 0
  ) {
    state = ClusterState(capacity: resources.total, now: now)
    nodes = NodePool(resources: resources)
    self.policy = policy
    self.endsByEstimate = endsByEstimate
  }

  /// The running job of a number; nil when none runs.
  public func runningJob(_ number: Int) -> RunningJob? { running[number] }

  /// Numbers of the running jobs, ascending.
  public var runningNumbers: [Int] { running.keys.sorted() }

  /// Why a job could never run, not even on the empty resources; nil if it could.
  public func refusal(of job: Job) -> Refusal? {
    if let refusal = Feasibility.refusal(
      of: job, capacity: state.capacity, labels: nodes.labels, now: state.now)
    {
      return refusal
    }
    return job.hasTraits ? admission.refusal(of: job) : nil
  }

  /// Takes a job into the queue, or refuses it; then schedules.
  public mutating func submit(_ job: Job, at now: Double) -> [Decision] {
    advance(to: now)
    if let refusal = refusal(of: job) {
      refusals[refusal.limit, default: 0] += 1
      return [.refuse(job, refusal)] + refuseDependents(of: job.number)
    }
    if let reason = admission.hold(job) {
      deferrals.count(reason)
      return []
    }
    enqueue(job)
    let decisions = schedule(on: .submitted(job))
    if running[job.number] == nil { deferrals.count(reason(of: job)) }
    return decisions
  }

  /// Takes note that a running job ended, well or not, and schedules. Unknown numbers are ignored.
  public mutating func end(_ number: Int, well: Bool = true, at now: Double) -> [Decision] {
    advance(to: now)
    yielding.remove(number)
    guard let ended = release(number) ?? released.removeValue(forKey: number) else { return [] }
    let settled = settle(ended.job, well: well)
    return settled.decisions + schedule(on: .ended(ended)) + admit(settled.admitted)
  }

  /// Takes note that a running job wrote its state and gave its resources back: it waits again,
  /// with `remaining` seconds to run, and `costs` of its next interruption where they are known
  /// better by now. Unknown numbers are ignored.
  public mutating func yielded(
    _ number: Int, remaining: Double, costs: Preemption? = nil, at now: Double
  ) -> [Decision] {
    advance(to: now)
    yielding.remove(number)
    guard let ended = release(number) ?? released.removeValue(forKey: number) else { return [] }
    var job = ended.job
    job.estimateSeconds = max(remaining, 1e-3)
    if let costs { job.traits.preemption = costs }
    job.resumeSeconds = min(job.traits.preemption?.restoreSeconds ?? 0, job.estimateSeconds)
    // Whoever it made room for chooses first.
    return schedule(on: .yielded(ended)) + admit([job])
  }

  /// Takes note that a running job gave its resources back and will be submitted again later; then
  /// schedules. Unknown numbers are ignored.
  public mutating func leave(_ number: Int, at now: Double) -> [Decision] {
    advance(to: now)
    yielding.remove(number)
    guard let ended = release(number) ?? released.removeValue(forKey: number) else { return [] }
    return schedule(on: .ended(ended))
  }

  /// Withdraws a waiting job, and schedules; jobs that depend on one not seen yet wait in vain from
  /// then on. Running and ended ones are ignored.
  public mutating func withdraw(_ number: Int, at now: Double) -> [Decision] {
    advance(to: now)
    if let held = admission.withdraw(number) {
      let settled = settle(held, well: false)
      return settled.decisions + admit(settled.admitted)
    }
    guard let job = waiting[number] else {
      let isOver = running[number] != nil || released[number] != nil || admission.knows(number)
      return isOver ? [] : refuseDependents(of: number)
    }
    dequeue(job.number)
    let settled = settle(job, well: false)
    return settled.decisions + schedule(on: .withdrawn(job)) + admit(settled.admitted)
  }

  /// Takes a waiting job out for a while, and schedules. Unknown numbers are ignored.
  public mutating func setAside(_ number: Int, at now: Double) -> [Decision] {
    advance(to: now)
    guard let job = waiting[number] else { return [] }
    dequeue(job.number)
    return schedule(on: .withdrawn(job))
  }

  /// Schedules because a time that the policy asked for has come.
  public mutating func timer(at now: Double) -> [Decision] {
    advance(to: now)
    return schedule(on: .timer)
  }

  /// Waiting jobs by number.
  private var waiting: [Int: Job] = [:]
  /// Jobs that count as free by their estimate and whose end was not yet reported.
  private var released: [Int: RunningJob] = [:]

  private mutating func enqueue(_ job: Job) {
    state.queue.insert(job)
    waiting[job.number] = job
    if let rank = policy.rank(job) { state.ranked.insert(job, rank: rank) }
  }

  private mutating func dequeue(_ number: Int) {
    guard let job = waiting.removeValue(forKey: number) else { return }
    state.queue.remove(job)
    if let rank = policy.rank(job) { state.ranked.remove(job, rank: rank) }
  }

  private mutating func advance(to now: Double) {
    state.now = max(state.now, now)
    guard endsByEstimate else { return }
    while let first = state.releases.first, first.time <= state.now {
      // Negative numbers are nodes under repair.
      if first.number < 0 {
        restore(-1 - first.number)
      } else {
        released[first.number] = release(first.number)
      }
    }
  }

  private mutating func release(_ number: Int) -> RunningJob? {
    guard let ended = running.removeValue(forKey: number) else { return nil }
    state.releases.remove(ended.release)
    nodes.give(ended.placement)
    state.free += ended.job.demand
    return ended
  }

  /// Takes note of how a job ended: who may join the queue now, and who waited in vain.
  private mutating func settle(
    _ job: Job, well: Bool
  ) -> (decisions: [Decision], admitted: [Job]) {
    guard job.hasTraits || admission.isHolding else {
      admission.note(job.number, well: well)
      return ([], [])
    }
    let admitted = admission.settle(job, well: well)
    return (well ? [] : refuseDependents(of: job.number), admitted)
  }

  /// Lets jobs into the queue, each as if it were submitted now.
  private mutating func admit(_ jobs: [Job]) -> [Decision] {
    var decisions: [Decision] = []
    for job in jobs {
      enqueue(job)
      decisions += schedule(on: .submitted(job))
    }
    return decisions
  }

  private mutating func refuseDependents(of number: Int) -> [Decision] {
    admission.refuseDependents(of: number).map { job in
      refusals[.dependency, default: 0] += 1
      return .refuse(job, Refusal(limit: .dependency, asked: number, available: 0))
    }
  }

  private mutating func schedule(on event: SchedulingEvent) -> [Decision] {
    let outcome = policy.decide(state, on: event)
    wakeAt = outcome.wakeAt
    looked += outcome.looked
    var decisions: [Decision] = []
    for job in outcome.starts {
      guard let placement = nodes.place(job) else { continue }
      dequeue(job.number)
      state.free -= job.demand
      let started = RunningJob(job: job, start: state.now, placement: placement)
      running[job.number] = started
      state.releases.insert(started.release)
      decisions.append(.start(job, placement))
    }
    for number in outcome.preemptions { preempt(number, &decisions) }
    if preemptsByPriority, policy.putsPriorityFirst, let head = state.queue.first {
      let choice = Preemptor.choose(for: head, state, running, yielding)
      for victim in choice.victims { preempt(victim, &decisions) }
      if let later = choice.lookAgainAt { wakeAt = min(wakeAt ?? .infinity, later) }
    }
    return decisions
  }

  private mutating func preempt(_ number: Int, _ decisions: inout [Decision]) {
    guard var victim = running[number], yielding.insert(number).inserted else { return }
    // Reservations count on its resources from then on, so that nobody else slips in before.
    state.releases.remove(victim.release)
    let cost = victim.job.traits.preemption?.checkpointSeconds ?? 0
    victim.yieldsBy = min(victim.estimatedEnd, state.now + cost)
    running[number] = victim
    state.releases.insert(victim.release)
    decisions.append(.preempt(victim.job))
  }
}

extension SchedulerEngine {
  /// Takes note that a node failed and is expected back at a time: the jobs on it are lost and wait
  /// again from their beginning. Positions of nodes already down are ignored.
  public mutating func fail(node: Int, until: Double, at now: Double) -> [Decision] {
    advance(to: now)
    guard seized[node] == nil, nodes.contains(node) else { return [] }
    var decisions: [Decision] = []
    var lost: [RunningJob] = []
    for number in runningNumbers {
      guard let job = running[number], job.placement.shares.contains(where: { $0.index == node })
      else { continue }
      _ = release(number)
      yielding.remove(number)
      enqueue(job.job)
      lost.append(job)
      decisions.append(.lose(job.job))
    }
    let placement = nodes.seize(node)
    let amounts = placement.amounts
    state.free -= amounts
    let back = ClusterState.Release(
      time: max(until, state.now), amounts: amounts, number: -1 - node)
    state.releases.insert(back)
    seized[node] = (placement, back)
    return decisions + schedule(on: .resized(lost: lost))
  }

  /// Takes note that a failed node is back, and schedules. Others are ignored.
  public mutating func repair(node: Int, at now: Double) -> [Decision] {
    advance(to: now)
    if seized[node] != nil { restore(node) }
    return schedule(on: .resized(lost: []))
  }

  private mutating func restore(_ node: Int) {
    guard let (placement, back) = seized.removeValue(forKey: node) else { return }
    state.releases.remove(back)
    nodes.give(placement)
    state.free += placement.amounts
  }

  private func reason(of job: Job) -> WaitReason {
    if job.cores > state.free.cores { return .cores }
    if job.memoryBytes > state.free.bytes { return .memory }
    return job.demand.accelerators > state.free.accelerators ? .accelerators : .reservation
  }

  /// See `explain(_:horizon:)`.
  public func explanation(of number: Int) -> WaitExplanation? { explain(number) }

  /// Why a job waits and when it should start; nil for a job that does not wait.
  ///
  /// The forecast runs the policy itself forward over at most `horizon` ends of jobs.
  public func explain(_ number: Int, horizon: Int = 100_000) -> WaitExplanation? {
    if let held = admission.explain(number) {
      return WaitExplanation(
        reason: held.reason, ahead: nil, free: state.free,
        forecastStart: forecast(number, horizon), dependencies: held.dependencies)
    }
    guard let job = waiting[number] else { return nil }
    return WaitExplanation(
      reason: reason(of: job), ahead: state.queue.position(of: job), free: state.free,
      forecastStart: forecast(number, horizon))
  }

  private func forecast(_ number: Int, _ horizon: Int) -> Double? {
    var future = self
    for _ in 0..<horizon {
      let end = future.state.releases.first.map { future.state.expectedTime(of: $0) } ?? .infinity
      let next = min(end, future.wakeAt ?? .infinity)
      guard next < .infinity else { return nil }
      let decisions: [Decision]
      if end <= next, let first = future.state.releases.first {
        decisions =
          first.number < 0
          ? future.repair(node: -1 - first.number, at: next)
          : future.end(first.number, at: next)
      } else {
        future.wakeAt = nil
        decisions = future.timer(at: next)
      }
      for case .start(let job, _) in decisions where job.number == number { return next }
    }
    return nil
  }
}
