import Testing

/// What the simulator pyss does, as plainly as it can be written, from its rules and sources alone:
/// no code of this project's scheduler. Slow.
struct PlainPyss {
  struct Job {
    var submit: Double
    var run: Double
    var estimate: Double
    var cores: Int
  }
  enum Policy: CaseIterable { case fcfs, easy, easySJBF, conservative }

  let jobs: [Job]
  let cores: Int
  let policy: Policy
  /// Start of each job: of those that wait under reservations the start reserved.
  private(set) var starts: [Double?]
  private var waiting: [Int] = []
  private var running: [Int] = []
  private var counter = 0
  private var events: [Event] = []

  /// At one time arrivals come first, then ends, then starts; then in the order of creation.
  private struct Event {
    enum Kind: Int { case arrival, end, start }
    var time: Double
    var kind: Kind
    var counter: Int
    var job: Int
  }

  /// The lines of a trace in the Standard Workload Format, cleaned.
  init(_ text: String, cores: Int, _ policy: Policy) {
    self.cores = cores
    self.policy = policy
    jobs = text.split(separator: "\n").filter { !$0.hasPrefix(";") }.map { line in
      let fields = line.split(separator: " ").map { Double($0) ?? 0 }
      let (submit, run, allocated, requested) = (fields[1], fields[3], fields[4], fields[8])
      guard run > 0, allocated > 0, submit >= 0 else {
        return Job(
          submit: max(submit, 1), run: 1, estimate: 1, cores: max(1, min(Int(allocated), cores)))
      }
      return Job(
        submit: submit, run: max(min(requested, run), 1).rounded(.down),
        estimate: max(requested, run, 1).rounded(.down), cores: max(1, min(Int(allocated), cores)))
    }
    starts = jobs.map { _ in nil }
  }

  /// The start of each job, by position.
  mutating func simulated() -> [Double?] {
    for job in jobs.indices { add(jobs[job].submit, .arrival, job) }
    while !events.isEmpty {
      let next = events.indices.min {
        let (left, right) = (events[$0], events[$1])
        return (left.time, left.kind.rawValue, left.counter)
          < (right.time, right.kind.rawValue, right.counter)
      }
      let event = events.remove(at: next ?? 0)
      switch event.kind {
      case .arrival: waiting.append(event.job)
      case .end: running.removeAll { $0 == event.job }
      case .start:
        // One that was overtaken by an earlier start says nothing.
        if starts[event.job] == event.time {
          add(event.time + jobs[event.job].run, .end, event.job)
        }
        continue
      }
      if policy == .conservative {
        reserve(after: event)
      } else {
        backfill(event.time)
      }
    }
    return starts
  }

  private mutating func add(_ time: Double, _ kind: Event.Kind, _ job: Int) {
    counter += 1
    events.append(Event(time: time, kind: kind, counter: counter, job: job))
  }

  private func end(_ job: Int) -> Double { (starts[job] ?? 0) + jobs[job].estimate }

  private mutating func start(_ job: Int, _ now: Double) {
    waiting.removeAll { $0 == job }
    running.append(job)
    starts[job] = now
    add(now, .start, job)
  }

  private func free(_ now: Double) -> Int {
    cores - running.filter { end($0) > now }.reduce(0) { $0 + jobs[$1].cores }
  }

  private mutating func backfill(_ now: Double) {
    while let head = waiting.first, jobs[head].cores <= free(now) { start(head, now) }
    guard policy != .fcfs, let head = waiting.first else { return }
    let ends = Set(running.map(end).filter { $0 > now }).sorted()
    let shadow = ends.first { free($0) >= jobs[head].cores } ?? .infinity
    var extra = free(shadow) - jobs[head].cores
    var others = Array(waiting.dropFirst())
    if policy == .easySJBF {
      others = others.enumerated().sorted {
        (jobs[$0.element].estimate, $0.offset) < (jobs[$1.element].estimate, $1.offset)
      }.map(\.element)
    }
    for job in others where jobs[job].cores <= free(now) {
      let outlasts = now + jobs[job].estimate > shadow
      if outlasts && jobs[job].cores > extra { continue }
      start(job, now)
      if outlasts { extra -= jobs[job].cores }
    }
  }

  /// Conservative: who is there holds its place from its start to its estimated end.
  private mutating func reserve(after event: Event) {
    let now = event.time
    if event.kind == .arrival {
      reserve(event.job, now)
      return
    }
    waiting.removeAll { $0 == event.job }
    for job in waiting where (starts[job] ?? 0) > now {
      let before = starts[job]
      starts[job] = nil
      reserve(job, now, before)
    }
  }

  private mutating func reserve(_ job: Int, _ now: Double, _ before: Double? = nil) {
    let places = waiting.filter { starts[$0] != nil }
    func isFree(_ time: Double) -> Bool {
      let points = [time] + places.compactMap { starts[$0] }
      return points.filter { $0 >= time && $0 < time + jobs[job].estimate }.allSatisfy { point in
        let used = places.reduce(0) { sum, place in
          let begin = starts[place] ?? 0
          return begin <= point && end(place) > point ? sum + jobs[place].cores : sum
        }
        return used + jobs[job].cores <= cores
      }
    }
    let times = ([now] + places.map(end).filter { $0 > now }).sorted()
    starts[job] = times.first(where: isFree)
    if let start = starts[job], start != before { add(start, .start, job) }
  }
}
