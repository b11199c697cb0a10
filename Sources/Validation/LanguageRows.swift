public import DataFormats
import Graph
import Models
import Planner
import Quantities
import Workloads

extension CatalogueRows {
  /// A row's model in the catalogue.
  private struct Sequencer {
    var id: String
    var table = "bioinformatics"
    var optimizer = OptimizerKind.adamw
    /// Devices of a replica's stage and stages, where the row's words name them.
    var tensor = 1
    var pipeline = 1
    var micro: Int?
    var sharded = false
    var recompute = RecomputeMode.none
    var isSequenceParallel = false
    var stack = "pytorch-2021-runs"
    /// Where that generation of software has fused attention besides.
    var fusedAttention: Bool?
    /// Its site, where the row's words state links of their own.
    var cluster: String?
  }

  private static let sequencers: [String: Sequencer] = [
    "geneformer-10m-nv": Sequencer(id: "geneformer"),
    "geneformer-106m-nv": Sequencer(id: "geneformer-106m"),
    "esm2-15B": Sequencer(id: "esm2-15b", sharded: true),
    "dnabert2": Sequencer(id: "dnabert-2"),
    "hyenadna-large": Sequencer(id: "hyenadna-large-1m", micro: 1),
    "meditron-70b": Sequencer(
      id: "meditron-70b", table: "language", tensor: 8, pipeline: 8, micro: 2,
      recompute: .selective, isSequenceParallel: true, stack: "megatron-2022",
      fusedAttention: true, cluster: "epfl-a100"),
    "glm-130b": Sequencer(
      id: "glm-130b", table: "language", tensor: 4, pipeline: 8, micro: 1, recompute: .full,
      stack: "megatron-deepspeed"),
    "bloom-176b": Sequencer(
      id: "bloom-176b", table: "language", tensor: 4, pipeline: 12, micro: 2, recompute: .full,
      stack: "megatron-deepspeed"),
  ]

  /// Rows whose sources contradict each other in what decides the time (facts/README.md).
  private static let contradicted = [
    "nt-2.5b": "Nucleotide Transformer: 86,016 or 215,000 device-hours, sources differ",
    "pubmedbert": "PubMedBERT: sequences of 128 or of 512 tokens, sources differ",
  ]

  /// Runs of `training_runs_language_bio.json` with complete inputs.
  public static func biology(_ document: JSONValue) -> PublishedRows {
    var rows = PublishedRows()
    for row in document["runs"]?.array ?? [] {
      guard let model = sequencers[row["id"]?.string ?? ""] else {
        rows.skip("bioinformatics and language", "\(family(row)): \(missing(row))")
        continue
      }
      sequence(row, model, &rows)
    }
    return rows
  }

  /// The families that people look for by name; the others together.
  private static func family(_ row: JSONValue) -> String {
    let id = row["id"]?.string ?? ""
    let known = [
      ("llama", "LLaMA"), ("glm", "GLM"), ("bloom", "BLOOM"), ("esm", "ESM"),
      ("hyenadna", "HyenaDNA"), ("geneformer", "Geneformer"), ("gatortron", "GatorTron"),
      ("alphafold", "AlphaFold"),
    ]
    return known.first { id.hasPrefix($0.0) }?.1 ?? "other models"
  }

  /// What a row lacks, the first of it.
  private static func missing(_ row: JSONValue) -> String {
    let hasTime = ["wall_clock_hours", "device_hours", "throughput"].contains {
      row[$0]?.isNull == false
    }
    if let gap = contradicted[row["id"]?.string ?? ""] { return gap }
    if !hasTime { return "time is not stated" }
    if row["n_devices"]?.int == nil { return "number of devices and cut are not stated" }
    if row["steps"]?.int == nil && row["tokens"]?.double == nil { return "work is not stated" }
    if row["seq_len"]?.int == nil { return "length of a sequence is not stated" }
    return "its recipe, or the batch of a device, is not stated"
  }

