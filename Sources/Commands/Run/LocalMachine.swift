import DataFormats
import Executor
import HardwareDiscovery
import HardwareModel
import Quantities
import Scheduler

/// This machine ready to run jobs: its resources as the scheduler sees them, and the workers that
/// carry the jobs out.
struct LocalMachine {
  let resources: Resources
  let runner: KernelJobRunner
  /// What the user should know.
  let notes: [String]

  /// Discovers the machine and starts one pinned worker per core.
  ///
  /// - Parameter deviceProfile: a file that `hfm calibrate` wrote; nil to assume common figures.
  /// - Throws: `UserError` for a faulty profile, or when the system refuses the workers.
  init(deviceProfile: String?) throws(UserError) {
    let machine = try HardwareDiscovery.discover(.live)
    let layout = PoolLayout(machine: machine)
    let resources = try Self.resources(machine, layout)
    let device: Device
    var notes: [String] = []
    if let path = deviceProfile {
      device = try Cluster(parsing: try Files.read(path), file: path) { id throws(UserError) in
        try HardwareCatalogue.builtIn().device(id)
      }.device
    } else {
      device = .assumedProcessor(
        cores: layout.workers.count, memoryBytes: resources.total.bytes)
      notes.append(
        "predictions rest on assumed figures of a common processor; hfm calibrate --output FILE "
          + "measures this one, --device-profile FILE uses it")
    }
    let pool = try WorkerPool(layout: layout)
    self.resources = resources
    self.notes = notes + pool.notes
    runner = KernelJobRunner(pool: pool, device: device)
  }

  /// The pool's workers by NUMA node, with the nodes' memory.
  static func resources(_ machine: Machine, _ layout: PoolLayout) throws(UserError) -> Resources {
    var resources = Resources(machine: machine)
    guard !resources.nodes.isEmpty, !layout.workers.isEmpty else {
      throw UserError(
        .run, "this machine shows no NUMA node or no usable core",
        remedy: "see hfm topology, and the process's cpuset")
    }
    let known = Set(resources.nodes.map(\.id))
    for index in resources.nodes.indices {
      let id = resources.nodes[index].id
      resources.nodes[index].cpus = layout.workers.filter {
        $0.numaNode == id || (index == 0 && !known.contains($0.numaNode))
      }.map(\.cpu)
    }
    return resources
  }
}
