import CKernels

/// Elements that move between two strided layouts; strides and offsets count elements.
struct StridedBox: Equatable {
  var extents: [Int]
  var xStrides: [Int]
  var yStrides: [Int]
  var xStart = 0
  var yStart = 0

  /// Strides of a tensor that lies in order.
  static func strides(_ shape: [Int]) -> [Int] {
    var strides = shape
    var step = 1
    for axis in shape.indices.reversed() {
      strides[axis] = step
      step *= shape[axis]
    }
    return strides
  }

  /// The same movement with its dimensions in another order.
  func ordered(as layout: MapLayout) -> StridedBox {
    var box = self
    box.extents = layout.ordered(extents)
    box.xStrides = layout.ordered(xStrides)
    box.yStrides = layout.ordered(yStrides)
    return box
  }

  /// Strides with which `small` is read when it repeats to `shape`: 0 along repeated dimensions.
  static func broadcastStrides(_ small: [Int], to shape: [Int]) -> [Int] {
    let own = strides(small)
    let missing = shape.count - small.count
    return shape.indices.map { axis in
      axis < missing || small[axis - missing] == 1 ? 0 : own[axis - missing]
    }
  }

  /// Whether a dimension with stride `outer` continues one of `extent` positions of `inner`.
  static func continues(_ outer: Int, _ inner: Int, _ extent: Int) -> Bool {
    outer == inner * extent
  }

  /// The same movement in as few dimensions as possible, at least one; where y runs along the last
  /// dimension and x along another, that one comes last but one, for the kernel to transpose.
  var joined: StridedBox {
    var box = self
    (box.extents, box.xStrides, box.yStrides) = ([], [], [])
    for axis in extents.indices where extents[axis] != 1 {
      if let last = box.extents.indices.last,
        Self.continues(box.xStrides[last], xStrides[axis], extents[axis]),
        Self.continues(box.yStrides[last], yStrides[axis], extents[axis])
      {
        box.extents[last] *= extents[axis]
        box.xStrides[last] = xStrides[axis]
        box.yStrides[last] = yStrides[axis]
      } else {
        box.append(extents[axis], xStrides[axis], yStrides[axis])
      }
    }
    if box.extents.isEmpty { box.append(1, 1, 1) }
    let last = box.extents.count - 1
    if box.yStrides[last] == 1, box.xStrides[last] != 1,
      let along = box.xStrides.firstIndex(of: 1), along < last - 1
    {
      let moved = (box.extents[along], box.xStrides[along], box.yStrides[along])
      box.remove(along)
      box.insert(moved, at: last - 1)
    }
    return box
  }

  private mutating func append(_ extent: Int, _ x: Int, _ y: Int) {
    insert((extent, x, y), at: extents.count)
  }
  private mutating func insert(_ dimension: (Int, Int, Int), at index: Int) {
    extents.insert(dimension.0, at: index)
    xStrides.insert(dimension.1, at: index)
    yStrides.insert(dimension.2, at: index)
  }
  private mutating func remove(_ index: Int) {
    extents.remove(at: index)
    xStrides.remove(at: index)
    yStrides.remove(at: index)
  }

  /// What the C kernels take; nil with too many dimensions.
  var kernelBox: hfm_box? {
    guard extents.count <= Int(HFM_RANK) else { return nil }
    var box = hfm_box()
    box.rank = Int64(extents.count)
    box.xAt = Int64(xStart)
    box.yAt = Int64(yStart)
    copy(extents, into: &box.extents)
    copy(xStrides, into: &box.x)
    copy(yStrides, into: &box.y)
    return box
  }
}

/// Copies numbers into a C array, which Swift sees as a tuple.
func copy<Tuple>(_ numbers: [Int], into tuple: inout Tuple) {
  withUnsafeMutableBytes(of: &tuple) { bytes in
    let places = bytes.bindMemory(to: Int64.self)
    for (index, number) in numbers.enumerated() where index < places.count {
      places[index] = Int64(number)
    }
  }
}

/// A box ready for the kernels, whose work is cut by rows or, with few of them, within rows.
struct MovePlan {
  /// Position of the input that is moved; nil for zeros.
  var input: Int?
  var box: hfm_box
  var rows: Int
  var columns: Int

  init?(_ box: StridedBox, input: Int? = 0) {
    let joined = box.joined
    guard let kernelBox = joined.kernelBox else { return nil }
    self.input = input
    self.box = kernelBox
    columns = joined.extents.last ?? 1
    rows = joined.extents.dropLast().reduce(1, *)
  }
}
