import Graph

/// When operators that run one after the other take memory and leave it: what a walk over them
/// needs, whatever formats and conventions it counts under.
struct MemoryUses: Sendable {
  /// Memory that each operator is the first to touch, of its results.
  private(set) var taken = TensorLists()
  /// Memory that no later operator touches, each once: operands first.
  private(set) var left = TensorLists()
  /// Operands of products that no later product reads.
  private(set) var leftByProducts = TensorLists()
  /// Whether an operator may need memory beside its operands while it runs.
  private(set) var mayNeedWorkspace: [Bool] = []

  /// Walks operators whose tensors lie where `roots` says.
  init(_ operators: [Operator], _ roots: [TensorID]) {
    var lastUse = [Int](repeating: -1, count: roots.count)
    var lastProduct = lastUse
    // By position: a copy of an operator would count references to all its parts.
    for step in operators.indices {
      let isProduct = AutocastFormats.isProduct(operators[step].kind)
      for id in operators[step].inputs {
        lastUse[roots[id.index].index] = step
        if isProduct { lastProduct[roots[id.index].index] = step }
      }
      for id in operators[step].outputs { lastUse[roots[id.index].index] = step }
    }
    mayNeedWorkspace.reserveCapacity(operators.count)
    for step in operators.indices {
      let (inputs, outputs) = (operators[step].inputs, operators[step].outputs)
      for id in outputs where roots[id.index] == id { taken.append(id) }
      for id in inputs { leave(roots[id.index], step, &lastUse) }
      for id in outputs { leave(roots[id.index], step, &lastUse) }
      for id in inputs where lastProduct[roots[id.index].index] == step {
        lastProduct[roots[id.index].index] = -1
        leftByProducts.append(roots[id.index])
      }
      taken.endList()
      left.endList()
      leftByProducts.endList()
      mayNeedWorkspace.append(Conventions.mayNeedWorkspace(operators[step].kind))
    }
  }

  private mutating func leave(_ root: TensorID, _ step: Int, _ lastUse: inout [Int]) {
    guard lastUse[root.index] == step else { return }
    lastUse[root.index] = -1
    left.append(root)
  }
}

/// Lists of tensors, one behind the other.
struct TensorLists: Sendable {
  private var items: [TensorID] = []
  private var ends: [Int] = [0]

  mutating func append(_ id: TensorID) { items.append(id) }
  mutating func endList() { ends.append(items.count) }
  /// One of the lists.
  subscript(_ list: Int) -> ArraySlice<TensorID> { items[ends[list]..<ends[list + 1]] }
}
