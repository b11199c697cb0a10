@testable import Scheduler
import Simulation
import Synchronization

/// Notes at every decision when the job that holds the reservation is promised to start.
final class ReservationWatch: Sendable {
  private let promises = Mutex<[Int: Double]>([:])

  /// How many jobs were promised a start.
  var promised: Int { promises.withLock { $0.count } }

  /// A policy that is watched.
  func policy(_ name: PolicyName) -> WatchedPolicy {
    WatchedPolicy(name.policy()) { policy, state, outcome in
      guard let head = Self.reserved(policy) ?? Self.waitingHead(state, outcome) else { return }
      guard !outcome.starts.contains(where: { $0.number == head.number }) else { return }
      let start = Self.earliestStart(of: head, state, outcome)
      self.promises.withLock { known in
        known[head.number] = min(known[head.number] ?? .infinity, start)
      }
    }
  }

  /// The jobs that started later than they were ever promised.
  func broken(by schedule: [ScheduleRecord]) -> [Int] {
    let known = promises.withLock { $0 }
    return schedule.filter { $0.start > known[$0.number] ?? .infinity }.map(\.number)
  }

  private static func reserved(_ policy: any SchedulingPolicy) -> Job? {
    switch policy {
    case let policy as OrderedPolicy<WFPOrder>: policy.reserved
    case let policy as OrderedPolicy<SJFOrder>: policy.reserved
    case let policy as OrderedPolicy<EDFOrder>: policy.reserved
    case let policy as OrderedPolicy<FairShareOrder>: policy.reserved
    case let policy as OrderedPolicy<DRFOrder>: policy.reserved
    default: nil
    }
  }

  /// The first of the queue that the outcome leaves waiting.
  static func waitingHead(_ state: ClusterState, _ outcome: PolicyOutcome) -> Job? {
    let starts = Set(outcome.starts.map(\.number))
    return state.queue.first { !starts.contains($0.number) }
  }

  /// When a job could start if nothing else were started, by everyone's estimate.
  static func earliestStart(of job: Job, _ state: ClusterState, _ outcome: PolicyOutcome) -> Double
  {
    var free = state.free
    var releases = state.releases.map { ($0.time, $0.amounts) }
    for started in outcome.starts {
      free -= started.demand
      releases.append((state.now + started.estimateSeconds, started.demand))
    }
    for (time, amounts) in releases.sorted(by: { $0.0 < $1.0 }) {
      free += amounts
      if free.covers(job.demand) { return time }
    }
    return .infinity
  }
}
