import Models
import Quantities
import Testing
import Workloads

@Suite struct DatasetSizeTests {
  /// Sizes from tables V to VIII of arXiv 2404.03264.
  @Test(arguments: [
    // 18 billion tokens in sequences of 512.
    ("pubmed", "pubmedbert", 512, 35_156_250),
    ("guidelines", "meditron-7b", 2048, 47_000),
    ("isic-2020", "uni", 1, 33_126),
    ("uniprot", "esm2-150m", 1024, 250_000_000),
  ])
  func becomesSamples(dataset: String, model: String, sequence: Int, samples: Int) throws {
    let size = try DatasetSize(
      .named(dataset), for: ModelCatalogue.builtIn.model(model), sequence: sequence)
    #expect(size.samples == samples, "\(size)")
  }

  @Test func whatAModelCannotReadIsAnError() throws {
    let uni = try ModelCatalogue.builtIn.model("uni")
    #expect(throws: UserError.self) { try DatasetSize(.named("pubmed"), for: uni, sequence: 1) }
    #expect(throws: UserError.self) { try DatasetSize(.named("tcia"), for: uni, sequence: 1) }
    #expect(throws: UserError.self) { try DatasetProfile.named("pubmet") }
  }
}
