/// Chooses whom a more important job interrupts.
enum Preemptor {
  /// Running jobs of lower priority that allow it and together free enough for the head of the
  /// queue: the least important first, then the one started last, which loses least. None if they
  /// do not suffice, for an interruption that helps nobody only costs.
  static func victims(
    for head: Job, _ state: ClusterState, _ running: [Int: RunningJob], _ yielding: Set<Int>
  ) -> [Int] {
    var free = state.free
    for number in yielding { if let job = running[number]?.job { free += job.demand } }
    guard !free.covers(head.demand) else { return [] }
    let candidates = running.values.filter {
      $0.job.priority < head.priority && $0.job.hasTraits && $0.job.traits.preemption != nil
        && !yielding.contains($0.job.number)
        // One that has just started would lose its whole start for nothing.
        && $0.start < state.now
    }.sorted {
      ($0.job.priority, -$0.start, -$0.job.number) < ($1.job.priority, -$1.start, -$1.job.number)
    }
    var chosen: [Int] = []
    for victim in candidates {
      free += victim.job.demand
      chosen.append(victim.job.number)
      if free.covers(head.demand) { return chosen }
    }
    return []
  }
}
