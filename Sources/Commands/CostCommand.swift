import CostModel
import DataFormats
import Graph
import Models
import Planner
import Quantities
import Workloads

/// `hfm cost MODEL`: counts one workload on no particular hardware.
enum CostCommand: Command {
  static let specification = CommandSpecification(
    name: "cost", summary: "counts parameters, FLOPs, bytes and memory of one workload",
    operands: ["MODEL"],
    options: WorkloadOptions.options + DatasetOption.options + [
      .value("batch", "N", "samples in one pass (default 1)"),
      WorkloadOptions.recompute("none"),
      .value(
        "optimizer-kernel", "WORD", "how the update runs (default fused)",
        words: OptimizerKernel.allCases.map(\.rawValue)),
    ],
    discussion: """
      MODEL is a catalogue id (hfm models) or a profile's path. FLOPs count one
      multiply-add as 2 and products only, as PyTorch's FlopCounterMode does; bytes
      are those of unfused operators. Memory is what PyTorch would allocate, without
      the device's context, workspaces and fragmentation. For a closed model, which is
      only served, --batch requests of --sequence tokens read and --target-sequence
      tokens written are priced.
      """,
    examples: [
      "hfm cost bert-base --task pretrain --batch 8 --sequence 128 --dtype fp32",
      "hfm cost pubmedbert --dataset pubmed --epochs 2 --batch 256",
      "hfm cost llama2-7b --task lora --rank 16 --targets query,value --quantize int4",
    ])

  static func run(_ arguments: Arguments, _ console: Console) throws -> Int32 {
    let model = try WorkloadOptions.model(arguments)
    if model.status == .closed {
      let cost = try ServedModelCost(model, arguments)
      if console.json { console.print(json: cost.json) } else { console.print(lines: cost.lines) }
      return 0
    }
    var request = try WorkloadOptions.request(arguments)
    request.batch = try arguments.int("batch", in: 1...100_000_000) ?? 1
    let settings = memorySettings(arguments)
    let repeats = settings.recompute == .full && request.task.trains
    // Layers are repeated only where a gradient flows into them.
    request.embeddingGradient = repeats
    let workload = try Workload(model, request)
    let profile = try StepProfile(workload)
    let memory = profile.memory.estimate(settings)
    let report = CostReport(
      model: model, request: request, cost: profile.cost, memory: memory,
      inputs: workload.forward.inputs.map { workload.forward.values[$0.index] },
      trains: profile.trains,
      repeated: repeats ? profile.cost.recomputable.sum(\.modelFlops) : 0,
      copies: workload.forward.copiedParameterCount,
      tiling: try TilingCost(arguments, workload, profile.cost),
      dataset: try DatasetOption(arguments, model, request))
    if console.json {
      console.print(json: report.json(explain: console.explain))
    } else {
      console.print(lines: report.lines(explain: console.explain))
    }
    return 0
  }
}

extension CostCommand {
  /// How the step uses memory on one device.
  static func memorySettings(_ arguments: Arguments) -> MemorySettings {
    MemorySettings(
      recompute: arguments.string("recompute").flatMap(Recompute.init(rawValue:)) ?? .none,
      optimizerKernel: arguments.string("optimizer-kernel")
        .flatMap(OptimizerKernel.init(rawValue:)) ?? .fused)
  }
}

/// The counts of one workload as tables and as JSON.
struct CostReport {
  let model: ModelProfile
  let request: WorkloadRequest
  let cost: GraphCost
  let memory: MemoryEstimate
  /// What one pass reads: token ids, images, labels.
  let inputs: [Tensor]
  let trains: Bool
  /// FLOPs of layers that run forward again during backward.
  let repeated: Int
  /// Parameters of a teacher or momentum copy, which are held but not trained.
  let copies: Int
  /// All tiles of a slide or scan; nil for samples.
  var tiling: TilingCost?
  /// What the workload passes over, if said.
  var dataset: DatasetOption?

  private var passFlops: Int { trains ? cost.flops.step : cost.flops.forward }

