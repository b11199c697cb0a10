import Graph
import Models
import Quantities
import TestSupport
import Testing
import Workloads

@Suite("Adaptation")
struct AdaptationTests {
  /// One model of each kind that reads text, and some that do not.
  static let models = [
    "bert-base", "gpt2", "llama-7b", "bloom-560m", "chatglm-6b", "palm-8b", "albert-base",
    "mixtral-8x7b", "t5-small", "bart-base", "gemma2-2b", "gpt-neox-20b", "vit-b-16",
  ]
  static let tasks: [WorkloadTask] = [.lora, .adapter, .ia3, .linearProbe]

  static func training(
    _ id: String, _ task: WorkloadTask, _ change: (inout WorkloadRequest) -> Void = { _ in }
  ) throws -> TrainingGraph {
    let model = try ModelCatalogue.builtIn.model(id)
    var request = WorkloadRequest(
      task: task, batch: 2, sequence: model.sample.sequence.map { min($0, 64) })
    change(&request)
    return try #require(try Workload(model, request).training)
  }

  static func elements(_ parameters: [Tensor]) -> Int { parameters.reduce(0) { $0 + $1.count } }

  /// Elements that a step changes, by what they are.
  static func trained(_ graph: TrainingGraph) -> [(role: TensorRole, count: Int)] {
    graph.backwardCalls.flatMap { backward in
      let block = graph.backwardBlocks[backward.block]
      return block.parameterGradients.map {
        let tensor = block.tensors[$0.parameter.index]
        return (tensor.role, tensor.count * backward.count)
      }
    }
  }

  /// What is frozen gets no gradient, and backward costs less than that of a full step.
  @Test(arguments: models, tasks)
  func frozenPartsAreNotTrained(id: String, task: WorkloadTask) throws {
    let graph = try Self.training(id, task)
    let trained = Self.trained(graph)
    #expect(!trained.isEmpty)
    #expect(
      trained.allSatisfy {
        $0.role == .parameter(.adapter) || $0.role == .parameter(.head)
      })
    for block in graph.backwardBlocks {
      try block.validate(for: graph.forward.blocks[block.forward])
    }
    let full = try Self.training(id, .finetune)
    #expect(backwardFlops(graph) < backwardFlops(full))
    if task == .linearProbe { #expect(backwardFlops(graph) * 100 < backwardFlops(full)) }
  }

  /// 2 · rank · (in + out) for each adapted matrix of LLaMA 7B: queries and values of 32 layers,
  /// or all seven matrices (peft's counts: 4,194,304 and 39,976,960).
  @Test(arguments: [(8, [String](), 4_194_304), (16, ["all"], 39_976_960)])
  func lowRankParameters(rank: Int, targets: [String], count: Int) throws {
    let graph = try Self.training("llama-7b", .lora) {
      $0.options.rank = rank
      $0.options.targets = targets
    }
    #expect(Self.trained(graph).reduce(0) { $0 + $1.count } == count)
  }

  /// Two bottlenecks a layer: 2·(2·h·m) + m + h elements each (arXiv 1902.00751, section 2.1), and
  /// half of that for one behind the MLP alone (arXiv 2005.00247).
  @Test func bottlenecks() throws {
    func count(_ targets: [String]) throws -> Int {
      let graph = try Self.training("bert-base", .adapter) {
        $0.options.bottleneck = 48
        $0.options.targets = targets
      }
      return Self.trained(graph).filter { $0.role == .parameter(.adapter) }
        .reduce(0) { $0 + $1.count }
    }
    #expect(try count([]) == 12 * 2 * (2 * 768 * 48 + 48 + 768))
    #expect(try count(["down"]) == 12 * (2 * 768 * 48 + 48 + 768))
  }

  /// A prompt lengthens the sequence; a prefix gives each layer keys and values of its own.
  @Test(arguments: [1, 20, 100])
  func learnedTokens(count: Int) throws {
    let prompt = try Self.training("gpt2", .promptTuning) { $0.options.tokens = count }
    #expect(Self.trained(prompt).reduce(0) { $0 + $1.count } == count * 768)
    let logits = prompt.forward.blocks.flatMap(\.tensors).first { $0.name == "logits" }
    #expect(logits?.shape == [2, 64 + count, 50257])
    let prefix = try Self.training("gpt2", .prefixTuning) { $0.options.tokens = count }
    #expect(Self.trained(prefix).reduce(0) { $0 + $1.count } == count * 2 * 768 * 12)
  }

