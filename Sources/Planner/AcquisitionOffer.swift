import Quantities

/// Prices that a comparison of rental and purchase rests on.
public struct Tariff: Sendable, Hashable {
  /// Seconds that bought devices serve: a job pays its share. Four years, as for embodied carbon.
  public var lifeSeconds = 4 * 365.25 * 86_400
  /// Price of a kilowatt hour for bought devices; nil leaves electricity out.
  public var perKilowattHour: Double?

  /// Four years, without electricity.
  public init() {}
}

/// What a plan costs when its devices are rented or bought.
public struct AcquisitionOffer: Sendable, Hashable {
  /// How one comes by the devices.
  public enum Way: String, Sendable, Hashable, CaseIterable { case rent, buy }

  /// How one comes by the devices.
  public var way: Way
  /// The plan.
  public var plan: PlanEstimate
  /// What the job costs: rent, or its share of the purchase with electricity.
  public var cost: Double
  /// What is paid at once: the whole purchase; the rent.
  public var outlay: Double
  /// Electricity within `cost`; nil where it is left out or part of the rent.
  public var electricity: Double?

  /// Renting a plan's devices for the job, electricity included.
  public init(renting plan: PlanEstimate, perDeviceHour: Double) {
    way = .rent
    self.plan = plan
    cost = perDeviceHour * plan.deviceHours
    outlay = cost
  }

  /// Buying devices for `price` in all, of whose life the job takes a share.
  public init(buying plan: PlanEstimate, price: Double, _ tariff: Tariff) {
    way = .buy
    self.plan = plan
    electricity = tariff.perKilowattHour.flatMap { rate in
      plan.energy.map { $0.value / 3.6e6 * rate }
    }
    outlay = price
    let share = min(1, plan.totalSeconds / max(1, tariff.lifeSeconds))
    cost = price * share + (electricity ?? 0)
  }
}
