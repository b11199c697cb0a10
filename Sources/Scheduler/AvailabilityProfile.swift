/// What is free from now on, as a step function of time: the timetable that conservative
/// backfilling reserves in.
struct AvailabilityProfile: Sendable {
  /// Free from `time` until the next step's time; the last step lasts for ever.
  struct Step: Sendable {
    var time: Double
    var free: Amounts
  }

  private(set) var steps: [Step]

  /// Everything free from `start` on.
  init(capacity: Amounts, from start: Double) {
    steps = [Step(time: start, free: capacity)]
  }

  /// What is free from now on but for what runs, as long as each is expected to.
  init(_ state: ClusterState) {
    self.init(capacity: state.capacity, from: state.now)
    for release in state.releases {
      take(release.amounts, from: state.now, to: state.expectedTime(of: release))
    }
  }

  /// Forgets what lies before `now`, and joins neighbours that are equal.
  mutating func advance(to now: Double) {
    let first = max(0, steps.partitionPoint { $0.time > now } - 1)
    var kept = 0
    for index in first..<steps.count {
      if kept > 0, steps[kept - 1].free == steps[index].free { continue }
      steps[kept] = steps[index]
      kept += 1
    }
    steps.removeSubrange(kept...)
    if steps[0].time < now { steps[0].time = now }
  }

  /// The earliest time from `now` on from which a demand fits for a whole duration.
  func earliest(_ demand: Amounts, duration: Double, from now: Double) -> Double {
    var start: Double?
    for step in steps {
      if let found = start, step.time >= found + duration { return found }
      if step.free.covers(demand) {
        if start == nil { start = max(now, step.time) }
      } else {
        start = nil
      }
    }
    // The last step holds everything, so a job that is ever admitted fits there.
    return start ?? .infinity
  }

  /// Takes amounts out of an interval.
  mutating func take(_ amounts: Amounts, from start: Double, to end: Double) {
    change(from: start, to: end) { $0 -= amounts }
  }

  /// Puts amounts back into an interval.
  mutating func give(_ amounts: Amounts, from start: Double, to end: Double) {
    change(from: start, to: end) { $0 += amounts }
  }

  private mutating func change(
    from start: Double, to end: Double, _ apply: (inout Amounts) -> Void
  ) {
    let start = max(start, steps[0].time)
    guard end > start else { return }
    let first = split(at: start)
    let last = split(at: end)
    for index in first..<last { apply(&steps[index].free) }
  }

  /// Makes a step begin at a time, and returns its index.
  private mutating func split(at time: Double) -> Int {
    let after = steps.partitionPoint { $0.time > time }
    if after > 0, steps[after - 1].time == time { return after - 1 }
    steps.insert(Step(time: time, free: steps[after - 1].free), at: after)
    return after
  }
}
