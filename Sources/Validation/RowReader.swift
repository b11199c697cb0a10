public import DataFormats
import Planner
import Quantities

/// Reads the rows of `published.json`: each set states its runs in its own words.
public enum RowReader {
  /// All runs of the sets that are known here.
  public static func read(_ document: JSONValue) -> PublishedRows {
    var rows = PublishedRows()
    var counters: [String: Int] = [:]
    for row in document["rows"]?.array ?? [] {
      guard let set = row["set"]?.string else { continue }
      if let gap = gaps[set] {
        rows.skip(gap.table, gap.reason)
        continue
      }
      guard let reader = readers[set] else { continue }
      let index = counters[set, default: 0]
      counters[set] = index + 1
      reader(Row(row, index), &rows)
    }
    return rows
  }

  private static let readers: [String: @Sendable (Row, inout PublishedRows) -> Void] = [
    "megatron_sc21_table1": megatronTable1, "megatron_sc21_table2": megatronTable2,
    "korthikanti_table5": korthikanti, "mt_nlg_530b": turing,
    "vtrain_single": vTrainSingle, "vtrain_multi": vTrainMulti, "bigscience_bloom": bloom,
    "mosaicml_llm_foundry": foundry, "megatron_bridge": bridge, "torchtitan": titan,
    "megatron_2020_scaling": megatron2020, "neusight": neuSight,
    "mlperf_training": mlPerf, "maxtext_tpu": maxText,
  ]

  /// Sets of which no row states everything, and what is missing.
  private static let gaps: [String: (table: String, reason: String)] = [
    "llama_energy": (
      "OPT, LLaMA 1 to 4 (device-hours)", "number of devices and cut are not stated"
    ),
    "nemo_launcher_2023": ("NeMo 2023", "the model of a row, or its cut, is not stated"),
    "nemo_long_seq": ("NeMo long sequences", "whether FLOP count the causal half is not stated"),
    "deepspeed_docs": ("DeepSpeed BERT", "steps, or the length of sequences, are not stated"),
    "swin_fps": ("Swin", "from memory, no evidence"),
    "megatron_moe_layer_ci": ("Megatron layer of experts", "extents of the layer are not stated"),
  ]

  /// One row with short ways to its fields.
  struct Row {
    let value: JSONValue
    /// Place among the rows of its set.
    let index: Int

    init(_ value: JSONValue, _ index: Int) {
      self.value = value
      self.index = index
    }

    var model: String { value["model"]?.string ?? "" }
    var hardware: String { value["hardware"]?.string ?? "" }
    var devices: Int? { value["n_gpus"]?.int }
    func config(_ key: String) -> Int? { value["config"]?[key]?.int }
    func text(_ key: String) -> String { value["config"]?[key]?.string ?? "" }
    func measured(_ key: String) -> Double? { value["measured"]?[key]?.double }
    /// A field of a table row that was kept as it stood.
    func cell(_ key: String) -> JSONValue? { value["config"]?["row"]?[key] }
  }

  // MARK: Megatron-LM

  /// SC 2021, equation 3: hardware FLOPs of a step with full recomputation.
  static func hardwareFlops(_ shape: DecoderShape, batch: Int) -> Double {
    let (l, h, s) = (Double(shape.layers), Double(shape.hidden), Double(shape.sequence))
    let v = Double(shape.vocabulary)
    return 96 * Double(batch) * s * l * h * h * (1 + s / (6 * h) + v / (16 * l * h))
  }

  static func shape(_ row: Row) -> DecoderShape? {
    guard let layers = row.config("layers"), let hidden = row.config("hidden"),
      let heads = row.config("heads"), let sequence = row.config("seq")
    else { return nil }
    return DecoderShape(
      layers: layers, hidden: hidden, heads: heads, sequence: sequence,
      vocabulary: row.config("vocab") ?? 51_200)
  }