  private static func sequence(
    _ row: JSONValue, _ model: Sequencer, _ rows: inout PublishedRows
  ) {
    guard let devices = row["n_devices"]?.int, let length = row["seq_len"]?.int,
      let site = site(row["device"]?.string ?? "", gigabytes(row["device"]?.string ?? ""))
    else { return rows.skip(model.table, "device or length is not stated") }
    let sequences =
      row["global_batch_seqs"]?.double
      ?? row["global_batch_tokens"]?.double.map { $0 / Double(length) }
      ?? Double(devices * (model.micro ?? 1))
    let replicas = devices / (model.tensor * model.pipeline)
    let share = max(1, Int((sequences / Double(replicas)).rounded()))
    let micro = model.micro ?? stated(row) ?? share
    guard let seconds = seconds(row, sequences * Double(length), sequences),
      let configuration = RowReader.configuration(
        data: replicas, tensor: model.tensor, pipeline: model.pipeline, micro: micro,
        global: max(micro, share) * replicas, recompute: model.recompute,
        zero: model.sharded ? 3 : 0, sequence: model.isSequenceParallel)
    else { return rows.skip(model.table, "time or batch is not stated") }
    let precision = format(row, site.cluster)
    let request = WorkloadRequest(
      task: .pretrain, batch: micro, sequence: length, precision: precision,
      optimizer: model.optimizer)
    let id = row["id"]?.string ?? model.id
    var run = PublishedRun(
      table: model.table, group: id, label: "\(id) on \(devices)",
      cluster: model.cluster ?? site.cluster,
      device: site.device, stack: model.stack, model: .catalogue(model.id, request),
      precision: precision, configuration: configuration,
      // A batch that the devices do not share evenly is rounded; so is its time.
      seconds: seconds * Double(configuration.globalBatch) / sequences, isFitted: false)
    run.fusedAttention = model.fusedAttention
    run.statesMemory = false
    run.mayRecompute = model.recompute == .none
    run.mayAccumulate = model.micro == nil && stated(row) == nil
    run.measure = .wholeRun
    rows.runs.append(run)
  }

  /// `MBS 32` in the words on parallelism.
  private static func stated(_ row: JSONValue) -> Int? {
    let words = (row["parallelism"]?.string ?? "").split(separator: " ")
    guard let at = words.firstIndex(of: "MBS"), at + 1 < words.count else { return nil }
    return Int(words[at + 1].filter(\.isNumber))
  }

  private static func gigabytes(_ device: String) -> Double? {
    device.contains("40GB") ? 40 : nil
  }

  /// Mixed precision unless fp32 is named; half precision on devices without bf16.
  private static func format(_ row: JSONValue, _ cluster: String) -> Precision {
    let text = row["precision"]?.string ?? ""
    if text.hasPrefix("fp32/TF32") { return Precision(parameters: .fp32, compute: .tf32) }
    if text.hasPrefix("fp32") { return .fp32 }
    let half: DataType = text.contains("bf16") ? .bf16 : .fp16
    return Precision(parameters: .fp32, compute: half)
  }

  /// Seconds of a step of some tokens: by a stated rate, by steps or by all tokens of the run.
  private static func seconds(
    _ row: JSONValue, _ tokens: Double, _ sequences: Double
  ) -> Double? {
    let rate = row["throughput"]?.string ?? ""
    if rate.hasSuffix("tokens/second"),
      let value = Double(rate.prefix { $0 != " " }.filter { $0 != "," })
    {
      return tokens / value
    }
    if let range = rate.firstRange(of: "samples per second: "),
      let value = Double(rate[range.upperBound...].prefix { $0.isNumber || $0 == "." })
    {
      return sequences / value
    }
    guard let hours = row["wall_clock_hours"]?.double else { return nil }
    if let steps = row["steps"]?.double { return hours * 3600 / steps }
    return row["tokens"]?.double.map { hours * 3600 * tokens / $0 }
  }
}
