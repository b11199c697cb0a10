import CKernels

/// A product's operands in the orders that `panelProduct` reads: rows of a, and b in panels.
///
/// Made once for weights that stay the same; for operands that change from run to run (weights in
/// training, gradients, activations) all lanes share the making before each run.
///
/// `@unchecked Sendable`: lanes write disjoint units.
struct OperandPacking: @unchecked Sendable {
  /// Columns of b that a lane multiplies, as a product of their own.
  private struct Part {
    var gemm: hfm_gemm
    var offset: Int
    var panels: Int
  }

  private var parts: [Part] = []
  /// The product with a as it lies; nil where a is used so.
  private var turned: hfm_gemm?
  /// How far the rows of a will be apart, in elements, and as many are summed for each column of b.
  private let rowStride: Int
  private let elementBytes: Int
  /// Bytes of both operands.
  private(set) var bytes = 0
  private var base: UnsafeMutableRawPointer?

  /// The packing of a product, at first without columns of b.
  init(_ product: MatrixProduct) {
    elementBytes = product.a.type == Int32(HFM_F32) ? 4 : 2
    let grain = 64 / elementBytes
    rowStride = (product.k + grain - 1) / grain * grain
    guard product.transposeA else { return }
    turned = product.tile(rows: 0..<product.m, columns: 0..<product.n, depth: 0..<product.k)
    bytes = product.m * rowStride * elementBytes
  }

  /// Whether b can be brought into panels as it lies.
  static func serves(_ product: MatrixProduct) -> Bool {
    product.b.type == Int32(HFM_F32) || !product.transposeB || product.k.isMultiple(of: 2)
  }

  /// The same product with a by rows, wherever they will lie.
  static func multiplied(_ product: MatrixProduct) -> MatrixProduct {
    guard product.transposeA else { return product }
    var result = product
    result.transposeA = false
    result.rowStride = OperandPacking(product).rowStride
    return result
  }

  /// Adds columns of b and returns where they will lie.
  mutating func add(_ gemm: hfm_gemm) -> Int {
    let offset = (bytes + 127) / 128 * 128
    let panels = (Int(gemm.n) + panel - 1) / panel
    parts.append(Part(gemm: gemm, offset: offset, panels: panels))
    bytes = offset + panels * panel * rowStride * elementBytes
    return offset
  }

  /// Tells where the operands will lie, `bytes` long, and returns the rows of a.
  mutating func place(at base: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    self.base = base
    return turned == nil ? nil : base
  }

  private var panel: Int { Int(HFM_PANEL) }

  /// Number of parts that lanes can make independently.
  var unitCount: Int {
    let rows = turned.map { (Int($0.m) + panel - 1) / panel } ?? 0
    return parts.reduce(rows) { $0 + $1.panels }
  }

  /// Makes some of the parts, from where the operands lie now.
  func make(_ units: Range<Int>, _ kernels: hfm_kernel_table) {
    guard let base else { return }
    var first = 0
    func share(_ count: Int) -> Range<Int> {
      defer { first += count }
      let own = units.clamped(to: first..<first + count)
      return own.lowerBound - first..<own.upperBound - first
    }
    if var turned {
      let bands = share((Int(turned.m) + panel - 1) / panel)
      if !bands.isEmpty {
        kernels.turnRows(
          &turned, Int64(bands.lowerBound * panel),
          min(turned.m, Int64(bands.upperBound * panel)),
          base.assumingMemoryBound(to: Float.self),
          Int64(turned.a.type == Int32(HFM_F32) ? rowStride : rowStride / 2))
      }
    }
    for part in parts {
      let own = share(part.panels)
      guard !own.isEmpty else { continue }
      var gemm = part.gemm
      kernels.packPanels(
        &gemm, Int64(own.lowerBound), Int64(own.upperBound),
        (base + part.offset).assumingMemoryBound(to: Float.self))
    }
  }
}
