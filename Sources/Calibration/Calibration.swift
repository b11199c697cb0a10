import CostModel
public import Executor
import Graph
public import HardwareModel
public import Quantities

/// What a calibration found.
public struct CalibrationResult: Sendable, Hashable {
  /// The machine's processors as a measured device.
  public var device: Device
  /// How well it predicts shapes that it was not made from.
  public var fit: CalibrationFit
  /// Products and copies of one worker, each node, the machine, and of two jobs side by side; empty
  /// unless a whole pool was measured.
  public var scopes: [ScopeSpeed] = []
  /// Bandwidth and latency of memory and caches; nil unless a whole pool was measured.
  public var memory: MemorySpeeds?
  /// How much longer an operator takes in the mean than in the median: what interrupts the workers
  /// (other programs, the host's other machines) falls on few operators but on every long pass.
  public var interference = 1.0
  /// How certain its medians are.
  public var certainty: Certainty
  /// What disturbed the measurement.
  public var notes: [String] = []
}

/// Measures this machine with the kernels that run graphs.
public enum Calibration {
  /// Number formats that kernels run in here.
  public static let dataTypes: [DataType] = [.fp32, .bf16]

  /// Measures every operator class in every number format at several sizes, the memory bandwidth
  /// and the time to start an operator, on the team's workers.
  ///
  /// Weights and saved activations are read cold, as in a model: rounds go over all cases of a
  /// class, whose copies together exceed the caches. Each point is the median of interleaved
  /// rounds, repeated until it is certain or the time is over. Operators that no kernel runs are
  /// left out; the roofline predicts them.
  /// - Parameters:
  ///   - quick: fewer shapes and rounds.
  ///   - dataTypes: number formats to measure, for jobs that need no other.
  ///   - progress: told what is measured, and the fraction done, 0 … 1.
  /// - Throws: `UserError` when memory does not suffice; `CancellationError`.
  public static func run(
    team: WorkerTeam, machine: Machine, quick: Bool,
    dataTypes: [DataType] = Calibration.dataTypes,
    progress: (_ what: String, _ fraction: Double) -> Void = { _, _ in }
  ) throws -> CalibrationResult {
    try run(
      team: team, machine: machine, quick: quick, isPart: false, dataTypes: dataTypes,
      progress: progress)
  }

  /// As above; `isPart` says that other cores work, too.
  static func run(
    team: WorkerTeam, machine: Machine, quick: Bool, isPart: Bool, dataTypes: [DataType],
    progress: (_ what: String, _ fraction: Double) -> Void = { _, _ in }
  ) throws -> CalibrationResult {
    let cacheBytes = lastLevelBytes(machine, team)
    var watch =
      quick
      ? Stopwatch(team: team, rounds: 2...12, tolerance: 0.05, secondsPerCase: 0.002)
      : Stopwatch(team: team, rounds: 5...41, tolerance: 0.03, secondsPerCase: 0.03)
    watch.sweep = try CacheSweep(cacheBytes: cacheBytes)
    progress("memory bandwidth", 0)
    var streams: [DataType: Double] = [:]
    for type in Set(dataTypes + [.fp32]) {
      streams[type] = try MachineSpeed.bandwidth(
        team: team, type: type, cacheBytes: cacheBytes, repeats: watch.rounds.lowerBound)
    }
    let bandwidth = streams[.fp32] ?? 0
    let launch = try MachineSpeed.launchOverhead(team: team)
    var points: [MeasuredPoint] = []
    let all = OperatorClass.allCases.flatMap { item in dataTypes.map { (item, $0) } }
    for (index, (operatorClass, type)) in all.enumerated() {
      progress(
        "\(operatorClass.rawValue) \(type.rawValue)", Double(index + 1) / Double(all.count + 1))
      let cases = cases(operatorClass, type, quick: quick)
      points += try watch.measure(quick ? quickly(cases, isPart: isPart) : cases)
      if operatorClass == .elementwise, !isPart {
        points += try PackingCases(team: team, rounds: quick ? 7 : 15).measure(type)
      }
    }
    let interference = interference(points)
    for index in points.indices { points[index].seconds *= interference }
    let fit = LawFit(nearBytes: nearBytes(machine, team), farBytesPerSecond: streams)
    let device = device(
      machine, team, bandwidth: bandwidth, launch: launch, points, laws: fit.laws(points))
    return CalibrationResult(
      device: device, fit: CurveFit.fit(device, points), interference: interference,
      certainty: Certainty(tolerance: watch.tolerance, halfWidths: points.map(\.uncertainty)))
  }

