import CostModel
import HardwareModel
import Models
import Planner
import Quantities
import TestSupport
import Testing
import Workloads

/// More hardware and fewer demands never make the best plan worse; the seed is the argument.
@Suite struct BestPlanTests {
  /// A device and its links, each some multiple of a usual one.
  struct Site {
    var memory = 16.0
    var bandwidth = 1.0
    var inside = 1.0
    var between = 1.0
    var nodes = 2

    var cluster: Cluster {
      var cluster = PlanSearchTests.cluster(
        nodes: nodes, perNode: 4, memory: Int(memory * Double(1 << 30)))
      cluster.device.memoryBandwidth = cluster.device.memoryBandwidth * bandwidth
      cluster.intraNode.bandwidth = cluster.intraNode.bandwidth * inside
      cluster.interNode.bandwidth = cluster.interNode.bandwidth * between
      return cluster
    }
  }

  static let workload = WorkloadRequest(task: .pretrain, batch: 1, sequence: 256, precision: .bf16)

  static func figure(
    _ model: ModelProfile, _ site: Site, _ goal: PlanGoal, batch: Int,
    _ workload: WorkloadRequest = workload, change: (inout PlanRequest) -> Void = { _ in }
  ) throws -> Double {
    var request = PlanRequest(cluster: site.cluster, globalBatch: batch, precision: .bf16)
    request.goal = goal
    request.limit = 3
    request.space.offload = Offload.choices
    change(&request)
    do {
      let best = try #require(try PlanSearch(model, workload, request).run().plans.first)
      return switch goal {
      case .time: best.stepSeconds
      case .energy, .co2: best.energy?.value ?? .nan
      case .deviceHours, .cost: best.deviceHours
      }
    } catch let error as UserError where error.kind == .impossible {
      return .infinity
    }
  }

  @Test(arguments: 1...16 as ClosedRange<UInt64>)
  func moreHardwareNeverHurts(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let model = try PlanSearchTests.randomModel(&random)
    let batch = [6, 16, 30, 64].randomElement(using: &random) ?? 16
    let goal = [PlanGoal.time, .energy, .deviceHours].randomElement(using: &random) ?? .time
    var site = Site(memory: Double.random(in: 1.5...12, using: &random))
    site.nodes = Int.random(in: 1...2, using: &random)
    let before = try Self.figure(model, site, goal, batch: batch)
    let factor = Double.random(in: 1.1...3, using: &random)
    let changes: [WritableKeyPath<Site, Double>] = [\.memory, \.bandwidth, \.inside, \.between]
    for change in changes {
      var better = site
      better[keyPath: change] *= factor
      let after = try Self.figure(model, better, goal, batch: batch)
      #expect(after <= before * (1 + 1e-9), "\(goal) \(change) x \(factor)")
    }
    site.nodes += 1
    #expect(try Self.figure(model, site, goal, batch: batch) <= before * (1 + 1e-9), "\(goal)")
  }

  @Test(arguments: 1...16 as ClosedRange<UInt64>)
  func anOpenChoiceNeverHurts(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let model = try PlanSearchTests.randomModel(&random)
    let site = Site(memory: Double.random(in: 1.5...12, using: &random))
    let goal = [PlanGoal.time, .energy, .deviceHours].randomElement(using: &random) ?? .time
    let open = try Self.figure(model, site, goal, batch: 48)
    let demands: [(String, (inout PlanRequest) -> Void)] = [
      ("tensor", { $0.space.tensor = [2] }), ("pipeline", { $0.space.pipeline = [2] }),
      ("data", { $0.space.data = [4] }), ("zero", { $0.space.zeroStage = [1] }),
      ("micro-batch", { $0.space.microBatch = [2] }),
      ("recompute", { $0.space.recompute = [.full] }),
      ("schedule", { $0.space.schedule = [.zeroBubble] }),
      ("shard group", { $0.space.shardGroup = [.node] }),
      ("sequence", { $0.space.sequenceParallel = [false] }), ("devices", { $0.devices = 4 }),
      ("offload", { $0.space.offload = nil }), ("headroom", { $0.headroom = 0.3 }),
      ("risk", { $0.memoryRisk = 0.01 }),
    ]
    for (name, demand) in demands {
      let held = try Self.figure(model, site, goal, batch: 48, change: demand)
      #expect(open <= held * (1 + 1e-9), "\(goal): \(name)")
    }
  }

  /// Limits that the best plan keeps, though most others do not, leave it the best.
  @Test(arguments: 1...12 as ClosedRange<UInt64>)
  func aLimitThatCanBeKeptIsKept(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let model = try PlanSearchTests.randomModel(&random)
    var site = Site(memory: Double.random(in: 1.5...6, using: &random))
    site.nodes = 1
    for goal in [PlanGoal.time, .cost] {
      var request = PlanRequest(cluster: site.cluster, globalBatch: 64, precision: .bf16)
      request.goal = goal
      request.pricePerDeviceHour = 2
      guard let best = try? PlanSearch(model, Self.workload, request).run().plans.first else {
        continue
      }
      if goal == .time {
        request.deadlineSeconds = best.totalSeconds * (1 + 1e-9)
      } else {
        request.budget = try #require(best.cost) * (1 + 1e-9)
      }
      let kept = try PlanSearch(model, Self.workload, request).run().plans.first
      #expect(kept == best, "\(goal)")
    }
  }

  /// Served samples: the batch that takes least of what is asked for, not the one that is fastest.
  @Test(arguments: [PlanGoal.time, .energy, .deviceHours])
  func aGoalHoldsForInference(goal: PlanGoal) throws {
    let model = try PlanSearchTests.model(layers: 6, hidden: 512)
    var workload = Self.workload
    workload.task = .infer
    var request = PlanRequest(cluster: Site().cluster, globalBatch: 0, precision: .bf16)
    request.limit = 1000
    request.goal = goal
    request.space.tensor = [1, 2, 4]
    let plans = try PlanSearch(model, workload, request).run().plans
    let figures = plans.map { plan in
      let whole =
        switch goal {
        case .time: plan.stepSeconds
        case .energy, .co2: plan.energy?.value ?? .nan
        case .deviceHours, .cost: plan.deviceHours
        }
      return whole / Double(plan.configuration.globalBatch)
    }
    #expect(plans.count > 10)
    for (one, next) in zip(figures, figures.dropFirst()) { #expect(one <= next * (1 + 1e-9)) }
  }
}