  /// A configuration of a Megatron run; nil when the batch does not divide.
  static func configuration(
    data: Int, tensor: Int, pipeline: Int, virtualStages: Int = 1, context: Int = 1, micro: Int,
    global: Int, recompute: RecomputeMode, zero: Int = 0, sequence: Bool = false
  ) -> Configuration? {
    guard data > 0, micro > 0, global >= data * micro else { return nil }
    var cut = Parallelism()
    cut.data = data
    cut.tensor = tensor
    cut.pipeline = pipeline
    cut.virtualStages = pipeline > 1 ? virtualStages : 1
    cut.context = context
    cut.zeroStage = zero
    cut.sequenceParallel = sequence
    return Configuration(
      parallelism: cut, microBatch: micro,
      accumulation: Int((Double(global) / Double(data * micro)).rounded()), recompute: recompute)
  }

  static let half = Precision(parameters: .fp16, compute: .fp16)

  private static func megatronTable1(_ row: Row, _ rows: inout PublishedRows) {
    let table = "Megatron SC21 table 1"
    guard let shape = shape(row), let devices = row.devices,
      let global = row.config("global_batch"),
      let rate = row.measured("tflops_per_gpu"),
      let configuration = configuration(
        data: row.config("dp") ?? 1, tensor: row.config("tp") ?? 1, pipeline: row.config("pp") ?? 1,
        virtualStages: row.config("pp_interleave_chunks") ?? 1,
        micro: row.config("micro_batch") ?? 1, global: global, recompute: .full)
    else { return rows.skip(table, "incomplete") }
    let seconds = hardwareFlops(shape, batch: global) / (rate * 1e12 * Double(devices))
    rows.runs.append(
      PublishedRun(
        table: table, group: row.model, label: row.model, cluster: "selene-a100",
        stack: "megatron-2021", model: .decoder(shape), precision: half,
        configuration: configuration,
        seconds: seconds, isFitted: row.index % 2 == 0))
  }

  private static func megatronTable2(_ row: Row, _ rows: inout PublishedRows) {
    let table = "Megatron SC21 table 2"
    let sharded = row.text("scheme") == "ZeRO-3"
    guard let shape = shape(row), let devices = row.devices,
      let global = row.config("global_batch"),
      let rate = row.measured("tflops_per_gpu")
    else { return rows.skip(table, "incomplete") }
    let (tensor, pipeline) = (row.config("tp") ?? 1, row.config("pp") ?? 1)
    guard
      let configuration = configuration(
        data: devices / (tensor * pipeline), tensor: tensor, pipeline: pipeline,
        virtualStages: shape.layers % (pipeline * 3) == 0 ? 3 : 1,
        micro: row.config("micro_batch") ?? 1, global: global, recompute: .full,
        zero: sharded ? 3 : 0)
    else { return rows.skip(table, "batch does not divide") }
    let seconds = hardwareFlops(shape, batch: global) / (rate * 1e12 * Double(devices))
    rows.runs.append(
      PublishedRun(
        table: table, group: "\(row.model) \(row.text("scheme"))",
        label: "\(row.model) \(row.text("scheme")) on \(devices)", cluster: "selene-a100",
        stack: sharded ? "deepspeed-zero3" : "megatron-2021", model: .decoder(shape),
        precision: half,
        configuration: configuration, seconds: seconds,
        isFitted: sharded && shape.layers == 96))
  }

  private static func korthikanti(_ row: Row, _ rows: inout PublishedRows) {
    let table = "Korthikanti table 5"
    let selective = row.text("recompute").hasPrefix("selective")
    var shape = shape(row)
    var global = row.config("global_batch")
    var seconds = row.measured("iter_s")
    if shape == nil, let devices = row.devices, let mfu = row.measured("mfu_pct") {
      // The README's run on 2,240 devices: the 530B model with eight replicas.
      let known = DecoderShape(layers: 105, hidden: 20_480, heads: 128, sequence: 2048)
      let data = row.config("dp") ?? 8
      global = 280 * data
      shape = known
      seconds =
        hardwareFlops(known, batch: 280 * data) * 0.75
        / (mfu / 100 * 312e12 * Double(devices))
    }
    guard let shape, let global, let seconds,
      let configuration = configuration(
        data: row.config("dp") ?? 1, tensor: row.config("tp") ?? 8, pipeline: row.config("pp") ?? 1,
        virtualStages: row.config("pp_interleave_chunks") ?? 3,
        micro: row.config("micro_batch") ?? 1, global: global,
        recompute: selective ? .selective : .full, sequence: selective)
    else { return rows.skip(table, "incomplete") }
    rows.runs.append(
      PublishedRun(
        table: table, group: row.model,
        label: "\(row.model) \(selective ? "selective" : "full") on \(row.devices ?? 0)",
        cluster: "selene-a100", stack: "megatron-2022", model: .decoder(shape), precision: half,
        configuration: configuration, seconds: seconds,
        peerSeconds: row.value["predicted_calculon"]?["iter_s"]?.double,
        isFitted: shape.layers == 48 || shape.layers == 105))
  }