  /// A prompt stands in front of an image's tokens too; the class token is still what is pooled.
  @Test func visualPrompt() throws {
    let graph = try Self.training("vit-b-16", .promptTuning) { $0.options.tokens = 10 }
    let trained = Self.trained(graph).reduce(0) { $0 + $1.count }
    #expect(trained == 10 * 768 + 2 * 768 + 2)
    let pools = graph.forward.blocks.flatMap(\.operators).map(\.kind)
    #expect(pools.contains(.pool(.token(10))))
    #expect(graph.forward.values.contains { $0.shape == [2, 197 + 10, 768] })
  }

  /// The last layers alone: backward stops above the others.
  @Test(arguments: [1, 3, 12])
  func lastLayers(count: Int) throws {
    let graph = try Self.training("gpt2", .finetune) {
      $0.trained = .parts(["last.", "norm", "head"])
      $0.options.lastLayers = count
    }
    let layers = graph.backwardCalls.filter {
      graph.forward.blocks[graph.forward.calls[$0.call].block].name.contains("layer")
    }
    #expect(layers.reduce(0) { $0 + $1.count } == count)
  }

  /// Four bits a weight, an 8-bit scale for 64 of them and an fp32 one for 256 of those.
  @Test func quantisedWeights() throws {
    let graph = try Self.training("llama-7b", .lora) {
      $0.precision = Precision(parameters: .bf16, compute: .bf16)
      $0.options.quantize = .int4
    }
    let layer = try #require(graph.forward.blocks.first { $0.name == "layer" })
    let weights = layer.tensors.filter { $0.dataType == .int4 }
    #expect(Self.elements(weights) == 4 * 4096 * 4096 + 3 * 4096 * 11008)
    let scales = layer.tensors.filter { $0.role == .buffer }
    #expect(Self.elements(scales.filter { $0.dataType == .int8 }) * 64 == Self.elements(weights))
    #expect(
      Self.elements(scales.filter { $0.dataType == .fp32 }) * 256 * 64 == Self.elements(weights))
    #expect(graph.forward.blocks.last?.tensors.contains { $0.dataType == .int4 } == false)
  }

  /// DPO runs policy and reference over both answers: a full step and a forward pass of each.
  @Test func preferences() throws {
    let plain = try Self.training("gpt2", .finetune)
    let graph = try Self.training("gpt2", .dpo)
    #expect(forwardFlops(graph.forward) == 4 * forwardFlops(plain.forward))
    #expect(backwardFlops(graph) == 2 * backwardFlops(plain))
  }

  /// PPO: policy and value are trained, reference and reward model run forward.
  @Test func policyGradient() throws {
    let graph = try Self.training("gpt2", .ppo)
    let trained = Set(
      graph.backwardCalls.map {
        String(
          graph.forward.blocks[graph.forward.calls[$0.call].block].name.prefix { $0 != "." })
      })
    #expect(trained == ["policy", "value"])
    let all = Set(graph.forward.blocks.map { String($0.name.prefix { $0 != "." }) })
    #expect(all == ["policy", "value", "reference", "reward"])
  }

  @Test(
    arguments: [
      (["nothing"], nil, "name some of its matrices: attention.query"),
      ([], ["vision."], "this model has no part \"vision.\""),
    ] as [([String], [String]?, String)])
  func namesThatAreNot(targets: [String], parts: [String]?, wanted: String) {
    let text = errorText {
      _ = try Self.training("gpt2", .lora) {
        $0.options.targets = targets
        $0.trained = parts.map { .parts($0) }
      }
    }
    #expect(text?.contains(wanted) == true, "\(text ?? "no error")")
  }

  @Test(arguments: [
    ("bert-base", WorkloadTask.dpo), ("vit-b-16", .ppo), ("resnet50", .promptTuning),
  ])
  func tasksThatDoNotFit(id: String, task: WorkloadTask) {
    #expect(throws: UserError.self) { _ = try Self.training(id, task) }
  }
}
