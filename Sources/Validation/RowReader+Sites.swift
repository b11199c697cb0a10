import DataFormats
import Planner
import Quantities

extension RowReader {
  // MARK: BLOOM

  static func bloom(_ row: Row, _ rows: inout PublishedRows) {
    let table = "BLOOM A100"
    guard row.hardware.hasPrefix("A100") else {
      return rows.skip("BLOOM V100", "model's shape is not stated")
    }
    let isOutOfMemory = row.cell("Mem")?.string == "OOM"
    let seconds = row.cell("Sec/it")?.double
    guard seconds != nil || isOutOfMemory, let nodes = row.cell("Nodes")?.int,
      let tensor = row.cell("TP")?.int, let pipeline = row.cell("PP")?.int,
      let micro = row.cell("MBS")?.int, let global = row.cell("GBS")?.int,
      let layers = row.config("layers")
    else { return rows.skip(table, "no time, or the cut is not stated") }
    guard let shape = bloomShape(row, layers, pipeline: pipeline) else {
      return rows.skip(table, "no size")
    }
    let data = nodes * 8 / (tensor * pipeline)
    guard layers > 8, data > 0,
      let configuration = configuration(
        data: data, tensor: tensor, pipeline: pipeline, micro: micro, global: global,
        recompute: .full, zero: row.cell("ZS")?.int ?? 1)
    else { return rows.skip(table, "contradictory: the batch cannot be of a step so short") }
    let section = row.text("section")
    let fitted = [
      "48 node contenders", "Another round of NHEADS", "Choosing the fastest 3D Topology",
    ]
    var run = PublishedRun(
      table: table, group: section,
      label: "\(shape.layers)x\(shape.hidden)/\(shape.heads) t\(tensor) p\(pipeline) d\(data)"
        + " b\(micro) B\(global)",
      cluster: "jean-zay-a100", stack: "megatron-deepspeed", model: .decoder(shape),
      precision: half,
      configuration: configuration, seconds: seconds, isFitted: fitted.contains(section))
    run.isOutOfMemory = isOutOfMemory
    var whole = shape
    whole.vocabulary = bloomVocabulary
    run.memoryModel = .decoder(whole)
    // "from now on the testing is happening with BF16 optimizer that was just written to accumulate
    // gradients in fp32 … The additional memory usage is 4bytes x params".
    if section == "Rebalancing layers" { run.gradientBytes = 6 }
    rows.runs.append(run)
  }

  /// Rows of the table in the tests before BLOOM: "VOCAB_LENGTH=250k", as the model got it (arXiv
  /// 2211.05100, table 3). Sizes and memory are of it; times are predicted with 51,200 rows: a last
  /// stage with the whole table would make 12 stages a tenth slower than 6, which was not so.
  private static let bloomVocabulary = 250_880

  /// The model of a row. Its size, 12·l·h² and the table, says where it carries the width of
  /// another section's heading, and where "the number of layers had to be tweaked to fit PP".
  private static func bloomShape(_ row: Row, _ stated: Int, pipeline: Int) -> DecoderShape? {
    guard let size = Double((row.cell("Size")?.string ?? "").dropLast()),
      let heading = row.config("hidden")
    else { return nil }
    /// Layers of a width that make the size, over those stated, less 1.
    func excess(_ width: Int) -> Double {
      let layers = (size * 1e9 - Double(bloomVocabulary * width)) / (12 * Double(width * width))
      return layers / Double(stated) - 1
    }
    var hidden = row.cell("NHIDDEN")?.int ?? heading
    if abs(excess(hidden)) > 0.12 {
      // Widths that the tests tried.
      let others = [12_288, 13_312, 13_824, 14_336]
      hidden = others.first { abs(excess($0)) < 0.02 } ?? hidden
    }
    var layers = stated
    if abs(excess(hidden)) > 0.02 {
      let perStage = Double(stated) * (1 + excess(hidden)) / Double(pipeline)
      layers = pipeline * Int(max(1, perStage).rounded())
    }
    return DecoderShape(
      layers: layers, hidden: hidden,
      heads: heads(row.cell("NHEADS")?.int ?? row.config("heads") ?? 64, hidden), sequence: 2048)
  }

  /// Heads that divide the hidden size, next to the number stated: some rows carry another's.
  private static func heads(_ stated: Int, _ hidden: Int) -> Int {
    for distance in 0..<hidden {
      for heads in [stated + distance, stated - distance] where heads > 0 && hidden % heads == 0 {
        return heads
      }
    }
    return stated
  }

