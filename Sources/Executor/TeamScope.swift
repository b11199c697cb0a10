import CSystemShims
import Synchronization

/// What a body that runs on a team can do: spread loops and tasks over the team's lanes.
///
/// Not `Sendable`: it is valid only on the team, until the body returns.
public struct TeamScope {
  let core: TeamCore

  /// Number of lanes.
  public var count: Int { core.count }

  /// Whether the team has been asked to stop, or this body's time is over.
  public var isCancelled: Bool { core.isCancelled }

  /// Throws `CancellationError` when the team has been asked to stop or this body's time is over
  /// (`WorkerTeam.run(within:_:)` then throws `DeadlineExceeded`).
  public func checkCancellation() throws {
    if isCancelled { throw CancellationError() }
  }

  /// The indices that lane `lane` of `lanes` gets of a loop: contiguous, in the order of lanes,
  /// cut at multiples of `grain`, and the same at every call.
  public static func chunk(_ lane: Int, of lanes: Int, count: Int, grain: Int = 1) -> Range<Int> {
    guard count > 0, lanes > 0 else { return 0..<0 }
    return StaticSplit(count: count, grain: grain, lanes: lanes).range(lane)
  }

  /// Runs `body` for all indices of `0..<count`: each lane gets one contiguous range, the same one
  /// at every call with the same arguments, so that memory first touched in one loop is local in
  /// the next. Returns when all lanes are done.
  ///
  /// With a `grain`, a lane walks through its range in pieces of that size, in rising order, and
  /// looks before each whether the team has been cancelled; it then takes no further piece, so
  /// that a cancelled loop ends within one piece per lane. Without, the lane's range is one piece.
  /// A loop that starts after the team was cancelled does nothing.
  ///
  /// The caller promises that lanes write to disjoint places; a lane without indices is not
  /// called. Inside another loop or a task the calling lane walks through the whole range.
  /// - Parameters:
  ///   - grain: indices per call of `body`, rounded up to `alignment`; a lane's last piece may be
  ///     shorter. Small grains cost a call and a look each, a nanosecond or two.
  ///   - alignment: ranges and pieces start at multiples of it (vectors, cache lines, pages).
  public func parallelFor(
    _ count: Int, grain: Int? = nil, alignment: Int = 1,
    _ body: (_ range: Range<Int>, _ lane: Int) -> Void
  ) {
    guard count > 0, !isCancelled else { return }
    let piece = grain.map { StaticSplit.roundUp($0, to: alignment) } ?? .max
    guard !core.isInRegion, core.count > 1 else {
      let lane = core.currentLane ?? 0
      return count <= piece
        ? body(0..<count, lane)
        : runPieces(0..<count, lane, piece, core.cancellationFlag, hfm_closure(borrowing: body))
    }
    let unit = grain == nil ? alignment : piece
    let loop = StaticLoop(
      split: StaticSplit(count: count, grain: unit, lanes: core.count), piece: piece,
      cancellation: core.cancellationFlag, body: hfm_closure(borrowing: body))
    withUnsafePointer(to: loop) { core.fork(StaticLoop.runLane, UnsafeRawPointer($0)) }
  }

  /// Runs `body` exactly once on every lane, cancelled or not, and returns when all are done.
  /// Inside another loop or a task it runs once for every lane number, on the calling lane.
  public func forEachLane(_ body: (_ lane: Int) -> Void) {
    guard !core.isInRegion, core.count > 1 else { return (0..<count).forEach(body) }
    withUnsafePointer(to: hfm_closure(borrowing: body)) {
      core.fork(
        { raw, lane in
          hfm_call_lane(raw.assumingMemoryBound(to: hfm_closure.self).pointee, lane)
        }, UnsafeRawPointer($0))
    }
  }
}

extension TeamScope {
  /// Adds to the statistics of the worker behind a lane what its share of the work read and wrote:
  /// bytes on its own NUMA node and on others. Outside loops only.
  public func countTraffic(lane: Int, localBytes: Int, remoteBytes: Int) {
    let outbox = core.taskRegion.table.pointee.lanes[lane].outbox
    outbox.pointee.localBytes.wrappingAdd(localBytes, ordering: .relaxed)
    outbox.pointee.remoteBytes.wrappingAdd(remoteBytes, ordering: .relaxed)
  }
}

/// A static loop as the lanes see it: constant while the region runs, on the leader's stack.
private struct StaticLoop {
  let split: StaticSplit
  /// Indices per call of `body`.
  let piece: Int
  let cancellation: UnsafeMutablePointer<CancellationFlag>
  /// A `(Range<Int>, Int) -> Void`.
  let body: hfm_closure

  static let runLane: @convention(c) (UnsafeRawPointer, Int) -> Void = { raw, lane in
    raw.assumingMemoryBound(to: StaticLoop.self).pointee.run(lane)
  }

  @inline(__always)
  private func run(_ lane: Int) {
    let range = split.range(lane)
    if range.count > piece { return runPieces(range, lane, piece, cancellation, body) }
    if !range.isEmpty { hfm_call_range(body, range.lowerBound, range.upperBound, lane) }
  }
}

/// Walks through a range in pieces until the team is cancelled.
@inline(never)
private func runPieces(
  _ range: Range<Int>, _ lane: Int, _ piece: Int,
  _ cancellation: UnsafeMutablePointer<CancellationFlag>, _ body: hfm_closure
) {
  var next = range.lowerBound
  while next < range.upperBound, !cancellation.pointee.mustStop {
    let end = next + min(piece, range.upperBound - next)
    hfm_call_range(body, next, end, lane)
    next = end
  }
}
