import DataFormats
import Quantities
import Scheduler
import Simulation

/// One policy's result and how long it took to get.
struct SimulationOutcome {
  let policy: PolicyName
  let result: SimulationResult
  let wallSeconds: Double
  var power: PowerRates?
  /// Emissions of a kilowatt-hour over time.
  var carbon: CarbonCurve?

  /// Energy of the cores, busy and idle; nil without `--power`.
  var joules: Double? { power.map { $0.joules(result.metrics) } }

  /// Emissions in grams of CO2e; nil without `--power` and `--carbon`.
  ///
  /// What runs is counted when it runs; idle cores at the mean of the whole schedule.
  var co2Grams: Double? {
    guard let power, let carbon else { return nil }
    let busy = result.attempts.reduce(0) { sum, piece in
      let joules = Double(piece.cores) * (piece.end - piece.start) * power.busyWatts
      return sum + joules * carbon.mean(from: piece.start, to: piece.end)
    }
    let first = result.schedule.map(\.submit).min() ?? 0
    let mean = carbon.mean(from: first, to: first + result.metrics.makespanSeconds)
    return (busy + result.metrics.idleCoreSeconds * power.idleWatts * mean) / 3.6e6
  }

  /// How many attempts spanned 0, 1, … tiers: a node, the nodes under one switch, and so on.
  var spans: [Int] {
    result.attempts.reduce(into: []) { counts, piece in
      while counts.count <= piece.span { counts.append(0) }
      counts[piece.span] += 1
    }
  }

  var eventsPerSecond: Double { Double(result.events) / wallSeconds }

  var row: [String] {
    let metrics = result.metrics
    return [
      policy.rawValue, String(metrics.jobs), String(result.refused.count),
      Format.fixed(metrics.makespanSeconds, 0), Format.fixed(metrics.meanWaitSeconds, 2),
      Format.fixed(metrics.p99WaitSeconds, 0), Format.fixed(metrics.meanJctSeconds, 2),
      Format.fixed(metrics.meanBoundedSlowdown, 3),
      Format.fixed(metrics.utilization * 100, 2), Format.fixed(eventsPerSecond, 0),
    ]
  }

  var json: JSONValue {
    let metrics = result.metrics
    return .object([
      ("policy", .string(policy.rawValue)),
      ("jobs", .number(metrics.jobs)),
      ("makespanSeconds", .number(metrics.makespanSeconds)),
      ("meanWaitSeconds", .number(metrics.meanWaitSeconds)),
      ("p99WaitSeconds", .number(metrics.p99WaitSeconds)),
      ("meanJctSeconds", .number(metrics.meanJctSeconds)),
      ("meanBoundedSlowdown", .number(metrics.meanBoundedSlowdown)),
      ("utilization", .number(metrics.utilization)),
      ("fairness", .number(metrics.fairness)),
      ("worstFinishTimeRatio", .number(metrics.worstFinishTimeRatio)),
      ("fragmentation", .number(metrics.fragmentation)),
      ("energyJoules", joules.map { .number($0) } ?? .null),
      ("co2Grams", co2Grams.map { .number($0) } ?? .null),
      ("failures", .number(result.failures)),
      ("lostCoreSeconds", .number(result.lostCoreSeconds)),
      ("preemptions", .number(result.preemptions)),
      ("spans", .array(spans.map { .number($0) })),
      ("eventsPerSecond", .number(eventsPerSecond)),
      ("events", .number(result.events)),
      (
        "deferrals",
        .object(result.deferrals.byReason.map { ($0.reason, .number($0.count)) })
      ),
      (
        "refused",
        .array(
          result.refused.map {
            .object([
              ("id", .string($0.id)), ("limit", .string($0.refusal.limit.rawValue)),
              ("reason", .string($0.refusal.description)),
            ])
          })
      ),
    ])
  }
}

/// Power of a core or device, in watts.
struct PowerRates {
  var busyWatts: Double
  var idleWatts: Double

  func joules(_ metrics: ScheduleMetrics) -> Double {
    busyWatts * metrics.busyCoreSeconds + idleWatts * metrics.idleCoreSeconds
  }
}

extension SimulationOutcome {
  static let fairnessHead = [
    "policy", "fairness", "worst finish ratio", "idle while waiting %", "energy kWh", "kg CO2e",
    "failures",
    "lost core-h", "preemptions",
  ]

  var fairnessRow: [String] {
    let metrics = result.metrics
    return [
      policy.rawValue, Format.fixed(metrics.fairness, 3),
      Format.fixed(metrics.worstFinishTimeRatio, 2),
      Format.fixed(metrics.fragmentation * 100, 2),
      joules.map { Format.fixed($0 / 3.6e6, 1) } ?? "–",
      co2Grams.map { Format.fixed($0 / 1000, 1) } ?? "–",
      String(result.failures), Format.fixed(result.lostCoreSeconds / 3600, 1),
      String(result.preemptions),
    ]
  }

  static let explanation = [
    "makespan: last end - first submission; wait: start - submission; JCT: end - submission;",
    "bounded slowdown: mean of max(1, (wait + run) / max(run, 10 s)); p99: nearest rank;",
    "utilization: core-seconds used / (cores x makespan); events/s: measured now on this machine;",
    "fairness: Jain's index of the users' mean bounded slowdowns; worst finish ratio: a job's JCT",
    "over its run time at the mean load (demand / cores, at least 1) while it was there;",
    "idle while waiting: core-seconds free while a job waited / (cores x makespan).",
  ]
}
