import HardwareModel
import Quantities

extension Device {
  /// This processor when a job holds only some of its cores.
  ///
  /// Rates and peaks shrink with the share, and so does the work at which a rate was measured: `c`
  /// of `C` cores are taken to do `c/C` of the work in the same time (each core does what it did).
  /// Memory bandwidth shrinks likewise, which is pessimistic where few cores can fill it.
  func share(cores: Int, of total: Int) -> Device {
    guard kind == .cpu, cores < total, cores > 0 else { return self }
    let part = Double(cores) / Double(total)
    var device = self
    device.memoryBandwidth = memoryBandwidth * part
    device.vectorFlopsPerSecond = vectorFlopsPerSecond * part
    device.peaks = peaks.map { Peak($0.dataType, $0.flopsPerSecond * part) }
    device.rates = rates.map { curve in
      RateCurve(
        operatorClass: curve.operatorClass, dataType: curve.dataType,
        points: curve.points.map {
          RatePoint(work: $0.work * part, workPerSecond: $0.workPerSecond * part)
        })
    }
    return device
  }
}
