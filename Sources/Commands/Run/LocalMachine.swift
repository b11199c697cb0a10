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
  private(set) var notes: [String]

  /// Discovers the machine and starts one pinned worker per core.
  ///
  /// - Throws: `UserError` for a faulty profile, or when the system refuses the workers.
  init(deviceProfile: String?) throws(UserError) {
    let machine = SlurmShare.limited(try HardwareDiscovery.discover(.live))
    guard let path = deviceProfile else {
      let pool = try WorkerPool(layout: PoolLayout(machine: machine))
      try self.init(machine: machine, pool: pool, device: Device(roughly: machine))
      notes.append(
        "predictions rest on assumed figures of a common processor; hfm calibrate --output FILE "
          + "measures this one, --device-profile FILE uses it")
      return
    }
    let catalogue = try HardwareSource.catalogue(profiles: nil)
    let cluster = try Cluster(parsing: try Files.read(path), file: path) { id throws(UserError) in
      try catalogue.device(id)
    }
    // One worker per hardware thread where that was measured to be faster.
    let layout = PoolLayout(
      machine: machine, hyperthreads: cluster.device.measuredOn?.workersPer == "thread")
    try self.init(machine: machine, pool: WorkerPool(layout: layout), device: cluster.device)
    if let stale = cluster.device.staleness(on: .here(machine, layout)) { notes.append(stale) }
  }

  /// Takes a discovered machine, its workers and its measured speed.
  ///
  /// - Throws: `UserError` when the machine shows nothing to run on.
  init(machine: Machine, pool: WorkerPool, device: Device) throws(UserError) {
    resources = try Self.resources(machine, pool.layout, device)
    notes = pool.notes + machine.notes.filter { $0.hasPrefix("Slurm gave") }
    runner = KernelJobRunner(pool: pool, device: device)
  }

  /// The resources, each node with labels that jobs may require.
  func resources(labelled labels: Set<String>) -> Resources {
    var resources = resources
    for index in resources.nodes.indices { resources.nodes[index].labels = labels }
    return resources
  }

  /// The pool's workers by NUMA node, with the nodes' memory and how fast it is.
  static func resources(
    _ machine: Machine, _ layout: PoolLayout, _ device: Device
  ) throws(UserError) -> Resources {
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
    // Measured is what all cores move together; each node moves its part of it.
    let cores = Double(max(1, resources.total.cores))
    let bandwidth = device.neighbour?.jointBytesPerSecond ?? device.memoryBandwidth
    for index in resources.nodes.indices {
      let part = Double(resources.nodes[index].cpus.count) / cores
      resources.nodes[index].memoryBandwidth = bandwidth.value * part
      resources.nodes[index].neighbour = device.neighbour
    }
    return resources
  }
}
