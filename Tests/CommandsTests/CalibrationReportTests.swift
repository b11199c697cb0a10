import HardwareModel
import Quantities
import Testing

@testable import Commands

@Suite struct CalibrationReportTests {
  /// All nine values, each in the row of the slowed one and the column of its neighbour.
  @Test func theReportTellsWhatNeighboursDo() {
    let effect = NeighbourEffect(
      cores: 4, cacheBytes: 32 << 20, aloneBytesPerSecond: BytesPerSecond(18.3e9),
      slowdowns: [[1.11, 1.12, 1.13], [1.21, 1.22, 1.23], [1.31, 1.32, 1.5]])
    #expect(
      CalibrationReport.lines(effect).joined(separator: "\n") == """
        two jobs side by side, each on 4 workers: time of the left one as a multiple of its time
        alone (1.00: not slowed), beside one that waits for arithmetic, last-level cache or memory;
        one alone reads 18.3 GB/s from memory, both 24.4 GB/s; placements rest on this
          a job that waits for  beside arithmetic  beside cache  beside memory
          arithmetic                       1.11 ×        1.12 ×         1.13 ×
          cache                            1.21 ×        1.22 ×         1.23 ×
          memory                           1.31 ×        1.32 ×         1.50 ×
        """)
  }
}
