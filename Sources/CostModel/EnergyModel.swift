public import HardwareModel
public import Quantities

/// Electric energy of a device from its power figures and how much of the time it is busy.
///
/// P = idle + (busy power − idle) · busy fraction. While it computes, a device draws
/// `busyShare` of its maximum power; when it waits, its idle power.
public struct EnergyModel: Sendable, Hashable {
  /// Power while computing, as a fraction of the maximum: a general assumption. Training jobs on
  /// GPUs are reported at 0.7 to 0.95 of TDP (You et al., Zeus, NSDI 2023, figure 2 and 11).
  public static let busyShare = 0.85
  /// Idle power as a fraction of the maximum where the profile has none: an assumption.
  public static let idleShare = 0.15

  /// Power while computing; nil when the device's maximum is unknown.
  public let busyPower: Watts?
  /// Power while waiting; nil when the device's maximum is unknown.
  public let idlePower: Watts?

  /// Takes a device's power figures.
  public init(device: Device) {
    busyPower = device.maxPower.map { $0 * Self.busyShare }
    idlePower = device.idlePower ?? device.maxPower.map { $0 * Self.idleShare }
  }

  /// Energy of one device over a time of which it computes the fraction `busy`; nil when the
  /// device's power is unknown.
  public func energy(over time: Seconds, busy: Double) -> Joules? {
    guard let busyPower, let idlePower else { return nil }
    let share = min(1, max(0, busy))
    let power = idlePower.value + (max(busyPower, idlePower).value - idlePower.value) * share
    return Joules(power * time.value)
  }
}
