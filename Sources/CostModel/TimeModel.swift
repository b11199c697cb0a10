public import Graph
import Glibc
public import HardwareModel
public import Quantities

/// Predicts seconds from counts on one device.
///
/// With a fitted `RateLaw` for the operator's kernel and number format, or for its class: the law.
/// With a measured `RateCurve` for the operator's class and number format: the rate is interpolated
/// linearly over the logarithm of the work; below the first point the time is constant, above the
/// last the rate is; a product is never faster than its bytes through memory. Without: the roofline
/// (Williams et al., CACM 2009), max(FLOP / (peak · efficiency), bytes / (bandwidth · efficiency)),
/// plus the device's launch overhead, with the fractions of `Efficiency.assumed`.
public struct TimeModel: Sendable {
  /// The device that is predicted.
  public let device: Device
  /// Dense peaks, by the format's position.
  private let peaks: [FlopsPerSecond]
  private let curves: [Key: [RatePoint]]
  private let laws: [LawKey: RateLaw]
  private let cachedLaws: [LawKey: RateLaw]

  private struct Key: Hashable {
    var operatorClass: OperatorClass
    var dataType: DataType
  }

  private struct LawKey: Hashable {
    var key: Key
    var kernel: Kernel?
  }

  /// Prepares the device's curves for look-up.
  public init(device: Device) {
    self.device = device
    peaks = DataType.allCases.map { type in
      let found = Self.fallbacks(type).lazy.compactMap { device.peak($0) }.first
      return found ?? device.vectorFlopsPerSecond
    }
    var curves: [Key: [RatePoint]] = [:]
    for curve in device.rates where !curve.points.isEmpty {
      let points = curve.points.sorted { $0.work < $1.work }
      curves[Key(operatorClass: curve.operatorClass, dataType: curve.dataType)] = points
    }
    self.curves = curves
    laws = Self.table(device.laws)
    cachedLaws = Self.table(device.cached?.laws ?? [])
  }

  private static func table(_ laws: [RateLaw]) -> [LawKey: RateLaw] {
    Dictionary(
      laws.compactMap {
        let kernel = Kernel(rawValue: $0.kernel)
        // A kernel that this version does not know.
        if kernel == nil && !$0.kernel.isEmpty { return nil }
        let key = Key(operatorClass: $0.operatorClass, dataType: $0.dataType)
        return (LawKey(key: key, kernel: kernel), $0)
      },
      uniquingKeysWith: { first, _ in first })
  }

  /// Seconds of one operator; 0 for an operator without work.
  public func seconds(_ cost: OperatorCost) -> Double {
    if curves.isEmpty, laws.isEmpty { return cost.work > 0 ? roofline(cost).total : 0 }
    let key = Key(operatorClass: cost.operatorClass, dataType: cost.dataType)
    // What only a law of its own knows: the copy behind a view, which counts no work.
    if cost.movedBytes > 0, let law = law(key, cost.kernel, in: laws) { return law.seconds(cost) }
    guard cost.work > 0 else { return 0 }
    guard let points = curves[key] else { return roofline(cost).total }
    let measured = Self.seconds(work: cost.work, points: points)
    guard cost.operatorClass.workIsFlops else { return measured }
    // A thin product (one row against a weight) has the FLOP of a fast one and the bytes of a slow.
    return max(measured, Double(cost.bytes) / device.memoryBandwidth.value)
  }

  /// Seconds of one operator of which a share (0 … 1) of the operands lies in the caches: never
  /// slower than from memory, and faster by no more than its bytes take from there.
  public func seconds(_ cost: OperatorCost, cached share: Double) -> Double {
    let far = seconds(cost)
    let key = Key(operatorClass: cost.operatorClass, dataType: cost.dataType)
    guard share > 0, let law = law(key, cost.kernel, in: cachedLaws) else { return far }
    let bandwidth = device.memoryBandwidth.value
    let most = bandwidth > 0 ? Double(cost.movedBytes) / bandwidth : 0
    return far - share * min(max(0, far - law.seconds(cost)), most)
  }

  /// Whether the device has a measured curve or law for this operator.
  public func isMeasured(_ cost: OperatorCost) -> Bool {
    let key = Key(operatorClass: cost.operatorClass, dataType: cost.dataType)
    return curves[key] != nil || law(key, cost.kernel, in: laws) != nil
  }

  /// The law of a kernel, or else of one that stands in for it, or of its class.
  private func law(_ key: Key, _ kernel: Kernel?, in laws: [LawKey: RateLaw]) -> RateLaw? {
    if laws.isEmpty { return nil }
    if let own = laws[LawKey(key: key, kernel: kernel)] { return own }
    let other = kernel?.standIn.flatMap { laws[LawKey(key: key, kernel: $0)] }
    return other ?? laws[LawKey(key: key, kernel: nil)]
  }

  /// The terms of the roofline for one operator.
  public func roofline(_ cost: OperatorCost) -> Roofline {
    let efficiency = Efficiency.assumed(for: device.kind, cost.operatorClass)
    let peak = computePeak(cost.dataType).value * efficiency.compute
    let vector = device.vectorFlopsPerSecond.value * efficiency.compute
    var compute = 0.0
    if peak > 0 { compute += Double(cost.hardwareFlops) / peak }
    if vector > 0 && cost.hardwareFlops == 0 { compute += Double(cost.vectorFlops) / vector }
    let bandwidth = device.memoryBandwidth.value * efficiency.bandwidth
    return Roofline(
      computeSeconds: compute,
      memorySeconds: bandwidth > 0 ? Double(cost.bytes) / bandwidth : 0,
      launchSeconds: device.launchOverhead.value, efficiency: efficiency)
  }

