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

  /// Creates a basis.
  public init(label: Label, spread: Double, memorySpread: Double) {
    self.label = label
    self.spread = spread
    self.memorySpread = memorySpread
  }

  /// The spreads are the 90th percentiles of the absolute errors on rows held out of the fit, by
  /// label and reason (docs/PlannerValidation.md); of adaptations there are 14 rows, so theirs is
  /// wider than these say.
  ///
  /// - Parameter unfamiliar: the spread of a case of which nothing alike was fitted
  ///   (`PlanRequest.unfamiliarSpread`); nil for a familiar one.
  init(_ request: PlanRequest, measuredShare: Double, unfamiliar: Double?) {
    if measuredShare > 0.9 {
      self.init(label: .measured, spread: 0.25, memorySpread: 0.06)
    } else if let unfamiliar {
      self.init(label: .extrapolated, spread: unfamiliar, memorySpread: 0.12)
    } else {
      self.init(label: .interpolated, spread: 0.17, memorySpread: 0.08)
    }
  }
}

extension PlanRequest {
  /// The spread of a case of which nothing alike was fitted; nil where the device's class and this
  /// kind of work were: products of 16 or fewer bits, layers that train themselves (rows that adapt
  /// a frozen model are held out) and no router (published times of one mixture differ by half from
  /// one release of the software to the next), convolutions and attention that looks both ways only
  /// under software that such networks were fitted with.
  func unfamiliarSpread(_ step: LayeredStep) -> Double? {
    if stack.isRough { return 1.15 }
    if step.layers.contains(where: { $0.experts > 0 }) { return 0.52 }
    if precision.compute.bits > 16 || precision.compute == .tf32 { return 0.33 }
    if step.layers.contains(where: \.isAdapted) { return 0.40 }
    let isKnown =
      stack.isFittedToConvolutions || (step.convolutionShare < 0.1 && step.isCausal)
    return isKnown && cluster.device.efficiency?.isFitted == true ? nil : 0.34
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
