public import DataFormats
public import Quantities
public import Scheduler

/// Nodes and tasks of a cluster whose GPUs are shared, in the CSV files of Alibaba's openb trace
/// (Weng et al., USENIX ATC 2023): nodes with `cpu_milli,memory_mib,gpu,model`, pods with
/// `cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec`.
public struct PackingTrace: Sendable {
  /// The nodes, empty.
  public var nodes: [SharedNode]
  /// The tasks, in the file's order.
  public var tasks: [SharedTask]

  /// Reads both files.
  ///
  /// - Throws: `UserError` that names the table, line and column at fault.
  public init(nodes: CSVTable, tasks: CSVTable) throws(UserError) {
    self.nodes = []
    self.tasks = []
    let node = try Columns(nodes, "nodes", ["cpu_milli", "memory_mib", "gpu", "model"])
    for row in nodes.rows.indices {
      let gpus = try node.int(row, 2)
      self.nodes.append(
        SharedNode(
          cpuMilli: try node.int(row, 0), memoryMiB: try node.int(row, 1),
          gpuMilli: Array(repeating: 1000, count: gpus), model: node.text(row, 3)))
    }
    let task = try Columns(
      tasks, "tasks", ["cpu_milli", "memory_mib", "num_gpu", "gpu_milli", "gpu_spec"])
    for row in tasks.rows.indices {
      let gpus = try task.int(row, 2)
      self.tasks.append(
        SharedTask(
          cpuMilli: try task.int(row, 0), memoryMiB: try task.int(row, 1), gpus: gpus,
          gpuMilli: gpus == 0 ? 0 : try task.int(row, 3),
          models: task.text(row, 4).split(separator: "|").map(String.init)))
    }
  }

  /// Thousandths of GPU there are.
  public var capacity: Int { nodes.reduce(0) { $0 + $1.freeGPU } }

  /// The tasks in random order, with random ones added until they ask for `load` times what there
  /// is.
  public func arrivals(load: Double, seed: UInt64) -> [SharedTask] {
    var random = SeededRandom(seed: seed)
    var list = tasks
    var demand = list.reduce(0) { $0 + $1.totalGPU }
    let wanted = load * Double(capacity)
    while Double(demand) < wanted, demand > 0 {
      let task = tasks[random.int(0...tasks.count - 1)]
      list.append(task)
      demand += task.totalGPU
    }
    list.shuffle(using: &random)
    return list
  }

  /// The part of all GPU that is allocated after tasks arrived one by one; those that fit nowhere
  /// are turned away.
  public func allocated(after arrivals: [SharedTask]) -> Double {
    var packer = FragmentationPacker(
      nodes: nodes, typical: FragmentationPacker.shares(of: tasks))
    for task in arrivals { _ = packer.place(task) }
    let free = packer.nodes.reduce(0) { $0 + $1.freeGPU }
    return 1 - Double(free) / Double(max(1, capacity))
  }
}

/// Columns of a table by name.
private struct Columns {
  let table: CSVTable
  let name: String
  let places: [Int]

  init(_ table: CSVTable, _ name: String, _ wanted: [String]) throws(UserError) {
    self.table = table
    self.name = name
    var places: [Int] = []
    for column in wanted {
      guard let place = table.column(column) else {
        throw UserError(.input, place: name, key: column, "there is no such column")
      }
      places.append(place)
    }
    self.places = places
  }

  func text(_ row: Int, _ column: Int) -> String { table.rows[row][places[column]] }

  func int(_ row: Int, _ column: Int) throws(UserError) -> Int {
    guard let value = Int(text(row, column)), (0...1_000_000_000).contains(value) else {
      throw UserError(
        .input, place: "\(name):\(row + 2)", "\"\(text(row, column))\" is no whole number")
    }
    return value
  }
}
