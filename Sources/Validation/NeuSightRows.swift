import DataFormats
import Models
import Planner
import Quantities
import Workloads

extension RowReader {
  // MARK: NeuSight

  /// Models by their configurations (sitar-lab/NeuSight, `scripts/asplos/data/DLmodel_configs`):
  /// `gpt3_xl` is wider there (3,072) than in the GPT-3 paper.
  private static func neuSightModel(_ name: String, _ sequence: Int) -> DecoderShape? {
    switch name {
    case "gpt2_large":
      DecoderShape(
        layers: 36, hidden: 1280, heads: 20, sequence: sequence, vocabulary: 50_257)
    case "gpt3_xl":
      DecoderShape(
        layers: 24, hidden: 3072, heads: 24, sequence: sequence, vocabulary: 50_257)
    case "gpt3_27":
      DecoderShape(
        layers: 32, hidden: 2560, heads: 32, sequence: sequence, vocabulary: 50_257)
    case "opt_13":
      DecoderShape(
        layers: 24, hidden: 2048, heads: 32, sequence: sequence, vocabulary: 50_272)
    default: nil
    }
  }

  /// Where a device of the set stands: its words hold the key.
  private static let neuSightSites: [(word: String, cluster: String)] = [
    ("A100-SXM4-40GB", "dgx-a100-40gb"), ("A100_80GB_PCIe", "a100-80gb-pcie"),
    ("A100-PCIE-40GB", "a100-40gb-pcie"), ("H100_80GB_HBM3", "dgx-h100"),
    ("V100-PCIE-32GB", "v100-32gb-pcie"), ("P100-PCIE-16GB", "p100-16gb-pcie"), ("Tesla_T4", "t4"),
    ("Tesla_P4", "p4"), ("NVIDIA_L4", "l4"), ("MI100", "mi100"), ("MI210", "mi210"),
    ("MI250", "mi250"),
  ]

  /// Forward, or forward and backward, of a micro-batch in fp32 (Lee et al., NeuSight, ASPLOS
  /// 2025), with that paper's own predictions as the peer.
  static func neuSight(_ row: Row, _ rows: inout PublishedRows) {
    let table = "NeuSight"
    guard let site = neuSightSites.first(where: { row.hardware.contains($0.word) }) else {
      return rows.skip(table, "device not known here")
    }
    func number(_ key: String) -> Int? { row.config(key) ?? Int(row.text(key)) }
    guard let sequence = number("seq"), let batch = number("batch"), let devices = row.devices,
      let time = row.measured("e2e_ms")
    else { return rows.skip(table, "incomplete") }
    guard !row.model.hasPrefix("switch") else {
      return rows.skip(table, "Switch Transformer: routing and capacity are not stated")
    }
    guard row.text("option") != "fusion" else {
      return rows.skip(table, "which kernels were fused is not stated")
    }
    let trains = row.text("mode") == "train"
    let model: RunModel
    if var shape = neuSightModel(row.model, sequence) {
      shape.infers = !trains
      model = .decoder(shape)
    } else if row.model == "bert_large" {
      var request = WorkloadRequest(
        task: trains ? .pretrain : .infer, batch: batch, sequence: sequence, precision: .fp32)
      if !trains {
        // Its inference has a classifier in place of the table's rows: `get_model` of NeuSight's
        // `neusight/Tracing/trace.py` takes `AutoModelForSequenceClassification`, of two classes.
        (request.objective, request.classes) = (.supervised, 2)
      }
      model = .catalogue("bert-large", request)
    } else {
      return rows.skip(table, "model not known here")
    }
    guard let configuration = neuSightCut(row.text("option"), devices, batch) else {
      return rows.skip(table, "cut not known here")
    }
    var run = PublishedRun(
      table: table, group: "\(row.hardware) \(row.model)",
      label: "\(row.model) b\(batch) s\(sequence) \(row.text("mode")) \(row.text("option"))"
        + " on \(devices) \(site.cluster)",
      cluster: site.cluster, stack: "pytorch-2021", model: sized(model, configuration),
      precision: .fp32, configuration: configuration, seconds: time / 1e3,
      peerSeconds: row.value["predicted"]?["neusight"]?.double.map { $0 / 1e3 }, isFitted: false)
    run.measure = .passes
    run.statesMemory = false
    rows.runs.append(run)
  }

  /// `dp4`, `tp4` or `pp4_1`: the batch is that of all devices; one micro-batch in a pipeline.
  private static func neuSightCut(
    _ option: String, _ devices: Int, _ batch: Int
  ) -> Configuration? {
    func cut(data: Int = 1, tensor: Int = 1, pipeline: Int = 1) -> Configuration? {
      guard batch % data == 0 else { return nil }
      return configuration(
        data: data, tensor: tensor, pipeline: pipeline, micro: batch / data, global: batch,
        recompute: .none)
    }
    switch option.prefix(2) {
    case "": return devices == 1 ? cut() : nil
    case "dp": return cut(data: devices)
    case "tp": return cut(tensor: devices)
    case "pp": return option.hasSuffix("_1") ? cut(pipeline: devices) : nil
    default: return nil
    }
  }

  /// The model with the configuration's micro-batch.
  private static func sized(_ model: RunModel, _ configuration: Configuration) -> RunModel {
    guard case .catalogue(let id, var request) = model else { return model }
    request.batch = configuration.microBatch
    return .catalogue(id, request)
  }
}
