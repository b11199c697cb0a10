public import Quantities

// Matrices and what an adaptation puts beside them.
extension BlockBuilder {
  /// A linear layer with its weight `[outputs, columns(x)]` and bias, adapted where the block's
  /// adaptation names it.
  ///
  /// - Throws: `UserError` for shapes that do not fit.
  public mutating func linear(
    _ name: String, _ x: TensorID, to outputs: Int, bias: Bool, _ role: ParameterRole
  ) throws(UserError) -> TensorID {
    let shape = [outputs, block[x].columns]
    let input = try scaledInput(name, x)
    let weight = try matrix(name + ".weight", shape, role)
    var y = try product(name, input, weight, outputs, bias: bias, role)
    guard let adaptation, adaptation.includes(block.name) else { return y }
    if adaptation.covers(block.name, name, role) {
      if let rank = adaptation.rank {
        y = try updated(name, y, input, rank, outputs) {
          name, x, inner, outer, type, block throws(UserError) in
          let weight = try block.parameter(
            name + ".weight", [outer, inner], .adapter, type: type)
          return try block.apply(name, .linear(bias: false), x, weight, type: type)
        }
      }
      if let width = adaptation.bottleneck { y = try bottleneck(name, y, width) }
    }
    if MatrixAdaptation.names(adaptation.scaledOutputs, name) {
      let scale = try parameter(name + ".ia3.weight", [outputs], .adapter)
      y = try apply(name + ".ia3", .scaleColumns, y, scale)
    }
    return y
  }

  /// A product of each row with its expert's matrix, `[experts, outputs, columns(x)]` in all,
  /// adapted like a linear layer; rows are in their experts' order.
  ///
  /// - Throws: `UserError` for shapes that do not fit.
  public mutating func expertLinear(
    _ name: String, _ x: TensorID, experts: Int, to outputs: Int, _ role: ParameterRole
  ) throws(UserError) -> TensorID {
    let weight = try matrix(name + ".weight", [experts, outputs, block[x].columns], role)
    let y = try apply(name, .expertLinear(bias: false), x, weight)
    guard let adaptation, adaptation.covers(block.name, name, role), let rank = adaptation.rank
    else { return y }
    return try updated(name, y, x, rank, outputs) {
      name, x, inner, outer, type, block throws(UserError) in
      let weight = try block.parameter(
        name + ".weight", [experts, outer, inner], .adapter, type: type)
      return try block.apply(name, .expertLinear(bias: false), x, weight, type: type)
    }
  }

  /// A weight in the format that the adaptation gives it, with its scales as buffers.
  private mutating func matrix(
    _ name: String, _ shape: [Int], _ role: ParameterRole
  ) throws(UserError) -> TensorID {
    guard let format = adaptation?.format(block.name, role) else {
      return try parameter(name, shape, role)
    }
    let weight = try append(Tensor(name, shape, format, .parameter(role)))
    for (index, scale) in MatrixAdaptation.scales(of: shape, in: format).enumerated() {
      _ = try buffer(name + ".scales.\(index)", [scale.count], scale.type)
    }
    return weight
  }

  private mutating func product(
    _ name: String, _ x: TensorID, _ weight: TensorID, _ outputs: Int, bias: Bool,
    _ role: ParameterRole
  ) throws(UserError) -> TensorID {
    guard bias else { return try apply(name, .linear(bias: false), x, weight) }
    let shift = try parameter(name + ".bias", [outputs], role)
    return try apply(name, .linear(bias: true), x, weight, shift)
  }

  private mutating func scaledInput(
    _ name: String, _ x: TensorID
  ) throws(UserError) -> TensorID {
    guard let adaptation, adaptation.includes(block.name),
      MatrixAdaptation.names(adaptation.scaledInputs, name)
    else { return x }
    let scale = try parameter(name + ".ia3.input.weight", [block[x].columns], .adapter)
    return try apply(name + ".ia3.input", .scaleColumns, x, scale)
  }

  /// A matrix's result with the update of low rank: x down to `rank` columns, up again, scaled, and
  /// added in the update's own format where that is not the parameters'.
  private mutating func updated(
    _ name: String, _ y: TensorID, _ x: TensorID, _ rank: Int, _ outputs: Int,
    _ product: (
      String, TensorID, Int, Int, DataType?, inout BlockBuilder
    ) throws(UserError) -> TensorID
  ) throws(UserError) -> TensorID {
    let columns = block[x].columns
    let type = adaptation?.updates.flatMap { $0 == precision.parameters ? nil : $0 }
    let read = try widened(name + ".lora.input", x, type)
    let inner = try product(name + ".lora.down", read, columns, rank, type, &self)
    let up = try product(name + ".lora.up", inner, rank, outputs, type, &self)
    let delta = try apply(name + ".lora.scale", .scale(adaptation?.scale ?? 1), up, type: type)
    let own = block[y].dataType
    let sum = try apply(
      name + ".lora.sum", .add, try widened(name + ".lora.result", y, type), delta, type: type)
    return try widened(name + ".lora.narrow", sum, type.map { _ in own })
  }

  /// A tensor in another format; itself where there is none, or it has it.
  private mutating func widened(
    _ name: String, _ x: TensorID, _ type: DataType?
  ) throws(UserError) -> TensorID {
    guard let type, block[x].dataType != type else { return x }
    return try apply(name, .cast, x, shape: block[x].shape, type: type)
  }

  /// y + up(relu(down(y))).
  private mutating func bottleneck(
    _ name: String, _ y: TensorID, _ width: Int
  ) throws(UserError) -> TensorID {
    let columns = block[y].columns
    func layer(
      _ part: String, _ x: TensorID, _ outputs: Int, _ inputs: Int
    ) throws(UserError) -> TensorID {
      let label = name + ".adapter." + part
      let weight = try parameter(label + ".weight", [outputs, inputs], .adapter)
      let bias = try parameter(label + ".bias", [outputs], .adapter)
      return try apply(label, .linear(bias: true), x, weight, bias)
    }
    let inner = try layer("down", y, width, columns)
    let active = try apply(name + ".adapter.activation", .activation(.relu), inner)
    return try apply(
      name + ".adapter.sum", .add, y, try layer("up", active, columns, width))
  }
}
