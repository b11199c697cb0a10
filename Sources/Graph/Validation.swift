public import Quantities

extension Block {
  /// Checks every operator's arity and shapes, and that each tensor is ready when it is read.
  ///
  /// - Throws: `UserError` that names the block, the operator and the fault.
  public func validate() throws(UserError) {
    func fault(_ part: String, _ message: String) -> UserError {
      UserError(.input, place: name, key: part, message, remedy: "rebuild the block")
    }
    var ready = [Bool](repeating: false, count: tensors.count)
    for (index, tensor) in tensors.enumerated() {
      guard Limits.elements(tensor.shape) != nil else {
        throw fault(tensor.name, "shape \(tensor.shape) is not positive or too large")
      }
      if tensor.role != .activation { ready[index] = true }
    }
    for id in inputs {
      guard tensors.indices.contains(id.index), tensors[id.index].role == .input else {
        throw fault("inputs", "tensor \(id.index) is not an input of the table")
      }
    }
    guard inputs.count == tensors.count(where: { $0.role == .input }) else {
      throw fault("inputs", "an input of the table is not bound")
    }
    for node in operators {
      try Self.check(node, in: tensors, ready: &ready, place: name)
    }
    for id in outputs {
      guard tensors.indices.contains(id.index), ready[id.index] else {
        throw fault("outputs", "tensor \(id.index) is never computed")
      }
    }
  }

  /// Checks one node against a table and marks its outputs as ready.
  static func check(
    _ node: Operator, in tensors: [Tensor], ready: inout [Bool], place: String
  ) throws(UserError) {
    func fault(_ message: String) -> UserError {
      UserError(.input, place: place, key: node.name, message, remedy: "rebuild the block")
    }
    for id in node.inputs {
      guard tensors.indices.contains(id.index) else { throw fault("no tensor \(id.index)") }
      guard ready[id.index] else { throw fault("reads \(tensors[id.index].name) too early") }
    }
    for id in node.outputs {
      guard tensors.indices.contains(id.index) else { throw fault("no tensor \(id.index)") }
      guard !ready[id.index] else { throw fault("writes \(tensors[id.index].name) twice") }
      ready[id.index] = true
    }
    try node.validate(in: tensors, place: place)
  }
}

extension Operator {
  /// Checks arity and shapes against the table that the operator's ids are positions in.
  ///
  /// - Throws: `UserError` that names the operator and the fault.
  public func validate(in tensors: [Tensor], place: String = "") throws(UserError) {
    func fault(_ message: String) -> UserError {
      UserError(.input, place: place, key: name, message, remedy: "rebuild the block")
    }
    for id in inputs + outputs where !tensors.indices.contains(id.index) {
      throw fault("no tensor \(id.index)")
    }
    do {
      try ShapeInference(inputs: inputs.map { tensors[$0.index] })
        .check(kind, outputs: outputs.map { tensors[$0.index] })
    } catch { throw fault(error.message) }
  }
}

extension OperatorGraph {
  /// Checks every block, call binding, carried value and tie.
  ///
  /// - Throws: `UserError` that names the first part that does not fit.
  public func validate() throws(UserError) {
    for block in blocks { try block.validate() }
    try validateCalls()
  }

  /// Checks all but what is inside of blocks.
  func validateCalls() throws(UserError) {
    var ready = [Bool](repeating: false, count: values.count)
    for id in inputs {
      guard values.indices.contains(id.index) else { throw fault("inputs", "no such value") }
      ready[id.index] = true
    }
    for (position, call) in calls.enumerated() {
      try validate(call, ready: &ready)
      try validateReuse(call, at: position)
    }
    for id in outputs {
      guard values.indices.contains(id.index), ready[id.index] else {
        throw fault("outputs", "value \(id.index) is never computed")
      }
    }
  }

  private func fault(_ part: String, _ message: String) -> UserError {
    UserError(.input, place: name, key: part, message, remedy: "rebuild the graph")
  }

  private func validate(_ call: BlockCall, ready: inout [Bool]) throws(UserError) {
    guard blocks.indices.contains(call.block) else { throw fault("calls", "no such block") }
    let block = blocks[call.block]
    guard call.count >= 1 else { throw fault(block.name, "called \(call.count) times") }
    guard call.inputs.count == block.inputs.count, call.outputs.count == block.outputs.count else {
      throw fault(block.name, "a call must bind every input and output")
    }
    for (value, local) in zip(call.inputs, block.inputs) {
      guard values.indices.contains(value.index), ready[value.index] else {
        throw fault(block.name, "reads value \(value.index) too early")
      }
      try match(values[value.index], block[local], block.name)
    }
    if call.count > 1 {
      guard block.outputs.count <= block.inputs.count else {
        throw fault(block.name, "more outputs than inputs cannot be carried")
      }
      for (output, input) in zip(block.outputs, block.inputs) {
        try match(block[output], block[input], block.name)
      }
    }
    for (value, local) in zip(call.outputs, block.outputs) {
      guard values.indices.contains(value.index), !ready[value.index] else {
        throw fault(block.name, "writes value \(value.index) twice")
      }
      try match(values[value.index], block[local], block.name)
      ready[value.index] = true
    }
    for tie in call.tied {
      guard block.tensors.indices.contains(tie.local.index),
        sharedParameters.indices.contains(tie.shared), case .parameter = block[tie.local].role
      else { throw fault(block.name, "ties what is not a parameter") }
      try match(sharedParameters[tie.shared], block[tie.local], block.name)
    }
  }

  /// Parameters that are used again must be those of an earlier call of the same block.
  private func validateReuse(_ call: BlockCall, at position: Int) throws(UserError) {
    guard let earlier = call.reuses else { return }
    guard (0..<position).contains(earlier), calls[earlier].block == call.block,
      calls[earlier].count == call.count, calls[earlier].reuses == nil
    else { throw fault(blocks[call.block].name, "reuses the parameters of another block") }
  }

  private func match(_ found: Tensor, _ wanted: Tensor, _ place: String) throws(UserError) {
    guard found.shape == wanted.shape, found.dataType == wanted.dataType else {
      throw fault(
        place,
        "\(wanted.name) must be \(wanted.shape) \(wanted.dataType), "
          + "found \(found.shape) \(found.dataType)")
    }
  }
}
