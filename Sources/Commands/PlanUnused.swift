import Planner
import Quantities
import Workloads

/// Options of `hfm plan` that say nothing about what is planned: refused where they never could,
/// else told in a warning, so that nobody believes that they counted.
enum PlanUnused {
  /// Refuses options that stand without the one they belong to.
  ///
  /// - Throws: `UserError` (.input) that names both.
  static func check(_ arguments: Arguments) throws(UserError) {
    func needs(_ option: String, _ others: [String], isThere: Bool) throws(UserError) {
      guard arguments.has(option), !isThere else { return }
      let words = others.map { "--\($0)" }.joined(separator: " or ")
      throw UserError(
        .input, key: "--\(option)", "changes nothing without \(words)",
        remedy: "give \(words), or leave it out")
    }
    let compares = arguments.has("what-if")
    for option in ["buy", "life", "price-per-kwh"] {
      try needs(option, ["what-if"], isThere: compares)
    }
    try needs(
      "rent", ["what-if", "budget", "goal cost"],
      isThere: compares || arguments.has("budget") || arguments.string("goal") == "cost")
    try needs(
      "cached-tokens", ["task infer"], isThere: WorkloadOptions.task(arguments) == .infer)
  }

  /// What options had no say in plans of one kind of device.
  static func warnings(
    _ arguments: Arguments, _ plans: [PlanEstimate], trains: Bool
  ) -> [String] {
    var lines: [String] = []
    if !trains {
      let training =
        [
          "global-batch", "zero", "shard-group", "schedule", "recompute", "recompute-layers",
          "recompute-rest", "recompute-chunk", "optimizer", "optimizer-states", "optimizer-kernel",
        ].filter(arguments.has) + ["failures", "overlap-experts"].filter(arguments.flag)
      if !training.isEmpty {
        let words = training.map { "--\($0)" }.joined(separator: ", ")
        lines.append("\(words): without effect, since inference trains nothing")
      }
    }
    let cuts = plans.map(\.configuration.parallelism)
    func add(_ option: String, _ reason: String, if has: (Parallelism) -> Bool) {
      guard arguments.has(option) || arguments.flag(option), !cuts.isEmpty,
        !cuts.contains(where: has)
      else { return }
      lines.append("--\(option): without effect on these plans, of which none \(reason)")
    }
    if trains {
      add("schedule", "has a pipeline; give --pipeline N") { $0.pipeline > 1 }
      add("overlap-experts", "spreads experts; give --expert N") { $0.expert > 1 }
      add("shard-group", "shares over nodes") { $0.zeroStage > 0 && $0.data * $0.context > 1 }
    }
    add("context-kind", "cuts the sequence; give --context N") { $0.context > 1 }
    if arguments.string("sequence-parallel") == "on" {
      add("sequence-parallel", "is tensor parallel; give --tensor N") { $0.tensor > 1 }
    }
    return lines
  }

  /// Says that a job's size was not given where limits or offers rest on it.
  static func size(_ arguments: Arguments) -> String? {
    guard !["steps", "samples", "tokens", "dataset"].contains(where: arguments.has),
      let option = ["deadline", "budget", "what-if"].first(where: arguments.has)
    else { return nil }
    return "--\(option): no size of the job is given, so it is one step; give --samples, --tokens, "
      + "--steps or --dataset"
  }
}
