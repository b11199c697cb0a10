import HardwareDiscovery
import HardwareModel
import Executor
import Quantities

/// What `--cluster` names.
enum ClusterOption {
  static func cluster(_ arguments: Arguments, _ console: Console) throws(UserError) -> Cluster {
    guard let name = arguments.string("cluster") else {
      throw UserError(
        .input, key: "--cluster", "hfm plan needs a cluster",
        remedy: "give --cluster here, a name such as dgx-a100-80gb, or a profile's path")
    }
    var cluster: Cluster
    if name == "here" {
      cluster = try here(arguments, console)
    } else {
      cluster = try HardwareSource.cluster(name, arguments)
    }
    if name != "here", let path = arguments.string("device-profile") {
      cluster.device = try device(path)
    }
    return cluster
  }

  /// Those that `--what-if` names; nil without it.
  static func others(_ arguments: Arguments) throws(UserError) -> [Cluster]? {
    guard let text = arguments.string("what-if") else { return nil }
    let names = Arguments.listed(text)
    guard !names.isEmpty else {
      throw UserError(
        .input, key: "--what-if", "names no cluster",
        remedy: "give names such as dgx-h100,4xrtx-3090")
    }
    let catalogue = try HardwareSource.catalogue(arguments)
    var result: [Cluster] = []
    for name in names { result.append(try HardwareSource.cluster(name, catalogue)) }
    return result
  }

  /// Devices of several kinds that `--cluster` names: `2xa100-40gb-pcie+4xrtx-3090`, clusters
  /// joined by `+`, or a profile with parts; nil for one kind.
  static func mixed(_ arguments: Arguments) throws(UserError) -> MixedCluster? {
    guard let name = arguments.string("cluster"), name != "here" else { return nil }
    if Files.exists(name), !Files.isFolder(name) {
      return try MixedCluster(
        parsing: try Files.read(name, limit: 1 << 26), file: name,
        try HardwareSource.catalogue(arguments))
    }
    guard name.contains("+") else { return nil }
    let catalogue = try HardwareSource.catalogue(arguments)
    guard !catalogue.clusters.contains(where: { $0.id == name })
    else { return nil }
    return try MixedCluster(words: name, catalogue)
  }

  private static func device(_ path: String) throws(UserError) -> Device {
    let bytes = try Files.read(path, limit: 1 << 26)
    return try Cluster(parsing: bytes, file: path) { id throws(UserError) in
      throw UserError(.input, place: path, "is a cluster, not a device", remedy: "")
    }.device
  }

  /// This machine: a calibration file, else a rough figure with a warning.
  private static func here(_ arguments: Arguments, _ console: Console) throws(UserError) -> Cluster
  {
    let machine = try HardwareDiscovery.discover(.live)
    if let path = arguments.string("device-profile") {
      let device = try device(path)
      let layout = PoolLayout(
        machine: machine, hyperthreads: device.measuredOn?.workersPer == "thread")
      if let stale = device.staleness(on: .here(machine, layout)) { console.warn(stale) }
      return Cluster(single: device)
    }
    console.warn(
      "this machine was not calibrated, so its speed is a rough guess; "
        + "run hfm calibrate --output here.json and give --device-profile here.json")
    var cluster = Cluster(single: Device(roughly: machine))
    cluster.host = .assumed(devices: 1)
    cluster.host?.cores = machine.cores.count
    cluster.host?.power = Watts(0)
    return cluster
  }
}