  func json(explain: Bool) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("model", .string(model.id)), ("task", .string(request.task.rawValue)),
      ("batch", .number(request.batch)), ("dtype", .string(request.precision.word)),
      (
        "parameters",
        .object([
          ("total", .number(cost.parameters.total)),
          ("trainable", .number(cost.parameters.trainable)),
          ("copies", .number(copies)),
          (
            "byRole",
            .object(cost.parameters.byRole.map { ($0.role.rawValue, .number($0.count)) })
          ),
          ("buffers", .number(cost.parameters.buffers)),
        ])
      ),
      (
        "flops",
        .object([
          ("forward", .number(cost.flops.forward)), ("backward", .number(cost.flops.backward)),
          ("step", .number(cost.flops.step)), ("repeated", .number(repeated)),
          ("vector", .number(cost.flops.vectorStep)),
        ])
      ),
      (
        "operators",
        .array(
          cost.operators.map {
            .object([
              ("kind", .string($0.kind)), ("count", .number($0.count)),
              ("flops", .number($0.flops)), ("bytes", .number($0.bytes)),
            ])
          })
      ),
      ("memory", .object(memory.json)),
    ]
    let caches = inputs.filter { $0.name.contains(GraphRequest.cache) }
    if !caches.isEmpty {
      members.append(("kvCacheBytes", .number(caches.reduce(0) { $0 + $1.bytes })))
    }
    if let tiling { members.append(("tiling", tiling.json)) }
    if let dataset {
      members.append(("dataset", dataset.json(passFlops: passFlops, batch: request.batch)))
    }
    if explain { members.append(("explain", .array(terms.map(ExplainText.json)))) }
    return .object(members)
  }

  func lines(explain: Bool) -> [String] {
    var facts = AlignedTable(
      head: ["\(model.name), \(request.task.rawValue)", ""], rightAligned: [1])
    facts.rows = [
      ["parameters", Format.count(cost.parameters.total)],
      ["  trainable", Format.count(cost.parameters.trainable)],
    ]
    if copies > 0 { facts.rows.append(["  averaged copy", Format.count(copies)]) }
    facts.rows += cost.parameters.byRole.map { ["  \($0.role.rawValue)", Format.count($0.count)] }
    facts.rows += inputRows
    facts.rows.append(["forward", Format.flops(cost.flops.forward)])
    if trains {
      facts.rows.append(["backward", Format.flops(cost.flops.backward)])
      if repeated > 0 { facts.rows.append(["repeated forward", Format.flops(repeated)]) }
      facts.rows.append(["step", Format.flops(cost.flops.step)])
    }
    facts.rows.append(["outside products", Format.flops(cost.flops.vectorStep)])
    facts.rows += tiling?.rows ?? []
    facts.rows += dataset?.rows(passFlops: passFlops, batch: request.batch) ?? []
    var bytes = AlignedTable(
      head: ["memory, batch \(request.batch), \(request.precision.word)", ""], rightAligned: [1])
    bytes.rows = Self.memoryRows(memory, trains: trains)
    var table = AlignedTable(
      head: ["operator", "count", "FLOP", "bytes"], rightAligned: [1, 2, 3])
    table.rows = cost.operators.map {
      [
        $0.kind, String($0.count), $0.flops == 0 ? "–" : Format.flops($0.flops),
        Format.bytes($0.bytes),
      ]
    }
    let terms = explain ? [""] + ExplainText.lines(terms) : []
    let note = dataset.map { ["  " + $0.note] } ?? []
    return facts.lines + note + [""] + bytes.lines + [""] + table.lines + terms
  }

  /// A row for each input; the layers' caches together.
  private var inputRows: [[String]] {
    func isCache(_ tensor: Tensor) -> Bool { tensor.name.contains(GraphRequest.cache) }
    let caches = inputs.filter(isCache)
    var rows = inputs.filter { !isCache($0) }.map {
      ["input \($0.name)", $0.shape.map(String.init).joined(separator: " x ")]
    }
    for (index, cache) in caches.enumerated() {
      let alike = caches.count { $0.shape == cache.shape }
      guard caches.firstIndex(where: { $0.shape == cache.shape }) == index else { continue }
      let shape = cache.shape.map(String.init).joined(separator: " x ")
      rows.append(["input key/value cache", "\(alike) of \(shape)"])
    }
    if !caches.isEmpty {
      rows.append(["  in memory", Format.bytes(caches.reduce(0) { $0 + $1.bytes })])
    }
    return rows
  }

  static func memoryRows(_ memory: MemoryEstimate, trains: Bool) -> [[String]] {
    var rows = [["parameters", Format.bytes(memory.parametersBytes)]]
    if memory.buffersBytes > 0 { rows.append(["buffers", Format.bytes(memory.buffersBytes)]) }
    func add(_ name: String, _ bytes: Int, _ atPeak: Int) {
      let (all, now) = (Format.bytes(bytes), Format.bytes(atPeak))
      rows.append([name, all])
      if now != all { rows.append(["  at the peak", now]) }
    }
    if trains {
      add("gradients", memory.gradientsBytes, memory.gradientsAtPeakBytes)
      rows.append(["optimizer states", Format.bytes(memory.optimizerBytes)])
    }
    add("activations", memory.activationsBytes, memory.activationsAtPeakBytes)
    rows.append(["temporaries at the peak", Format.bytes(memory.temporaryBytes)])
    rows.append(["peak (in \(memory.peakPhase.rawValue))", Format.bytes(memory.peakBytes)])
    if memory.kvCacheBytesPerToken > 0 {
      rows.append(["keys and values per token", Format.bytes(memory.kvCacheBytesPerToken)])
    }
    return rows
  }

  private var terms: [ExplainTerm] {
    guard copies > 0 else { return Self.terms }
    let copy = ExplainTerm(
      "averaged copy", "teacher or momentum encoder: forward only, no gradient, not in the card",
      Format.count(copies), "objective \(request.objective?.rawValue ?? model.objective.rawValue)")
    return Self.terms + [copy]
  }

  private static let terms = [
    ExplainTerm("parameters", "every distinct tensor once, tied ones once", "", "model profile"),
    ExplainTerm(
      "FLOP", "2·m·n·k for products, 4·B·H·S·T·D for attention (full square), backward 2x", "",
      "counted on the operator graph"),
    ExplainTerm(
      "outside products", "arithmetic of element-wise operators, norms and Fourier transforms", "",
      "approximate; counters of FLOPs leave it out"),
    ExplainTerm("bytes", "each operand and result of an operator once", "", "counted, unfused"),
    ExplainTerm(
      "memory", "liveness walk over forward, backward and update", "",
      "PyTorch's conventions (CostModel/Conventions)"),
  ]
}

