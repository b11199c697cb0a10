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

  @Test func cutsRowsWherePartsOfThemCostMore() {
    let (rows, columns) = (
      ProductGrid(rows: 2, columns: 1, depth: 1), ProductGrid(rows: 1, columns: 2, depth: 1)
    )
    for (m, n) in [(1024, 1024), (1024, 3072), (512, 768), (128, 3072), (256, 256)] {
      #expect(ProductGrid(m: m, n: n, k: 9, lanes: 2, prefersWholeRows: true) == rows)
      #expect(ProductGrid(m: m, n: n, k: 9, lanes: 2) == columns)
    }
    // Two rows a lane would each read the whole of a wide operand.
    #expect(ProductGrid(m: 16, n: 4096, k: 9, lanes: 2, prefersWholeRows: true) == columns)
    // Many lanes share both sides.
    #expect(
      ProductGrid(m: 1024, n: 3072, k: 9, lanes: 64, prefersWholeRows: true)
        == ProductGrid(rows: 4, columns: 16, depth: 1))
  }

  /// The preference changes where, not whether the sum is cut: scratch is planned without it.
  @Test(arguments: 1...17)
  func theDepthIsTheSameEitherWay(_ lanes: Int) {
    for (m, n, k) in [(2048, 2048, 2048), (8, 32, 8192), (64, 16, 65536), (24, 40, 4096)] {
      #expect(
        ProductGrid(m: m, n: n, k: k, lanes: lanes).depth
          == ProductGrid(m: m, n: n, k: k, lanes: lanes, prefersWholeRows: true).depth)
    }
  }

  @Test func sumsInPartsWhenTheOutputIsSmall() {
    #expect(ProductGrid(m: 8, n: 32, k: 65536, lanes: 4).depth == 4)
  }
}
