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

  /// A processor of which nothing was measured: figures of a common server core (2.5 GHz, eight
  /// fp32 lanes, one fused multiply-add a cycle; 4 GB/s of memory bandwidth a core).
  static func assumedProcessor(cores: Int, memoryBytes: Int) -> Device {
    let flops = FlopsPerSecond(40e9 * Double(cores))
    return Device(
      id: "here", name: "this machine", kind: .cpu, memoryBytes: memoryBytes,
      memoryBandwidth: BytesPerSecond(4e9 * Double(cores)),
      peaks: [.fp32, .tf32, .bf16, .fp16].map { Peak($0, flops) }, vectorFlopsPerSecond: flops,
      launchOverhead: Seconds(10e-6), source: "assumed, not measured")
  }
}
