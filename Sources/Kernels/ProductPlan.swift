import CKernels
import Executor
import Quantities

/// One product step with what can be settled before it runs: oneDNN's code for each lane's blocks,
/// and where the packed weight lies.
///
/// `@unchecked Sendable`: each lane runs the products of its own blocks only; packing happens on
/// one lane, before any of them.
final class ProductPlan: @unchecked Sendable {
  private let product: MatrixProduct
  /// By lane and block, as `split` has them.
  private var blocks: [[Planned]] = []
  private var products: [Key: OpaquePointer] = [:]
  /// Offsets of the packed columns of b, by their range; empty when b is used as it lies.
  private var packed: [Range<Int>: Int] = [:]
  /// Bytes of the packed operand.
  private(set) var packedBytes = 0
  private var packedBase: UnsafeMutableRawPointer?

  private struct Key: Hashable {
    var lane: Int, rows: Int, columns: Int
  }
  private struct Planned {
    var block: TileSplit.Block
    var product: OpaquePointer
  }

  /// Nil where oneDNN has no product of these formats and the tiles of `hfm_gemm_tile` are used.
  /// Must be called on a lane.
  /// - Parameter packs: whether b stays the same from run to run.
  init?(_ product: MatrixProduct, _ split: TileSplit, packs: Bool) {
    self.product = product
    guard product.isNative else { return nil }
    for (lane, blocks) in split.lanes.enumerated() {
      var planned: [Planned] = []
      for block in blocks {
        let key = Key(lane: lane, rows: block.rows.count, columns: block.columns.count)
        guard let made = products[key] ?? ProductPlan.create(product, block, packs) else {
          return nil
        }
        products[key] = made
        planned.append(Planned(block: block, product: made))
      }
      self.blocks.append(planned)
    }
    if packs, !placePacked() { return nil }
  }

  deinit { for product in products.values { hfm_product_destroy(product) } }

  private static func create(
    _ product: MatrixProduct, _ block: TileSplit.Block, _ packs: Bool
  ) -> OpaquePointer? {
    var shape = product.tile(rows: block.rows, columns: block.columns, depth: 0..<product.k)
    var made: OpaquePointer?
    return hfm_product_create(&shape, packs ? 1 : 0, &made) == 0 ? made : nil
  }

  /// Gives each range of columns its place. Blocks that differ in rows share it; false when oneDNN
  /// wants another order for each of them.
  private func placePacked() -> Bool {
    var first: [Range<Int>: OpaquePointer] = [:]
    for planned in blocks.joined() {
      let columns = planned.block.columns
      if let other = first[columns] {
        if hfm_product_packs_like(planned.product, other) == 0 { return false }
        continue
      }
      first[columns] = planned.product
      packed[columns] = packedBytes
      let bytes = Int(hfm_product_packed_bytes(planned.product))
      packedBytes += (bytes + 127) / 128 * 128
    }
    return true
  }

  /// Tells where the packed operand lies, `packedBytes` long.
  func place(at base: UnsafeMutableRawPointer) { packedBase = base }

  /// Packs b again from where it lies. Returns a oneDNN status.
  func pack() -> Int32 {
    guard let packedBase else { return 0 }
    var done = Set<Range<Int>>()
    for planned in blocks.joined() where done.insert(planned.block.columns).inserted {
      let columns = planned.block.columns
      let tile = product.tile(
        rows: planned.block.rows, columns: columns, depth: 0..<product.k)
      let status = hfm_product_pack(
        planned.product, tile.b.data, packedBase + (packed[columns] ?? 0))
      if status != 0 { return status }
    }
    return 0
  }

  /// Number of lanes that have blocks.
  var laneCount: Int { blocks.count }

  func blockCount(_ lane: Int) -> Int { blocks[lane].count }

  /// Runs block `index` of a lane, on that lane. Returns a oneDNN status.
  /// - Parameter weightShift: bytes from b to the lane's own copy of it, where it is not packed.
  func run(lane: Int, block index: Int, weightShift: Int) -> Int32 {
    let planned = blocks[lane][index]
    let (rows, columns) = (planned.block.rows, planned.block.columns)
    let tile = product.tile(rows: rows, columns: columns, depth: 0..<product.k)
    var b = tile.b.data.map { $0 + weightShift }
    if let packedBase, let offset = packed[columns] { b = packedBase + offset }
    return hfm_product_run(planned.product, tile.a.data, b, tile.bias.data, tile.c.data)
  }
}

extension MatrixProduct {
  /// Whether oneDNN multiplies these formats without a conversion of ours.
  var isNative: Bool {
    guard m > 0, n > 0, k > 0 else { return false }
    let (float, brain) = (Int32(HFM_F32), Int32(HFM_BF16))
    if a.type == float, b.type == float, c.type == float {
      return bias == nil || bias?.type == float
    }
    return a.type == brain && b.type == brain && c.type != Int32(HFM_F16)
      && (bias == nil || bias?.type != Int32(HFM_F16)) && KernelTable.multipliesBFloat16
  }

  /// Whether a lane's part should be whole rows of the output: into part of wider rows oneDNN
  /// writes bf16 by way of a buffer.
  var prefersWholeRows: Bool { isNative && c.type == Int32(HFM_BF16) }
}

extension ProductGrid {
  /// The cut of a product.
  init(_ product: MatrixProduct, lanes: Int) {
    self.init(
      m: product.m, n: product.n, k: product.k, lanes: lanes,
      prefersWholeRows: product.prefersWholeRows)
  }
}
