import Glibc
import Scheduler

/// A made-up trace of any size, to measure how the scheduler scales; not a model of any site.
///
/// Sizes are powers of two, small ones more often; run times are lognormal with a median of ten
/// minutes; estimates exceed them by up to five times; arrivals are a Poisson process whose rate
/// gives the wanted load.
public struct SyntheticTrace: Sendable, Hashable {
  /// How many jobs.
  public var jobs: Int
  /// Processors of the machine.
  public var processors: Int
  /// The largest job, in processors.
  public var largest: Int
  /// Demanded over available processor-seconds, about 1 for a full machine.
  public var load: Double
  /// The seed.
  public var seed: UInt64

  /// Describes a trace.
  public init(jobs: Int, processors: Int, largest: Int, load: Double, seed: UInt64) {
    self.jobs = jobs
    self.processors = processors
    self.largest = largest
    self.load = load
    self.seed = seed
  }

  /// The jobs; the same description always gives the same ones.
  public func generated() -> [TraceJob] {
    var random = SeededRandom(seed: seed)
    var demands: [(cores: Int, run: Double, estimate: Double)] = []
    demands.reserveCapacity(jobs)
    var work = 0.0
    let steps = Int.bitWidth - 1 - max(1, min(largest, processors)).leadingZeroBitCount
    for _ in 0..<jobs {
      let exponent = min(random.int(0...steps), random.int(0...steps))
      let run = min(86_400, max(1, exp(random.normal(mean: log(600), deviation: 1.2)).rounded()))
      let estimate = (run * (1 + 4 * random.unit())).rounded(.up)
      demands.append((1 << exponent, run, estimate))
      work += Double(1 << exponent) * run
    }
    let gap = work / Double(max(1, jobs)) / (load * Double(processors))
    var time = 0.0
    return demands.enumerated().map { number, demand in
      time += random.exponential(mean: gap)
      let job = Job(
        number: number, submit: time.rounded(), cores: demand.cores,
        estimateSeconds: demand.estimate)
      return TraceJob(id: String(number), job: job, runSeconds: demand.run)
    }
  }
}