  private static func turing(_ row: Row, _ rows: inout PublishedRows) {
    let table = "MT-NLG 530B"
    guard let shape = shape(row), let global = row.config("global_batch"),
      let configuration = configuration(
        data: row.config("dp") ?? 1, tensor: row.config("tp") ?? 8,
        pipeline: row.config("pp") ?? 35,
        micro: 1, global: global, recompute: .full, zero: 1)
    else { return rows.skip(table, "incomplete") }
    rows.runs.append(
      PublishedRun(
        table: table, group: row.model, label: "\(row.model) on \(row.devices ?? 0)",
        cluster: "selene-a100", stack: "megatron-deepspeed", model: .decoder(shape),
        precision: half,
        configuration: configuration, seconds: row.measured("iter_s"), isFitted: false))
  }

  private static func megatron2020(_ row: Row, _ rows: inout PublishedRows) {
    let table = "Megatron 2020"
    guard let shape = shape(row), let global = row.config("global_batch"), let devices = row.devices
    else { return rows.skip(table, "incomplete") }
    let tensor = row.config("tp") ?? 1
    let data = devices / tensor
    guard
      let configuration = configuration(
        data: data, tensor: tensor, pipeline: 1, micro: global / data, global: global,
        recompute: .full)
    else { return rows.skip(table, "batch does not divide") }
    let volta = row.hardware.contains("V100")
    rows.runs.append(
      PublishedRun(
        table: table, group: volta ? "V100" : "A100", label: "\(row.model) on \(row.hardware)",
        cluster: volta ? "dgx2-v100" : "selene-a100", stack: "megatron-2021",
        model: .decoder(shape),
        precision: half, configuration: configuration,
        seconds: row.measured("iter_ms").map { $0 / 1e3 }, isFitted: false))
  }

  // MARK: vTrain

  private static func vTrainSingle(_ row: Row, _ rows: inout PublishedRows) {
    vTrain(row, "vTrain 2-8 GPUs", row.index % 10 == 0, &rows)
  }

  private static func vTrainMulti(_ row: Row, _ rows: inout PublishedRows) {
    let size = row.value["config"]?["params_b"]?.double ?? 0
    vTrain(row, "vTrain 64-512 GPUs", size < 20, &rows)
  }

  private static func vTrain(
    _ row: Row, _ table: String, _ fitted: Bool, _ rows: inout PublishedRows
  ) {
    guard let shape = shape(row), let global = row.config("global_batch"),
      let time = row.measured("iter_ms"),
      let configuration = configuration(
        data: row.config("dp") ?? 1, tensor: row.config("tp") ?? 1, pipeline: row.config("pp") ?? 1,
        micro: row.config("micro_batch") ?? 1, global: global, recompute: .full)
    else { return rows.skip(table, "incomplete") }
    let cut = configuration.parallelism
    rows.runs.append(
      PublishedRun(
        table: table, group: "\(shape.hidden)",
        label: "\(shape.layers)x\(shape.hidden) t\(cut.tensor) d\(cut.data) p\(cut.pipeline)"
          + " b\(configuration.microBatch) B\(global)",
        cluster: "vtrain-a100", stack: "vtrain", model: .decoder(shape), precision: half,
        configuration: configuration, seconds: time / 1e3, isFitted: fitted))
  }
}
