/// A scheduler for nodes that differ: each set of nodes with equal labels has an engine and a queue
/// of its own, and each job goes to one that has all labels that it requires.
///
/// A job goes where it should end first, by its speed there and the work that stands before it; of
/// equal ends the nodes with fewest labels, so that special ones stay free for those that need
/// them. A set that runs dry takes over the first job of the others that may run there. A gang
/// never spreads over different sets. Dependencies and arrays hold across sets.
public struct PartitionedScheduler: Scheduling {
  private var parts: [SchedulerEngine] = []
  private let labels: [Set<String>]
  /// Part and position in it, by position of a node in the resources.
  private let nodePlaces: [(part: Int, local: Int)]
  private var admission = Admission()
  /// Where each job that has not ended is.
  private var homes: [Int: Int] = [:]
  /// Jobs that have not ended, as they were submitted.
  private var jobs: [Int: Job] = [:]
  /// Core-seconds that each part has still to do, by estimates.
  private var work: [Double]
  private var held = DeferralCounts()
  /// How many waiting jobs of another set are looked at for one that may move.
  private static let movesLookedAt = 64

  /// Creates an engine for each set of equal nodes.
  ///
  /// - Parameter policy: Makes a fresh policy for each.
  public init(
    resources: Resources, policy: () -> any SchedulingPolicy, endsByEstimate: Bool,
    now: Double = 0, preemptsByPriority: Bool = false
  ) {
    var sets: [Set<String>] = []
    var members: [[Resources.Node]] = []
    var places: [(part: Int, local: Int)] = []
    for node in resources.nodes {
      let part = sets.firstIndex(of: node.labels) ?? sets.count
      if part == sets.count {
        sets.append(node.labels)
        members.append([])
      }
      places.append((part, members[part].count))
      var own = node
      // Distances are to all nodes; a part has only some of them.
      own.distances = []
      members[part].append(own)
    }
    labels = sets
    nodePlaces = places
    work = sets.map { _ in 0 }
    for nodes in members {
      var engine = SchedulerEngine(
        resources: Resources(nodes: nodes), policy: policy(), endsByEstimate: endsByEstimate,
        now: now)
      engine.preemptsByPriority = preemptsByPriority
      parts.append(engine)
    }
  }

  /// The earliest wish of any part.
  public var wakeAt: Double? { parts.compactMap(\.wakeAt).min() }

  /// Jobs that had to wait in any part, or were held before.
  public var deferrals: DeferralCounts {
    parts.reduce(into: held) { $0 += $1.deferrals }
  }

  /// Takes a job into the set that suits it best, or refuses it when none ever can.
  public mutating func submit(_ job: Job, at now: Double) -> [Decision] {
    if let refusal = refusal(of: job, now) {
      return [.refuse(job, refusal)] + refuseDependents(of: job.number)
    }
    jobs[job.number] = job
    if let reason = admission.hold(job) {
      held.count(reason)
      return []
    }
    return route(job, at: now)
  }

  /// Takes note of an end, lets those in that waited for it, and refills the set.
  public mutating func end(_ number: Int, well: Bool, at now: Double) -> [Decision] {
    guard let part = homes[number] else { return [] }
    let decisions = parts[part].end(number, well: well, at: now)
    return decisions + settle(number, well: well, at: now) + refill(part, at: now)
  }

  /// Takes note that a job gave its resources back and waits again in its set.
  public mutating func yielded(
    _ number: Int, remaining: Double, costs: Preemption?, at now: Double
  ) -> [Decision] {
    guard let part = homes[number] else { return [] }
    return parts[part].yielded(number, remaining: remaining, costs: costs, at: now)
  }

  /// Takes note that a job left and will be submitted again.
  public mutating func leave(_ number: Int, at now: Double) -> [Decision] {
    guard let part = homes[number] else { return [] }
    let decisions = parts[part].leave(number, at: now)
    forget(number)
    return decisions + refill(part, at: now)
  }

  /// Takes note that a node failed.
  public mutating func fail(node: Int, until: Double, at now: Double) -> [Decision] {
    guard nodePlaces.indices.contains(node) else { return [] }
    let place = nodePlaces[node]
    return parts[place.part].fail(node: place.local, until: until, at: now)
  }

  /// Takes note that a failed node is back, and refills its set.
  public mutating func repair(node: Int, at now: Double) -> [Decision] {
    guard nodePlaces.indices.contains(node) else { return [] }
    let place = nodePlaces[node]
    return parts[place.part].repair(node: place.local, at: now) + refill(place.part, at: now)
  }

  /// Withdraws a waiting or held job.
  public mutating func withdraw(_ number: Int, at now: Double) -> [Decision] {
    guard let part = homes[number] else {
      guard let job = admission.withdraw(number) else {
        return admission.knows(number) ? [] : refuseDependents(of: number)
      }
      return settle(job.number, well: false, at: now)
    }
    let decisions = parts[part].withdraw(number, at: now)
    guard parts[part].runningJob(number) == nil else { return decisions }
    return decisions + settle(number, well: false, at: now)
  }

  /// Takes a waiting job out for a while.
  public mutating func setAside(_ number: Int, at now: Double) -> [Decision] {
    guard let part = homes[number], parts[part].runningJob(number) == nil else { return [] }
    let decisions = parts[part].setAside(number, at: now)
    forget(number)
    return decisions
  }

  /// Why a job waits, in its set or before it got there.
  public func explanation(of number: Int) -> WaitExplanation? {
    if let part = homes[number] { return parts[part].explanation(of: number) }
    return admission.explain(number).map {
      WaitExplanation(
        reason: $0.reason, ahead: nil, free: Amounts(cores: 0, bytes: 0), forecastStart: nil,
        dependencies: $0.dependencies)
    }
  }

