import Calibration
import DataFormats
import Executor
import HardwareDiscovery
import HardwareModel
import Quantities

/// `hfm calibrate`: measures this machine with the real kernels and writes a device profile.
enum CalibrateCommand: Command {
  static let specification = CommandSpecification(
    name: "calibrate", summary: "measures this machine and writes its device profile",
    options: [
      .flag("quick", "fewer shapes and rounds: some seconds instead of a minute"),
      .value("output", "FILE", "where the device profile goes"),
    ],
    discussion: """
      Runs every class of operator (matrix products, attention, normalisations,
      activations, look-ups, losses, optimizer) in fp32 and bf16 at several sizes on
      one pinned worker per core, and turns the times into rate curves. Some shapes
      are held out: the error of predicting those is printed.
      """,
    examples: ["hfm calibrate --quick", "hfm calibrate --output here.json"])

  static func run(_ arguments: Arguments, _ console: Console) throws -> Int32 {
    let machine = try HardwareDiscovery.discover(.live)
    let pool = try WorkerPool(layout: PoolLayout(machine: machine))
    defer { pool.shutdown() }
    for note in pool.notes { console.warn(note) }
    let progress = Progress("measuring this machine", total: 1, console)
    let result = try Calibration.run(
      pool: pool, machine: machine, quick: arguments.flag("quick")
    ) { what, fraction in progress.set(done: fraction, what) }
    progress.finish()
    if let path = arguments.string("output") {
      try Files.writeAtomically(result.device.json.text(), to: path)
    }
    if console.json {
      console.print(json: json(result))
    } else {
      console.print(lines: lines(result))
    }
    return 0
  }

  static func json(_ result: CalibrationResult) -> JSONValue {
    .object([
      ("device", result.device.json),
      (
        "fit",
        .object([
          (
            "meanAbsolutePercentageError", .number(result.fit.meanAbsolutePercentageError)
          ), ("points", .number(Double(result.fit.points))),
        ])
      ),
    ])
  }

  private static func lines(_ result: CalibrationResult) -> [String] {
    func rounded(_ value: Double, _ unit: Double) -> String {
      "\((value / unit * 10).rounded() / 10)"
    }
    let device = result.device
    var lines = ["\(device.name): \(device.source)"]
    for peak in device.peaks {
      lines.append(
        "  \(peak.dataType.rawValue) products  \(rounded(peak.flopsPerSecond.value, 1e9)) GFLOP/s")
    }
    lines.append("  memory          \(rounded(device.memoryBandwidth.value, 1e9)) GB/s")
    lines.append("  operator start  \(rounded(device.launchOverhead.value, 1e-6)) µs")
    lines.append("  rate curves     \(device.rates.count)")
    lines.append(
      "  held-out error  \(rounded(result.fit.meanAbsolutePercentageError, 1)) % of "
        + "\(result.fit.points) points")
    return lines
  }
}
