import CKernels
import Testing

/// Moments of maps whose channels lie last, taken in one pass, against two passes in double
/// precision: also where the mean is far from zero and the first position far from the mean.
@Suite struct ChannelMomentsTests {
  struct Map: Sendable {
    var channels: Int, begin: Int, end: Int
  }
  static let maps = [
    Map(channels: 1, begin: 0, end: 1), Map(channels: 3, begin: 5, end: 1700),
    Map(channels: 20, begin: 0, end: 9), Map(channels: 40, begin: 1, end: 400),
    Map(channels: 300, begin: 3, end: 150),
  ]

  @Test(arguments: maps, [(mean: 0.0, first: 0.0), (1000, 0), (-3, 500)])
  func agreeWithTwoPasses(_ map: Map, _ place: (mean: Double, first: Double)) {
    var random = TestRandom(map.channels)
    var x = (0..<map.channels * map.end).map { _ in Float(place.mean + random.uniform()) }
    for channel in 0..<map.channels { x[map.begin * map.channels + channel] += Float(place.first) }
    for set in HFM_PORTABLE...HFM_AVX512_BF16 {
      guard let table = hfm_kernels_for(Int32(set))?.pointee else { continue }
      let graph = table.graph.pointee
      var moments = [Float](repeating: .nan, count: 2 * map.channels)
      x.withUnsafeMutableBytes {
        graph.channelMoments(
          hfm_array(data: $0.baseAddress, type: Int32(HFM_F32)), &moments, Int64(map.channels),
          Int64(map.begin), Int64(map.end))
      }
      for channel in 0..<map.channels {
        let values = (map.begin..<map.end).map { Double(x[$0 * map.channels + channel]) }
        let mean = values.reduce(0, +) / Double(values.count)
        let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        // What a norm makes of it counts in deviations, and fp32 rounds the mean itself.
        let deviation = (square / Double(values.count)).squareRoot()
        let limit = 1e-6 * (abs(mean) + deviation)
        #expect(abs(Double(moments[2 * channel]) - mean) <= limit, "set \(set)")
        #expect(abs(Double(moments[2 * channel + 1]) - square) <= 1e-5 * square, "set \(set)")
      }
    }
  }
}
