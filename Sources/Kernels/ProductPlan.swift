import CKernels
import Executor
import Quantities

/// One product step with what can be settled before it runs: the code for each lane's blocks, and
/// where the packed operands lie.
///
/// Where b is packed into panels, `panelProduct` multiplies; else oneDNN's code for each shape.
///
/// `@unchecked Sendable`: each lane runs the products of its own blocks only; packing is done
/// before any of them.
final class ProductPlan: @unchecked Sendable {
  /// What is multiplied: as the step has it, or with a by rows if it is turned at each run.
  private var product: MatrixProduct
  /// By lane and block, as `split` has them.
  private var blocks: [[Planned]] = []
  private var products: [Key: OpaquePointer] = [:]
  /// How panels are made, and rows of a; nil where oneDNN multiplies.
  private var panels: OperandPacking?
  private let kernels: KernelTable
  private let order: Order
  /// Bytes of the packed operands.
  private(set) var packedBytes = 0
  private var packedBase: UnsafeMutableRawPointer?

  /// How operands are brought into the order that is multiplied fastest.
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
    /// oneDNN's; nil where panels are multiplied.
    var product: OpaquePointer?
    /// Of the block's columns of b, from `packedBase`.
    var offset = 0
  }

  /// Nil where neither our code nor oneDNN's multiplies these formats in this order. Must be called
  /// on a lane.
  init?(_ given: MatrixProduct, _ split: TileSplit, _ order: Order, _ kernels: KernelTable) {
    guard given.isNative else { return nil }
    self.kernels = kernels
    self.order = order
    let isTurned = order == .packedEachRun
    product = isTurned ? OperandPacking.multiplied(given) : given
    blocks = split.lanes.map { $0.map { Planned(block: $0) } }
    if order != .asTheyLie, product.readsPanels(kernels), OperandPacking.serves(given) {
      placePanels(of: given)
    } else if isTurned || !makeProducts() || (order == .packedOnce && !placePacked()) {
      return nil
    }
  }

  deinit { for product in products.values { hfm_product_destroy(product) } }

  /// Makes oneDNN's code; false where it has none.
  private func makeProducts() -> Bool {
    for lane in blocks.indices {
      for index in blocks[lane].indices {
        let block = blocks[lane][index].block
        let key = Key(lane: lane, rows: block.rows.count, columns: block.columns.count)
        guard let made = products[key] ?? create(block) else { return false }
        products[key] = made
        blocks[lane][index].product = made
      }
    }
    return true
  }

  private func create(_ block: TileSplit.Block) -> OpaquePointer? {
    var shape = product.tile(rows: block.rows, columns: block.columns, depth: 0..<product.k)
    var made: OpaquePointer?
    return hfm_product_create(&shape, order == .packedOnce ? 1 : 0, &made) == 0 ? made : nil
  }

  /// Gives each range of columns its place. Blocks that differ in rows share it; false when oneDNN
  /// wants another order for each of them.
  private func placePacked() -> Bool {
    var first: [Range<Int>: Planned] = [:]
    for lane in blocks.indices {
      for index in blocks[lane].indices {
        let planned = blocks[lane][index]
        if let other = first[planned.block.columns] {
          if hfm_product_packs_like(planned.product, other.product) == 0 { return false }
          blocks[lane][index].offset = other.offset
          continue
        }
        blocks[lane][index].offset = packedBytes
        first[planned.block.columns] = blocks[lane][index]
        packedBytes += (Int(hfm_product_packed_bytes(planned.product)) + 127) / 128 * 128
      }
    }
    return true
  }

  /// Gives the panels of each range of columns their place.
  private func placePanels(of given: MatrixProduct) {
    var packing = OperandPacking(given)
    var placed: [Range<Int>: Int] = [:]
    for lane in blocks.indices {
      for index in blocks[lane].indices {
        let columns = blocks[lane][index].block.columns
        let part = given.tile(rows: 0..<given.m, columns: columns, depth: 0..<given.k)
        let offset = placed[columns] ?? packing.add(part)
        placed[columns] = offset
        blocks[lane][index].offset = offset
      }
    }
    packedBytes = packing.bytes
    panels = packing
  }

  /// Whether the operands are packed at each run.
  var packsEachRun: Bool { order == .packedEachRun }

  /// Tells where the packed operands lie, `packedBytes` long.
  func place(at base: UnsafeMutableRawPointer) {
    packedBase = base
    if let rows = panels?.place(at: base) { product.a.data = rows }
  }

  /// Packs b again from where it lies, once for many runs. Returns a oneDNN status.
  func pack() -> Int32 {
    guard let packedBase, !packsEachRun else { return 0 }
    if let panels {
      panels.make(0..<panels.unitCount, kernels.functions.pointee)
      return 0
    }
    var done = Set<Int>()
    for planned in blocks.joined() where done.insert(planned.offset).inserted {
      let tile = product.tile(
        rows: planned.block.rows, columns: planned.block.columns, depth: 0..<product.k)
      let status = hfm_product_pack(planned.product, tile.b.data, packedBase + planned.offset)
      if status != 0 { return status }
    }
    return 0
  }

  /// What is packed at each run; nil where nothing is.
  var packing: OperandPacking? { packsEachRun ? panels : nil }

  /// Number of lanes that have blocks.
  var laneCount: Int { blocks.count }

  func blockCount(_ lane: Int) -> Int { blocks[lane].count }

  /// Runs block `index` of a lane, on that lane. Returns a oneDNN status.
  /// - Parameter weightShift: bytes from b to the lane's own copy of it, where it is not packed.
  func run(lane: Int, block index: Int, weightShift: Int) -> Int32 {
    let planned = blocks[lane][index]
    var tile = product.tile(
      rows: planned.block.rows, columns: planned.block.columns, depth: 0..<product.k)
    let packed = packedBase.map { $0 + planned.offset }
    if panels != nil, let packed {
      kernels.functions.pointee.panelProduct(&tile, packed.assumingMemoryBound(to: Float.self))
      return 0
    }
    let b = packed ?? tile.b.data.map { $0 + weightShift }
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

  /// Whether our own code multiplies it where b lies in panels. Rows of bf16 must start where
  /// pairs do.
  func readsPanels(_ kernels: KernelTable) -> Bool {
    guard isNative, !transposeA else { return false }
    return a.type == Int32(HFM_F32)
      ? kernels.multipliesPanels(of: .fp32)
      : kernels.multipliesPanels(of: .bf16) && lda.isMultiple(of: 2)
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
