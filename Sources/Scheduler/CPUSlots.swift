/// The free cores of one node: a bitmap over positions in the node's list of cores.
struct CPUSlots: Sendable, Hashable {
  private var words: [UInt64]
  private(set) var count: Int

  /// All of `size` positions free.
  init(size: Int) {
    words = Array(repeating: .max, count: size / 64)
    if size % 64 > 0 { words.append((1 << UInt64(size % 64)) - 1) }
    count = size
  }

  /// Takes the `wanted` lowest free positions, or all when there are fewer.
  mutating func take(_ wanted: Int) -> [Int] {
    var taken: [Int] = []
    taken.reserveCapacity(min(wanted, count))
    for index in words.indices where taken.count < wanted {
      while words[index] != 0, taken.count < wanted {
        taken.append(index * 64 + words[index].trailingZeroBitCount)
        words[index] &= words[index] - 1
      }
    }
    count -= taken.count
    return taken
  }

  /// Gives positions back.
  mutating func give(_ positions: [Int]) {
    for position in positions { words[position / 64] |= 1 << UInt64(position % 64) }
    count += positions.count
  }
}
