public import CostModel
public import DataFormats
public import HardwareModel
import Planner
public import Quantities
import Workloads

/// Measured power of steps against the power model.
public struct EnergyRow: Sendable {
  /// Where it was measured: `Zeus`, or one of the project's own tables.
  public var table: String
  /// Device, network and batch.
  public var label: String
  /// Whether the model's weights may be fitted to it.
  public var isFitted: Bool
  /// The device, with the limit that it ran under.
  public var device: Device
  /// What the planner says that it did.
  public var mix: PowerMix?
  /// Measured mean power in watts.
  public var watts: Double

  /// Predicted over measured power (and so energy, over the measured time), less 1; nil for a
  /// device without a power figure.
  public func error(_ weights: EnergyModel.Weights = .fitted) -> Double? {
    EnergyModel(device: device, mix: mix, weights: weights).busyPower.map { $0.value / watts - 1 }
  }
}

/// Reads `zeus_nsdi23/summary_power_*.csv` (You et al., Zeus, NSDI 2023): average power of training
/// at each limit. Only the highest limit counts, and only networks that keep a device busy: what a
/// device draws while it waits is not in question here.
///
/// What the cards did is predicted: in fp32, as PyTorch's example of ImageNet trains, with
/// questions of 384 and short messages of 128 tokens. Its artifact states neither a format nor
/// lengths.
public enum EnergyRows {
  /// The table of these rows.
  public static let zeus = "Zeus"
  /// Cards of the artifact, by the file's word.
  public static let cards = [
    "v100": "v100-16gb-pcie", "a40": "a40", "rtx6000": "quadro-rtx-6000", "p100": "p100-16gb-pcie",
  ]
  /// Cards whose rows may be fitted to.
  private static let fitted: Set = ["v100-16gb-pcie", "a40"]

  /// The rows of one card's table.
  ///
  /// - Throws: `UserError` as `RunPredictor.estimate`.
  public static func read(
    _ table: CSVTable, _ device: Device, _ predictor: RunPredictor
  ) throws(UserError) -> [EnergyRow] {
    guard let network = table.column("network"), let batch = table.column("batch_size"),
      let data = table.column("dataset"), let limit = table.column("power_limit"),
      let power = table.column("average_power")
    else { return [] }
    let top = table.rows.compactMap { Double($0[limit]) }.max() ?? 0
    var card = device
    card.maxPower = Watts(top)
    card.idlePower = nil
    var rows: [EnergyRow] = []
    for row in table.rows where Double(row[limit]) == top {
      guard let size = Int(row[batch]), let watts = Double(row[power]),
        let run = run(row[network], data: row[data], batch: size, on: device.id)
      else { continue }
      rows.append(
        EnergyRow(
          table: zeus, label: run.label, isFitted: fitted.contains(device.id), device: card,
          mix: try predictor.estimate(run)?.mix, watts: watts))
    }
    return rows
  }

  private static func run(
    _ network: String, data: String, batch: Int, on device: String
  ) -> PublishedRun? {
    let models = ["resnet50": "resnet50", "bert_base_uncased": "bert-base"]
    guard let model = models[network],
      let configuration = RowReader.configuration(
        data: 1, tensor: 1, pipeline: 1, micro: batch, global: batch, recompute: .none)
    else { return nil }
    var request = WorkloadRequest(task: .finetune, batch: batch, precision: .fp32)
    if network.hasPrefix("bert") { request.sequence = data == "squad" ? 384 : 128 }
    var run = PublishedRun(
      table: zeus, group: model, label: "\(device) \(network) b\(batch)", cluster: "h100-80gb",
      stack: "pytorch-2021", model: .catalogue(model, request), precision: .fp32,
      configuration: configuration, isFitted: false)
    run.device = device
    return run
  }

  /// Median of the absolute errors; nil without rows.
  public static func median(
    _ rows: [EnergyRow], _ weights: EnergyModel.Weights = .fitted
  ) -> Double? {
    let errors = rows.compactMap { $0.error(weights) }.map { abs($0) }.sorted()
    return errors.isEmpty ? nil : errors[errors.count / 2]
  }

  /// One line a table: errors of fitted rows and of the others.
  public static func lines(_ rows: [EnergyRow]) -> [String] {
    var tables: [String] = []
    for row in rows where !tables.contains(row.table) { tables.append(row.table) }
    return tables.map { table in
      let own = rows.filter { $0.table == table }
      let parts = [("fitted", true), ("held out", false)].compactMap { word, isFitted in
        let part = own.filter { $0.isFitted == isFitted }
        return median(part).map { "\(Format.percent($0)) of \(part.count) \(word)" }
      }
      return "power while computing (\(table)): median error " + parts.joined(separator: ", ")
    }
  }
}

extension ValidationReport {
  /// The runs whose power was measured.
  ///
  /// - Throws: `UserError` for a device that does not exist.
  public func energyRows(_ hardware: HardwareCatalogue) throws(UserError) -> [EnergyRow] {
    var rows: [EnergyRow] = []
    for line in lines {
      guard let watts = line.run.watts else { continue }
      rows.append(
        EnergyRow(
          table: line.run.table, label: line.run.label, isFitted: line.run.isFitted,
          device: try hardware.cluster(line.run.cluster).device, mix: line.estimate.mix,
          watts: watts))
    }
    return rows
  }
}

extension EnergyModel.Weights {
  /// The weights whose mean absolute error over the fitted rows is least: each in turn is moved by
  /// ever smaller factors until none helps.
  public static func fit(_ rows: [EnergyRow]) -> Self {
    let chosen = rows.filter(\.isFitted)
    func loss(_ weights: Self) -> Double {
      chosen.reduce(0) { $0 + abs($1.error(weights) ?? 0) }
    }
    let fields: [WritableKeyPath<Self, Double>] = [\.products, \.memory, \.waiting, \.limit]
    var best = Self(products: 1, memory: 0.5, waiting: 0.2, limit: 1)
    var factor = 1.3
    while factor > 1.002 {
      var moved = false
      for field in fields {
        for step in [factor, 1 / factor] {
          var tried = best
          tried[keyPath: field] *= step
          guard loss(tried) < loss(best) else { continue }
          (best, moved) = (tried, true)
        }
      }
      if !moved { factor = factor.squareRoot() }
    }
    return best
  }
}
