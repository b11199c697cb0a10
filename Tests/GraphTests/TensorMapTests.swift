import Graph
import TestSupport
import Testing

/// Maps and sets by position against those of the standard library.
@Suite struct TensorMapTests {
  @Test(arguments: 1...20 as ClosedRange<UInt64>) func itDoesWhatADictionaryDoes(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    // Ids lie beyond the room at the start, too.
    var map = TensorMap<Int>(count: Int.random(in: 0...8, using: &random))
    var dictionary: [TensorID: Int] = [:]
    for _ in 0..<100 {
      let id = TensorID(Int.random(in: 0...20, using: &random))
      let value = Bool.random(using: &random) ? Int.random(in: 0...9, using: &random) : nil
      map[id] = value
      dictionary[id] = value
      for index in 0...30 { #expect(map[TensorID(index)] == dictionary[TensorID(index)]) }
    }
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>) func itDoesWhatASetDoes(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var members = TensorSet(count: Int.random(in: 0...8, using: &random))
    var set: Set<TensorID> = []
    for _ in 0..<30 {
      let id = TensorID(Int.random(in: 0...20, using: &random))
      #expect(members.insert(id) == set.insert(id).inserted)
      for index in 0...30 {
        #expect(members.contains(TensorID(index)) == set.contains(TensorID(index)))
      }
    }
  }
}
