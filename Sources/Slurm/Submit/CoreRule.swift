/// Foresees which cores and GPUs of a node select/cons_tres gives to a job that is submitted with
/// `--distribution=block:block`.
///
/// Cores: Slurm takes the socket that fits best (the one of fewest free cores that suffices), or
/// while none suffices the one of most, and its lowest free cores (`_block_sync_core_bitmap` in
/// Slurm's src/plugins/select/cons_tres/dist_tasks.c). With GPUs it narrows the sockets first
/// (gres_select_filter.c); two plain cases of that were measured on Slurm 22.05 and are foreseen,
/// the others are not, and the planner looks for another node.
struct CoreRule {
  /// Free cores by socket, each rising, numbered through the node.
  var cores: [[Int]]
  /// Free GPUs by socket, each rising.
  var gpus: [[Int]]

  /// The cores and GPUs of a job; nil when it does not fit or its case cannot be foreseen.
  func choose(cores wanted: Int, gpus count: Int) -> (cores: [Int], gpus: [Int])? {
    if count == 0 { return bestFit(wanted, among: cores).map { ($0, []) } }
    if let found = oneSocket(wanted, count) { return found }
    return allSockets(wanted, count)
  }

  private func bestFit(_ wanted: Int, among cores: [[Int]]) -> [Int]? {
    var left = cores
    var taken: [Int] = []
    while taken.count < wanted {
      let sufficing = left.indices.filter { left[$0].count >= wanted }
      let socket =
        sufficing.min { (left[$0].count, $0) < (left[$1].count, $1) }
        ?? left.indices.max { (left[$0].count, -$0) < (left[$1].count, -$1) }
      guard let socket, !left[socket].isEmpty else { return nil }
      let some = left[socket].prefix(wanted - taken.count)
      taken += some
      left[socket].removeFirst(some.count)
    }
    return taken.sorted()
  }

  /// Of the sockets with free GPUs Slurm prefers the one of most free cores; when that one has
  /// enough of both, all comes from it.
  private func oneSocket(_ wanted: Int, _ count: Int) -> (cores: [Int], gpus: [Int])? {
    let having = gpus.indices.filter { !gpus[$0].isEmpty }
    guard let first = having.max(by: { (cores[$0].count, -$0) < (cores[$1].count, -$1) }),
      cores[first].count >= wanted, gpus[first].count >= count
    else { return nil }
    return (Array(cores[first].prefix(wanted)), Array(gpus[first].prefix(count)))
  }

  /// When no socket has enough GPUs, every socket takes part: cores are given up one by one where
  /// most are left, and GPUs are taken in order.
  private func allSockets(_ wanted: Int, _ count: Int) -> (cores: [Int], gpus: [Int])? {
    // Measured with two sockets only.
    guard cores.count == 2, let most = gpus.map(\.count).max(), count > most,
      gpus.reduce(0, { $0 + $1.count }) >= count
    else { return nil }
    var kept = cores.map(\.count)
    guard kept.reduce(0, +) >= wanted else { return nil }
    while kept.reduce(0, +) > wanted {
      guard let socket = kept.indices.max(by: { (kept[$0], -$0) < (kept[$1], -$1) }) else { break }
      kept[socket] -= 1
    }
    guard kept.allSatisfy({ $0 > 0 }) else { return nil }
    let taken = zip(cores, kept).flatMap { Array($0.prefix($1)) }
    return (taken.sorted(), Array(gpus.flatMap { $0 }.prefix(count)))
  }
}