  /// Passes the time to the parts that asked for it.
  public mutating func timer(at now: Double) -> [Decision] {
    parts.indices.flatMap { part in
      parts[part].wakeAt ?? .infinity <= now ? parts[part].timer(at: now) : []
    }
  }

  // MARK: - Where jobs go

  /// How fast a set runs a job; nil when it may not run there.
  private func speed(of job: Job, in part: Int) -> Double? {
    guard job.hasTraits else { return 1 }
    let traits = job.traits
    guard labels[part].isSuperset(of: traits.requiredLabels) else { return nil }
    let factors = traits.speeds.filter { labels[part].contains($0.label) }.map(\.factor)
    let speed = factors.min() ?? 1
    return speed > 0 ? speed : nil
  }

  /// The job as a set sees it: its time there, and nothing that holds across sets.
  private func fitted(_ job: Job, to part: Int) -> Job? {
    guard let speed = speed(of: job, in: part) else { return nil }
    var own = job
    own.estimateSeconds *= own.speed / speed
    own.speed = speed
    if own.hasTraits {
      own.traits.dependencies = []
      own.traits.array = nil
      own.traits.requiredLabels = []
    }
    return own
  }

  private func refusal(of job: Job, _ now: Double) -> Refusal? {
    if job.hasTraits, let refusal = admission.refusal(of: job) { return refusal }
    var reasons: [Refusal] = []
    for part in parts.indices {
      guard let own = fitted(job, to: part) else { continue }
      guard let reason = parts[part].refusal(of: own) else { return nil }
      reasons.append(reason)
    }
    let required = job.traits.requiredLabels.sorted()
    guard let nearest = reasons.max(by: { $0.available < $1.available }) else {
      return Refusal(limit: .labels, asked: job.cores, available: 0, labels: required)
    }
    guard nearest.limit == .cores, !required.isEmpty else { return nearest }
    return Refusal(
      limit: .labels, asked: nearest.asked, available: nearest.available, labels: required)
  }

  /// Puts an admitted job into the set that suits it best.
  private mutating func route(_ job: Job, at now: Double) -> [Decision] {
    var best: (end: Double, labels: Int, part: Int, job: Job)?
    for part in parts.indices {
      guard let own = fitted(job, to: part), parts[part].refusal(of: own) == nil else { continue }
      let state = parts[part].state
      let mayStart = state.queue.isEmpty && state.free.covers(own.demand)
      let wait = mayStart ? 0 : work[part] / Double(max(1, state.capacity.cores))
      let (end, count) = (wait + own.estimateSeconds, labels[part].count)
      if let known = best, (known.end, known.labels) <= (end, count) { continue }
      best = (end, count, part, own)
    }
    guard let best else {
      // Its deadline passed while it was held.
      let refusal = refusal(of: job, now) ?? Refusal(limit: .deadline, asked: 0, available: 0)
      jobs[job.number] = nil
      return [.refuse(job, refusal)] + refuseDependents(of: job.number)
    }
    homes[job.number] = best.part
    work[best.part] += Self.work(best.job)
    return parts[best.part].submit(best.job, at: now)
  }

  private static func work(_ job: Job) -> Double { Double(job.cores) * job.estimateSeconds }

  private mutating func forget(_ number: Int) {
    guard let part = homes.removeValue(forKey: number) else { return }
    if let job = jobs.removeValue(forKey: number), let own = fitted(job, to: part) {
      work[part] = max(0, work[part] - Self.work(own))
    }
  }

  private mutating func settle(_ number: Int, well: Bool, at now: Double) -> [Decision] {
    let job = jobs[number]
    forget(number)
    jobs[number] = nil
    guard let job, job.hasTraits || admission.isHolding else {
      admission.note(number, well: well)
      return []
    }
    let admitted = admission.settle(job, well: well)
    var decisions = well ? [] : refuseDependents(of: number)
    for job in admitted { decisions += route(job, at: now) }
    return decisions
  }

  private mutating func refuseDependents(of number: Int) -> [Decision] {
    admission.refuseDependents(of: number).map { job in
      jobs[job.number] = nil
      return .refuse(job, Refusal(limit: .dependency, asked: number, available: 0))
    }
  }

  /// Takes jobs over that wait elsewhere, while this set has none of its own and room.
  private mutating func refill(_ part: Int, at now: Double) -> [Decision] {
    var decisions: [Decision] = []
    while parts[part].state.queue.isEmpty, parts[part].state.free.cores > 0,
      let found = transfer(to: part)
    {
      decisions += parts[found.from].setAside(found.job.number, at: now)
      work[found.from] = max(0, work[found.from] - Self.work(found.job))
      guard let own = fitted(found.job, to: part) else { break }
      homes[own.number] = part
      work[part] += Self.work(own)
      decisions += parts[part].submit(own, at: now)
    }
    return decisions
  }

  /// The first waiting job of another set that could start here.
  private func transfer(to part: Int) -> (from: Int, job: Job)? {
    let free = parts[part].state.free
    for other in parts.indices where other != part {
      for waiting in parts[other].state.queue.prefix(Self.movesLookedAt) {
        guard let job = jobs[waiting.number], speed(of: job, in: part) != nil,
          let own = fitted(waiting, to: part), free.covers(own.demand),
          parts[part].refusal(of: own) == nil
        else { continue }
        return (other, waiting)
      }
    }
    return nil
  }
}
