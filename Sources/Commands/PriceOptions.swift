import HardwareModel
import Planner
import Quantities

/// The options of `hfm plan` that say what devices cost.
enum PriceOptions {
  static let options: [CommandOption] = [
    .value("rent", "ID=X,…", "price of a device for an hour, over the profile's (--what-if)"),
    .value(
      "buy", "ID=X,…",
      "price of a device with its share of the machine, or of a cluster's node (--what-if)"),
    .value("life", "TIME", "time that bought devices serve, such as 3y (default 4y)"),
    .value("price-per-kwh", "X", "price of electricity for bought devices (default: of --grid)"),
  ]

  /// Prices that the user gave, and the tariff.
  struct Prices {
    var rent: [String: Double]
    var buy: [String: Double]
    var tariff: Tariff

    /// Refuses prices of what no cluster is or has.
    ///
    /// - Throws: `UserError` (.input) that names those that could be meant.
    func check(_ clusters: [Cluster]) throws(UserError) {
      let devices = clusters.map(\.device.id)
      for (option, given, known) in [
        ("--rent", rent, devices), ("--buy", buy, devices + clusters.map(\.id)),
      ] {
        guard let wrong = given.keys.sorted().first(where: { !known.contains($0) }) else {
          continue
        }
        let names = Set(known).sorted().joined(separator: ", ")
        throw UserError(
          .input, key: option, "no cluster here is \(wrong) or made of it",
          remedy: "price one of \(names)")
      }
    }

    /// A cluster with the prices that the user gave for it or its device.
    func applied(to cluster: Cluster) throws(UserError) -> Cluster {
      var result = cluster
      if let price = rent[cluster.device.id] { result.device.rentPerHour = price }
      if let price = buy[cluster.device.id] {
        result.device.purchasePrice = price
        result.nodePurchasePrice = nil
      }
      if let price = buy[cluster.id], cluster.id != cluster.device.id {
        result.nodePurchasePrice = price
      }
      return result
    }
  }

  static func prices(_ arguments: Arguments) throws(UserError) -> Prices {
    var tariff = Tariff()
    if let life = try arguments.duration("life") {
      guard life.value >= 86_400 else {
        throw UserError(
          .input, key: "--life", "\"\(arguments.string("life") ?? "")\" is less than a day",
          remedy: "give how long bought devices serve, such as 3y")
      }
      tariff.lifeSeconds = life.value
    }
    tariff.perKilowattHour = try arguments.double("price-per-kwh")
    if tariff.perKilowattHour == nil, let name = arguments.string("grid") {
      tariff.perKilowattHour = try Grid.named(name).dollarsPerKilowattHour
    }
    return Prices(
      rent: try list(arguments, "rent"), buy: try list(arguments, "buy"), tariff: tariff)
  }

  private static func list(
    _ arguments: Arguments, _ name: String
  ) throws(UserError) -> [String: Double] {
    var result: [String: Double] = [:]
    for part in (arguments.string(name) ?? "").split(separator: ",") {
      let sides = part.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
      guard sides.count == 2, !sides[0].isEmpty, let price = Double(sides[1]), price.isFinite,
        price >= 0
      else {
        throw UserError(
          .input, key: "--\(name)", "\"\(part)\" is wrong", remedy: "write rtx-3090=1499")
      }
      result[sides[0]] = price
    }
    return result
  }
}
