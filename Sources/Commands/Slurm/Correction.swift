import DataFormats
import JobStore
import Quantities

/// A job's run time as foreseen.
struct Prediction: Sendable {
  /// Corrected by what earlier jobs taught; nil when nothing is known.
  var seconds: Double?
  /// Of a model, as its operators' cost gives it; nil for a command.
  var uncorrectedSeconds: Double?
}

/// What earlier jobs teach about predictions: the middle of measured over predicted corrects those
/// of models, the upper end gives the time limit.
struct Correction: Sendable {
  /// So many jobs say more than a guess.
  private static let least = 5
  /// A profile keeps the latest of each kind.
  private static let most = 200

  /// Measured over predicted, before correction, oldest first.
  private(set) var models: [Double] = []
  /// Measured over predicted of the users' own programs, oldest first.
  private(set) var commands: [Double] = []

  /// Knows nothing.
  init() {}

  init(_ ratios: (models: [Double], commands: [Double])) {
    models = ratios.models.filter { $0.isFinite && $0 > 0 }
    commands = ratios.commands.filter { $0.isFinite && $0 > 0 }
  }

  /// What knows too little is taken from another.
  func orElse(_ other: Correction) -> Correction {
    Correction(
      (
        models: models.count < Self.least ? other.models : models,
        commands: commands.count < Self.least ? other.commands : commands
      ))
  }

  /// A model's prediction, corrected by the median once there are five jobs to learn from.
  func corrected(_ seconds: Double) -> Double {
    models.count < Self.least ? seconds : seconds * Self.quantile(models, 0.5)
  }

  /// Seconds that a job will hardly exceed: twice the prediction, or a fifth above the 95th
  /// percentile of what was measured, plus two minutes to load and warm up.
  func upperEnd(_ seconds: Double, ofModel: Bool) -> Int {
    let ratios = ofModel ? models : commands
    var factor = 2.0
    if ratios.count >= Self.least {
      // A model's prediction holds the median already.
      let middle = ofModel ? Self.quantile(ratios, 0.5) : 1
      factor = max(2, Self.quantile(ratios, 0.95) / middle * 1.2)
    }
    return Int(min(seconds * factor + 120, 1e9).rounded(.up))
  }

  private static func quantile(_ values: [Double], _ share: Double) -> Double {
    values.sorted()[min(values.count - 1, Int(Double(values.count) * share))]
  }
}

extension Correction {
  private static let keys = (
    models: "modelsMeasuredOverPredicted", commands: "commandsMeasuredOverPredicted"
  )

  /// Reads what `added(to:)` left in a cluster profile; nothing where there is none.
  init(profile: JSONValue) {
    let jobs = profile["slurm"]?["jobs"]
    func ratios(_ key: String) -> [Double] { (jobs?[key]?.array ?? []).compactMap(\.double) }
    self.init((models: ratios(Self.keys.models), commands: ratios(Self.keys.commands)))
  }

  /// What the jobs that this call saw ending taught.
  init(outcomes: [SubmitOutcome]) {
    var ratios: (models: [Double], commands: [Double]) = ([], [])
    for outcome in outcomes where !outcome.isEarlier {
      guard let measured = outcome.measuredSeconds else { continue }
      if let uncorrected = outcome.uncorrectedSeconds {
        ratios.models.append(measured / uncorrected)
      } else if let predicted = outcome.predictedSeconds {
        ratios.commands.append(measured / predicted)
      }
    }
    self.init(ratios)
  }

  /// A cluster profile of ours with this added to what it held; nil for another file, and when
  /// there is nothing to add.
  func added(to profile: JSONValue) -> JSONValue? {
    guard !models.isEmpty || !commands.isEmpty, case .object(var members) = profile.content,
      let place = members.firstIndex(where: { $0.key == "slurm" }),
      case .object(var parts) = members[place].value.content
    else { return nil }
    let earlier = Correction(profile: profile)
    func list(_ ratios: [Double]) -> JSONValue {
      .array(ratios.suffix(Self.most).map { .number($0) })
    }
    parts.removeAll { $0.key == "jobs" }
    let jobs: JSONValue = .object([
      ("date", .string(WallClock.now())), ("version", .string("hfm \(HFM.version)")),
      (Self.keys.models, list(earlier.models + models)),
      (Self.keys.commands, list(earlier.commands + commands)),
    ])
    parts.append(JSONValue.Member("jobs", jobs))
    members[place] = JSONValue.Member("slurm", JSONValue(.object(parts)))
    return JSONValue(.object(members))
  }
}
