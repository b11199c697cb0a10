public import CostModel
public import Quantities

/// The configurations that a search visits: independent dimensions, each a list of candidates.
///
/// A dimension that the user gives is a list of one; nil means every sensible value, which for
/// `data` and `microBatch` depends on the global batch and the devices at hand. A new dimension is
/// a new list here and a factor in `configurations`.
public struct SearchSpace: Sendable, Hashable {
  /// Data parallel ranks; nil: divisors of the global batch.
  public var data: [Int]?
  /// Tensor parallel ranks.
  public var tensor = [1]
  /// Pipeline stages.
  public var pipeline = [1]
  /// Virtual stages of a pipeline device.
  public var virtualStages = [1]
  /// Context parallel ranks.
  public var context = [1]
  /// Expert parallel ranks.
  public var expert = [1]
  /// ZeRO stages; nil: all that differ.
  public var zeroStage: [Int]?
  /// Samples of a micro-batch; nil: divisors of a rank's share.
  public var microBatch: [Int]?
  /// Recompute modes; nil: all.
  public var recompute: [Recompute]?

  /// Searches every dimension.
  public init() {}

  /// Refuses dimensions that the evaluator does not cover.
  ///
  /// - Throws: `UserError` (.input) that names the option.
  public func validate() throws(UserError) {
    let uncovered = [
      ("--tensor", tensor), ("--pipeline", pipeline), ("--virtual-stages", virtualStages),
      ("--context", context), ("--expert", expert),
    ]
    for (option, values) in uncovered where values != [1] {
      let text = values.map(String.init).joined(separator: ",")
      throw UserError(
        .input, key: option, "\(text) is not covered: plans are data parallel with ZeRO",
        remedy: "leave it out or give 1")
    }
    let positive = [("--data", data ?? []), ("--micro-batch", microBatch ?? [])]
    for (option, values) in positive {
      if let wrong = values.first(where: { $0 < 1 }) {
        throw UserError(.input, key: option, "\(wrong) is wrong", remedy: "give at least 1")
      }
    }
    if let wrong = zeroStage?.first(where: { !(0...3).contains($0) }) {
      throw UserError(.input, key: "--zero", "\(wrong) is wrong", remedy: "give 0, 1, 2 or 3")
    }
  }
}

/// One point of the search: everything that an estimate depends on besides model and cluster.
public struct Configuration: Sendable, Hashable {
  /// How the step is cut over devices.
  public var parallelism: Parallelism
  /// Samples of one forward and backward pass on one replica.
  public var microBatch: Int
  /// Micro-batches whose gradients are added up before an update.
  public var accumulation: Int
  /// Which activations are kept.
  public var recompute: Recompute

  /// Samples of one step of all replicas.
  public var globalBatch: Int { microBatch * accumulation * parallelism.data }
}

/// Why a configuration is no plan.
public enum Refusal: String, Sendable, Hashable, CaseIterable {
  /// It needs more devices than the cluster (or `--devices`) has.
  case devices
  /// The global batch is not a whole number of micro-batches on each replica.
  case batch
  /// It does not fit a device's memory.
  case memory

  /// The reason in words.
  public var words: String {
    switch self {
    case .devices: "uses other than the given number of devices"
    case .batch: "does not divide the global batch"
    case .memory: "does not fit the memory"
    }
  }
}

extension SearchSpace {
  /// All configurations in a fixed order, and those refused before any estimate.
  ///
  /// - Parameters:
  ///   - devices: devices at hand.
  ///   - exactly: whether all of them must be used.
  ///   - globalBatch: samples of a step over all replicas.
  ///   - trains: whether gradients exist (ZeRO, recompute and accumulation matter).
  func configurations(
    devices: Int, exactly: Bool, globalBatch: Int, trains: Bool
  ) -> (allowed: [Configuration], refused: [Refusal: Int]) {
    var allowed: [Configuration] = []
    var refused: [Refusal: Int] = [:]
    let replicas = data ?? (exactly ? [devices] : Self.divisors(globalBatch, upTo: devices))
    for data in replicas {
      var parallelism = Parallelism()
      parallelism.data = data
      let used = parallelism.devices
      if used > devices || (exactly && used != devices) {
        refused[.devices, default: 0] += 1
        continue
      }
      guard globalBatch % data == 0 else {
        refused[.batch, default: 0] += 1
        continue
      }
      let share = globalBatch / data
      for micro in microBatch ?? Self.divisors(share, upTo: Self.largestMicroBatch) {
        guard share % micro == 0 else {
          refused[.batch, default: 0] += 1
          continue
        }
        for stage in stages(data, trains) {
          parallelism.zeroStage = stage
          for mode in trains ? recompute ?? Recompute.allCases : [.none] {
            allowed.append(
              Configuration(
                parallelism: parallelism, microBatch: micro, accumulation: share / micro,
                recompute: mode))
          }
        }
      }
    }
    return (allowed, refused)
  }

  /// Larger micro-batches bring nothing: every kernel is long saturated.
  static let largestMicroBatch = 1024

  /// On one replica every stage is the same.
  private func stages(_ data: Int, _ trains: Bool) -> [Int] {
    if let zeroStage { return zeroStage }
    return data == 1 || !trains ? [0] : [0, 1, 2, 3]
  }

  /// Divisors of `number` up to a limit, rising.
  static func divisors(_ number: Int, upTo limit: Int) -> [Int] {
    guard number > 0, limit > 0 else { return [] }
    var small: [Int] = []
    var large: [Int] = []
    var candidate = 1
    while candidate <= number / candidate && candidate <= limit {
      if number % candidate == 0 {
        small.append(candidate)
        if number / candidate != candidate && number / candidate <= limit {
          large.append(number / candidate)
        }
      }
      candidate += 1
    }
    return small + large.reversed()
  }
}
