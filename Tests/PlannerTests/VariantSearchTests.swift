import CostModel
import Graph
import HardwareModel
import Models
import Planner
import Quantities
import TestSupport
import Testing
import Workloads

/// Formats, update rules and kernels as dimensions of a search.
@Suite struct VariantSearchTests {
  /// The plans of all variants together are the best of each variant's own search.
  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func ranksWhatEachVariantFinds(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let model = try PlanSearchTests.model(
      layers: Int.random(in: 2...6, using: &random), hidden: 512)
    let workload = WorkloadRequest(task: .pretrain, batch: 1, sequence: 128, precision: .bf16)
    var request = SearchBoundTests.request(&random)
    request.space.offload = [[]]
    var space = VariantSpace()
    space.precision = .these([.bf16, .bf16Mixed, .fp32].shuffled(using: &random))
    space.optimizer = .these([.adamw, .sgd])
    space.fusedAttention = .any
    let search = VariantSearch(model, workload, request, space)
    #expect(search.variants.count == 12)
    var expected: [VariantPlan] = []
    for variant in search.variants {
      let one = try PlanSearch(model, search.workload(variant), search.request(variant))
      let outcome = Result { try one.run() }
      if case .failure(let error) = outcome { #expect((error as? UserError)?.kind == .impossible) }
      let plans = (try? outcome.get())?.plans ?? []
      expected += plans.map { VariantPlan(variant: variant, plan: $0) }
    }
    guard !expected.isEmpty else {
      #expect(throws: UserError.self) { try search.run() }
      return
    }
    let figures = expected.map { Self.figure($0.plan, request.goal) }.sorted()
    let found = try search.run().plans
    #expect(found.count == min(request.limit, expected.count))
    #expect(found.map { Self.figure($0.plan, request.goal) } == Array(figures.prefix(found.count)))
    #expect(found.allSatisfy(expected.contains))
    #expect(try search.run().plans == found)
  }

  static func figure(_ plan: PlanEstimate, _ goal: PlanGoal) -> Double {
    switch goal {
    case .time: plan.stepSeconds
    case .deviceHours: plan.deviceHours
    case .energy, .co2: plan.energy?.value ?? plan.deviceHours
    case .cost: plan.cost ?? plan.deviceHours
    }
  }

  static func device(_ kind: Device.Kind = .gpu, _ formats: DataType...) -> Device {
    var device = PlanSearchTests.cluster(nodes: 1).device
    device.kind = kind
    device.peaks = formats.map { Device.Peak($0, FlopsPerSecond(1e14)) }
    return device
  }

  /// A format that the devices do not multiply is no usual one, and not among any.
  @Test func theUsualFormatIsOneThatTheDevicesMultiply() {
    let old = Self.device(.gpu, .fp32, .fp16)
    let new = Self.device(.gpu, .fp32, .tf32, .fp16, .bf16, .fp8)
    #expect(Device.usualPrecision(on: [new], trains: true).word == "bf16-mixed")
    #expect(Device.usualPrecision(on: [new], trains: false).word == "bf16")
    #expect(Device.usualPrecision(on: [new, old], trains: true).word == "fp16-mixed")
    #expect(Device.usualPrecision(on: [old], trains: false).word == "fp16")
    #expect(Device.usualPrecision(on: [Self.device(.gpu, .fp32)], trains: true).word == "fp32")
    #expect(
      Device.usualPrecision(on: [Self.device(.cpu, .fp32)], trains: true).word == "bf16-mixed")
    var space = VariantSpace()
    space.precision = .any
    func words(_ devices: [Device], _ task: WorkloadTask) -> [String] {
      space.variants(on: devices, task, .pytorch).map(\.precision.word)
    }
    #expect(words([old], .pretrain) == ["fp16-mixed", "fp32", "fp16"])
    #expect(
      words([new], .lora) == ["bf16-mixed", "fp32", "tf32", "fp16", "bf16", "fp8", "fp16-mixed"])
  }
}
