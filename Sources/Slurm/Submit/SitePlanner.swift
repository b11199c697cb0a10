/// Chooses nodes, cores and GPUs for jobs on what a site has left, so that Slurm grants just that.
public struct SitePlanner: Sendable {
  /// What a node has left.
  private struct FreeNode: Sendable {
    let node: SlurmNode
    var cores: Set<Int>
    var gpus: Set<Int>
    var memoryBytes: Int
    /// Whether the GPUs' indices are known.
    var knowsGPUs = true
  }

  private var free: [FreeNode]

  /// Starts from a site and the jobs that hold something.
  ///
  /// - Parameter partition: only its nodes; nil for all.
  public init(_ site: SlurmSite, jobs: [SlurmJob], partition: String? = nil) {
    free = site.nodes.filter {
      $0.availability == .up && (partition.map($0.partitions.contains) ?? true)
    }.map {
      FreeNode(
        node: $0, cores: Set(0..<$0.cores), gpus: Set(0..<$0.gpuCount),
        memoryBytes: $0.memoryBytes)
    }
    for job in jobs where !job.isOver { for grant in job.grants { take(grant) } }
  }

  /// The site's nodes that jobs may be planned on.
  public var nodeNames: [String] { free.map(\.node.name) }

  /// Takes what a job holds from what is left.
  public mutating func take(_ grant: SlurmGrant) {
    guard let index = free.firstIndex(where: { $0.node.name == grant.node }) else { return }
    free[index].cores.subtract(grant.cores)
    free[index].gpus.subtract(grant.gpus)
    free[index].memoryBytes -= grant.memoryBytes
    if grant.gpuCount != grant.gpus.count { free[index].knowsGPUs = false }
  }

  /// Chooses for a job, under the fewest switches; among equal choices the nodes left fullest.
  ///
  /// - Returns: one grant per node, by node name; nil when nothing fits now, or when what Slurm
  ///   would choose cannot be foreseen on any node.
  public func plan(_ shape: TaskShape) -> [SlurmGrant]? {
    var choices: [(grant: SlurmGrant, left: Int, position: Int, switches: [String])] = []
    for (position, candidate) in free.enumerated() {
      guard let grant = Self.grant(shape, candidate) else { continue }
      choices.append(
        (grant, candidate.cores.count - grant.cores.count, position, candidate.node.switches))
    }
    guard choices.count >= shape.nodes else { return nil }
    choices.sort { ($0.left, $0.position) < ($1.left, $1.position) }
    if shape.nodes > 1 {
      // The lowest switch that holds enough of them; the order of the leaves breaks ties.
      let height = choices.map(\.switches.count).max() ?? 0
      for level in 0..<height {
        var groups: [(name: String, count: Int)] = []
        for choice in choices where choice.switches.count > level {
          let name = choice.switches[level]
          if let index = groups.firstIndex(where: { $0.name == name }) {
            groups[index].count += 1
          } else {
            groups.append((name, 1))
          }
        }
        let enough = groups.filter { $0.count >= shape.nodes }
        guard let best = enough.min(by: { ($0.count, $0.name) < ($1.count, $1.name) }) else {
          continue
        }
        choices.removeAll { $0.switches.count <= level || $0.switches[level] != best.name }
        break
      }
    }
    return choices.prefix(shape.nodes).sorted { $0.position < $1.position }.map(\.grant)
  }

  private static func grant(_ shape: TaskShape, _ candidate: FreeNode) -> SlurmGrant? {
    let node = candidate.node
    let memory = shape.mebibytes << 20
    guard candidate.cores.count >= shape.coresPerNode, candidate.memoryBytes >= memory,
      shape.gpusPerNode == 0 || candidate.knowsGPUs
    else { return nil }
    let kinds = node.gpus
    if shape.gpusPerNode > 0 {
      // Indices run through the types, so several types on one node cannot be told apart.
      guard kinds.count == 1, shape.gpuType.isEmpty || kinds[0].type == shape.gpuType else {
        return nil
      }
    }
    let width = node.coresPerSocket
    let cores = (0..<node.sockets).map { socket in
      candidate.cores.filter { $0 / width == socket }.sorted()
    }
    guard
      let chosen = CoreRule(cores: cores, gpus: Self.gpus(candidate)).choose(
        cores: shape.coresPerNode, gpus: shape.gpusPerNode)
    else { return nil }
    return SlurmGrant(
      node: node.name, cores: chosen.cores, gpus: chosen.gpus, gpuCount: chosen.gpus.count,
      memoryBytes: memory)
  }

  /// Free GPUs by socket. Slurm tells users which sockets have GPUs, not which GPU sits where; they
  /// are taken as dealt out evenly in order, and a grant that differs shows when it is not so.
  private static func gpus(_ candidate: FreeNode) -> [[Int]] {
    let node = candidate.node
    var places = node.gpus.first?.sockets ?? []
    if places.isEmpty { places = Array(0..<node.sockets) }
    let share = max(1, node.gpuCount / max(1, places.count))
    return (0..<node.sockets).map { socket in
      guard let place = places.firstIndex(of: socket) else { return [] }
      return candidate.gpus.filter { min($0 / share, places.count - 1) == place }.sorted()
    }
  }

  /// Whether a plan could be made on the empty site; else only Slurm can choose for the job.
  public static func isForeseeable(
    _ shape: TaskShape, _ site: SlurmSite, partition: String?
  ) -> Bool {
    site.selectType == "select/cons_tres"
      && SitePlanner(site, jobs: [], partition: partition).plan(shape) != nil
  }

  /// Whether the job fits the empty site; else why it never can, in words.
  public static func refusal(
    _ shape: TaskShape, _ site: SlurmSite, partition: String?
  ) -> String? {
    let nodes = site.nodes.filter {
      $0.availability == .up && (partition.map($0.partitions.contains) ?? true)
    }
    let place = partition.map { " in partition \($0)" } ?? ""
    guard nodes.count >= shape.nodes else {
      return "asks for \(shape.nodes) nodes, \(nodes.count) are usable\(place)"
    }
    let memory = shape.mebibytes << 20
    let checks: [(String, Int, (SlurmNode) -> Int)] = [
      ("cores a node", shape.coresPerNode, { $0.cores }),
      ("bytes a node", memory, { $0.memoryBytes }),
      (
        "GPUs a node", shape.gpusPerNode,
        { node in
          node.gpus.filter { shape.gpuType.isEmpty || $0.type == shape.gpuType }
            .reduce(0) { $0 + $1.count }
        }
      ),
    ]
    for (what, asked, has) in checks where nodes.count(where: { has($0) >= asked }) < shape.nodes {
      let most = nodes.map(has).sorted(by: >).dropFirst(shape.nodes - 1).first ?? 0
      return "asks for \(asked) \(what) on \(shape.nodes) nodes, there are \(most)\(place)"
    }
    return nil
  }
}
