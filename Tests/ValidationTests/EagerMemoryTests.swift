import CostModel
import DataFormats
import HardwareModel
import Models
import Planner
import Quantities
import TestSupport
import Testing
import Validation
import Workloads

/// What PyTorch without a compiler keeps, against peaks measured on an H100.
@Suite struct EagerMemoryTests {
  static let lines = Result {
    let runs = try MeasuredRuns.read(try MeasuredRunTests.document.get())
    return try ValidationReport(runs, RunPredictor(try HardwareCatalogue.builtIn())).lines
  }

  /// Nothing was fitted to these peaks: each is there for a rule. LoRA's updates in fp32 (peft),
  /// SAM's attention in one kernel with a bias, T5's in fp32 through memory, logits that widen in
  /// the kernel of their softmax, ESM's GELU.
  @Test(arguments: [
    ("llama3-8b", "lora", 0.01), ("llama2-7b", "lora", 0.01),
    ("sam-vit_b-image-encoder", "pretrain", 0.15), ("t5-large", "pretrain", 0.06),
    ("prott5-xl-encoder", "pretrain", 0.06), ("geneformer", "pretrain", 0.02),
    ("nucleotide-transformer-500m", "pretrain", 0.03), ("bert-large", "pretrain", 0.02),
  ])
  func peaksAreMet(model: String, task: String, limit: Double) throws {
    let found = try Self.lines.get().filter {
      $0.run.group == model && $0.run.label.contains(" \(task) ") && $0.run.seconds != nil
    }
    #expect(!found.isEmpty)
    for line in found {
      let peak = try #require(line.run.peakBytes)
      let error = Double(line.estimate.peakBytes) / peak - 1
      #expect(abs(error) <= limit, "\(line.run.label): \(error)")
    }
  }

  /// What ran out of a capped allocator's memory is not said to fit.
  @Test func nothingThatRanOutIsSaidToFit() throws {
    let failed = try Self.lines.get().filter(\.run.isOutOfMemory)
    #expect(failed.count >= 10)
    #expect(failed.allSatisfy { !$0.fits })
  }

  private static func memory(
    _ id: String, _ change: (inout WorkloadRequest) -> Void
  ) throws -> MemoryEstimate {
    var request = WorkloadRequest(
      task: .pretrain, batch: 2, sequence: 64,
      precision: Precision(parameters: .bf16, compute: .bf16))
    change(&request)
    let model = try ModelCatalogue.builtIn.model(id)
    return try StepProfile(Workload(model, request)).memory.estimate()
  }

  /// A byte a value of the embeddings and of both branches of BERT's twelve layers.
  @Test func dropoutKeepsItsMasks() throws {
    let plain = try Self.memory("bert-base") { _ in }
    let dropping = try Self.memory("bert-base") { $0.dropout = true }
    #expect(dropping.activationsBytes - plain.activationsBytes == (1 + 2 * 12) * 2 * 64 * 768)
  }

  /// Updates in fp32 have gradients and states twice as wide, and nothing else is trained.
  @Test func updatesHaveAFormatOfTheirOwn() throws {
    func adapted(_ format: DataType?) throws -> MemoryEstimate {
      try Self.memory("llama3.2-1b") {
        $0.task = .lora
        $0.options.targets = ["all"]
        $0.options.updates = format
      }
    }
    let (own, wide) = (try adapted(nil), try adapted(.fp32))
    #expect(try adapted(.bf16) == own)
    #expect(wide.gradientsBytes == 2 * own.gradientsBytes)
    #expect(wide.optimizerBytes == 2 * own.optimizerBytes)
    #expect(wide.parametersBytes - own.parametersBytes == own.gradientsBytes)
    #expect(wide.activationsBytes > own.activationsBytes)
  }

  /// Each part of the time draws its power by its share, up to the limit.
  @Test func powerAddsUp() throws {
    var device = try HardwareCatalogue.builtIn().device("h100-80gb-sxm")
    device.maxPower = Watts(1000)
    let weights = EnergyModel.Weights(products: 1.4, memory: 0.5, waiting: 0.2, limit: 0.9)
    func watts(_ products: Double, _ memory: Double, _ waiting: Double) -> Double? {
      let mix = PowerMix(products: products, memory: memory, waiting: waiting)
      return EnergyModel(device: device, mix: mix, weights: weights).busyPower?.value
    }
    #expect(watts(1, 0, 0) == 900)
    #expect(watts(0, 3, 0) == 500)
    #expect(watts(0, 0, 0.1) == 200)
    #expect(abs((watts(1, 1, 2) ?? 0) - 575) < 1e-9)
    #expect(PowerMix(products: 0, memory: 0, waiting: 0) == nil)
  }
}
