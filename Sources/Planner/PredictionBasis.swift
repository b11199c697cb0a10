import CostModel
import Glibc
public import HardwareModel
import Quantities

/// What a prediction's time rests on.
public struct PredictionBasis: Sendable, Hashable {
  /// How far a case is from what was measured.
  public enum Label: String, Sendable, Hashable, CaseIterable {
    /// Every operator's speed was measured on this device.
    case measured
    /// The device's class and the software were fitted to published runs.
    case interpolated
    /// The device's class, the software or the kind of kernel was never fitted.
    case extrapolated
    /// Part of the step has no model of its own and counts as its nearest kin.
    case unsupported
  }
  /// The label.
  public var label: Label
  /// Half of the 90 % interval, as a ratio: the time lies within a factor of 1 + spread.
  public var spread: Double
  /// Half of the 90 % interval of memory, as a ratio.
  public var memorySpread: Double
  /// The runs whose errors gave the spread; nil for one that was set.
  public var calibration: CalibrationClass?

  /// Creates a basis.
  public init(label: Label, spread: Double, memorySpread: Double) {
    self.label = label
    self.spread = spread
    self.memorySpread = memorySpread
  }

  /// A class's spread and label.
  init(_ calibration: CalibrationClass) {
    let memory =
      switch calibration.label {
      case .measured: 0.06
      case .interpolated: 0.08
      default: 0.12
      }
    self.init(label: calibration.label, spread: calibration.spread, memorySpread: memory)
    self.calibration = calibration
  }
}

/// Kinds of step whose times miss by about as much.
///
/// A spread is the 90th percentile of the errors, as ratios, of rows that no parameter was fitted
/// to, in one half of their groups (`hfm-bench validate --fit` prints them); how many rows of the
/// other half lie inside is in docs/PlannerValidation.md. That of measured devices is assumed.
public enum CalibrationClass: String, Sendable, Hashable, CaseIterable {
  /// Every operator's speed was measured on this device.
  case measured
  /// Fused code on a fitted class of devices.
  case fused
  /// Code without a compiler whose time is in products for at least half: their speed follows from
  /// their extents.
  case eagerProducts = "eager, in products"
  /// Such code that rather moves bytes and waits for its host: kernels that no graph counts, and
  /// Python's pace, decide.
  case eagerTraffic = "eager, in traffic"
  /// Nothing alike was fitted.
  case unfitted
  /// A kind of device of which no measured run is known: its times are those of its nearest kin.
  case unknown = "unknown kind of device"
  /// Products of more than 16 bits, or TF32.
  case wide
  /// Convolutions in such formats: layouts, algorithms and norms decide, whatever the products do.
  case wideConvolutions = "wide, in convolutions"
  /// Adaptations of frozen models, of which no run was fitted.
  case adapted
  /// Mixtures of experts: published times of one differ by half from a release to the next.
  case experts
  /// Whole runs by the clock.
  case rough = "whole runs"

  /// What a prediction of the class is called.
  public var label: PredictionBasis.Label {
    switch self {
    case .measured: .measured
    case .fused, .eagerProducts, .eagerTraffic: .interpolated
    case .unfitted, .wide, .wideConvolutions, .adapted, .experts, .rough: .extrapolated
    case .unknown: .unsupported
    }
  }

  /// Whether its rows have groups enough to take the spread from one half and test it on the other;
  /// where single groups decide, it comes from all.
  public var isHalved: Bool {
    switch self {
    case .measured, .adapted, .experts, .rough, .unknown, .wideConvolutions: false
    case .fused, .eagerProducts, .eagerTraffic, .unfitted, .wide: true
    }
  }

  /// Half of the 90 % interval of its times.
  public var spread: Double {
    switch self {
    case .measured: 0.25
    case .fused: 0.178
    case .eagerProducts: 0.202
    case .eagerTraffic: 0.391
    case .unfitted: 0.299
    case .wide: 0.303
    case .wideConvolutions: 0.359
    case .adapted: 0.334
    case .experts: 0.246
    case .rough: 1.033
    // No row tells: the widest of the others'.
    case .unknown: Self.rough.spread
    }
  }
}

