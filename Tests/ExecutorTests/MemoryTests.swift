import Executor
import Quantities
import Testing

@Suite struct MemoryTests {
  @Test func pagesLieOnNodeZero() throws {
    let pool = try WorkerPool(layout: .onFirstCPU(2))
    let team = try pool.lease([0, 1])
    let share = try team.run { scope in
      let buffer = try NodeBuffer(byteCount: 1 << 20, node: 0, hugePages: true)
      #expect(try buffer.residency().presentPages == 0)
      buffer.prefault(scope)
      let residency = try buffer.residency()
      #expect(residency.presentPages == residency.pages)
      #expect(residency.pagesByNode.map(\.pages).reduce(0, +) == residency.pages)
      return residency.shareOnNode
    }
    #expect(share == 1)
  }

  @Test func aMissingNodeFallsBackToFirstTouchWithANote() throws {
    let buffer = try NodeBuffer(byteCount: 5, node: 1000)
    #expect(buffer.notes.count == 1)
    #expect(buffer.byteCount == NodeBuffer.pageBytes)
    buffer.pointer.storeBytes(of: 7, as: UInt8.self)
    #expect(try buffer.residency().presentPages == 1)
    #expect(try buffer.residency().shareOnNode == 0)
  }

  @Test(arguments: [0, -1, Int.max, 1 << 60])
  func impossibleSizesAreRefused(byteCount: Int) {
    #expect(throws: UserError.self) { _ = try NodeBuffer(byteCount: byteCount) }
  }

  /// What a buffer leaves, the next that fits takes, with what was written there.
  @Test func aReserveHandsMappingsOn() throws {
    let reserve = MappingReserve()
    func use(_ bytes: Int, _ body: (UnsafeMutableRawPointer) -> Void) throws {
      let buffer = try NodeBuffer(byteCount: bytes, reserve: reserve)
      #expect(buffer.byteCount >= bytes && buffer.byteCount < bytes + NodeBuffer.pageBytes)
      body(buffer.pointer)
    }
    try use(1 << 20) { $0.storeBytes(of: 7, as: Int.self) }
    #expect(reserve.count == 1)
    // A part of it; given back, both parts are one again.
    try use(3 << 18) { #expect($0.load(as: Int.self) == 7) }
    #expect(reserve.count == 1)
    // Too small: a new one.
    try use(1 << 22) { #expect($0.load(as: Int.self) == 0) }
    try use(1 << 20) { #expect($0.load(as: Int.self) == 7) }
  }

  /// Buffers that take turns in a reserve never share a page, whatever was cut and joined.
  @Test(arguments: 1...8)
  func buffersOfAReserveAreDisjoint(seed: UInt64) throws {
    var random = SplitMix(state: seed)
    let reserve = MappingReserve()
    let page = NodeBuffer.pageBytes
    var held: [(mark: UInt64, buffer: Held)] = []
    for _ in 0..<400 {
      if held.count < 2 || held.count < 40 && random.next() % 2 == 0 {
        let bytes = Int(1 + random.next() % 8) * page
        let buffer = try NodeBuffer(
          byteCount: bytes, hugePages: random.next() % 3 == 0, reserve: reserve)
        #expect(buffer.byteCount == bytes)
        let mark = random.next()
        for start in stride(from: 0, to: bytes, by: page) {
          (buffer.pointer + start).storeBytes(of: mark, as: UInt64.self)
        }
        held.append((mark, Held(buffer)))
      } else {
        let (mark, held) = held.remove(at: Int(random.next() % UInt64(held.count)))
        for start in stride(from: 0, to: held.buffer.byteCount, by: page) {
          #expect((held.buffer.pointer + start).load(as: UInt64.self) == mark)
        }
      }
    }
  }

  private final class Held {
    let buffer: NodeBuffer
    init(_ buffer: consuming NodeBuffer) { self.buffer = buffer }
  }

  @Test(arguments: 1...8)
  func slicesAreAlignedAndDisjoint(seed: UInt64) throws {
    var random = SplitMix(state: seed)
    var arena = try NodeArena(byteCount: 1 << 16, node: 0)
    for _ in 0..<3 {
      var end = arena.buffer.pointer
      while true {
        let size = Int(random.next() % 5000)
        let fits = size <= arena.byteCount - arena.usedBytes
        do {
          let slice = try arena.allocate(size)
          #expect(fits)
          let start = try #require(slice.baseAddress)
          #expect(start >= end)
          #expect(Int(bitPattern: start) % 64 == 0 && slice.count == size)
          end = start + size
          #expect(end <= arena.buffer.pointer + arena.byteCount)
          for index in slice.indices { slice[index] = 1 }
        } catch is UserError {
          #expect(!fits)
          break
        }
      }
      arena.reset()
    }
    #expect(throws: UserError.self) { _ = try arena.allocate(Float.self, count: Int.max) }
    #expect(throws: UserError.self) { _ = try arena.allocate(-1) }
  }
}

/// Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators".
struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
