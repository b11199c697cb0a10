import DataFormats
import Quantities
import Scheduler
import Simulation

/// `hfm simulate --sweep`: the same trace on machines of several sizes, on all cores at once; with
/// `--goal-wait` alone, the smallest machine that reaches the goal.
struct SimulateSweep {
  /// Sizes given; empty when the least is searched.
  private let sizes: [Int]
  private let policies: [PolicyName]
  private let goal: Double?
  private let arguments: Arguments
  private let settings: SimulationSettings
  /// One machine under one policy.
  private typealias Case = (size: Int, policy: PolicyName)

  init(_ arguments: Arguments, _ policies: [PolicyName]) throws(UserError) {
    let sweeping = arguments.has("sweep") ? "--sweep" : "--goal-wait"
    if arguments.has("processors") {
      throw UserError(
        .input, key: "--processors", "given together with \(sweeping), which tries several sizes",
        remedy: "leave it out, or name the sizes with --sweep")
    }
    for option in ["schedule", "placements", "html"] where arguments.has(option) {
      throw UserError(
        .input, key: "--\(option)", "tells of one machine, \(sweeping) tries several",
        remedy: "run the size of your choice once more with --processors N or --cluster NAME")
    }
    let text = arguments.string("sweep")
    let numbers = (text ?? "").split(separator: ",").map { Int($0) ?? 0 }
    let isFaulty = numbers.isEmpty || !numbers.allSatisfy((1...10_000_000).contains)
    if let text, isFaulty {
      throw UserError(
        .input, key: "--sweep", "\"\(text)\" is wrong", remedy: "write it like 96,128,160")
    }
    sizes = numbers.sorted()
    self.policies = policies
    self.arguments = arguments
    settings = try SimulateCommand.settings(arguments)
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
    var choices = try SimulateChoices(arguments)
    if arguments.has("shares") { try choices.name(try trace.users(bytes, file: path)) }
    let world = SweptTrace(
      trace: trace, bytes: bytes, path: path, settings: settings, choices: choices,
      cluster: arguments.string("cluster"), profiles: arguments.string("profiles"))
    guard sizes.isEmpty, let goal else {
      let cases = sizes.flatMap { size in policies.map { (size: size, policy: $0) } }
      show(try world.outcomes(cases), console)
      return 0
    }
    var found: [SweptOutcome] = []
    for policy in policies { found += try search(policy, goal, world) }
    show(found.sorted { ($0.size, $0.place(policies)) < ($1.size, $1.place(policies)) }, console)
    return 0
  }

  /// Grows the machine until the goal is reached, then closes in on the least size, with as many
  /// sizes at once as there are cores. A mean wait may rise again with size; this finds a size that
  /// reaches the goal while the next smaller one does not.
  private func search(
    _ policy: PolicyName, _ goal: Double, _ world: SweptTrace
  ) throws -> [SweptOutcome] {
    var tried: [SweptOutcome] = []
    func reaches(_ size: Int) -> Bool {
      tried.contains { $0.size == size && $0.outcome.result.reaches(goal) }
    }
    func measure(_ sizes: [Int]) throws {
      let new = sizes.filter { size in !tried.contains { $0.size == size } }
      tried += try world.outcomes(
        new.map { (size: $0, policy: policy) }, skipsImpossible: true)
    }
    let bounds = try world.bounds()
    var (low, high) = (bounds.lowerBound - 1, bounds.lowerBound)
    try measure([high])
    while !reaches(high) {
      guard high < bounds.upperBound else { return tried }
      (low, high) = (high, min(high * 2, bounds.upperBound))
      try measure([high])
    }
    while high - low > 1 {
      let parts = min(Processors.count + 1, high - low)
      let inner = (1..<parts).map { low + (high - low) * $0 / parts }
      try measure(inner)
      let first = inner.first(where: reaches) ?? high
      low = inner.last { $0 < first } ?? low
      high = first
    }
    return tried
  }

  private func show(_ outcomes: [SweptOutcome], _ console: Console) {
    let unit = arguments.string("cluster") == nil ? "processors" : "nodes"
    let best = policies.map { policy in
      (
        policy: policy,
        size: outcomes.first {
          $0.outcome.policy == policy && $0.outcome.result.reaches(goal ?? .infinity)
        }?.size
      )
    }
    if console.json {
      console.print(
        json: .object([
          (
            "runs",
            .array(
              outcomes.map {
                .object([(unit, .number($0.size)), ("result", $0.outcome.json)])
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
    table.rows = outcomes.map { swept in
      let outcome = swept.outcome
      let metrics = outcome.result.metrics
      return [
        String(swept.size), outcome.policy.rawValue, String(outcome.result.refused.count),
        Format.fixed(metrics.meanWaitSeconds, 2), Format.fixed(metrics.p99WaitSeconds, 0),
        Format.fixed(metrics.meanBoundedSlowdown, 3),
        Format.fixed(metrics.utilization * 100, 2),
      ]
    }
    console.print(lines: table.lines)
    guard let goal else { return }
    let wish =
      goal > 0 ? "the mean wait below \(Format.seconds(goal))" : "every job from waiting"
    for (policy, size) in best {
      let who = size.map { "\($0) \(unit) keep" } ?? "none of these keeps"
      console.print("\(policy.rawValue): \(who) \(wish)")
    }
  }
}
