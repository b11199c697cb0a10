/// What a job asks of each node, and of how many nodes.
public struct TaskShape: Sendable, Hashable {
  /// How many nodes.
  public var nodes: Int
  /// Tasks (processes) on each node.
  public var tasksPerNode: Int
  /// Cores of each task.
  public var coresPerTask: Int
  /// Memory on each node in bytes.
  public var memoryBytes: Int
  /// GPUs on each node.
  public var gpusPerNode: Int
  /// The site's word for the GPUs wanted; empty for any.
  public var gpuType: String

  /// Creates a shape.
  public init(
    nodes: Int = 1, tasksPerNode: Int = 1, coresPerTask: Int = 1, memoryBytes: Int,
    gpusPerNode: Int = 0, gpuType: String = ""
  ) {
    self.nodes = nodes
    self.tasksPerNode = tasksPerNode
    self.coresPerTask = coresPerTask
    self.memoryBytes = memoryBytes
    self.gpusPerNode = gpusPerNode
    self.gpuType = gpuType
  }

  /// Cores on each node.
  public var coresPerNode: Int {
    let (value, overflow) = tasksPerNode.multipliedReportingOverflow(by: coresPerTask)
    return overflow ? .max : value
  }
  /// Memory on each node as Slurm counts it, in whole MiB.
  public var mebibytes: Int { max(1, (memoryBytes >> 20) + (memoryBytes & 0xFFFFF == 0 ? 0 : 1)) }
}
