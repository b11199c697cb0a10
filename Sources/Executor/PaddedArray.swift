/// A fixed array of elements that may hold atomics, each on cache lines of its own.
///
/// Neighbours are 128 bytes or more apart: x86 fetches lines in pairs and some ARM lines are 128
/// bytes, so two workers never write to memory that the hardware moves together.
///
/// `@unchecked Sendable`: the address never changes; what protects the elements is the protocol
/// of their types (atomics, or fields handed over by an atomic store and load).
final class PaddedArray<Element: ~Copyable>: @unchecked Sendable {
  let count: Int
  private let stride: Int
  private let base: UnsafeMutableRawPointer

  init(count: Int, _ make: (Int) -> Element) {
    let line = 128
    self.count = count
    stride = (MemoryLayout<Element>.size + line - 1) / line * line
    base = .allocate(byteCount: max(1, count) * stride, alignment: line)
    for index in 0..<count {
      (base + index * stride).bindMemory(to: Element.self, capacity: 1).initialize(to: make(index))
    }
  }

  deinit {
    for index in 0..<count { self[index].deinitialize(count: 1) }
    base.deallocate()
  }

  /// The element's stable address; valid while the array lives.
  subscript(index: Int) -> UnsafeMutablePointer<Element> {
    precondition(index >= 0 && index < count, "padded array index out of range")
    return (base + index * stride).assumingMemoryBound(to: Element.self)
  }
}
