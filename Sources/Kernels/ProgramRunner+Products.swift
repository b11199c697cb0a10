import CKernels
import Executor
import Graph
import Quantities

// What is settled about a program's products when it is prepared.
extension ProgramRunner {
  /// Settles how groups are cut and their products; `packing` bytes may be used for weights that
  /// stay the same from run to run, in the order that oneDNN likes best.
  func planProducts(_ scope: TeamScope, packing: Int) throws(UserError) {
    // Weights of one byte have a kernel of their own.
    for index in program.steps.indices where program.steps[index].scales == nil {
      prepared[index].product = KernelCall.product(
        program.steps[index].op.kind, prepared[index].inputs, prepared[index].outputs,
        patches: workspace.view(prepared[index].need).shared)
    }
    splits = groups.map { group in
      let products = group.steps.compactMap { prepared[$0].product }
      return group.steps.count > 1 ? TileSplit(products, lanes: scope.count) : nil
    }
    let constant = program.constantBuffers
    var bytes = makePlans(scope, constant)
    // A lane's own copy of a weight is worth more than a packed one on another node.
    if bytes > packing || memory.isReplicated { bytes = makePlans(scope, []) }
    guard bytes > 0 else { return }
    var place = try memory.makePackedRoom(bytes, nodes: team.numaNodes, guarded: guards?.side)
    for plan in prepared.compactMap(\.productPlan) where plan.packedBytes > 0 {
      plan.place(at: place)
      place += plan.packedBytes
    }
    requiredBytes += bytes
  }

  /// Makes a plan of each product that oneDNN runs, and returns the bytes of packed weights.
  private func makePlans(_ scope: TeamScope, _ constant: Set<Int>) -> Int {
    for (group, split) in zip(groups, splits) {
      for index in group.steps {
        guard let product = prepared[index].product, !product.isFewRows else { continue }
        let grid = ProductGrid(product, lanes: scope.count)
        guard grid.depth == 1 else { continue }
        let own = split ?? TileSplit(product, grid)
        // Patches are unfolded into scratch at each run, however constant the image is.
        let liesInItsBuffer = product.b.data == prepared[index].inputs[1].address
        let packs = liesInItsBuffer && constant.contains(program.steps[index].inputs[1])
        prepared[index].productPlan =
          ProductPlan(product, own, packs: packs)
          ?? (packs ? ProductPlan(product, own, packs: false) : nil)
      }
    }
    return prepared.reduce(0) { $0 + ($1.productPlan?.packedBytes ?? 0) }
  }

  /// Packs the constant weights again from where they lie.
  func pack(_ scope: TeamScope) throws(UserError) {
    let plans = prepared.compactMap(\.productPlan).filter { $0.packedBytes > 0 }
    let view = workspace.view(Workspace.Need())
    for lane in 0..<scope.count { view.value(lane).pointee = 0 }
    scope.parallelFor(plans.count) { range, lane in
      for index in range where plans[index].pack() != 0 { view.value(lane).pointee = 1 }
    }
    mustPack = (0..<scope.count).contains { view.value($0).pointee != 0 }
    if mustPack {
      throw UserError(
        .run, key: "weights", "oneDNN could not reorder them", remedy: "report the model")
    }
  }
}
