import Glibc

/// What the scheduler decided; back ends carry it out.
public enum Decision: Sendable, Hashable {
  /// Start a waiting job here and now.
  case start(Job, Placement)
  /// Refuse a submitted job for good.
  case refuse(Job, Refusal)
}

/// Why a job can never run on these resources.
public struct Refusal: Sendable, Hashable, CustomStringConvertible {
  /// Which limit a job exceeds.
  public enum Limit: String, Sendable, Hashable, CaseIterable {
    /// It asks for no core, less than no memory or no finite time.
    case malformed
    /// It asks for more cores than there are.
    case cores
    /// It asks for more memory than there is.
    case memory
  }

  /// The limit exceeded.
  public var limit: Limit
  /// What the job asks for, in cores or bytes.
  public var asked: Int
  /// What there is, in cores or bytes.
  public var available: Int

  /// The limit, both figures and the difference, in words.
  public var description: String {
    switch limit {
    case .malformed: "asks for no core, a negative amount of memory or no finite time"
    case .cores:
      "asks for \(asked) cores, there are \(available): \(asked - available) too many"
    case .memory:
      "asks for \(gibibytes(asked)) of memory, there are \(gibibytes(available)): "
        + "\(gibibytes(asked - available)) too much"
    }
  }
}

private func gibibytes(_ bytes: Int) -> String {
  let tenths = (Double(bytes) / 1_073_741_824 * 10).rounded()
  return tenths < 1 ? "\(bytes) bytes" : "\(tenths / 10) GiB"
}

/// Why waiting jobs were left waiting, counted over all scheduling passes.
public struct DeferralCounts: Sendable, Hashable {
  /// The first of the queue lacked free cores.
  public var cores = 0
  /// The first of the queue lacked free memory.
  public var memory = 0
  /// A later job fitted but would have delayed a reservation.
  public var reservation = 0

  /// Reasons with their counts, in a fixed order.
  public var byReason: [(reason: String, count: Int)] {
    [("cores", cores), ("memory", memory), ("reservation", reservation)]
  }

  mutating func countShortage(_ job: Job, free: Amounts) {
    if job.cores > free.cores { cores += 1 } else { memory += 1 }
  }
}
