public import DataFormats
import Graph
import Models
import Planner
import Quantities
import Workloads

/// Reads the training tables of NVIDIA's example models (`deeplearningexamples.json`): throughput
/// of BERT's pre-training and of nnU-Net, in mixed precision and in fp32 or tf32. Other networks of
/// the collection have no recipe in the catalogue.
public enum ExampleRows {
  static let table = "NVIDIA examples"

  /// All rows whose batch, devices and extents are stated.
  public static func read(_ document: JSONValue) -> PublishedRows {
    var rows = PublishedRows()
    let all = document.array ?? []
    var extents: [String: [Int]] = [:]
    for row in all {
      guard let text = row["row"]?["Resolution"]?.string else { continue }
      let key = source(row) + " \(row["row"]?["Dimension"]?.int ?? 0)"
      extents[key] = text.split(separator: "x").compactMap { Int($0) }
    }
    for row in all {
      let example = Example(row)
      guard example.isTraining else { continue }
      if example.source.contains("/BERT/") {
        bert(example, &rows)
      } else if example.source.contains("/nnUNet/") {
        nnUNet(example, extents, &rows)
      }
    }
    return rows
  }

  private static func source(_ row: JSONValue) -> String {
    let text = row["source"]?.string ?? ""
    return text.split(separator: " ").last.map(String.init) ?? text
  }

  /// One row with its headings.
  struct Example {
    let source: String
    let headings: [String]
    let cells: [JSONValue.Member]

    init(_ row: JSONValue) {
      source = ExampleRows.source(row)
      headings = (row["headings"]?.array ?? []).compactMap(\.string)
      cells = row["row"]?.object ?? []
    }

    var isTraining: Bool {
      let text = headings.joined(separator: " ")
      return text.contains("raining performance")
        && !(headings.last ?? "").contains("nference")
        && cells.contains { $0.key.contains("hroughput") }
    }

    /// The first cell whose key holds all words.
    func cell(_ words: String...) -> JSONValue.Member? {
      cells.first { cell in
        words.allSatisfy { cell.key.lowercased().contains($0) }
      }
    }

    /// Devices: on one node, or on several.
    var devices: Int? {
      if let count = cells.first(where: { $0.key == "GPUs" })?.value.int { return count }
      guard
        let nodes = cells.first(where: { $0.key == "Nodes" || $0.key == "Num Nodes" })?.value.int
      else { return nil }
      return nodes * (cell("gpus / node")?.value.int ?? (title.contains("DGX-2") ? 16 : 8))
    }

    var title: String { headings.last ?? "" }

    /// Where it ran.
    var site: (cluster: String, device: String?)? {
      let text = headings.joined(separator: " ")
      if text.contains("A100") {
        return (text.contains("40GB") ? "dgx-a100-40gb" : "dgx-a100-superpod", nil)
      }
      guard text.contains("V100") else { return nil }
      if text.contains("DGX-2") { return ("dgx2-v100", nil) }
      return ("dgx1-v100-32gb", text.contains("16G") ? "v100-16gb" : nil)
    }

    /// The number that belongs to mixed precision (or not) in a cell like `128 and 256` under
    /// `(TF32 and FP16)`; one number stands for both.
    func number(_ cell: JSONValue.Member, mixed: Bool) -> Int? {
      if let one = cell.value.int { return one }
      let numbers = (cell.value.string ?? "").split { !$0.isNumber }.compactMap { Int($0) }
      guard numbers.count == 2 else { return numbers.count == 1 ? numbers[0] : nil }
      let key = cell.key.lowercased()
      let mixedComesFirst = key.contains("mixed precision, ")
      return numbers[mixed == mixedComesFirst ? 0 : 1]
    }

    /// Samples a second in a format.
    func rate(mixed: Bool) -> Double? {
      let cell = cells.first { cell in
        let key = cell.key.lowercased()
        return key.contains("throughput") && !key.contains("speedup")
          && (mixed ? key.contains("mixed") : key.contains("tf32") || key.contains("fp32"))
      }
      return cell?.value.double
    }

