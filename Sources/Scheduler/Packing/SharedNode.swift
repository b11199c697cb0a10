/// A node whose GPUs may be shared: what is free on it, in thousandths of cores and of GPUs.
public struct SharedNode: Sendable, Hashable {
  /// Free thousandths of cores.
  public var cpuMilli: Int
  /// Free memory in MiB.
  public var memoryMiB: Int
  /// Free thousandths of each GPU.
  public var gpuMilli: [Int]
  /// The GPUs' model.
  public var model: String

  /// Describes a node.
  public init(cpuMilli: Int, memoryMiB: Int, gpuMilli: [Int], model: String) {
    self.cpuMilli = cpuMilli
    self.memoryMiB = memoryMiB
    self.gpuMilli = gpuMilli
    self.model = model
  }

  /// Free thousandths of all GPUs.
  public var freeGPU: Int { gpuMilli.reduce(0, +) }
}

/// What a task asks for: part of one GPU, or one or more whole ones.
public struct SharedTask: Sendable, Hashable {
  /// Thousandths of cores.
  public var cpuMilli: Int
  /// Memory in MiB.
  public var memoryMiB: Int
  /// GPUs; 0 for none.
  public var gpus: Int
  /// Thousandths of each GPU.
  public var gpuMilli: Int
  /// Models that it may run on; empty for any.
  public var models: [String]

  /// Describes a task.
  public init(cpuMilli: Int, memoryMiB: Int, gpus: Int, gpuMilli: Int, models: [String] = []) {
    self.cpuMilli = cpuMilli
    self.memoryMiB = memoryMiB
    self.gpus = gpus
    self.gpuMilli = gpuMilli
    self.models = models
  }

  /// Thousandths of GPU in all.
  public var totalGPU: Int { gpus * gpuMilli }
}

extension SharedNode {
  /// Whether everything but the GPUs suffices.
  func hasHost(for task: SharedTask) -> Bool {
    cpuMilli >= task.cpuMilli && memoryMiB >= task.memoryMiB
      && (task.models.isEmpty || task.gpus == 0 || task.models.contains(model))
  }

  /// Whether a task fits.
  public func fits(_ task: SharedTask) -> Bool {
    guard hasHost(for: task) else { return false }
    guard task.gpus > 0 else { return true }
    var found = 0
    for free in gpuMilli where free >= task.gpuMilli { found += 1 }
    return found >= task.gpus
  }

  /// The different ways to place a fitting task on the GPUs: for a part of one each different
  /// filling, the fullest first; for whole ones the fullest that do.
  func choices(for task: SharedTask) -> [[Int]] {
    let order = gpuMilli.indices.filter { gpuMilli[$0] >= task.gpuMilli }
      .sorted { (gpuMilli[$0], $0) < (gpuMilli[$1], $1) }
    guard task.gpus > 0 else { return [[]] }
    guard task.gpus == 1 else { return [Array(order.prefix(task.gpus))] }
    var seen: Set<Int> = []
    return order.filter { seen.insert(gpuMilli[$0]).inserted }.map { [$0] }
  }

  /// Takes a task's demand on the given GPUs.
  mutating func take(_ task: SharedTask, on gpus: [Int]) {
    cpuMilli -= task.cpuMilli
    memoryMiB -= task.memoryMiB
    for gpu in gpus { gpuMilli[gpu] -= task.gpuMilli }
  }

  /// Gives a task's demand back.
  mutating func give(_ task: SharedTask, on gpus: [Int]) {
    cpuMilli += task.cpuMilli
    memoryMiB += task.memoryMiB
    for gpu in gpus { gpuMilli[gpu] += task.gpuMilli }
  }
}
