public import DataFormats
import CostModel
public import HardwareModel
import Quantities

/// Measured energy of training against the power model.
public struct EnergyRow: Sendable, Hashable {
  /// Device, network and batch.
  public var label: String
  /// Joules of an epoch: predicted power over the measured time, and measured.
  public var predicted, measured: Double
  /// Predicted over measured, less 1.
  public var error: Double { predicted / measured - 1 }
}

/// Reads `zeus_nsdi23/summary_power_*.csv` (You et al., Zeus, NSDI 2023): average power of training
/// at each limit. Only the highest limit counts, and only networks that keep a device busy: what a
/// device draws while it waits is not in question here.
public enum EnergyRows {
  /// Cards of the artifact, by the file's word, with the limit that they were sold with.
  public static let cards = [
    "v100": "v100-16gb-pcie", "a40": "a40", "rtx6000": "quadro-rtx-6000", "p100": "p100-16gb-pcie",
  ]
  private static let networks = ["resnet50", "bert_base_uncased"]

  /// The rows of one card's table.
  public static func read(_ table: CSVTable, _ device: Device) -> [EnergyRow] {
    guard let network = table.column("network"), let batch = table.column("batch_size"),
      let limit = table.column("power_limit"), let time = table.column("time_per_epoch"),
      let power = table.column("average_power")
    else { return [] }
    let top = table.rows.compactMap { Double($0[limit]) }.max() ?? 0
    var card = device
    card.maxPower = Watts(top)
    card.idlePower = nil
    let model = EnergyModel(device: card)
    return table.rows.compactMap { row in
      guard networks.contains(row[network]), Double(row[limit]) == top,
        let seconds = Double(row[time]), let watts = Double(row[power]),
        let joules = model.energy(over: Seconds(seconds), busy: 1)
      else { return nil }
      return EnergyRow(
        label: "\(device.id) \(row[network]) b\(row[batch])", predicted: joules.value,
        measured: watts * seconds)
    }
  }

  /// Median of the absolute errors; nil without rows.
  public static func median(_ rows: [EnergyRow]) -> Double? {
    let errors = rows.map { abs($0.error) }.sorted()
    return errors.isEmpty ? nil : errors[errors.count / 2]
  }
}
