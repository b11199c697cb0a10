import Executor
import HardwareModel
import Quantities
import Scheduler
import Simulation
import Synchronization

/// What a trace gives on a machine of one size under one policy.
struct SweptOutcome {
  /// Processors, or nodes of the cluster.
  var size: Int
  var outcome: SimulationOutcome

  /// The policy's place among those asked for.
  func place(_ policies: [PolicyName]) -> Int {
    policies.firstIndex(of: outcome.policy) ?? policies.count
  }
}

extension SimulationResult {
  /// Whether the mean wait is below a goal, or no job waits at all, and none is left out for want
  /// of room.
  func reaches(_ goal: Double) -> Bool {
    let narrow: Set<Refusal.Limit> = [.cores, .memory, .accelerators, .labels]
    return (metrics.meanWaitSeconds < goal || metrics.meanWaitSeconds == 0)
      && !refused.contains { narrow.contains($0.refusal.limit) }
  }
}

/// A trace that is replayed on machines of several sizes.
struct SweptTrace {
  let trace: SimulatedTrace
  let bytes: [UInt8]
  let path: String
  let settings: SimulationSettings
  let choices: SimulateChoices
  /// The cluster whose number of nodes is varied; nil for equal processors.
  let cluster: String?
  /// A folder of the user's own devices and clusters.
  let profiles: String?

  /// Replays it in each case, on all cores of this machine at once.
  ///
  /// - Parameter skipsImpossible: Whether sizes that no plan of a job fits on are left out.
  /// - Throws: `UserError` when the trace cannot be planned for a size.
  func outcomes(
    _ cases: [(size: Int, policy: PolicyName)], skipsImpossible: Bool = false
  ) throws(UserError) -> [SweptOutcome] {
    var machines: [Int: (resources: Resources, jobs: [TraceJob])] = [:]
    for size in Set(cases.map(\.size)).sorted() {
      do {
        machines[size] = try machine(size)
      } catch {
        guard skipsImpossible, error.kind == .impossible else { throw error }
      }
    }
    let work = cases.compactMap { item in
      machines[item.size].map {
        (size: item.size, policy: item.policy, resources: $0.resources, jobs: $0.jobs)
      }
    }
    let found = Mutex<[Int: SimulationOutcome]>([:])
    let next = Atomic(0)
    let running = Atomic(0)
    let (settings, choices) = (settings, choices)
    let body: @Sendable () -> Void = {
      while true {
        let place = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard place < work.count else { break }
        let item = work[place]
        let outcome = SimulateCommand.outcome(
          item.jobs, item.resources, item.policy, settings, choices)
        found.withLock { $0[place] = outcome }
      }
      running.wrappingSubtract(1, ordering: .releasing)
    }
    for _ in 0..<max(0, min(work.count, Processors.count) - 1) {
      running.wrappingAdd(1, ordering: .relaxed)
      if !DriverThread.start(body) { running.wrappingSubtract(1, ordering: .relaxed) }
    }
    running.wrappingAdd(1, ordering: .relaxed)
    body()
    while running.load(ordering: .acquiring) > 0 { DriverThread.pause() }
    let outcomes = found.withLock { $0 }
    return work.indices.compactMap { place in
      outcomes[place].map { SweptOutcome(size: work[place].size, outcome: $0) }
    }
  }

  /// Sizes worth a look: from the widest job's to what runs all jobs at once.
  func bounds() throws(UserError) -> ClosedRange<Int> {
    let (_, jobs) = try machine(try ownNodes() ?? 10_000_000)
    let most = jobs.reduce(0) { min(10_000_000, $0 + $1.job.cores) }
    // Jobs of a trace for processors are cut to the machine, so it must hold the widest.
    let least = cluster == nil ? jobs.reduce(1) { max($0, $1.job.cores) } : 1
    return least...max(least, most)
  }

  /// Nodes of the cluster as its profile has it; nil for equal processors.
  private func ownNodes() throws(UserError) -> Int? {
    guard let cluster else { return nil }
    return try SimulatedCluster.parts(cluster, profiles: profiles).first?.cluster.nodes ?? 1
  }

  private func machine(
    _ size: Int
  ) throws(UserError) -> (resources: Resources, jobs: [TraceJob]) {
    guard let cluster else {
      let jobs = try trace.jobs(bytes, file: path, cores: size, clusters: [])
      return (Resources(processors: size), jobs)
    }
    let resources = try SimulatedCluster.resources(cluster, nodes: size, profiles: profiles)
    let clusters = try SimulatedCluster.parts(cluster, size, profiles: profiles).map(\.cluster)
    let jobs = try trace.jobs(
      bytes, file: path, cores: resources.total.cores, clusters: clusters)
    return (resources, jobs)
  }
}
