import HFMKit
import Testing

/// The program of docs/Library.md, with `import HFMKit` alone.
@Suite struct TrainerTests {
  @Test func twoTrainingStepsAgainstTheirEstimate() throws {
    let model = try ModelCatalogue.builtIn.model("esm2-8m")
    let request = WorkloadRequest(task: .pretrain, batch: 1, sequence: 32, precision: .fp32)
    let workload = try Workload(model, request)

    let machine = try HardwareDiscovery.discover(.live)
    let time = TimeModel(device: Device(roughly: machine))
    let predicted = time.seconds(trainingStep: try #require(workload.training))

    let pool = try WorkerPool(layout: PoolLayout(machine: machine))
    defer { pool.shutdown() }
    let team = try pool.lease([0])
    defer { team.release() }
    let runner = try TrainingRunner(try #require(workload.training), team: team)

    let clock = ContinuousClock()
    var losses: [Float] = []
    let measured = try clock.measure { for _ in 0..<2 { losses.append(try runner.step()) } }
    print("predicted \(predicted) s a step, measured \(measured / 2)")

    #expect(predicted > 0)
    #expect(measured > .zero)
    #expect(losses.allSatisfy { $0.isFinite && $0 > 0 })
    // The optimizer works on one fixed micro-batch, so that the second loss is another one.
    #expect(losses[0] != losses[1])
  }

  @Test func plansAndPlacementsNeedNoOtherImport() throws {
    let hardware = try HardwareCatalogue.builtIn()
    let model = try ModelCatalogue.builtIn.model("bert-base")
    let plan = PlanRequest(
      cluster: try hardware.cluster("a100-80gb"), globalBatch: 8, precision: .bf16)
    let result = try PlanSearch(model, WorkloadRequest(task: .pretrain, batch: 1), plan).run()
    #expect((result.plans.first?.stepSeconds ?? 0) > 0)
    #expect(PolicyName.allCases.contains(.easy))
  }
}
