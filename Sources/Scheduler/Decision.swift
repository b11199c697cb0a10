import Glibc

/// What the scheduler decided; back ends carry it out.
public enum Decision: Sendable, Hashable {
  /// Start a waiting job here and now.
  case start(Job, Placement)
  /// Refuse a submitted job for good.
  case refuse(Job, Refusal)
  /// Ask a running job to write its state and give its resources back; the back end reports
  /// `BackEndEvent.yielded` when it has.
  case preempt(Job)
  /// A running job was lost with its node; it waits again.
  case lose(Job)
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
    /// It asks for more accelerators than there are.
    case accelerators
    /// Nodes with all labels that it requires have too few cores or too little memory.
    case labels
    /// It cannot end by its deadline, even if it started now.
    case deadline
    /// A job that it depends on was refused, failed or was cancelled, or does not exist.
    case dependency
    /// Its estimate exceeds its own time limit.
    case time
  }

  /// The limit exceeded.
  public var limit: Limit
  /// What the job asks for, in cores, bytes or seconds; for a dependency its number.
  public var asked: Int
  /// What there is, in cores, bytes or seconds.
  public var available: Int
  /// The labels required; empty for other limits.
  public var labels: [String] = []

  /// The limit, both figures and the difference, in words.
  public var description: String {
    switch limit {
    case .malformed: "asks for no core, a negative amount of memory or no finite time"
    case .cores:
      "asks for \(asked) cores, there are \(available): \(asked - available) too many"
    case .memory:
      "asks for \(gibibytes(asked)) of memory, there are \(gibibytes(available)): "
        + "\(gibibytes(asked - available)) too much"
    case .accelerators:
      "asks for \(asked) accelerators, there are \(available): \(asked - available) too many"
    case .labels:
      "asks for \(asked) cores on nodes with \(labels.joined(separator: ", ")), there are "
        + "\(available)"
        + (asked > available ? ": \(asked - available) too many" : " with too little memory")
    case .deadline:
      "would end \(asked - available) s after its deadline even if it started now"
    case .dependency: "depends on job \(asked), which did not end well"
    case .time:
      "is estimated to take \(asked) s, its limit is \(available) s: "
        + "\(asked - available) s too long"
    }
  }
}

private func gibibytes(_ bytes: Int) -> String {
  let tenths = (Double(bytes) / 1_073_741_824 * 10).rounded()
  return tenths < 1 ? "\(bytes) bytes" : "\(tenths / 10) GiB"
}
