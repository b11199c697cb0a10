import CKernels
import Executor
import Quantities

/// One product step with what can be settled before it runs: oneDNN's code for each lane's blocks,
/// and where the packed weight lies.
///
/// `@unchecked Sendable`: each lane runs the products of its own blocks only; packing is done
/// before any of them.
final class ProductPlan: @unchecked Sendable {
  /// What is multiplied: as the step has it, or with a by rows if it is turned at each run.
  private var product: MatrixProduct
  /// By lane and block, as `split` has them.
  private var blocks: [[Planned]] = []
  private var products: [Key: OpaquePointer] = [:]
  /// Offsets of the packed columns of b, by their range; empty when b is used as it lies.
  private var packed: [Range<Int>: Int] = [:]
  /// Bytes of the packed operand.
  private(set) var packedBytes = 0
  private var packedBase: UnsafeMutableRawPointer?
  /// What is made of the operands before each run; nil where nothing is.
  private(set) var packing: OperandPacking?

  /// How operands are brought into the order that oneDNN likes best.
  enum Order {
    /// By oneDNN itself, within the product.
    case asTheyLie
    /// b is packed once, as it stays the same from run to run.
    case packedOnce
    /// Both, by all lanes before each run.
    case packedEachRun
  }

  private struct Key: Hashable {
    var lane: Int, rows: Int, columns: Int
  }
  private struct Planned {
    var block: TileSplit.Block
    var product: OpaquePointer
  }

  /// Nil where oneDNN has no product of these formats, and the tiles of `hfm_gemm_tile` are used,
  /// or not in this order. Must be called on a lane.
  init?(_ given: MatrixProduct, _ split: TileSplit, _ order: Order) {
    guard given.isNative, order != .packedEachRun || OperandPacking.serves(given) else {
      return nil
    }
    let packs = order != .asTheyLie
    product = order == .packedEachRun ? OperandPacking.multiplied(given) : given
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
    if order == .packedEachRun, !makePacking(of: given) { return nil }
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

  /// Settles how the lanes bring the operands into place; false where oneDNN wants another order.
  private func makePacking(of given: MatrixProduct) -> Bool {
    var packing = OperandPacking(given)
    var placed: [Range<Int>: Int] = [:]
    for planned in blocks.joined() {
      let columns = planned.block.columns
      if hfm_product_reads_panels(planned.product) == 0 { return false }
      if placed[columns] != nil { continue }
      let part = given.tile(rows: 0..<given.m, columns: columns, depth: 0..<given.k)
      placed[columns] = packing.add(part, bytes: Int(hfm_product_packed_bytes(planned.product)))
    }
    packed = placed
    packedBytes = packing.bytes
    self.packing = packing
    return true
  }

  /// Tells where the packed operands lie, `packedBytes` long.
  func place(at base: UnsafeMutableRawPointer) {
    packedBase = base
    if let rows = packing?.place(at: base) { product.a.data = rows }
  }

  /// Packs b again from where it lies. Returns a oneDNN status.
  func pack() -> Int32 {
    guard let packedBase, packing == nil else { return 0 }
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
