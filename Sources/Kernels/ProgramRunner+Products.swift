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
      return group.steps.count > 1 && !products.isEmpty
        ? TileSplit(products, lanes: scope.count) : nil
    }
    let constant = program.constantBuffers
    // What one node's lanes packed would be far from the others.
    let packsEachRun = team.numaNodes.count <= 1
    var (lasting, passing) = makePlans(scope, constant, packsEachRun: packsEachRun)
    // A lane's own copy of a weight is worth more than a packed one on another node.
    if lasting + passing > packing || memory.isReplicated {
      (lasting, passing) = makePlans(scope, [], packsEachRun: false)
    }
    var bytes = lasting + passing
    bytes += makePackedConvolutions(constant, room: packing - bytes)
    guard bytes > 0 else { return }
    let start = try memory.makePackedRoom(bytes, nodes: team.numaNodes, guarded: guards?.side)
    placePassing(at: start)
    var place = start + passing
    for plan in prepared.compactMap(\.productPlan)
    where plan.packedBytes > 0 && !plan.packsEachRun {
      plan.place(at: place)
      place += plan.packedBytes
    }
    for step in prepared {
      guard let packed = step.packedConvolution else { continue }
      if packed.place(at: place, weights: step.inputs[1]) != 0 { throw Self.cannotPack }
      place += packed.bytes
    }
    requiredBytes += bytes
  }

  private static let cannotPack = UserError(
    .run, key: "weights", "oneDNN could not reorder them", remedy: "report the model")

  /// Decides which convolutions keep their weights packed, and returns the bytes of all of them:
  /// weights that no step changes, and those that the optimizer changes, once a run.
  private func makePackedConvolutions(_ constant: Set<Int>, room: Int) -> Int {
    guard !memory.isReplicated else { return 0 }
    let steady = program.buffersOfARun
    var bytes = 0
    for (index, step) in program.steps.enumerated() {
      guard case .convolution(let plan) = prepared[index].plan, plan.key.readsWeights,
        steady.contains(step.inputs[1]), let packed = PackedConvolution(plan)
      else { continue }
      prepared[index].packedConvolution = packed
      bytes += packed.bytes
      if !constant.contains(step.inputs[1]) { changingConvolutions.append(packed) }
    }
    guard bytes <= room else {
      for index in prepared.indices { prepared[index].packedConvolution = nil }
      changingConvolutions = []
      return 0
    }
    return bytes
  }

  /// Gives what groups pack at each run its place: each group's in that of the one before.
  private func placePassing(at start: UnsafeMutableRawPointer) {
    for group in groups {
      var place = start
      for plan in prepared[group.steps].compactMap(\.productPlan) where plan.packsEachRun {
        plan.place(at: place)
        place += plan.packedBytes
      }
    }
  }

  /// Makes a plan of each product that oneDNN runs, and returns the bytes of weights that are
  /// packed once, and most bytes that a group packs at each run.
  private func makePlans(
    _ scope: TeamScope, _ constant: Set<Int>, packsEachRun: Bool
  ) -> (lasting: Int, passing: Int) {
    for (group, split) in zip(groups, splits) {
      for index in group.steps {
        guard let product = prepared[index].product, !product.isFewRows else { continue }
        let grid = ProductGrid(product, lanes: scope.count)
        guard grid.depth == 1 else { continue }
        let own = split ?? TileSplit(product, grid)
        // Patches are unfolded into scratch at each run, however constant the image is.
        let liesInItsBuffer = product.b.data == prepared[index].inputs[1].address
        let packs = liesInItsBuffer && constant.contains(program.steps[index].inputs[1])
        let order: ProductPlan.Order =
          packs ? .packedOnce : packsEachRun ? .packedEachRun : .asTheyLie
        prepared[index].productPlan =
          ProductPlan(product, own, order, table)
          ?? (order == .asTheyLie ? nil : ProductPlan(product, own, .asTheyLie, table))
      }
    }
    func bytes(_ steps: Range<Int>, eachRun: Bool) -> Int {
      prepared[steps].compactMap(\.productPlan).filter { $0.packsEachRun == eachRun }
        .reduce(0) { $0 + $1.packedBytes }
    }
    return (
      bytes(prepared.indices, eachRun: false),
      groups.map { bytes($0.steps, eachRun: true) }.max() ?? 0
    )
  }

  /// Packs all weights again from where they lie.
  func pack(_ scope: TeamScope) throws(UserError) {
    let products = prepared.compactMap(\.productPlan).filter {
      $0.packedBytes > 0 && !$0.packsEachRun
    }
    mustPack = true
    try onAllLanes(scope, products.count) { products[$0].pack() }
    let convolutions = prepared.compactMap(\.packedConvolution)
    try onAllLanes(scope, convolutions.count) { convolutions[$0].pack() }
    mustPack = false
  }

  /// Packs what the last run's optimizer changed.
  func packAgain(_ scope: TeamScope) throws(UserError) {
    guard !changingConvolutions.isEmpty else { return }
    try onAllLanes(scope, changingConvolutions.count) { changingConvolutions[$0].pack() }
  }

  /// Calls `body`, which returns a oneDNN status, for each index; lanes take turns, as neighbours
  /// are of nearly equal size.
  private func onAllLanes(
    _ scope: TeamScope, _ count: Int, _ body: (Int) -> Int32
  ) throws(UserError) {
    let view = workspace.view(Workspace.Need())
    scope.forEachLane { lane in
      view.value(lane).pointee = 0
      for index in stride(from: lane, to: count, by: scope.count) where body(index) != 0 {
        view.value(lane).pointee = 1
      }
    }
    if (0..<scope.count).contains(where: { view.value($0).pointee != 0 }) { throw Self.cannotPack }
  }
}
