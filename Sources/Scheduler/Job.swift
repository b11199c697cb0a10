/// One job as the scheduler sees it: what it asks for, never what it is.
public struct Job: Sendable, Hashable {
  /// Creation order and identity; callers keep their own names beside it.
  public var number: Int
  /// When it is submitted, in seconds on the driver's clock.
  public var submit: Double
  /// Higher runs earlier; 0 is usual.
  public var priority: Int
  /// Cores (or devices) that it holds while it runs; at least 1.
  public var cores: Int
  /// Memory that it holds while it runs, in bytes.
  public var memoryBytes: Int
  /// Its estimated run time in seconds.
  public var estimateSeconds: Double

  /// Creates a job.
  public init(
    number: Int, submit: Double, priority: Int = 0, cores: Int, memoryBytes: Int = 0,
    estimateSeconds: Double
  ) {
    self.number = number
    self.submit = submit
    self.priority = priority
    self.cores = cores
    self.memoryBytes = memoryBytes
    self.estimateSeconds = estimateSeconds
  }

  /// Queue order: higher priority, then earlier submission, then creation order.
  public func precedes(_ other: Job) -> Bool {
    if priority != other.priority { return priority > other.priority }
    if submit != other.submit { return submit < other.submit }
    return number < other.number
  }

  var demand: Amounts { Amounts(cores: cores, bytes: memoryBytes) }
}

/// Cores and bytes together: what is free, asked for or given back.
public struct Amounts: Sendable, Hashable {
  /// Cores.
  public var cores: Int
  /// Bytes of memory.
  public var bytes: Int
  /// Pairs cores with bytes.
  public init(cores: Int, bytes: Int) {
    self.cores = cores
    self.bytes = bytes
  }

  /// Whether a demand fits into these amounts.
  @inlinable
  public func covers(_ demand: Amounts) -> Bool {
    demand.cores <= cores && demand.bytes <= bytes
  }

  /// Adds both amounts.
  @inlinable
  public static func += (left: inout Amounts, right: Amounts) {
    left.cores += right.cores
    left.bytes += right.bytes
  }

  /// Subtracts both amounts.
  @inlinable
  public static func -= (left: inout Amounts, right: Amounts) {
    left.cores -= right.cores
    left.bytes -= right.bytes
  }
}