extension PlanRequest {
  /// The class of a step.
  ///
  /// Familiar are devices whose class was fitted and this kind of work on them: products of 16 or
  /// fewer bits, layers that train themselves and no router, convolutions and attention that looks
  /// both ways only under software that such networks were fitted with.
  func calibration(
    _ step: LayeredStep, _ mix: PowerMix?, measuredShare: Double
  ) -> CalibrationClass {
    if measuredShare > 0.9 { return .measured }
    if stack.isRough { return .rough }
    let device = cluster.device
    if measuredShare == 0, device.efficiency?.isBorrowed ?? true { return .unknown }
    if step.layers.contains(where: { $0.experts > 0 }) { return .experts }
    if precision.compute.bits > 16 || precision.compute == .tf32 {
      return step.convolutionShare < 0.1 ? .wide : .wideConvolutions
    }
    if step.layers.contains(where: \.isAdapted) { return .adapted }
    let isKnown =
      stack.isFittedToConvolutions || (step.convolutionShare < 0.1 && step.isCausal)
    guard isKnown, device.efficiency?.isFitted == true else { return .unfitted }
    guard stack.isEager else { return .fused }
    return mix.map { $0.products >= 0.5 } ?? false ? .eagerProducts : .eagerTraffic
  }
}

extension LayerWork {
  /// Whether gradients pass through a layer most of whose parameters are frozen.
  fileprivate var isAdapted: Bool {
    isLayer && !backward.isEmpty
      && trained.total + expertTrained
        < 0.5 * (parameters.total + expertParameters)
  }
}

extension LayeredStep {
  /// Whether there is attention and all of it looks back only, as in decoders.
  var isCausal: Bool {
    var attends = false
    for item in layers.lazy.flatMap(\.forward) {
      guard case .attention(let shape) = item.shape else { continue }
      guard shape.causal else { return false }
      attends = true
    }
    return attends
  }

  /// Share of convolutions in the forward pass's FLOP.
  var convolutionShare: Double {
    var (convolutions, all) = (0.0, 0.0)
    for layer in layers {
      for item in layer.forward {
        let flops = Double(layer.count) * Double(item.cost.hardwareFlops)
        all += flops
        if case .convolution = item.shape { convolutions += flops }
      }
    }
    return all > 0 ? convolutions / all : 0
  }
}

extension PredictionBasis {
  /// The probability that a predicted peak exceeds what a device has beside its context: the
  /// logarithm of actual over predicted peak is taken as normal with the basis's spread.
  func outOfMemoryProbability(_ peakBytes: Double, _ device: Device) -> Double {
    guard peakBytes > 0 else { return 0 }
    let deviation = log(1 + memorySpread) / 1.645
    let distance = log(Self.capacity(device) / peakBytes) / deviation
    return 0.5 * erfc(distance / 2.0.squareRoot())
  }

  private static func capacity(_ device: Device) -> Double {
    let context = device.kind == .gpu ? MemoryReserve.gpuContextBytes : 0
    return Double(max(1, device.memoryBytes - context))
  }

  /// The largest peak that exceeds a device's memory with at most a probability below 1.
  func largestPeak(_ device: Device, risk: Double) -> Double {
    // The probability rises with the peak: halve what lies between too little and too much.
    var (low, high) = (0.0, 4 * Self.capacity(device))
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if outOfMemoryProbability(middle, device) <= risk { low = middle } else { high = middle }
    }
    return low
  }
}

extension PlanEstimate {
  /// The probability that the peak exceeds what a device has beside its context.
  public func outOfMemoryProbability(_ device: Device) -> Double {
    basis.outOfMemoryProbability(Double(peakBytes), device)
  }
}
