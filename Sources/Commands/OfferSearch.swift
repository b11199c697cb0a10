import HardwareModel
import Models
import Planner
import Quantities
import Workloads

/// Searches how many devices of each cluster to rent or to buy.
struct OfferSearch {
  let tariff: Tariff

  init(_ tariff: Tariff) { self.tariff = tariff }

  /// The cheapest rental and the cheapest purchase of each cluster that has a price, within the
  /// deadline and the budget (what is paid at once), cheapest first.
  func offers(
    _ clusters: [Cluster], _ model: ModelProfile, _ workload: WorkloadRequest,
    _ request: PlanRequest
  ) throws(UserError) -> [PlanComparison.Offer] {
    var result: [PlanComparison.Offer] = []
    for cluster in clusters {
      let rent = request.pricePerDeviceHour ?? cluster.device.rentPerHour
      guard rent != nil || price(cluster, devices: 1) != nil else { continue }
      var found: [AcquisitionOffer] = []
      for count in counts(cluster, request) {
        guard let plan = try plan(cluster, count, model, workload, request) else { continue }
        if let rent { found.append(AcquisitionOffer(renting: plan, perDeviceHour: rent)) }
        if let price = price(cluster, devices: plan.devices) {
          found.append(AcquisitionOffer(buying: plan, price: price, tariff))
        }
      }
      found = found.filter { $0.outlay + ($0.electricity ?? 0) <= request.budget ?? .infinity }
      for way in AcquisitionOffer.Way.allCases {
        let least = found.filter { $0.way == way }.min { $0.cost < $1.cost }
        if let least { result.append(PlanComparison.Offer(cluster: cluster, offer: least)) }
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
    _ cluster: Cluster, _ devices: Int, _ model: ModelProfile, _ workload: WorkloadRequest,
    _ request: PlanRequest
  ) throws(UserError) -> PlanEstimate? {
    var one = request
    one.cluster = cluster
    one.devices = devices
    one.limit = 1
    one.goal = .time
    one.budget = nil
    do {
      return try PlanSearch(model, workload, one).run().plans.first
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
