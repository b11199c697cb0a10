import Executor
import Glibc
import HardwareModel
import Kernels
import Quantities

extension MeasuredOn {
  /// What a measurement made now, here, on a pool's workers would be of.
  static func here(_ machine: Machine, _ layout: PoolLayout) -> MeasuredOn {
    let cpus = Set(layout.workers.map(\.cpu))
    let hasPairs = machine.cores.contains { $0.cpus.filter(cpus.contains).count > 1 }
    var system = utsname()
    uname(&system)
    let release = withUnsafeBytes(of: system.release) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    let model = machine.packages.first?.model ?? ""
    return MeasuredOn(
      processor: model.isEmpty ? machine.name : model, workers: layout.workers.count,
      numaNodes: Set(layout.workers.map(\.numaNode)).count,
      workersPer: hasPairs ? "thread" : "core",
      kernels: "\(KernelTable.best.name), oneDNN \(KernelTable.oneDNNVersion)",
      program: HFM.version, system: "Linux \(release)", time: WallClock.now())
  }
}

extension Device {
  /// Why this profile's figures need not hold here; empty for a fresh one. A profile that does not
  /// say what it was measured on is taken as it is.
  func staleness(on here: MeasuredOn) -> String? {
    guard let measuredOn else { return nil }
    let differences = measuredOn.differences(from: here)
    guard !differences.isEmpty else { return nil }
    return "the device profile of \(measuredOn.time) is stale ("
      + differences.joined(separator: "; ") + "): run hfm calibrate again"
  }
}
