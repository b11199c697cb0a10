import Calibration
import CostModel
import Executor
import Glibc
import HardwareDiscovery
import HardwareModel
import Models
import JobStore
import Quantities
import Scheduler

/// `hfm demo`: the whole loop on this machine, from discovery to predicted against measured.
enum DemoCommand: Command {
  static let specification = CommandSpecification(
    name: "demo", summary: "the whole loop on this machine, with a report at the end",
    options: [
      .value("output", "DIR", "folder for result and report (default \(DemoFiles.defaultFolder))"),
      .value("models", "ID,ID,…", "other models of the catalogue than the four of the survey"),
    ],
    discussion: """
      Discovers this machine, measures its speed with the kernels that models run on,
      counts four models of the survey (one of each family), plans their training here,
      on one A100 and on 16 GPUs, turns them into jobs, runs these on this machine's
      cores with random weights of the real shapes, and holds each job's measured time
      against the predicted one. Takes one to two minutes.
      """,
    examples: ["hfm demo", "hfm demo --output /tmp/look --json > result.json"])

  static func run(_ arguments: Arguments, _ console: Console) throws -> Int32 {
    let files = try DemoFiles(folder: arguments.string("output") ?? DemoFiles.defaultFolder)
    let models = try DemoModel.models(
      arguments.string("models") ?? DemoModel.all.map(\.id).joined(separator: ","))
    let machine = try HardwareDiscovery.discover(.live)
    let text = DemoText(console)
    text.machine(machine)
    let pool = try WorkerPool(layout: PoolLayout(machine: machine))
    defer { pool.shutdown() }
    let calibration = try calibrate(pool, machine, console)
    text.calibration(calibration)
    let costs = try costs(models, device: calibration.device)
    text.costs(costs)
    text.plans(costs)
    let local = try LocalMachine(machine: machine, pool: pool, device: calibration.device)
    let jobs = DemoRun.jobs(models, cores: pool.layout.workers.count)
    text.jobs(jobs)
    let progress = Progress("running jobs", total: Double(jobs.count), console)
    // The progress line tells what the session's own lines would.
    var silent = console
    silent.quiet = true
    let session = RunSession(
      resources: local.resources, policy: .easy,
      runner: ObservedRunner(runner: local.runner, progress: progress), console: silent)
    let report = try session.run(jobs, ledger: try files.freshLedger())
    progress.finish("\(report.outcomes.count { $0.state == .done }) of \(jobs.count) done")
    let result = DemoResult(
      machine: machine, calibration: calibration, costs: costs, report: report,
      cpus: pool.layout.workers.map(\.cpu))
    text.outcomes(result)
    try files.write(result, jobs: jobs)
    text.files(files)
    if console.json { console.print(json: result.json) }
    return report.exitCode
  }

  private static func calibrate(
    _ pool: WorkerPool, _ machine: Machine, _ console: Console
  ) throws -> CalibrationResult {
    let progress = Progress("measuring this machine", total: 1, console)
    let result = try Calibration.run(pool: pool, machine: machine, quick: true, dataTypes: [.fp32])
    {
      what, fraction in
      progress.set(done: fraction, what)
    }
    progress.finish()
    return result
  }

  /// The clusters that the plans are made for: this machine, one GPU, sixteen.
  private static func costs(_ models: [DemoModel], device: Device) throws(UserError) -> [DemoCosts]
  {
    let catalogue = try HardwareCatalogue.builtIn()
    let clusters = [
      Cluster(single: device), try catalogue.cluster("a100-80gb"),
      try catalogue.cluster("hospital-2x8-a100-40gb"),
    ]
    var costs: [DemoCosts] = []
    for model in models { costs.append(try DemoCosts(model, clusters: clusters)) }
    return costs
  }
}
