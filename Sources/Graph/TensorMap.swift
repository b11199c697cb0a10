/// Values of some of a table's tensors: a dictionary that hashes nothing, since ids are positions.
public struct TensorMap<Value: Sendable>: Sendable {
  @usableFromInline var values: [Value?]

  /// An empty map with room for a table of so many tensors; it grows where an id is beyond.
  @inlinable
  public init(count: Int) { values = [Value?](repeating: nil, count: count) }

  /// A tensor's value; nil where it has none.
  @inlinable
  public subscript(id: TensorID) -> Value? {
    get { id.index < values.count ? values[id.index] : nil }
    set {
      while values.count <= id.index { values.append(nil) }
      values[id.index] = newValue
    }
  }
}

/// Some of a table's tensors: a set that hashes nothing.
public struct TensorSet: Sendable {
  @usableFromInline var isMember: [Bool]

  /// An empty set with room for a table of so many tensors; it grows where an id is beyond.
  @inlinable
  public init(count: Int) { isMember = [Bool](repeating: false, count: count) }

  /// Whether a tensor belongs to the set.
  @inlinable
  public func contains(_ id: TensorID) -> Bool { id.index < isMember.count && isMember[id.index] }

  /// Adds a tensor and says whether it is new.
  @inlinable
  @discardableResult
  public mutating func insert(_ id: TensorID) -> Bool {
    while isMember.count <= id.index { isMember.append(false) }
    guard !isMember[id.index] else { return false }
    isMember[id.index] = true
    return true
  }
}