  // MARK: llm-foundry

  static func foundry(_ row: Row, _ rows: inout PublishedRows) {
    let table = "llm-foundry"
    guard var shape = shape(row), let devices = row.devices,
      let global = row.config("global_batch"),
      let rate = row.measured("tokens_per_s_per_gpu"), let micro = row.config("micro_batch"),
      let configuration = configuration(
        data: devices, tensor: 1, pipeline: 1, micro: micro, global: global,
        recompute: row.value["config"]?["act_ckpt"]?.bool == true ? .full : .none,
        zero: row.text("sharding") == "FULL_SHARD" ? 3 : 2)
    else { return rows.skip(table, "incomplete") }
    shape.vocabulary = row.config("vocab") ?? 50_368
    let device = String(row.hardware.prefix(while: { $0 != " " }))
    let clusters = [
      "a100_40gb": "mosaicml-a100-40gb", "a100_80gb": "mosaicml-a100-80gb",
      "h100_80gb": "mosaicml-h100",
    ]
    guard let cluster = clusters[device] else {
      return rows.skip(table, "unknown device \(device)")
    }
    let narrow = row.text("precision").contains("fp8")
    let group = "\(device) \(shape.layers)x\(shape.hidden)\(narrow ? " fp8" : "")"
    var run = PublishedRun(
      table: table, group: group,
      label: "\(row.model) \(device) on \(devices) s\(shape.sequence) b\(micro)",
      cluster: cluster, stack: "pytorch", model: .decoder(shape),
      precision: Precision(parameters: .fp32, compute: narrow ? .fp8 : .bf16),
      configuration: configuration,
      seconds: Double(global * shape.sequence) / (rate * Double(devices)),
      isFitted: isEven(group))
    // loss_fn: fused_crossentropy of the repository's configurations: one gradient in bf16.
    run.lossBytes = 2
    run.isLargestMicroBatch = true
    rows.runs.append(run)
  }

  /// Half of the groups, by a sum over the bytes of their names.
  static func isEven(_ group: String) -> Bool {
    group.utf8.reduce(0) { ($0 * 31 + Int($1)) % 1_000_003 } % 2 == 0
  }

  // MARK: torchtitan

  static func titan(_ row: Row, _ rows: inout PublishedRows) {
    let table = "torchtitan"
    guard let rate = row.measured("tokens_per_s_per_gpu"), let devices = row.devices,
      let sequence = row.config("seq"), let micro = row.config("local_batch"),
      let data = row.config("fsdp")
    else { return rows.skip(table, "raw table row") }
    guard let shape = titanShape(row.model, sequence) else {
      return rows.skip(table, "model not known here")
    }
    guard !row.hardware.contains("H200"), !row.text("ac").contains("op") else {
      return rows.skip(table, "recomputation by operator or device is not stated")
    }
    let (tensor, context) = (row.config("tp") ?? 1, row.config("cp") ?? 1)
    let layered = row.text("ac").hasPrefix("selective")
    guard
      let configuration = configuration(
        data: data, tensor: tensor, pipeline: row.config("pp") ?? 1, context: context,
        micro: micro, global: micro * data, recompute: layered ? .selective : .full, zero: 3,
        sequence: tensor > 1)
    else { return rows.skip(table, "batch does not divide") }
    let narrow = row.value["config"]?["float8"]?.bool == true || row.text("precision").contains("8")
    var run = PublishedRun(
      table: table, group: "\(row.model) \(narrow ? "fp8" : "bf16")",
      label: "\(row.model) on \(devices) s\(sequence) \(narrow ? "float8" : "bf16")",
      cluster: "torchtitan-h100", stack: "pytorch", model: .decoder(shape),
      precision: Precision(parameters: .fp32, compute: narrow ? .fp8 : .bf16),
      configuration: configuration,
      seconds: Double(micro * data * sequence) / (rate * Double(devices)),
      peakBytes: row.measured("peak_mem_gib").map { $0 * 1_073_741_824 },
      isFitted: row.index % 2 == 0)
    run.isReserved = true
    rows.runs.append(run)
  }

  private static func titanShape(_ model: String, _ sequence: Int) -> DecoderShape? {
    if model.contains("8B") { return llama(32, 4096, 32, 14_336, sequence: sequence) }
    if model.contains("70B") { return llama(80, 8192, 64, 28_672, sequence: sequence) }
    if model.contains("405B") { return llama(126, 16_384, 128, 53_248, sequence: sequence) }
    return nil
  }
}
