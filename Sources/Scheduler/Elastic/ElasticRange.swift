/// How fast a job runs on different numbers of devices.
public struct ElasticRange: Sendable, Hashable {
  /// A point of the scaling curve.
  public struct Point: Sendable, Hashable {
    /// Devices.
    public var devices: Int
    /// Speed relative to one device, as the planner predicts it.
    public var speedup: Double
    /// Pairs devices with a speed.
    public init(devices: Int, speedup: Double) {
      self.devices = devices
      self.speedup = speedup
    }
  }

  /// The usable numbers of devices, ascending; the first is the least, the last the most.
  public var points: [Point]
  /// Takes a curve; its points are sorted by devices.
  public init(points: [Point]) { self.points = points.sorted { $0.devices < $1.devices } }

  /// The numbers of devices that a curve is predicted for: the least, the most and the powers of
  /// two between them.
  public static func sizes(from least: Int, to most: Int) -> [Int] {
    var sizes = Set([least, most])
    var size = 1
    while size < most {
      if size > least { sizes.insert(size) }
      size *= 2
    }
    return sizes.sorted()
  }

  /// The speed on a number of devices: linear between points, that of the last beyond it, 0 below
  /// the least.
  public func speedup(devices: Int) -> Double {
    guard let first = points.first, devices >= first.devices else { return 0 }
    let above = points.partitionPoint { $0.devices > devices }
    let low = points[above - 1]
    guard above < points.count else { return low.speedup }
    let high = points[above]
    let part = Double(devices - low.devices) / Double(high.devices - low.devices)
    return low.speedup + part * (high.speedup - low.speedup)
  }
}

extension Job {
  /// The same job on another number of devices of its range, with its estimate as its scaling curve
  /// has it; unchanged when it cannot run on as many.
  public func resized(to devices: Int) -> Job {
    guard devices != cores, hasTraits, let range = traits.elastic else { return self }
    let (old, new) = (range.speedup(devices: cores), range.speedup(devices: devices))
    guard old > 0, new > 0 else { return self }
    var job = self
    job.cores = devices
    job.estimateSeconds = (estimateSeconds - resumeSeconds) * old / new + resumeSeconds
    return job
  }
}
