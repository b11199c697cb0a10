/// What a body that runs on a team can do: spread loops and tasks over the team's lanes.
///
/// Not `Sendable`: it is valid only on the team, until the body returns.
public struct TeamScope {
  let core: TeamCore

  /// Number of lanes.
  public var count: Int { core.count }

  /// Whether the team has been asked to stop.
  public var isCancelled: Bool { core.isCancelled }

  /// Throws `CancellationError` when the team has been asked to stop.
  public func checkCancellation() throws {
    if isCancelled { throw CancellationError() }
  }

  /// The indices that lane `lane` of `lanes` gets of a loop: contiguous, in the order of lanes,
  /// cut at multiples of `grain`, and the same at every call.
  public static func chunk(_ lane: Int, of lanes: Int, count: Int, grain: Int = 1) -> Range<Int> {
    guard count > 0, lanes > 0 else { return 0..<0 }
    return StaticSplit(count: count, grain: grain, lanes: lanes).range(lane)
  }

  /// Runs `body` for all indices of `0..<count`: each lane gets one contiguous range, once, and
  /// the same one at every call with the same arguments, so that memory first touched in one loop
  /// is local in the next. Returns when all lanes are done.
  ///
  /// Ranges are cut at multiples of `grain`; a lane without indices is not called. The caller
  /// promises that lanes write to disjoint places. Inside another loop or a task the whole range
  /// runs at once on the calling lane. A loop that starts after the team was cancelled does
  /// nothing.
  public func parallelFor(
    _ count: Int, grain: Int = 1, _ body: (_ range: Range<Int>, _ lane: Int) -> Void
  ) {
    guard count > 0 else { return }
    guard !core.isInRegion, core.count > 1 else {
      return isCancelled ? () : body(0..<count, core.currentLane ?? 0)
    }
    if isCancelled { return }
    withoutActuallyEscaping(body) { body in
      let split = StaticSplit(count: count, grain: grain, lanes: core.count)
      let loop = StaticLoop(split: split, body: body)
      withUnsafePointer(to: loop) { core.fork(StaticLoop.runLane, UnsafeRawPointer($0)) }
    }
  }

  /// Runs `body` exactly once on every lane, cancelled or not, and returns when all are done.
  /// Inside another loop or a task it runs once for every lane number, on the calling lane.
  public func forEachLane(_ body: (_ lane: Int) -> Void) {
    guard !core.isInRegion, core.count > 1 else { return (0..<count).forEach(body) }
    withoutActuallyEscaping(body) { body in
      let loop = LaneLoop(body: body)
      withUnsafePointer(to: loop) { core.fork(LaneLoop.runLane, UnsafeRawPointer($0)) }
    }
  }
}

/// A static loop as the lanes see it: constant while the region runs, on the leader's stack.
///
/// Not copyable, so that calling `body` borrows it: a reference count that all lanes raise and
/// lower would cost more than the region.
private struct StaticLoop: ~Copyable {
  let split: StaticSplit
  let body: (Range<Int>, Int) -> Void

  static let runLane: @convention(c) (UnsafeRawPointer, Int) -> Void = { raw, lane in
    raw.assumingMemoryBound(to: StaticLoop.self).pointee.run(lane)
  }

  @inline(__always)
  func run(_ lane: Int) {
    let range = split.range(lane)
    if !range.isEmpty { body(range, lane) }
  }
}

/// A call on every lane; not copyable for the same reason.
private struct LaneLoop: ~Copyable {
  let body: (Int) -> Void

  static let runLane: @convention(c) (UnsafeRawPointer, Int) -> Void = { raw, lane in
    raw.assumingMemoryBound(to: LaneLoop.self).pointee.body(lane)
  }
}
