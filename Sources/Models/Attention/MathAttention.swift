import Graph
import Quantities

/// Attention as PyTorch's `scaled_dot_product_attention` computes it where no fused kernel takes
/// its operands: in fp32, whatever their format, each step through memory.
///
/// T5's learned bias comes there: its last dimension is the heads' of the table
/// (`values.permute([2, 0, 1])` in transformers' `modeling_t5.py`), and fused kernels ask for a
/// stride of 1 (`check_last_dim_stride_equals_1_dense` of PyTorch's `sdp_utils_cpp.h`). The path is
/// `_scaled_dot_product_attention_math` of `aten/src/ATen/native/transformers/attention.cpp`:
/// operands to fp32, both scaled, product, sum with the bias, softmax, rows that see nothing set to
/// 0 by a kernel of its own (`_safe_softmax`), dropout, product, back to the operands' format.
struct MathAttention {
  let heads: Int
  let size: Int
  let dropout: Bool

  /// `query`, `key` and `value` are `[B, S, H·D]`; the bias `[1, H, Q, K]`.
  ///
  /// - Throws: `UserError` for shapes that do not fit.
  func build(
    _ query: TensorID, _ key: TensorID, _ value: TensorID, bias: TensorID,
    _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let type = DataType.fp32
    let start = block.block.operators.count
    let q = try split("query", query, scales: true, &block)
    let k = try split("key", key, scales: true, &block)
    let v = try split("value", value, scales: false, &block)
    var scores = try block.apply("attention.scores", .batchedMatmul(.right), q, k, type: type)
    let flat = try block.reshaped(
      "attention.bias.heads", bias, Array(block.shape(bias).dropFirst()))
    scores = try block.apply("attention.bias.sum", .add, scores, flat, type: type)
    var shares = try block.apply("attention.softmax", .softmax, scores)
    shares = try block.apply("attention.safe", .scale(1), shares, type: type)
    if dropout { shares = try block.dropped("attention.dropout", shares) }
    let mixed = try block.apply("attention.mixed", .batchedMatmul(.none), shares, v, type: type)
    let joined = try block.joinHeads("attention", mixed)
    let narrow = try block.apply(
      "attention.narrow", .cast, joined, shape: block.shape(joined),
      type: block.precision.compute)
    block.markOneCall(from: start)
    return narrow
  }

  private func split(
    _ name: String, _ x: TensorID, scales: Bool, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let label = "attention." + name
    var wide = try block.apply(
      label + ".wide", .cast, x, shape: block.shape(x), type: .fp32)
    if scales {
      let factor = 1 / Double(size).squareRoot().squareRoot()
      wide = try block.apply(label + ".scale", .scale(factor), wide, type: .fp32)
    }
    return try block.splitHeads(label, wide, heads: heads)
  }
}

/// Attention that a model's code writes out (MegatronBert of transformers, MONAI): product, scale,
/// softmax, dropout and product, each a kernel through memory, in autocast's formats.
struct WrittenOutAttention {
  let heads: Int
  let size: Int
  let dropout: Bool

  /// `query`, `key` and `value` are `[B, S, H·D]`.
  ///
  /// - Throws: `UserError` for shapes that do not fit.
  func build(
    _ query: TensorID, _ key: TensorID, _ value: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let q = try block.splitHeads("attention.query", query, heads: heads)
    let k = try block.splitHeads("attention.key", key, heads: heads)
    let v = try block.splitHeads("attention.value", value, heads: heads)
    let scores = try block.apply("attention.scores", .batchedMatmul(.right), q, k)
    let scaled = try block.apply(
      "attention.scale", .scale(1 / Double(size).squareRoot()), scores)
    var shares = try block.apply("attention.softmax", .softmax, scaled)
    if dropout { shares = try block.dropped("attention.dropout", shares) }
    let mixed = try block.apply("attention.mixed", .batchedMatmul(.none), shares, v)
    return try block.joinHeads("attention", mixed)
  }
}

extension BlockBuilder {
  /// A tensor some of whose elements are set to 0: the mask of a byte each is kept, and the result
  /// where it is read (`native_dropout`; its operand is not kept).
  ///
  /// - Throws: `UserError` for a tensor that is too large.
  mutating func dropped(_ name: String, _ x: TensorID) throws(UserError) -> TensorID {
    let drawn = try apply(name + ".drawn", .cast, x, shape: shape(x), type: .bool)
    let mask = try apply(name + ".mask", .detach, drawn, type: .bool)
    return try apply(name, .multiply, x, mask, type: block[x].dataType)
  }
}
