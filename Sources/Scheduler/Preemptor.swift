/// Chooses whom a more important job interrupts.
///
/// Nobody is asked to make room before it has worked `Preemption.leastWork` times as long as an
/// interruption costs it, setting up included; so however often more important jobs come,
/// interruptions never take more than 1 / (1 + leastWork) of the time that a job holds its cores.
/// (Slurm's PreemptExemptTime is such a time, a fixed one for all jobs.)
enum Preemptor {
  /// Whom to ask, and when to look again.
  struct Choice {
    var victims: [Int] = []
    /// When a job that is still spared may be asked; nil when none is.
    var lookAgainAt: Double?
  }

  /// Running jobs of lower priority that allow it and together free enough for the head of the
  /// queue: the least important first, then the one started last, which loses least. None if they
  /// do not suffice, for an interruption that helps nobody only costs.
  static func choose(
    for head: Job, _ state: ClusterState, _ running: [Int: RunningJob], _ yielding: Set<Int>
  ) -> Choice {
    var free = state.free
    for number in yielding { if let job = running[number]?.job { free += job.demand } }
    guard !free.covers(head.demand) else { return Choice() }
    let candidates = running.values.filter {
      $0.job.priority < head.priority && $0.job.hasTraits && $0.job.traits.preemption != nil
        && !yielding.contains($0.job.number)
    }.sorted {
      ($0.job.priority, -$0.start, -$0.job.number) < ($1.job.priority, -$1.start, -$1.job.number)
    }
    var choice = Choice()
    for candidate in candidates {
      let spared = candidate.job.sparedUntil(start: candidate.start)
      if spared > state.now || candidate.start >= state.now {
        choice.lookAgainAt = min(choice.lookAgainAt ?? .infinity, spared)
        continue
      }
      free += candidate.job.demand
      choice.victims.append(candidate.job.number)
      if free.covers(head.demand) { return Choice(victims: choice.victims) }
    }
    return Choice(lookAgainAt: choice.lookAgainAt.flatMap { $0 > state.now ? $0 : nil })
  }
}

extension Job {
  /// Until when it must not be asked to make room if it started then: it sets itself up and works
  /// `work` times as long as an interruption costs. For ever when it forbids it.
  func sparedUntil(start: Double, work: Double = Preemption.leastWork) -> Double {
    guard hasTraits, let costs = traits.preemption else { return .infinity }
    return start + costs.restoreSeconds
      + work * (costs.checkpointSeconds + costs.restoreSeconds)
  }
}
