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
  /// Weights and saved activations are read cold, as in a model: rounds go over cases whose copies
  /// together exceed the caches. Each point is the median of interleaved rounds, repeated until it
  /// is certain or the time is over. Operators that no kernel runs are left out; the roofline
  /// predicts them.
  /// - Parameters:
  ///   - quick: fewer shapes and rounds.
  ///   - dataTypes: number formats to measure, for jobs that need no other.
  ///   - deadline: when to stop; what was not measured by then is counted (`Certainty.leftOut`).
  ///   - progress: told what is measured, and the fraction done, 0 … 1.
  /// - Throws: `UserError` when memory does not suffice; `CancellationError`.
  public static func measure(
    team: WorkerTeam, machine: Machine, quick: Bool,
    dataTypes: [DataType] = Calibration.dataTypes, deadline: ContinuousClock.Instant? = nil,
    progress: (_ what: String, _ fraction: Double) -> Void = { _, _ in }
  ) throws -> TeamMeasurement {
    try measure(
      team: team, machine: machine, quick: quick, isPart: false, dataTypes: dataTypes,
      deadline: deadline, progress: progress)
  }

  /// As above; `isPart` says that other cores work, too.
  static func measure(
    team: WorkerTeam, machine: Machine, quick: Bool, isPart: Bool, dataTypes: [DataType],
    deadline: ContinuousClock.Instant?,
    progress: (_ what: String, _ fraction: Double) -> Void = { _, _ in }
  ) throws -> TeamMeasurement {
    let cacheBytes = lastLevelBytes(machine, team)
    var watch =
      quick
      ? Stopwatch(team: team, rounds: 2...12, tolerance: 0.05, secondsPerCase: 0.004)
      : Stopwatch(team: team, rounds: 5...41, tolerance: 0.03, secondsPerCase: 0.03)
    watch.sweep = try CacheSweep(cacheBytes: cacheBytes)
    let memory = machine.numaNodes.reduce(0) { $0 + $1.memoryBytes } / 12
    // The system takes long to make memory; what the caches forget many times over is enough.
    watch.mostBytes = quick ? min(16 * cacheBytes, memory) : memory
    watch.deadline = deadline
    watch.cachedBytes = isPart ? 0 : cacheBytes / 4
    progress("memory bandwidth", 0)
    var measurement = TeamMeasurement(tolerance: watch.tolerance)
    for type in Set(dataTypes + [.fp32]) {
      measurement.streams[type] = try MachineSpeed.bandwidth(
        team: team, type: type, cacheBytes: cacheBytes, repeats: watch.rounds.lowerBound)
    }
    measurement.launchSeconds = try MachineSpeed.launchOverhead(team: team)
    if !isPart {
      for type in dataTypes {
        measurement.points += try PackingCases(team: team, rounds: quick ? 5 : 15).measure(type)
      }
    }
    let cases = cases(dataTypes, quick: quick, isPart: isPart)
    let measured = try watch.measure(cases) { progress("operators", $0) }
    measurement.points += measured.points
    measurement.points.sort(by: isBefore)
    measurement.interference = interference(measurement.points)
    measurement.leftOut = measured.leftOut
    return measurement
  }

  /// All cases of all kernels in turns, those of kernels that a model's time goes to before the
  /// others and small sizes before large ones: of what a deadline leaves out, each kernel has its
  /// share.
  static func cases(_ dataTypes: [DataType], quick: Bool, isPart: Bool) -> [MeasuredCase] {
    var places: [(isMinor: Bool, position: Double, item: MeasuredCase)] = []
    for type in dataTypes {
      for operatorClass in OperatorClass.allCases {
        let all = cases(operatorClass, type, quick: quick)
        let kernels = Dictionary(grouping: quick ? quickly(all, isPart: isPart) : all) {
          $0.cost.kernel
        }
        for kernel in Kernel.allCases {
          let own = kernels[kernel] ?? []
          for (index, item) in own.enumerated() {
            places.append((!item.isMajor, Double(index) / Double(own.count), item))
          }
        }
      }
    }
    let sorted = places.indices.sorted {
      let (a, b) = (places[$0], places[$1])
      return (a.isMinor ? 1 : 0, a.position, $0) < (b.isMinor ? 1 : 0, b.position, $1)
    }
    return sorted.map { places[$0].item }
  }

  /// By class, then by format, in the order of the tables.
  private static func isBefore(_ a: MeasuredPoint, _ b: MeasuredPoint) -> Bool {
    func place(_ point: MeasuredPoint) -> (Int, Int) {
      (
        OperatorClass.allCases.firstIndex(of: point.cost.operatorClass) ?? 0,
        dataTypes.firstIndex(of: point.cost.dataType) ?? 0
      )
    }
    return place(a) < place(b)
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

  /// Capacity of the caches that each of the team's processors has alone: those of the largest
  /// level below the last; 0 when unknown.
  static func nearBytes(_ machine: Machine, _ team: WorkerTeam) -> Double {
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
