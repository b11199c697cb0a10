import DataFormats
import Models
import Quantities
import Workloads

/// `--dataset ID [--epochs N]`: the survey's data set that gives a workload its size.
struct DatasetOption {
  static let options: [CommandOption] = [
    .value("dataset", "ID", "data set that is passed over (hfm datasets)"),
    .value("epochs", "N", "passes over the data set (default 1)"),
  ]

  let dataset: DatasetProfile
  let epochs: Int
  /// Samples of one epoch.
  let size: DatasetSize
  /// Samples of all epochs.
  let samples: Int

  /// nil without `--dataset`.
  ///
  /// - Throws: `UserError` for an unknown data set, one that the model does not read or whose size
  ///   is not stated, and for `--epochs` alone.
  init?(
    _ arguments: Arguments, _ model: ModelProfile, _ workload: WorkloadRequest
  ) throws(UserError) {
    guard let id = arguments.string("dataset") else {
      guard !arguments.has("epochs") else {
        throw UserError(
          .input, key: "--epochs", "stands without a data set", remedy: "give --dataset ID")
      }
      return nil
    }
    dataset = try DatasetProfile.named(id)
    epochs = try arguments.int("epochs", in: 1...1_000_000) ?? 1
    size = try DatasetSize(
      dataset, for: model, sequence: workload.sequence ?? model.sample.sequence ?? 1)
    let (product, overflow) = size.samples.multipliedReportingOverflow(by: epochs)
    guard !overflow else {
      throw UserError(.input, key: "--epochs", "\(epochs) is too many", remedy: "give fewer")
    }
    samples = product
  }

  /// `MIMIC-CXR: 377.1 k images, one sample each`.
  var note: String { "\(dataset.name): \(size.derivation)" }
}

extension DatasetOption {
  /// FLOP of all epochs, from those of one pass.
  func flops(ofPass flops: Int, batch: Int) -> Double {
    Double(samples) * Double(flops) / Double(max(1, batch))
  }

  func rows(passFlops: Int, batch: Int) -> [[String]] {
    [
      ["data set", "\(dataset.name), \(epochs) epoch\(epochs == 1 ? "" : "s")"],
      ["  samples", Format.count(samples)],
      ["  FLOP over them", Format.flops(flops(ofPass: passFlops, batch: batch))],
    ]
  }

  func json(passFlops: Int, batch: Int) -> JSONValue {
    .object([
      ("id", .string(dataset.id)), ("epochs", .number(epochs)), ("samples", .number(samples)),
      ("derivation", .string(size.derivation)),
      ("totalFlops", .number(flops(ofPass: passFlops, batch: batch))),
    ])
  }
}
