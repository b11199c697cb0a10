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
      .flag("quick", "fewer shapes and rounds: less than 15 seconds instead of minutes"),
      .value("output", "FILE", "where the device profile goes"),
    ],
    discussion: """
      Runs every class of operator that kernels here run (matrix products, attention,
      convolutions, normalisations, activations, look-ups, losses, optimizer) in fp32
      and bf16 at several sizes, on one pinned worker per core or per hardware thread,
      whichever is measured to be faster. Turns the times into a curve for each class
      and, where they predict better, into laws of at most six parameters for each
      kernel. Some shapes are held out: the error of predicting those is printed.
      Medians are repeated until they are certain, with --quick while there is time;
      how many stayed uncertain and what disturbed the measurement (heat, a quota,
      other programs) is said.
      """,
    examples: ["hfm calibrate --quick", "hfm calibrate --output here.json"])

  static func run(_ arguments: Arguments, _ console: Console) throws -> Int32 {
    let start = ContinuousClock.now
    let machine = try HardwareDiscovery.discover(.live)
    let choice = try LayoutChoice.measure(machine: machine)
    let pool = try WorkerPool(layout: choice.layout)
    defer { pool.shutdown() }
    for note in pool.notes { console.warn(note) }
    let progress = Progress("measuring this machine", total: 1, console)
    var result = try Calibration.run(
      pool: pool, machine: machine, quick: arguments.flag("quick"), since: start
    ) { what, fraction in progress.set(done: fraction, what) }
    progress.finish()
    result.device.measuredOn = .here(machine, pool.layout)
    for note in result.notes + pool.checkPlacement() { console.warn(note) }
    if let path = arguments.string("output") {
      try Files.writeAtomically(result.device.json.text(), to: path)
    }
    let report = CalibrationReport(result: result, choice: choice)
    if console.json {
      console.print(json: report.json)
    } else {
      console.print(lines: report.lines)
    }
    return 0
  }
}
