import Quantities

extension Device {
  /// This processor when a job holds `cores` of its `total` cores while others work too.
  ///
  /// Starts from the measured speed of the nearest core count that is at least as large, and scales
  /// it: `c` of `C` cores are taken to do `c/C` of the work in the same time (each core does what
  /// it did), with `c/C` of the memory bandwidth. So are the laws of kernels that were measured on
  /// the whole processor only.
  public func share(cores: Int, of total: Int) -> Device {
    guard kind == .cpu, cores < total, cores > 0 else { return self }
    var device = self
    // Neighbours use the caches, too.
    device.cached = nil
    var measured = total
    if let partial = partialSpeeds.filter({ $0.cores >= cores && $0.cores < total })
      .min(by: { $0.cores < $1.cores })
    {
      measured = partial.cores
      device.memoryBandwidth = partial.memoryBandwidth
      device.rates = partial.rates
      let part = Double(partial.cores) / Double(total)
      device.laws =
        partial.laws
        + laws.filter { law in !partial.laws.contains { $0.isFor(law) } }.map {
          $0.scaled(by: part)
        }
    }
    let part = Double(cores) / Double(measured)
    device.memoryBandwidth = device.memoryBandwidth * part
    device.vectorFlopsPerSecond = vectorFlopsPerSecond * (Double(cores) / Double(total))
    device.peaks = peaks.map {
      Peak($0.dataType, $0.flopsPerSecond * (Double(cores) / Double(total)))
    }
    guard part < 1 else { return device }
    device.laws = device.laws.map { $0.scaled(by: part) }
    device.rates = device.rates.map { curve in
      RateCurve(
        operatorClass: curve.operatorClass, dataType: curve.dataType,
        points: curve.points.map {
          RatePoint(work: $0.work * part, workPerSecond: $0.workPerSecond * part)
        })
    }
    return device
  }
}
