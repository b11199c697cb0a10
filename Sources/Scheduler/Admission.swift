/// Keeps jobs out of the queue that may not start yet: those whose dependencies have not ended, and
/// tasks beyond their array's limit.
struct Admission: Sendable {
  /// How every settled job ended.
  private var ends: [Int: Bool] = [:]
  private var held: [Int: Job] = [:]
  /// Dependencies not yet ended, by held job.
  private var open: [Int: Set<Int>] = [:]
  /// Held jobs by the job that they wait for, in the order of submission.
  private var dependents: [Int: [Int]] = [:]
  /// Admitted tasks that have not ended, by array.
  private var active: [Int: Int] = [:]
  /// Held tasks by array, in the order of submission.
  private var queued: [Int: [Int]] = [:]

  /// Whether any job is held or any array is under way.
  var isHolding: Bool { !held.isEmpty }

  /// A job that depends on one that did not end well can never start.
  func refusal(of job: Job) -> Refusal? {
    for number in job.traits.dependencies where ends[number] == false {
      return Refusal(limit: .dependency, asked: number, available: 0)
    }
    for number in job.traits.dependencies where number == job.number {
      return Refusal(limit: .dependency, asked: number, available: 0)
    }
    return nil
  }

  /// Holds a job back if it must wait for others; nil admits it.
  mutating func hold(_ job: Job) -> WaitReason? {
    guard job.hasTraits else { return nil }
    let missing = Set(job.traits.dependencies.filter { ends[$0] == nil })
    if !missing.isEmpty {
      held[job.number] = job
      open[job.number] = missing
      for number in missing.sorted() { dependents[number, default: []].append(job.number) }
      return .dependency
    }
    return admit(job) ? nil : .array
  }

  /// Counts a task into its array, or holds it back.
  private mutating func admit(_ job: Job) -> Bool {
    guard let array = job.traits.array else { return true }
    if active[array.id, default: 0] < max(1, array.limit) {
      active[array.id, default: 0] += 1
      return true
    }
    held[job.number] = job
    queued[array.id, default: []].append(job.number)
    return false
  }

  /// Whether a job has ended.
  func knows(_ number: Int) -> Bool { ends[number] != nil }

  /// Notes how a job ended that nobody is held for.
  mutating func note(_ number: Int, well: Bool) { ends[number] = well }

  /// Notes how a job ended, and returns those that may join the queue now.
  mutating func settle(_ job: Job, well: Bool) -> [Job] {
    ends[job.number] = well
    var admitted: [Job] = []
    if let array = job.traits.array, held[job.number] == nil {
      active[array.id, default: 1] -= 1
      if let next = queued[array.id]?.first, active[array.id, default: 0] < array.limit {
        queued[array.id]?.removeFirst()
        if let task = held.removeValue(forKey: next), admit(task) { admitted.append(task) }
      }
    }
    guard well else { return admitted }
    for number in dependents.removeValue(forKey: job.number) ?? [] {
      open[number]?.remove(job.number)
      guard open[number]?.isEmpty == true, let freed = held[number] else { continue }
      open[number] = nil
      held[number] = nil
      if admit(freed) { admitted.append(freed) }
    }
    return admitted
  }

  /// Takes out those that wait for a job that did not end well, and those that wait for them.
  mutating func refuseDependents(of number: Int) -> [Job] {
    ends[number] = false
    var refused: [Job] = []
    var causes = [number]
    while let cause = causes.popLast() {
      for dependent in dependents.removeValue(forKey: cause) ?? [] {
        guard let job = held.removeValue(forKey: dependent) else { continue }
        open[dependent] = nil
        ends[dependent] = false
        refused.append(job)
        causes.append(dependent)
      }
    }
    return refused
  }

  /// Takes a held job out; nil when it is not held.
  mutating func withdraw(_ number: Int) -> Job? {
    guard let job = held.removeValue(forKey: number) else { return nil }
    open[number] = nil
    if let array = job.traits.array { queued[array.id]?.removeAll { $0 == number } }
    // Counted as if it had been active, because settling takes one away.
    if let array = job.traits.array { active[array.id, default: 0] += 1 }
    return job
  }

  /// Why a job is held; nil when it is not.
  func explain(_ number: Int) -> (reason: WaitReason, dependencies: [Int])? {
    guard held[number] != nil else { return nil }
    if let missing = open[number] { return (.dependency, missing.sorted()) }
    return (.array, [])
  }
}
