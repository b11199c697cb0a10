import CostModel
import DataFormats
import Models
import Quantities
import TestSupport
import Testing
import Workloads

/// Bytes that autograd keeps per layer, against the saved tensors that PyTorch 2.15 lists for the
/// implementations' layers (`HFM_VALIDATION_DATA/truth/activation_per_layer.json`).
@Suite struct KeptPerLayerTests {
  /// Stack and input of a record, by the start of its name.
  private static let layers: [(name: String, stack: String, isImage: Bool)] = [
    ("bert", #""hidden": 768, "heads": 12, "normPosition": "post""#, false),
    (
      "gpt2",
      #""hidden": 768, "heads": 12, "activation": "geluTanh", "causal": true, "#
        + #""packsProjections": true"#,
      false
    ),
    ("llama (", llama(16), false), ("llama GQA", llama(4), false),
    (
      "esm2-hf", #""hidden": 1280, "heads": 20, "activation": "geluErf", "rotaryBase": 10000"#,
      false
    ),
    ("vit timm (", #""hidden": 768, "heads": 12"#, true),
    ("vit timm LayerScale", #""hidden": 1024, "heads": 16, "layerScale": true"#, true),
  ]

  private static func llama(_ keyValueHeads: Int) -> String {
    """
    "hidden": 2048, "heads": 16, "keyValueHeads": \(keyValueHeads), "intermediate": 5504,
    "norm": "rms", "gated": true, "activation": "silu", "queryKeyValueBias": false,
    "outputBias": false, "mlpBias": false, "causal": true, "rotaryBase": 10000
    """
  }

  private static func kept(
    _ stack: String, isImage: Bool, layers: Int, _ precision: Precision
  ) throws -> Int {
    let input =
      isImage
      ? #""patches": {"image": 224, "patch": 16}"#
      : #""tokens": {"vocabulary": 64, "context": 512}"#
    let text = """
      {"id": "x", "name": "x", "family": "language", "source": "test", "objective": "supervised",
       "architecture": {\(input), "stack": {"layers": \(layers), \(stack)}}}
      """
    let model = try ModelProfile(parsing: Array(text.utf8), file: "x.json")
    let request = WorkloadRequest(
      task: .pretrain, objective: .supervised, batch: 3, sequence: isImage ? nil : 512,
      precision: precision)
    let training = try #require(try Workload(model, request).training)
    return MemoryModel(training: training).estimate().activationsBytes
  }

  @Test(.enabled(if: ValidationData.isPresent, "no HFM_VALIDATION_DATA"))
  func everyLayerKeepsWhatAutogradKeeps() throws {
    let records = try ValidationData.json("truth/activation_per_layer.json").array ?? []
    var compared = 0
    for record in records {
      let name = record["model"]?.string ?? ""
      guard let layer = Self.layers.first(where: { name.hasPrefix($0.name) }) else { continue }
      let word = record["precision"]?.string ?? ""
      let precision = try #require(
        Precision(word: word == "autocast_bf16" ? "bf16-mixed" : word))
      // What one more layer adds.
      let counts = try [3, 4].map {
        try Self.kept(layer.stack, isImage: layer.isImage, layers: $0, precision)
      }
      let wanted = try #require(record["bytes_per_layer"]?.int)
      let error = Double(counts[1] - counts[0]) / Double(wanted) - 1
      #expect(abs(error) < 0.005, "\(name) \(word): \(counts[1] - counts[0]), PyTorch \(wanted)")
      compared += 1
    }
    #expect(compared >= 21 || records.count < 24)
  }
}
