public import DataFormats
import Graph
import Models
import Planner
import Quantities
import Workloads

/// Reads published runs of models that the catalogue holds: `facts/training_runs_*.json` and timm's
/// tables. A run counts when model, device, batch and time are all stated.
public enum CatalogueRows {
  // MARK: timm

  /// Names of timm that the catalogue spells otherwise.
  private static let spelt = [
    "vit_small_patch16_224": "vit-s-16", "vit_base_patch16_224": "vit-b-16",
    "vit_large_patch16_224": "vit-l-16",
  ]

  /// Training on one RTX 3090 under autocast (`timm/benchmark-train-amp-nchw-….csv`).
  public static func timm(_ table: CSVTable) -> PublishedRows {
    var rows = PublishedRows()
    guard let name = table.column("model"), let rate = table.column("train_samples_per_sec"),
      let batch = table.column("train_batch_size"), let extent = table.column("train_img_size")
    else { return rows }
    let catalogue = Set(ModelCatalogue.builtIn.models.map(\.id))
    let precision = Precision(parameters: .fp32, compute: .fp16)
    for row in table.rows {
      let id = spelt[row[name]] ?? row[name]
      guard let micro = Int(row[batch]), let size = Int(row[extent]), let speed = Double(row[rate]),
        catalogue.contains(id),
        let configuration = RowReader.configuration(
          data: 1, tensor: 1, pipeline: 1, micro: micro, global: micro, recompute: .none)
      else {
        rows.skip("timm RTX 3090", "not in the catalogue")
        continue
      }
      var request = WorkloadRequest(
        task: .finetune, batch: micro, image: ImageSize(height: size, width: size),
        precision: precision, optimizer: .momentum)
      request.classes = 1000
      rows.runs.append(
        PublishedRun(
          table: "timm RTX 3090", group: id, label: "\(row[name]) b\(micro) \(size) px",
          cluster: "rtx-3090", stack: "pytorch-2021", model: .catalogue(id, request),
          precision: precision, configuration: configuration, seconds: Double(micro) / speed,
          isFitted: RowReader.isEven(id)))
    }
    return rows
  }
}
