import DataFormats
import Glibc
import JobStore
import Quantities
import Scheduler
import Simulation

/// What `hfm run` and `hfm serve-jobs` are told beyond the jobs: the policy's settings, and where
/// this machine stands.
struct LocalChoices: Sendable {
  /// Options that both commands take.
  static let options: [CommandOption] = [
    .value(
      "policy", "NAME", "scheduling policy (default easy)",
      words: PolicyName.allCases.map(\.rawValue)),
    .value("shares", "USER=N,…", "shares of users for fair-share and drf (default 1 each)"),
    .value("labels", "WORD,…", "what this machine may be asked for, such as on-premise"),
    .value(
      "carbon", "FILE.csv|GRID", "g CO2e per kWh by hour from midnight UTC, for carbon-aware"),
    .value("round", "TIME", "time between two divisions of cores, for elastic-goodput (60s)"),
    .value("ledger", "FILE", "record of jobs and runs (default \(RunSession.defaultLedger))"),
    .value("device-profile", "FILE", "this machine as hfm calibrate measured it"),
  ]

  /// Shares by user's name, in the order given.
  var shares: [(user: String, share: Double)] = []
  /// Labels of this machine.
  var labels: Set<String> = []
  /// Emissions, the first step at midnight UTC; nil for the policy's own assumption.
  var carbon: CarbonCurve?
  /// Seconds between two divisions of cores among elastic jobs.
  var roundSeconds = PolicySettings().roundSeconds

  /// Nothing told.
  init() {}

  /// Reads `--shares`, `--labels`, `--carbon` and `--round`.
  ///
  /// - Throws: `UserError` that names the option at fault.
  init(_ arguments: Arguments) throws(UserError) {
    shares = try SimulateChoices.shares(arguments.string("shares"))
    labels = Set((arguments.string("labels") ?? "").split(separator: ",").map(String.init))
    carbon = try arguments.string("carbon").map(SimulateChoices.curve)
    roundSeconds = try SimulateChoices.round(arguments) ?? roundSeconds
  }

  /// What a policy is told, and the users whom that names.
  ///
  /// - Parameter ledger: What users have run before counts for fair share.
  /// - Throws: `UserError` when the ledger cannot be read.
  func prepared(
    for policy: PolicyName, _ ledger: Ledger
  ) throws(UserError) -> (settings: PolicySettings, users: NameNumbers) {
    var settings = PolicySettings()
    var users = NameNumbers()
    for (user, share) in shares { settings.shares[users.number(of: user)] = share }
    let now = LocalBackEnd.wallTime
    settings.curve = carbon ?? settings.curve
    settings.curve.offsetSeconds = now.truncatingRemainder(dividingBy: 86_400)
    settings.roundSeconds = roundSeconds
    guard policy == .fairShare else { return (settings, users) }
    for run in try ledger.endedRuns() {
      guard let user = (try? JSONValue(parsing: run.specification))?["user"]?.string else {
        continue
      }
      // Use counts half after a half-life, as in the policy itself.
      let age = max(0, now - run.endTime) / settings.halfLifeSeconds
      settings.pastCoreSeconds[users.number(of: user), default: 0] +=
        run.coreSeconds * exp2(-age)
    }
    return (settings, users)
  }
}
