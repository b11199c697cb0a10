import CSystemShims

/// A task as it lies in a queue: three words, so that spawning allocates nothing and counts no
/// reference beyond those of the closure itself.
///
/// Whoever takes one out of a queue carries it out or drops it exactly once.
struct QueuedTask {
  /// Code and what it captured: owned by the task of a group, borrowed by that of a pair.
  let closure: hfm_closure
  /// Who is told of the end: the address of a `GroupCount`, or that of a pair's `PendingCount`
  /// plus 1.
  let owner: UInt

  /// A task of a group, which outlives it.
  @inline(__always)
  init(_ body: consuming @escaping @Sendable () -> Void, of group: UnsafePointer<GroupCount>) {
    var owned: TaskBody? = TaskBody(run: body)
    // The words are copied and the closure itself never released: the task owns it from now on.
    closure = withUnsafeTemporaryAllocation(of: TaskBody?.self, capacity: 1) { room in
      room.initializeElement(at: 0, to: owned.take())
      return UnsafeRawBufferPointer(room).load(as: hfm_closure.self)
    }
    owner = UInt(bitPattern: group)
  }

  /// The task of a pair: both arguments outlive it.
  @inline(__always)
  init(borrowing body: hfm_closure, of pair: UnsafePointer<PendingCount>) {
    closure = body
    owner = UInt(bitPattern: pair) | 1
  }

  /// From the words of a queue.
  @inline(__always)
  init(closure: hfm_closure, owner: UInt) {
    self.closure = closure
    self.owner = owner
  }

  /// The pair's count, for the task of a pair.
  @inline(__always)
  var pair: UnsafePointer<PendingCount>? {
    owner & 1 == 0 ? nil : UnsafePointer(bitPattern: owner & ~1)
  }

  /// The group's count, for the task of a group.
  @inline(__always)
  var group: UnsafePointer<GroupCount>? { UnsafePointer(bitPattern: owner) }

  /// Carries the body out, unless it shall be skipped, and gives back what it captured.
  @inline(__always)
  func finish(skipping isSkipped: Bool) {
    if !isSkipped { hfm_call(closure) }
    if owner & 1 == 0, let captured = closure.captured {
      Unmanaged<AnyObject>.fromOpaque(captured).release()
    }
  }
}

/// A closure as two words; generic code would wrap a bare one in another, on the heap.
private struct TaskBody {
  let run: @Sendable () -> Void
}
