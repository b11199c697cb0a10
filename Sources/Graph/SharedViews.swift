public import Quantities

extension GraphBuilder {
  /// Adds several passes of one computation that differ in the extents of their inputs and share
  /// all parameters: crops of two sizes through one backbone.
  ///
  /// Call by call, the passes' blocks become one block with one set of parameters, so that layers
  /// that repeat stay one block with a count.
  ///
  /// - Parameters:
  ///   - views: a graph for each pass; its inputs are what `inputs` gives.
  ///   - inputs: for each pass, values of this graph in the order of its inputs.
  ///   - outputs: for each pass, the values wanted.
  /// - Returns: those values in this graph.
  /// - Throws: `UserError` when the passes are not one computation.
  public mutating func callTogether(
    _ views: [GraphBuilder], inputs: [[ValueID]], outputs: [[ValueID]]
  ) throws(UserError) -> [[ValueID]] {
    guard let first = views.first else { return [] }
    func fault(_ message: String) -> UserError {
      UserError(
        .input, place: graph.name, message, remedy: "give views of one model")
    }
    guard
      views.allSatisfy({
        $0.graph.calls.count == first.graph.calls.count && $0.graph.sharedParameters.isEmpty
      })
    else { throw fault("the views are not one computation") }
    var maps: [[ValueID: ValueID]] = []
    for (view, given) in zip(views, inputs) {
      guard view.graph.inputs.count == given.count else { throw fault("a view lacks an input") }
      maps.append(Dictionary(uniqueKeysWithValues: zip(view.graph.inputs, given)))
    }
    for position in first.graph.calls.indices {
      let calls = views.map { $0.graph.calls[position] }
      let count = calls[0].count
      guard calls.allSatisfy({ $0.count == count }) else {
        throw fault("the views repeat a block differently")
      }
      let blocks = zip(views, calls).map { $0.graph.blocks[$1.block] }
      guard let joined = Block.joining(blocks, carried: count > 1) else {
        throw fault("the views' \(blocks[0].name) have other parameters")
      }
      try joined.validate()
      let carried = calls.map { count > 1 ? $0.outputs.count : 0 }
      func bound(_ part: (BlockCall, Int) -> ArraySlice<ValueID>) -> [ValueID] {
        calls.indices.flatMap { index in
          part(calls[index], carried[index]).compactMap { maps[index][$0] }
        }
      }
      let values = bound { $0.inputs.prefix($1) } + bound { $0.inputs.dropFirst($1) }
      var results = try add(
        joined, work: zip(views, calls).map { $0.workOf($1) }, count: count, values
      )[...]
      for (index, call) in calls.enumerated() {
        for output in call.outputs { maps[index][output] = results.popFirst() }
      }
    }
    var wanted: [[ValueID]] = []
    for (index, ids) in outputs.enumerated() {
      let found = ids.compactMap { maps[index][$0] }
      guard found.count == ids.count else { throw fault("a wanted value is not computed") }
      wanted.append(found)
    }
    return wanted
  }
}

extension Block {
  /// Blocks with the same parameters side by side in one block that holds them once; nil when they
  /// have others. With `carried`, each block's outputs are its first inputs of the next iteration.
  static func joining(_ blocks: [Block], carried: Bool) -> Block? {
    var result = Block(name: blocks.first?.name ?? "")
    result.isLayer = blocks.contains { $0.isLayer }
    result.packsProjections = blocks.contains { $0.packsProjections }
    var maps: [[TensorID: TensorID]] = []
    for (view, block) in blocks.enumerated() {
      var map: [TensorID: TensorID] = [:]
      let shared = zip(blocks[0].parameters, block.parameters)
      if view > 0 {
        guard block.parameters.count == blocks[0].parameters.count,
          shared.allSatisfy({ blocks[0][$0] == block[$1] })
        else { return nil }
        for (own, other) in shared { map[other] = maps[0][own] }
      }
      for (index, tensor) in block.tensors.enumerated() where map[TensorID(index)] == nil {
        var copy = tensor
        if view > 0 { copy.name += ".view\(view)" }
        result.tensors.append(copy)
        map[TensorID(index)] = TensorID(result.tensors.count - 1)
      }
      func mapped(_ ids: [TensorID]) -> [TensorID] { ids.compactMap { map[$0] } }
      for node in block.operators {
        let name = view > 0 ? node.name + ".view\(view)" : node.name
        result.operators.append(
          Operator(name, node.kind, mapped(node.inputs), mapped(node.outputs)))
      }
      result.outputs += mapped(block.outputs)
      maps.append(map)
    }
    for rest in [false, true] {
      for (block, map) in zip(blocks, maps) {
        let count = carried ? block.outputs.count : 0
        let part = rest ? block.inputs.dropFirst(count) : block.inputs.prefix(count)
        result.inputs += part.compactMap { map[$0] }
      }
    }
    return result
  }
}
