public import HardwareModel
public import Quantities

/// What a device does in the seconds in which it computes, as shares that add up to 1.
public struct PowerMix: Sendable, Hashable {
  /// Matrix products, convolutions and attention.
  public var products: Double
  /// Everything else, which moves bytes through memory.
  public var memory: Double
  /// Waiting for the host's next kernel.
  public var waiting: Double

  /// Shares of some seconds; nil where there are none.
  public init?(products: Double, memory: Double, waiting: Double) {
    let all = products + memory + waiting
    guard all > 0 else { return nil }
    self.products = products / all
    self.memory = memory / all
    self.waiting = waiting / all
  }
}

/// Electric energy of a device from its power figures, what it does, and how much of the time it is
/// busy.
///
/// P = idle + (busy power − idle) · busy fraction. Multipliers, memory traffic and waiting draw
/// different power, which adds up by their shares of the busy time until the device's limit holds
/// it: P = maximum · min(limit, products · p + memory · m + waiting · w).
public struct EnergyModel: Sendable, Hashable {
  /// Power of the parts of a `PowerMix` as fractions of a device's maximum. Products alone would
  /// draw more than the limit, which then lowers the clock.
  public struct Weights: Sendable, Hashable {
    /// Power in products, through memory, while waiting, and the most that is drawn.
    public var products, memory, waiting, limit: Double

    /// Sets all of them.
    public init(products: Double, memory: Double, waiting: Double, limit: Double) {
      (self.products, self.memory) = (products, memory)
      (self.waiting, self.limit) = (waiting, limit)
    }

    /// Fitted to one half of the models that were measured on an H100
    /// (`Validation/gpu-h100.json`) and to trainings on a V100 and an A40 (You et al., Zeus, NSDI
    /// 2023); held against the others in docs/PlannerValidation.md.
    public static let fitted = Weights(
      products: 1.077, memory: 0.687, waiting: 0.123, limit: 0.892)
  }

  /// Power while computing, as a fraction of the maximum, where it is not known what a device does:
  /// a general assumption. Training jobs on GPUs are reported at 0.7 to 0.95 of TDP (You et al.,
  /// Zeus, NSDI 2023, figure 2 and 11).
  public static let busyShare = 0.85
  /// Idle power as a fraction of the maximum where the profile has none: an assumption.
  public static let idleShare = 0.15

  /// Power while computing; nil when the device's maximum is unknown.
  public let busyPower: Watts?
  /// Power while waiting; nil when the device's maximum is unknown.
  public let idlePower: Watts?

  /// Takes a device's power figures.
  ///
  /// - Parameter mix: what a GPU does while it computes; nil, and for other devices: not known.
  public init(device: Device, mix: PowerMix? = nil, weights: Weights = .fitted) {
    var share = Self.busyShare
    if let mix, device.kind == .gpu {
      share = min(
        weights.limit,
        mix.products * weights.products + mix.memory * weights.memory
          + mix.waiting * weights.waiting)
    }
    let idle = device.idlePower ?? device.maxPower.map { $0 * Self.idleShare }
    idlePower = idle
    busyPower = device.maxPower.map { maximum in
      max(maximum * share, idle ?? Watts(0))
    }
  }

  /// Energy of one device over a time of which it computes the fraction `busy`; nil when the
  /// device's power is unknown.
  public func energy(over time: Seconds, busy: Double) -> Joules? {
    guard let busyPower, let idlePower else { return nil }
    let share = min(1, max(0, busy))
    let power = idlePower.value + (busyPower.value - idlePower.value) * share
    return Joules(power * time.value)
  }
}
