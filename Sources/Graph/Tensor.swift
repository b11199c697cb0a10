public import Quantities

/// Index of a tensor in its block's table.
public struct TensorID: Sendable, Hashable, Comparable {
  /// Position in `Block.tensors`.
  public var index: Int
  /// Wraps a position.
  @inlinable
  public init(_ index: Int) { self.index = index }
  /// Orders by position.
  public static func < (left: TensorID, right: TensorID) -> Bool { left.index < right.index }
}

/// What a parameter does in its model: the keys of `parameters.byRole`.
public enum ParameterRole: String, Sendable, Hashable, CaseIterable {
  case embedding, attention, mlp, norm, convolution, projection, head, adapter, other
}

/// What a tensor is to its block.
public enum TensorRole: Sendable, Hashable {
  /// Comes from outside, bound by the call.
  case input
  /// Trainable unless frozen; each iteration of a call has its own copy unless tied.
  case parameter(ParameterRole)
  /// Constant that belongs to the model but is not trained (counted apart).
  case buffer
  /// Produced by one of the block's operators.
  case activation
}

/// A shape, a number format and a role; never the data itself.
public struct Tensor: Sendable, Hashable {
  /// Name within its block, in the words of the field (`query.weight`).
  public var name: String
  /// Extents, outermost first.
  public var shape: [Int]
  /// Number format.
  public var dataType: DataType
  /// What the tensor is to its block.
  public var role: TensorRole

  /// Creates a description of a tensor.
  public init(_ name: String, _ shape: [Int], _ dataType: DataType, _ role: TensorRole) {
    self.name = name
    self.shape = shape
    self.dataType = dataType
    self.role = role
  }

  /// Number of elements. Builders check for overflow, so that this product never traps.
  @inlinable
  public var count: Int { shape.reduce(1, *) }
  /// Storage in bytes.
  @inlinable
  public var bytes: Int { dataType.bytes(count) }
  /// Extent of the innermost dimension; 1 for a scalar.
  @inlinable
  public var columns: Int { shape.last ?? 1 }
  /// Number of innermost rows: `count / columns`; 0 for an empty tensor.
  @inlinable
  public var rows: Int { columns == 0 ? 0 : count / columns }
  /// Rows up to which a linear map reads its weight once, as it lies, in place of bringing it into
  /// panels first: the executor does so, and the cost model counts it.
  public static let fewRows = 4
}