/// `--explain` as text and JSON.
enum ExplainText {
  static func json(_ term: ExplainTerm) -> JSONValue {
    .object([
      ("quantity", .string(term.quantity)), ("formula", .string(term.formula)),
      ("value", .string(term.value)), ("source", .string(term.source)),
    ])
  }

  /// A table without the columns that no term fills.
  static func lines(_ terms: [ExplainTerm]) -> [String] {
    let columns: [(String, KeyPath<ExplainTerm, String>)] = [
      ("quantity", \.quantity), ("value", \.value), ("formula", \.formula), ("source", \.source),
    ]
    let filled = columns.filter { column in terms.contains { !$0[keyPath: column.1].isEmpty } }
    var table = AlignedTable(head: filled.map(\.0), rightAligned: [])
    table.rows = terms.map { term in filled.map { term[keyPath: $0.1] } }
    return table.lines
  }
}

extension MemoryEstimate {
  /// The members of `memory` in JSON.
  var json: [(String, JSONValue)] {
    [
      ("parametersBytes", .number(parametersBytes)), ("buffersBytes", .number(buffersBytes)),
      ("gradientsBytes", .number(gradientsBytes)), ("optimizerBytes", .number(optimizerBytes)),
      ("activationsBytes", .number(activationsBytes)),
      ("gradientsAtPeakBytes", .number(gradientsAtPeakBytes)),
      ("activationsAtPeakBytes", .number(activationsAtPeakBytes)),
      ("temporaryBytes", .number(temporaryBytes)), ("peakBytes", .number(peakBytes)),
      ("peakPhase", .string(peakPhase.rawValue)),
      ("kvCacheBytesPerToken", .number(kvCacheBytesPerToken)),
    ]
  }
}
