import Testing

@testable import Kernels

@Suite struct ProductGridTests {
  @Test(arguments: 1...17)
  func usesNoMoreLanesThanThereAre(_ lanes: Int) {
    for (m, n, k) in [(2048, 2048, 2048), (1, 4096, 64), (4096, 16, 64), (8, 32, 8192), (3, 3, 3)] {
      let grid = ProductGrid(m: m, n: n, k: k, lanes: lanes)
      #expect(grid.rows * grid.columns * grid.depth <= lanes)
      #expect(grid.rows <= m && grid.columns <= n)
    }
  }

  @Test func cutsTheLongSide() {
    #expect(
      ProductGrid(m: 4096, n: 256, k: 9, lanes: 2) == ProductGrid(rows: 2, columns: 1, depth: 1))
    #expect(
      ProductGrid(m: 256, n: 4096, k: 9, lanes: 2) == ProductGrid(rows: 1, columns: 2, depth: 1))
  }

  @Test func sumsInPartsWhenTheOutputIsSmall() {
    #expect(ProductGrid(m: 8, n: 32, k: 65536, lanes: 4).depth == 4)
  }
}
