public import Executor
import Graph
public import HardwareModel
import Kernels
import Quantities

/// Measures how work of each kind slows work of each kind, on two halves of the workers: what it
/// takes alone and beside each other, one after the other in each round, so that a slow moment of
/// the machine falls on all.
public struct NeighbourProbe {
  private let work: [ProbeWork]
  private let neighbours: [ProbeWork]
  private let cores: Int
  private let cacheBytes: Int
  /// Seconds alone, by kind and round.
  private var alone: [[Double]]
  /// Time beside over time alone, by kind, the neighbour's kind and round.
  private var ratios: [[[Double]]]

  /// Prepares work for two teams that are free.
  ///
  /// - Throws: `UserError` when memory does not suffice.
  public init(_ own: WorkerTeam, beside other: WorkerTeam, machine: Machine) throws {
    // A cache that both can fill is a smaller one for each.
    let caches = [own, other].map { Calibration.lastLevelBytes(machine, $0) }
    try self.init(own, beside: other, cacheBytes: caches.min() ?? 0)
  }

  init(_ own: WorkerTeam, beside other: WorkerTeam, cacheBytes: Int) throws {
    let kinds = NeighbourEffect.Work.allCases
    work = try kinds.map { try ProbeWork($0, own, cacheBytes: cacheBytes) }
    neighbours = try kinds.map { try ProbeWork($0, other, cacheBytes: cacheBytes) }
    cores = own.count
    self.cacheBytes = cacheBytes
    alone = kinds.map { _ in [] }
    ratios = kinds.map { _ in kinds.map { _ in [] } }
  }

  /// One round more.
  public mutating func measure() throws {
    for (row, own) in work.enumerated() {
      let before = try own.seconds()
      alone[row].append(before)
      for (column, other) in neighbours.enumerated() {
        let beside = try Companion.during({ try other.runner.run() }) { try own.seconds() }
        ratios[row][column].append(beside / before)
      }
    }
  }

  /// Medians over the rounds; at least one must have been measured.
  public var effect: NeighbourEffect {
    let memory = NeighbourEffect.Work.allCases.firstIndex(of: .memory) ?? 0
    return NeighbourEffect(
      cores: cores, cacheBytes: cacheBytes,
      aloneBytesPerSecond: BytesPerSecond(
        Double(work[memory].weightBytes) / max(alone[memory].median, 1e-9)),
      slowdowns: ratios.map { $0.map(\.median) })
  }
}

/// Work that waits for one thing, again and again.
private struct ProbeWork: Sendable {
  let runner: ProgramRunner
  /// Bytes of all weights that a run reads.
  let weightBytes: Int

  /// Arithmetic is products of square matrices. Memory and cache are products of one row with
  /// matrices that are four times as large as the cache, or a quarter of it; the same kernel, so
  /// that only the place of the weights differs.
  init(_ work: NeighbourEffect.Work, _ team: WorkerTeam, cacheBytes: Int) throws {
    let cache = max(cacheBytes, 8 << 20)
    switch work {
    case .arithmetic: try self.init(team, rows: 128, inner: 1024, columns: 1024, count: 4, 4)
    case .cache: try self.init(team, cache / 4, reads: cache * 4)
    case .memory: try self.init(team, cache * 4, reads: cache * 4)
    }
  }

  /// Products of one row with so many bytes of weights.
  private init(_ team: WorkerTeam, _ bytes: Int, reads: Int) throws {
    let inner = 2048
    let one = 4 << 20
    let count = max(1, bytes / one)
    try self.init(
      team, rows: 1, inner: inner, columns: one / (4 * inner), count: count,
      max(count, reads / one))
  }

  /// So many products in turn with `count` matrices.
  private init(
    _ team: WorkerTeam, rows: Int, inner: Int, columns: Int, count: Int, _ products: Int
  ) throws {
    let item = MeasuredCase(
      .linear(bias: false), [([rows, inner], .fp32), ([columns, inner], .fp32)],
      [([rows, columns], .fp32)])
    var program = Program()
    let (x, y) = (program.add(item.tensors[0], .zero), program.add(item.tensors[2], .zero))
    let weights = (0..<count).map { _ in program.add(item.tensors[1], .zero) }
    for product in 0..<products {
      let binding = [x, weights[product % count], y]
      program.add(item.op, tensors: item.tensors) { binding[$0.index] }
    }
    runner = try ProgramRunner(program, team: team)
    weightBytes = products * item.tensors[1].bytes
    try runner.run()
  }

  /// Seconds of a run: the mean of a few, at least 10 ms of them.
  func seconds() throws -> Double {
    let start = ContinuousClock.now
    var (runs, spent) = (0, 0.0)
    while runs < 2 || spent < 0.01 {
      try runner.run()
      runs += 1
      spent = (ContinuousClock.now - start) / .seconds(1)
    }
    return spent / Double(runs)
  }
}
