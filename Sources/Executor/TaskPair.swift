import CSystemShims

extension TeamTaskGroup {
  /// Runs two bodies, on two lanes if another is idle, and returns when both are done: the fork and
  /// join of recursive algorithms. `first` is queued, `second` runs on the calling lane, which then
  /// carries out `first`, too, unless it was stolen; nothing is allocated.
  ///
  /// What has not been started when the team is cancelled is skipped. The caller promises that the
  /// bodies write to disjoint places.
  public func both(_ first: () -> Void, _ second: () -> Void) {
    guard let lane = queuingLane, table.pointee.lanes[lane].deque.pointee.hasRoom else {
      if !isCancelled { first() }
      if !isCancelled { second() }
      return
    }
    let pending = PendingCount(1)
    let closure = hfm_closure(borrowing: first)
    // Atomics do not move while they are borrowed: other lanes reach `pending` by its address.
    withUnsafePointer(to: pending) { pending in
      let task = QueuedTask(borrowing: closure, of: pending)
      table.pointee.push(task, lane: lane)
      if !isCancelled { second() }
      table.pointee.settle(task, pending, lane: lane)
    }
  }
}

extension TaskTable {
  /// Returns when the task of a pair, queued by this lane, is done. As a rule it is the last in the
  /// lane's queue and nobody else has seen it.
  @inline(__always)
  fileprivate func settle(
    _ task: QueuedTask, _ pending: UnsafePointer<PendingCount>, lane: Int
  ) {
    if let last = lanes[lane].deque.pointee.pop() {
      if last.owner == task.owner {
        lanes[lane].outbox.pointee.countTask(stolen: false)
        return last.finish(skipping: isCancelled)
      }
      carryOut(last, lane: lane, stolen: false)
    }
    work(lane: lane, until: PairEnd(pair: pending))
  }
}
