import CostModel
import Graph
import Models
import Testing
import Workloads

/// Steps of self-supervised pre-training: what is computed beside the backbone, with one set of
/// weights for all crops of the student and a copy for the teacher.
@Suite("Self-supervised steps")
struct SelfSupervisionTests {
  private func step(
    _ id: String, _ objective: Objective, batch: Int = 1
  ) throws -> (workload: Workload, cost: GraphCost) {
    let model = try ModelCatalogue.builtIn.model(id)
    let workload = try Workload(
      model, WorkloadRequest(task: .pretrain, objective: objective, batch: batch))
    return (workload, try GraphCost(training: try #require(workload.training)))
  }

  private func features(_ id: String, batch: Int, edge: Int) throws -> Int {
    let model = try ModelCatalogue.builtIn.model(id)
    let request = WorkloadRequest(
      task: .infer, objective: .embedding, batch: batch,
      image: ImageSize(height: edge, width: edge))
    return try GraphCost(inference: Workload(model, request).forward).flops.forward
  }

  /// Multiply-adds of a head of three layers and prototypes, for a row.
  private func head(_ width: Int) -> Int {
    width * 2048 + 2048 * 2048 + 2048 * 256 + 256 * 65_536
  }

  @Test("DINOv2 counts student crops, teacher crops and heads", arguments: [1, 4])
  func distillation(batch: Int) throws {
    let (workload, cost) = try step("uni", .dino, batch: batch)
    let whole = try features("uni", batch: 2 * batch, edge: 224)
    let local = try features("uni", batch: 8 * batch, edge: 96)
    // Half of the 2·batch crops, masked at even steps from 10 to 50 % of 196 patches.
    let masked = (1...batch).reduce(0) { $0 + Int(196 * (0.1 + 0.4 * Double($1) / Double(batch))) }
    let student = whole + local + 2 * head(1024) * (10 * batch + masked)
    let teacher = whole + 2 * head(1024) * (2 * batch + masked)
    #expect(cost.flops.forward == student + teacher)
    // Twice the student's forward, without the input's gradient of the first product.
    let patches = 2 * 1024 * 3 * 256 * batch * (2 * 196 + 8 * 36)
    #expect(cost.flops.backward == 2 * student - patches)
    // The teacher is a copy that is not trained.
    let parameters = try ModelCatalogue.builtIn.model("uni").parameterCount()
    let heads = head(1024) + 2048 + 2048 + 256
    #expect(cost.parameters.trainable == parameters + heads)
    #expect(workload.forward.parameterCount == 2 * (parameters + heads))
  }
}
