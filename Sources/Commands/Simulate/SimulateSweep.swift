import DataFormats
import Executor
import Quantities
import Scheduler
import Simulation
import Synchronization

/// `hfm simulate --sweep`: the same trace on machines of several sizes, on all cores at once.
struct SimulateSweep {
  private let sizes: [Int]
  private let policies: [PolicyName]
  private let goal: Double?
  private let arguments: Arguments

  init(_ arguments: Arguments, _ policies: [PolicyName]) throws(UserError) {
    let text = arguments.string("sweep") ?? ""
    let numbers = text.split(separator: ",").map { Int($0) ?? 0 }
    guard !numbers.isEmpty, numbers.allSatisfy({ (1...10_000_000).contains($0) }) else {
      throw UserError(
        .input, key: "--sweep", "\"\(text)\" is wrong", remedy: "write it like 96,128,160")
    }
    sizes = numbers.sorted()
    self.policies = policies
    self.arguments = arguments
    let wait = arguments.string("goal-wait")
    goal = wait.flatMap { AmountParser.seconds($0) }
    if let wait, goal == nil {
      throw UserError(
        .input, key: "--goal-wait", "\"\(wait)\" is no duration", remedy: "write it like 1h")
    }
  }

  func run(
    _ trace: SimulatedTrace, _ bytes: [UInt8], _ path: String, _ console: Console
  ) throws -> Int32 {
    var cases: [(size: Int, policy: PolicyName, resources: Resources, jobs: [TraceJob])] = []
    for size in sizes {
      let resources = try resources(size)
      let jobs = try trace.jobs(
        bytes, file: path, cores: resources.total.cores,
        clusters: try SimulatedCluster.parts(arguments.string("cluster") ?? "here", size)
          .map(\.cluster))
      for policy in policies { cases.append((size, policy, resources, jobs)) }
    }
    let settings = try SimulateCommand.settings(arguments)
    let found = Mutex<[Int: SimulationOutcome]>([:])
    let next = Atomic(0)
    let running = Atomic(0)
    let work = cases
    var told = try SimulateChoices(arguments)
    if arguments.has("shares") { try told.name(try trace.users(bytes, file: path)) }
    let choices = told
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
    for _ in 0..<min(work.count, Processors.count) - 1 {
      running.wrappingAdd(1, ordering: .relaxed)
      if !DriverThread.start(body) { running.wrappingSubtract(1, ordering: .relaxed) }
    }
    running.wrappingAdd(1, ordering: .relaxed)
    body()
    while running.load(ordering: .acquiring) > 0 { DriverThread.pause() }
    let outcomes = found.withLock { $0 }
    show(
      work.indices.compactMap { place in outcomes[place].map { (work[place].size, $0) } }, console)
    return 0
  }

  private func resources(_ size: Int) throws(UserError) -> Resources {
    guard let name = arguments.string("cluster") else { return Resources(processors: size) }
    return try SimulatedCluster.resources(name, nodes: size)
  }

  private func show(_ outcomes: [(size: Int, outcome: SimulationOutcome)], _ console: Console) {
    let unit = arguments.string("cluster") == nil ? "processors" : "nodes"
    let best = policies.map { policy in
      (
        policy: policy,
        size: outcomes.first {
          $0.outcome.policy == policy
            && $0.outcome.result.metrics.meanWaitSeconds < goal ?? .infinity
        }?.size
      )
    }
    if console.json {
      console.print(
        json: .object([
          (
            "runs",
            .array(
              outcomes.map { size, outcome in
                .object([(unit, .number(size)), ("result", outcome.json)])
              })
          ),
          ("goalWaitSeconds", goal.map { .number($0) } ?? .null),
          (
            "least",
            .array(
              best.map {
                .object([
                  ("policy", .string($0.policy.rawValue)),
                  (unit, $0.size.map { .number($0) } ?? .null),
                ])
              })
          ),
        ]))
      return
    }
    var table = AlignedTable(
      head: [
        unit, "policy", "refused", "mean wait s", "p99 wait s", "bounded slowdown",
        "utilization %",
      ], rightAligned: [0, 2, 3, 4, 5, 6])
    table.rows = outcomes.map { size, outcome in
      let metrics = outcome.result.metrics
      return [
        String(size), outcome.policy.rawValue, String(outcome.result.refused.count),
        Format.fixed(metrics.meanWaitSeconds, 2), Format.fixed(metrics.p99WaitSeconds, 0),
        Format.fixed(metrics.meanBoundedSlowdown, 3),
        Format.fixed(metrics.utilization * 100, 2),
      ]
    }
    console.print(lines: table.lines)
    guard let goal else { return }
    for (policy, size) in best {
      let text = Format.fixed(goal, 0)
      if let size {
        console.print("\(policy.rawValue): \(size) \(unit) keep the mean wait below \(text) s")
      } else {
        console.print("\(policy.rawValue): none of these keeps the mean wait below \(text) s")
      }
    }
  }
}
