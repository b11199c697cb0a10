/// Places tasks where they break up least: the node and GPU for which the expected amount of GPU
/// that typical tasks cannot use grows least (fragmentation gradient descent; Weng et al., "Beware
/// of fragmentation", USENIX ATC 2023).
///
/// Two things differ from the paper. What a typical task can use of a node is counted as if the
/// node were filled with such tasks, so that GPUs without cores beside them count as lost. And
/// growth within a twentieth of a GPU counts as equal; then the node is taken that keeps most cores
/// for each GPU still free.
public struct FragmentationPacker: Sendable {
  /// What a node holds for a kind of task.
  private struct Option: Sendable {
    var version = -1
    /// Growth of the fragmentation; infinite when the task does not fit.
    var growth = Double.infinity
    /// Cores for each free GPU afterwards, negated.
    var scarcity = 0.0
    var gpus: [Int] = []
  }

  /// Where a task was placed.
  public struct Place: Sendable, Hashable {
    /// The node.
    public var node: Int
    /// Its GPUs.
    public var gpus: [Int]
  }

  /// Growth that counts as equal, in thousandths of a GPU.
  private static let alike = 50.0

  /// The nodes with what is free.
  public private(set) var nodes: [SharedNode]
  private let typical: [(task: SharedTask, share: Double)]
  private var versions: [Int]
  private var fragments: [Double]
  /// Options by kind of task, then node; computed when asked for and the node has changed.
  private var options: [SharedTask: [Option]] = [:]

  /// - Parameter typical: Kinds of tasks with their shares of the expected workload.
  public init(nodes: [SharedNode], typical: [SharedTask: Double]) {
    self.nodes = nodes
    // In a fixed order, so that sums are the same in every run.
    self.typical = typical.filter { $0.key.gpus > 0 }.map { (task: $0.key, share: $0.value) }
      .sorted { left, right in
        (left.task.gpus, left.task.gpuMilli, left.task.cpuMilli, left.task.memoryMiB)
          < (right.task.gpus, right.task.gpuMilli, right.task.cpuMilli, right.task.memoryMiB)
      }
    versions = Array(repeating: 0, count: nodes.count)
    fragments = []
    for node in nodes { fragments.append(fragmentation(of: node)) }
  }

  /// The shares of kinds of tasks in a list of tasks.
  public static func shares(of tasks: [SharedTask]) -> [SharedTask: Double] {
    var counts: [SharedTask: Double] = [:]
    for task in tasks { counts[task, default: 0] += 1 / Double(tasks.count) }
    return counts
  }

  /// Thousandths of GPU on a node that stay free, on average, if it is filled with one kind of the
  /// typical tasks.
  private func fragmentation(of node: SharedNode) -> Double {
    let free = node.freeGPU
    guard free > 0 else { return 0 }
    var sum = 0.0
    for (task, share) in typical {
      var useless = free
      if node.hasHost(for: task) {
        var (usable, gpus) = (0, 0)
        for part in node.gpuMilli where part >= task.gpuMilli {
          usable += task.gpus == 1 ? part / task.gpuMilli * task.gpuMilli : part
          gpus += 1
        }
        if gpus >= task.gpus {
          let hosted = min(
            node.cpuMilli / max(1, task.cpuMilli), node.memoryMiB / max(1, task.memoryMiB))
          useless -= min(usable, hosted * task.totalGPU)
        }
      }
      sum += share * Double(useless)
    }
    return sum
  }

  /// Places a task; nil when it fits nowhere.
  public mutating func place(_ task: SharedTask) -> Place? {
    var row = options[task] ?? Array(repeating: Option(), count: nodes.count)
    options[task] = nil
    var best: (growth: Double, scarcity: Double, node: Int)?
    for node in nodes.indices {
      if row[node].version != versions[node] { row[node] = option(task, node) }
      guard row[node].growth < .infinity else { continue }
      let candidate = (row[node].growth, row[node].scarcity, node)
      if let found = best, found <= candidate { continue }
      best = candidate
    }
    options[task] = row
    guard let best else { return nil }
    let gpus = row[best.node].gpus
    nodes[best.node].take(task, on: gpus)
    changed(best.node)
    return Place(node: best.node, gpus: gpus)
  }

  /// Takes a placed task away.
  public mutating func remove(_ task: SharedTask, at place: Place) {
    nodes[place.node].give(task, on: place.gpus)
    changed(place.node)
  }

  private mutating func changed(_ node: Int) {
    versions[node] += 1
    fragments[node] = fragmentation(of: nodes[node])
  }

  private func option(_ task: SharedTask, _ index: Int) -> Option {
    let node = nodes[index]
    var best = Option(version: versions[index])
    guard node.fits(task) else { return best }
    for gpus in node.choices(for: task) {
      var after = node
      after.take(task, on: gpus)
      let exact = fragmentation(of: after) - fragments[index]
      let growth = (exact / Self.alike).rounded()
      guard growth < best.growth else { continue }
      best.growth = growth
      best.scarcity = -Double(after.cpuMilli) / Double(after.freeGPU + 1)
      best.gpus = gpus
    }
    return best
  }
}
