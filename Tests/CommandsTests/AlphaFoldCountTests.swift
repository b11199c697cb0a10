import Commands
import DataFormats
import TestSupport
import Testing

/// AlphaFold 2, part by part, against closed forms of the matrix products in the algorithms of its
/// supplement (Jumper et al. 2021, supplement 1.6 to 1.8), and its structure module against
/// transformers' ESMFold, which runs OpenFold's.
@Suite struct AlphaFoldCountTests {
  /// Matrix products of one block over an alignment `[rows, residues]` and its pairs.
  private struct Products {
    let residues: Int
    let pairWidth = 128

    private func linear(_ rows: Int, _ inputs: Int, _ outputs: Int) -> Int {
      2 * rows * inputs * outputs
    }
    private var pairs: Int { residues * residues }

    /// Algorithms 11 and 12: two gated projections, a product over a third residue, a gated output.
    func triangleProduct(_ width: Int, _ inner: Int) -> Int {
      4 * linear(pairs, width, inner) + 2 * inner * residues * pairs + linear(pairs, inner, width)
        + linear(pairs, width, width)
    }

    /// Algorithms 13 and 14: queries, keys, values, gate and output; a bias a head; two products.
    func triangleAttention(_ width: Int, heads: Int, size: Int) -> Int {
      5 * linear(pairs, width, heads * size) + linear(pairs, width, heads)
        + 4 * residues * pairs * heads * size
    }

    func transition(_ places: Int, _ width: Int, _ factor: Int) -> Int {
      2 * linear(places, width, factor * width)
    }

    /// Algorithm 7 with its bias from pairs.
    func rowAttention(_ rows: Int, _ width: Int, heads: Int, size: Int) -> Int {
      5 * linear(rows * residues, width, heads * size) + linear(pairs, pairWidth, heads)
        + 4 * rows * heads * pairs * size
    }

    /// Algorithm 8.
    func columnAttention(_ rows: Int, _ width: Int, heads: Int, size: Int) -> Int {
      5 * linear(rows * residues, width, heads * size) + 4 * residues * heads * rows * rows * size
    }

    /// Algorithm 19: a query of the mean row, one key and value for all heads, a gate, an output.
    func globalColumns(_ rows: Int, _ width: Int, heads: Int, size: Int) -> Int {
      linear(residues, width, heads * size) + 2 * linear(rows * residues, width, size)
        + 4 * residues * heads * rows * size + 2 * linear(rows * residues, width, heads * size)
    }

    /// Algorithm 10, with the count of sequences that show both residues.
    func outerProduct(_ rows: Int, _ width: Int, inner: Int) -> Int {
      2 * linear(rows * residues, width, inner)
        + 2 * rows * (residues * inner) * (residues * inner)
        + linear(pairs, inner * inner, pairWidth) + 2 * rows * pairs
    }

    var pairStack: Int {
      2 * triangleProduct(pairWidth, 128)
        + 2 * triangleAttention(pairWidth, heads: 4, size: 32) + transition(pairs, pairWidth, 4)
    }
  }

  private static func blocks() throws -> [String: (parameters: Int, flops: Int)] {
    let recorder = ConsoleRecorder()
    _ = HFM.run(["models", "show", "alphafold2", "--json"], recorder.console)
    let json = try JSONValue(parsing: recorder.output)
    var result: [String: (parameters: Int, flops: Int)] = [:]
    for block in json["blocks"]?.array ?? [] {
      result[try #require(block["name"]?.string)] = (
        try #require(block["parameters"]?.int), try #require(block["forwardFlops"]?.int)
      )
    }
    return result
  }

  /// 128 clustered sequences and the rows of 4 templates, 1024 extra sequences, 256 residues.
  @Test func partsAreThoseOfTheAlgorithms() throws {
    let blocks = try Self.blocks()
    let products = Products(residues: 256)
    let rows = 128 + 4
    let evoformer =
      products.rowAttention(rows, 256, heads: 8, size: 32)
      + products.columnAttention(rows, 256, heads: 8, size: 32)
      + products.transition(rows * 256, 256, 4) + products.outerProduct(rows, 256, inner: 32)
      + products.pairStack
    #expect(blocks["evoformer.layer"]?.flops == 48 * evoformer)
    let extra =
      products.rowAttention(1024, 64, heads: 8, size: 8)
      + products.globalColumns(1024, 64, heads: 8, size: 8)
      + products.transition(1024 * 256, 64, 4) + products.outerProduct(1024, 64, inner: 32)
      + products.pairStack
    #expect(blocks["extra.layer"]?.flops == 4 * extra)
    let template =
      2 * products.triangleProduct(64, 64) + 2 * products.triangleAttention(64, heads: 4, size: 16)
      + products.transition(256 * 256, 64, 2)
    #expect(blocks["template.layer"]?.flops == 2 * 4 * template)
  }

  /// transformers 5.24, EsmFoldStructureModule with its default configuration at 256 residues:
  /// parameters, and FlopCounterMode of torch 2.15.
  @Test func structureModuleIsTransformers() throws {
    let blocks = try Self.blocks()
    let parts = ["structure.input", "structure.layer"].compactMap { blocks[$0] }
    #expect(parts.map(\.parameters).reduce(0, +) == 2_019_116)
    #expect(parts.map(\.flops).reduce(0, +) == 11_333_009_408)
  }
}
