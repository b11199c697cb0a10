import HardwareModel
import Models
import Planner
import Quantities
import Workloads

/// Searches how many devices of each cluster to rent or to buy.
struct OfferSearch {
  let tariff: Tariff
  private let searches: PlanSearches

  init(_ tariff: Tariff, _ searches: PlanSearches) {
    self.tariff = tariff
    self.searches = searches
  }

  /// The cheapest rental and the cheapest purchase of each cluster that has a price, within the
  /// deadline and the budget (what is paid at once), cheapest first.
  func offers(
    _ clusters: [Cluster], _ task: PlanTask, _ request: PlanRequest
  ) throws(UserError) -> [PlanComparison.Offer] {
    var result: [PlanComparison.Offer] = []
    func rent(_ cluster: Cluster) -> Double? {
      request.pricePerDeviceHour ?? cluster.device.rentPerHour
    }
    let priced = clusters.filter { rent($0) != nil || price($0, devices: 1) != nil }
    searches.expect(priced.reduce(0) { $0 + counts($1, request).count })
    for cluster in priced {
      let rent = rent(cluster)
      var found: [PlanComparison.Offer] = []
      for count in counts(cluster, request) {
        guard let best = try plan(cluster, count, task, request) else { continue }
        let plan = best.found.plan
        func add(_ offer: AcquisitionOffer) {
          found.append(
            PlanComparison.Offer(
              cluster: cluster, offer: offer, found: best.found, request: best.request))
        }
        if let rent { add(AcquisitionOffer(renting: plan, perDeviceHour: rent)) }
        if let price = price(cluster, devices: plan.devices) {
          add(AcquisitionOffer(buying: plan, price: price, tariff))
        }
      }
      found = found.filter {
        $0.offer.outlay + ($0.offer.electricity ?? 0) <= request.budget ?? .infinity
      }
      for way in AcquisitionOffer.Way.allCases {
        let least = found.filter { $0.offer.way == way }.min { $0.offer.cost < $1.offer.cost }
        if let least { result.append(least) }
      }
    }
    return result.enumerated().sorted {
      ($0.element.offer.cost, $0.offset) < ($1.element.offer.cost, $1.offset)
    }.map(\.element)
  }

  /// What so many devices cost: whole nodes where a node has a price.
  private func price(_ cluster: Cluster, devices: Int) -> Double? {
    if let node = cluster.nodePurchasePrice {
      let nodes = (devices + cluster.devicesPerNode - 1) / cluster.devicesPerNode
      return node * Double(nodes)
    }
    return cluster.device.purchasePrice.map { $0 * Double(devices) }
  }

  private func plan(
    _ cluster: Cluster, _ devices: Int, _ task: PlanTask, _ request: PlanRequest
  ) throws(UserError) -> (found: VariantPlan, request: PlanRequest)? {
    var one = request
    one.cluster = cluster
    one.devices = devices
    one.limit = 1
    one.goal = .time
    one.budget = nil
    do {
      let search = task.search(one)
      return try searches.run(search).plans.first.map { ($0, search.request($0.variant)) }
    } catch {
      guard error.kind == .impossible else { throw error }
      return nil
    }
  }

  /// One device, two, four … a node, whole nodes by doubling, all.
  private func counts(_ cluster: Cluster, _ request: PlanRequest) -> [Int] {
    if let given = request.devices { return given <= cluster.deviceCount ? [given] : [] }
    let inNode = (0..<13).map { 1 << $0 }.filter { $0 < cluster.devicesPerNode }
    let nodes = (0..<21).map { cluster.devicesPerNode << $0 }.filter { $0 < cluster.deviceCount }
    return inNode + nodes + [cluster.deviceCount]
  }
}
