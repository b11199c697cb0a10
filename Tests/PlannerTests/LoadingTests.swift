import Graph
import HardwareModel
import Models
import Planner
import Quantities
import TestSupport
import Testing
import Workloads

/// What the host does for a plan's samples.
@Suite struct LoadingTests {
  private static let xrays = "mimic-cxr"
  private static let mixed = Precision(parameters: .fp32, compute: .bf16)

  private func plan(
    _ loading: SampleLoading?, on cluster: String = "dgx-a100-40gb", cores: Int? = nil
  ) throws -> (plan: PlanEstimate, request: PlanRequest) {
    let model = try ModelCatalogue.builtIn.model("uni")
    let workload = WorkloadRequest(task: .finetune, batch: 1, precision: Self.mixed)
    var request = PlanRequest(
      cluster: try HardwareCatalogue.builtIn().cluster(cluster), globalBatch: 512,
      precision: Self.mixed)
    if let cores { request.cluster.host?.cores = cores }
    request.loading = loading
    request.limit = 1
    let plans = try PlanSearch(model, workload, request).run().plans
    return (try #require(plans.first), request)
  }

  private func loading(_ dataset: String, _ model: String = "uni") throws -> SampleLoading? {
    try SampleLoading(
      DatasetProfile.named(dataset), for: ModelCatalogue.builtIn.model(model),
      WorkloadRequest(task: .pretrain, batch: 1))
  }

  /// A JPEG of 3056 x 2544 at Pillow's 537 images of 469 x 387 a second and core: 79.8 ms; 570.3 GB
  /// in 377,110 files.
  @Test func radiographsAreDecoded() throws {
    let found = try #require(try loading(Self.xrays))
    #expect(abs(found.decodeSeconds - 3056 * 2544 / (537 * 469 * 387.0)) < 1e-9)
    #expect(abs(found.bytes - 570.3e9 / 377_110) < 1000)
    // DINO's ten views of UNI: two of 224 x 224, eight of 96 x 96.
    #expect(found.augmentSeconds > 0.015 && found.augmentSeconds < 0.05)
  }

  /// nnU-Net's patches cost what its users measured; cells come one by one; tokens for nothing.
  @Test func kindsOfDataDiffer() throws {
    let cells = try #require(try loading("cellxgene-corpus", "geneformer-12l"))
    #expect(cells.coreSeconds == 0.05)
    #expect(cells.augmentSeconds == 0)
    let patch = try #require(try loading("msd", "nnunet-3d-fullres"))
    #expect(patch.coreSeconds > 0.5 && patch.coreSeconds < 2)
    let tokens = try #require(try loading("pubmed", "llama2-7b"))
    #expect(tokens.coreSeconds == 0)
    #expect(tokens.bytes == 2 * 4096)
    // Nobody states how these are kept.
    #expect(try loading("isic-2020") == nil)
    #expect(try loading("quilt-1m", "biomedclip") == nil)
  }

  /// The slowest of devices, cores and storage sets the pace.
  @Test func theSlowestSetsThePace() throws {
    let (plain, _) = try plan(nil)
    let (slow, request) = try plan(SampleLoading(coreSeconds: 1, bytes: 0))
    let samples = 512 / max(1, Double(slow.devices) / 8)
    let beside = slow.stepSeconds - slow.breakdown.dataLoading
    #expect(abs(slow.stepSeconds - samples / 128) < 1e-9)
    #expect(slow.stepSeconds > plain.stepSeconds)
    let words = try #require(slow.loadingRemedy(request))
    let cores = Int((samples / beside).rounded(.up))
    #expect(words.contains("\(Format.significant(Double(cores))) cores a node in place of 128"))
    // With enough cores for the fastest plan the devices do not wait.
    let enough = Int(512 / plain.stepSeconds) + 1
    let (fed, _) = try plan(SampleLoading(coreSeconds: 1, bytes: 0), cores: enough)
    #expect(fed.breakdown.dataLoading == 0)
    #expect(fed.stepSeconds == plain.stepSeconds)
    // 10 GB a sample through a node's 10 GB/s.
    let (starved, _) = try plan(SampleLoading(coreSeconds: 0, bytes: 1e10))
    #expect(abs(starved.stepSeconds - 512) < 1e-6)
  }

  /// A loader that keeps up costs nothing, and what is not known is said to be so.
  @Test func whatIsUnknownIsSaid() throws {
    let (plan, request) = try plan(nil)
    let term = try #require(plan.explanation(request).first { $0.quantity == "data loading" })
    #expect(term.value == "unknown")
    #expect(plan.breakdown.dataLoading == 0)
  }

  /// A processor loads and computes with the same cores.
  @Test func processorsLoadInBetween() throws {
    let model = try ModelCatalogue.builtIn.model("resnet50")
    var request = PlanRequest(
      cluster: try HardwareCatalogue.builtIn().cluster("cpu-epyc-9654"), globalBatch: 8,
      precision: .fp32)
    request.limit = 1
    let workload = WorkloadRequest(task: .finetune, batch: 1)
    let plain = try #require(try PlanSearch(model, workload, request).run().plans.first)
    request.loading = SampleLoading(coreSeconds: 0.01, bytes: 0)
    let loaded = try #require(try PlanSearch(model, workload, request).run().plans.first)
    let cores = Double(NodeLoader(request.loading, on: request.cluster).cores)
    #expect(abs(loaded.stepSeconds - plain.stepSeconds - 8 * 0.01 / cores) < 1e-9)
  }
}
