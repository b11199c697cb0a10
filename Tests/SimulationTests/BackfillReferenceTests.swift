import Scheduler
import Simulation
import Testing

/// EASY as plainly as it can be written: a walk over the whole queue and all releases. The fast
/// pass must start the same jobs at the same times.
struct PlainEASY: SchedulingPolicy {
  static let name = "plain-easy"
  var shortestFirst = false

  mutating func decide(_ state: ClusterState, on event: SchedulingEvent) -> PolicyOutcome {
    var outcome = PolicyOutcome()
    var free = state.free
    var waiting = Array(state.queue)
    while let head = waiting.first, free.covers(head.demand) {
      free -= head.demand
      outcome.starts.append(waiting.removeFirst())
    }
    guard let head = waiting.first else { return outcome }
    var releases = state.releases.map { (state.expectedTime(of: $0), $0.amounts) }
    for job in outcome.starts { releases.append((state.now + job.estimateSeconds, job.demand)) }
    releases.sort { $0.0 < $1.0 }
    var (then, shadow) = (free, Double.infinity)
    for (index, release) in releases.enumerated() {
      then += release.1
      let isLast = index + 1 == releases.count || releases[index + 1].0 > release.0
      if isLast && then.covers(head.demand) {
        shadow = release.0
        break
      }
    }
    var extra = then
    extra -= head.demand
    var others = Array(waiting.dropFirst())
    if shortestFirst {
      others.sort {
        $0.estimateSeconds != $1.estimateSeconds
          ? $0.estimateSeconds < $1.estimateSeconds : $0.precedes($1)
      }
    }
    for job in others where free.covers(job.demand) {
      if state.now + job.estimateSeconds > shadow {
        guard extra.covers(job.demand) else { continue }
        extra -= job.demand
      }
      free -= job.demand
      outcome.starts.append(job)
    }
    return outcome
  }
}

@Suite struct BackfillReferenceTests {
  @Test(arguments: [false, true], RandomScheduleTests.seeds)
  func theFastPassStartsTheSameJobs(shortestFirst: Bool, seed: UInt64) {
    let sample = RandomCase(seed: seed, withPriorities: true)
    let fast: any SchedulingPolicy = shortestFirst ? EASYSJBFPolicy() : EASYPolicy()
    let result = simulate(sample.jobs, on: sample.resources, policy: fast)
    let plain = simulate(
      sample.jobs, on: sample.resources, policy: PlainEASY(shortestFirst: shortestFirst))
    #expect(result.schedule.map(\.start) == plain.schedule.map(\.start))
  }

  @Test(arguments: [PolicyName.fcfs, .easy, .easySJBF])
  func aLongQueueIsHandledQuickly(_ policy: PolicyName) {
    // Twice the load that the machine can take: half of the jobs wait at the end of arrivals.
    let trace = SyntheticTrace(jobs: 6_000, processors: 512, largest: 128, load: 2, seed: 3)
    let result = simulate(
      trace.generated(), on: Resources(processors: 512), policy: policy.policy(),
      keepsPlacements: false)
    #expect(result.schedule.count == 6_000)
    #expect(result.schedule.allSatisfy { $0.placement.shares.isEmpty })
    #expect(result.metrics.utilization > 0.6)
  }
}
