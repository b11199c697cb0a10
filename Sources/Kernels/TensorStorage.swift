import CKernels
import Graph
import Quantities

/// A tensor and where its elements lie.
///
/// Made by `ProgramRunner`, which owns the memory and keeps it alive while kernels run; an address
/// is never handed out without the shape that bounds it.
struct TensorStorage: @unchecked Sendable {
  // `@unchecked Sendable`: lanes write disjoint ranges (see `TeamScope.parallelFor`), one operator
  // after the other.

  let tensor: Tensor
  let address: UnsafeMutableRawPointer
  /// Whether each NUMA node has a copy, as far from here as `WorkspaceView.weightShift` says.
  let isReplicated: Bool
  /// The order in which its elements lie.
  let layout: MapLayout

  // Kept, as they are products over the shape.
  let count: Int
  let columns: Int
  let rows: Int

  init(
    tensor: Tensor, address: UnsafeMutableRawPointer, isReplicated: Bool,
    layout: MapLayout = .plain
  ) {
    self.tensor = tensor
    self.address = address
    self.isReplicated = isReplicated
    self.layout = layout
    (count, columns, rows) = (tensor.count, tensor.columns, tensor.rows)
  }

  /// The kernel code of a number format; nil for formats that kernels do not compute with.
  static func code(_ type: DataType) -> Int32? {
    switch type {
    case .fp32, .tf32: Int32(HFM_F32)
    case .bf16: Int32(HFM_BF16)
    case .fp16: Int32(HFM_F16)
    case .fp8, .int8, .int4, .int32, .int64, .bool: nil
    }
  }

  /// What C kernels take. Formats were checked when the program was prepared.
  var array: hfm_array {
    hfm_array(data: address, type: TensorStorage.code(tensor.dataType) ?? Int32(HFM_F32))
  }
  /// The same elements from `index` on.
  func array(from index: Int) -> hfm_array {
    hfm_array(data: address + tensor.dataType.bytes(index), type: array.type)
  }
  var floats: UnsafeMutablePointer<Float> { address.assumingMemoryBound(to: Float.self) }
  var integers: UnsafeMutablePointer<Int32> { address.assumingMemoryBound(to: Int32.self) }

  /// Elements of an integer format as numbers; nil for floating-point formats.
  var integerValues: [Float]? {
    switch tensor.dataType {
    case .int32: (0..<count).map { Float(integers[$0]) }
    case .int64:
      (0..<count).map { Float(address.assumingMemoryBound(to: Int64.self)[$0]) }
    case .int8: (0..<count).map { Float(address.assumingMemoryBound(to: Int8.self)[$0]) }
    default: nil
    }
  }

  /// Stores numbers in an integer format; false for floating-point formats.
  func storeIntegers(_ values: [Float]) -> Bool {
    switch tensor.dataType {
    case .int32:
      for (index, value) in values.enumerated() { integers[index] = Int32(value) }
    case .int64:
      let target = address.assumingMemoryBound(to: Int64.self)
      for (index, value) in values.enumerated() { target[index] = Int64(value) }
    case .int8:
      let target = address.assumingMemoryBound(to: Int8.self)
      for (index, value) in values.enumerated() { target[index] = Int8(value) }
    default: return false
    }
    return true
  }
}