  /// Sum of the means over sum of the medians; at least 1.
  static func interference(_ points: [MeasuredPoint]) -> Double {
    let medians = points.reduce(0) { $0 + $1.seconds }
    return medians > 0 ? max(1, points.reduce(0) { $0 + $1.mean } / medians) : 1
  }

  /// What a quick calibration measures of the cases: on part of the cores every second one of what
  /// makes the model.
  private static func quickly(_ cases: [MeasuredCase], isPart: Bool) -> [MeasuredCase] {
    let chosen = cases.filter { $0.isQuick(onPart: isPart) }
    return isPart ? chosen.indices.filter { $0 % 2 == 0 }.map { chosen[$0] } : chosen
  }

  static func cases(_ operatorClass: OperatorClass, _ type: DataType, quick: Bool)
    -> [MeasuredCase]
  {
    switch operatorClass {
    case .matrix: ProductCases.matrix(type, quick: quick)
    case .attention: ProductCases.attention(type, quick: quick, backward: false)
    case .attentionBackward: ProductCases.attention(type, quick: quick, backward: true)
    case .convolution: ConvolutionCases.cases(type, quick: quick)
    case .transform: StreamingCases.transforms(type, quick: quick)
    default: StreamingCases.cases(operatorClass, type, quick: quick)
    }
  }

  private static func device(
    _ machine: Machine, _ team: WorkerTeam, bandwidth: Double, launch: Double,
    _ points: [MeasuredPoint], laws: [RateLaw]
  ) -> Device {
    var device = Device(roughly: machine)
    let peaks = dataTypes.compactMap { type -> Device.Peak? in
      let best = points.filter {
        $0.cost.operatorClass == .matrix && $0.cost.dataType == type && $0.seconds > 0
      }.map { $0.cost.work / $0.seconds }.max()
      return best.map { Device.Peak(type, FlopsPerSecond($0)) }
    }
    device.peaks = peaks
    device.vectorFlopsPerSecond = peaks.first?.flopsPerSecond ?? device.vectorFlopsPerSecond
    device.memoryBandwidth = BytesPerSecond(bandwidth)
    device.launchOverhead = Seconds(launch)
    device.rates = CurveFit.curves(points)
    device.laws = laws
    let model = machine.packages.first?.model ?? ""
    let name = model.isEmpty ? device.name : model
    device.source =
      "measured on \(name), \(team.count) worker\(team.count == 1 ? "" : "s"), by hfm calibrate"
    return device
  }

  /// Capacity of the caches that each of the team's processors has alone: those of the largest
  /// level below the last; 0 when unknown.
  private static func nearBytes(_ machine: Machine, _ team: WorkerTeam) -> Double {
    let cpus = Set(team.places.map(\.cpu))
    let last = machine.caches.map(\.level).max() ?? 0
    let near = machine.caches.filter { $0.level < last && !cpus.isDisjoint(with: $0.cpus) }
    let level = near.map(\.level).max() ?? 0
    return Double(near.filter { $0.level == level }.reduce(0) { $0 + $1.sizeBytes })
  }

  /// Capacity of the last-level caches that the team's processors share; 32 MiB when unknown.
  static func lastLevelBytes(_ machine: Machine, _ team: WorkerTeam) -> Int {
    let cpus = Set(team.places.map(\.cpu))
    let level = machine.caches.map(\.level).max() ?? 0
    let bytes = machine.caches.filter { $0.level == level && !cpus.isDisjoint(with: $0.cpus) }
      .reduce(0) { $0 + $1.sizeBytes }
    return bytes > 0 ? min(bytes, 256 << 20) : 32 << 20
  }
}