  /// The dense peak for a number format, or that of the format which the device computes it in:
  /// the next wider one that has a unit (fp8 → bf16 → tf32 → fp32).
  public func computePeak(_ dataType: DataType) -> FlopsPerSecond {
    peaks[dataType.position]
  }

  private static func fallbacks(_ dataType: DataType) -> [DataType] {
    switch dataType {
    case .fp8: [.fp8, .bf16, .fp16, .fp32]
    case .int8: [.int8, .bf16, .fp16, .fp32]
    case .int4: [.int4, .int8, .bf16, .fp16, .fp32]
    case .bf16: [.bf16, .fp32]
    case .fp16: [.fp16, .fp32]
    case .tf32: [.tf32, .fp32]
    default: [.fp32]
    }
  }

  /// Seconds of `work` on a measured curve whose points rise in work; 0 without points.
  public static func seconds(work: Double, points: [RatePoint]) -> Double {
    guard let first = points.first, let last = points.last else { return 0 }
    if work <= first.work { return first.work / first.workPerSecond }
    if work >= last.work { return work / last.workPerSecond }
    var low = 0
    var high = points.count - 1
    while high - low > 1 {
      let middle = (low + high) / 2
      if points[middle].work <= work { low = middle } else { high = middle }
    }
    let (a, b) = (points[low], points[high])
    let position = log(work / a.work) / log(b.work / a.work)
    return work / (a.workPerSecond + position * (b.workPerSecond - a.workPerSecond))
  }
}

/// The terms of one operator's roofline, for explanations.
public struct Roofline: Sendable, Hashable {
  /// FLOP over peak and efficiency.
  public var computeSeconds: Double
  /// Bytes over bandwidth and efficiency.
  public var memorySeconds: Double
  /// Time to start the operator.
  public var launchSeconds: Double
  /// The fractions assumed.
  public var efficiency: Efficiency
  /// max(compute, memory) + launch.
  public var total: Double { max(computeSeconds, memorySeconds) + launchSeconds }
}

// Whole graphs. A caller that evaluates a graph on many devices keeps its `WorkTally`.
extension TimeModel {
  /// Seconds of a list of counted operators, one after the other.
  public func seconds(_ tally: WorkTally, _ residence: Residence = .none) -> Double {
    let entries = tally.entries
    return entries.indices.reduce(0) {
      let cost = entries[$1].cost
      return $0 + Double(entries[$1].count) * seconds(cost, cached: residence.share(cost))
    }
  }

  /// Seconds of one forward pass.
  /// - Parameter footprintBytes: all memory that the pass uses, where it is known: what fits into
  ///   the caches stays there from pass to pass.
  public func seconds(inference graph: OperatorGraph, footprintBytes: Int? = nil) -> Double {
    seconds(WorkTally(forward: graph), residence(graph, isTraining: false, footprintBytes))
  }

  private func residence(
    _ graph: OperatorGraph, isTraining: Bool, _ footprintBytes: Int?
  ) -> Residence {
    footprintBytes.map {
      Residence(device.cached, forward: graph, isTraining: isTraining, footprintBytes: $0)
    } ?? .none
  }

  /// Seconds of one training step: forward, backward and optimizer of one micro-batch, and on a CPU
  /// the packing of what the optimizer changed.
  /// - Parameter footprintBytes: all memory that the step uses, where it is known.
  public func seconds(trainingStep graph: TrainingGraph, footprintBytes: Int? = nil) -> Double {
    let residence = residence(graph.forward, isTraining: true, footprintBytes)
    return seconds(WorkTally(forwardOf: graph), residence)
      + seconds(WorkTally(backward: graph), residence)
      + seconds(update: WorkTally(optimizer: graph), residence)
      + seconds(packing: WorkTally(packing: graph), residence)
  }

  /// Seconds of the optimizer's update: on a GPU one fused kernel over all parameters, on a CPU
  /// one pass a parameter tensor.
  public func seconds(update tally: WorkTally, _ residence: Residence = .none) -> Double {
    seconds(device.kind == .gpu ? tally.fused : tally, residence)
  }

  /// Seconds of bringing the weights that the update changed into their kernels' order; a GPU's
  /// kernels read them as they are.
  public func seconds(packing tally: WorkTally, _ residence: Residence = .none) -> Double {
    device.kind == .cpu ? seconds(tally, residence) : 0
  }
}

extension DataType {
  /// Place in `allCases`.
  fileprivate var position: Int {
    switch self {
    case .fp32: 0
    case .tf32: 1
    case .fp16: 2
    case .bf16: 3
    case .fp8: 4
    case .int8: 5
    case .int4: 6
    case .int32: 7
    case .int64: 8
    case .bool: 9
    }
  }
}

extension RateLaw {
  /// Seconds of one operator.
  public func seconds(_ cost: OperatorCost) -> Double {
    seconds(
      flops: Double(cost.blockedFlops), bytes: Double(cost.movedBytes),
      vectorFlops: Double(cost.vectorFlops), rows: Double(cost.rows))
  }
}