    func precision(mixed: Bool) -> Precision {
      if mixed { return Precision(parameters: .fp32, compute: .fp16) }
      let wide = cells.contains { $0.key.contains("TF32") }
      return Precision(parameters: .fp32, compute: wide ? .tf32 : .fp32)
    }
  }

  // MARK: BERT

  private static func bert(_ example: Example, _ rows: inout PublishedRows) {
    guard let sequence = example.cell("sequence length")?.value.int else {
      return rows.skip(table, "BERT fine-tuning: the sequence's length is not stated")
    }
    // Sequences of the PyTorch and Paddle recipes come in bins by length (LDDL): at "512" they run
    // more tokens a second than at 128, since most of them are shorter.
    guard example.source.hasPrefix("TensorFlow") else {
      return rows.skip(
        table, "BERT on PyTorch or Paddle: the mean length of its bins is not stated")
    }
    guard let cell = example.cell("batch size / gpu"), let devices = example.devices,
      let site = example.site
    else { return rows.skip(table, "BERT: batch or devices are not stated") }
    let steps = example.cell("accumulation")
    for mixed in [true, false] {
      guard let rate = example.rate(mixed: mixed), let micro = example.number(cell, mixed: mixed)
      else { continue }
      guard !example.source.contains("biobert") else {
        rows.skip(table, "BioBERT: the batches of two formats run into one number")
        continue
      }
      let accumulation = steps.flatMap { example.number($0, mixed: mixed) } ?? 1
      let precision = example.precision(mixed: mixed)
      let request = WorkloadRequest(
        task: .pretrain, batch: micro, sequence: sequence, precision: precision, optimizer: .lamb)
      add(
        example, .catalogue("bert-large", request), "BERT large s\(sequence)", site, devices, micro,
        accumulation, precision, rate, &rows)
    }
  }

  // MARK: nnU-Net

  /// Patches as the same page states them for inference; four modalities and classes (BraTS).
  private static func nnUNet(
    _ example: Example, _ extents: [String: [Int]], _ rows: inout PublishedRows
  ) {
    guard let dimension = example.cells.first(where: { $0.key == "Dimension" })?.value.int,
      let micro = example.cell("batch size / gpu")?.value.int, let devices = example.devices,
      let site = example.site, let patch = extents[example.source + " \(dimension)"]
    else { return rows.skip(table, "nnU-Net: batch, devices or patch are not stated") }
    for mixed in [true, false] {
      guard let rate = example.rate(mixed: mixed) else { continue }
      let precision = example.precision(mixed: mixed)
      var request = WorkloadRequest(
        task: .pretrain, batch: micro, precision: precision, optimizer: .adamw)
      if patch.count == 3 {
        request.volume = patch
      } else {
        request.image = ImageSize(height: patch[0], width: patch[1])
      }
      add(
        example, .catalogue(dimension == 3 ? "nnunet-3d-fullres" : "nnunet-2d", request),
        "nnU-Net \(dimension)D", site, devices, micro, 1, precision, rate, &rows)
    }
  }

  private static func add(
    _ example: Example, _ model: RunModel, _ name: String,
    _ site: (cluster: String, device: String?), _ devices: Int, _ micro: Int, _ accumulation: Int,
    _ precision: Precision, _ rate: Double, _ rows: inout PublishedRows
  ) {
    let global = micro * devices * accumulation
    guard micro > 0, global > 0,
      let configuration = RowReader.configuration(
        data: devices, tensor: 1, pipeline: 1, micro: micro, global: global, recompute: .none)
    else { return rows.skip(table, "batch does not divide") }
    let framework = example.source.prefix { $0 != "/" }
    let group = "\(framework) \(name)"
    rows.runs.append(
      PublishedRun(
        table: table, group: group,
        label: "\(group) b\(micro) \(precision.word) on \(devices) \(site.device ?? site.cluster)",
        cluster: site.cluster, device: site.device, stack: "pytorch-2021", model: model,
        precision: precision, configuration: configuration, seconds: Double(global) / rate,
        isFitted: false))
  }
}
