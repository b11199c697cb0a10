import Synchronization

/// Where and when a task of a group runs, other than by the plain rule (own tasks first, then the
/// nearest lane's).
public enum TaskPlace: Sendable, Hashable {
  /// On this lane and no other.
  case lane(Int)
  /// On the lanes of this NUMA node and no other; the team must have one there.
  case node(Int)
  /// On any lane, before tasks that are not urgent.
  case urgent
  /// On any lane that finds nothing else to do.
  case background
}

/// A team's tasks that are bound, urgent or for idle times. They are few beside the plain ones, so
/// one lock holds them all; counters tell without it whether there is something to find.
///
/// Lies in a `PaddedArray`, so its atomics do not move.
struct PostOffice: ~Copyable {
  /// By lane, then by node (see `node`), then the one that is urgent for all, then the background.
  private let boxes: Guarded<[TaskQueue]>
  /// By lane: its node's position behind the lanes' boxes.
  private let nodeBox: [Int]
  /// Operating system's node of each node box.
  private let nodes: [Int]
  private let urgentCount = Atomic<Int>(0)
  private let backgroundCount = Atomic<Int>(0)
  private var urgentBox: Int { nodeBox.count + nodes.count }

  /// `nodes` are the lanes' NUMA nodes.
  init(nodes lanes: [Int]) {
    let nodes = Set(lanes).sorted()
    self.nodes = nodes
    nodeBox = lanes.map { lanes.count + (nodes.firstIndex(of: $0) ?? 0) }
    boxes = Guarded(Array(repeating: TaskQueue(), count: lanes.count + nodes.count + 2))
  }

  /// Whether something may be found that goes before plain tasks; a load.
  @inline(__always)
  var hasUrgent: Bool { urgentCount.load(ordering: .sequentiallyConsistent) > 0 }
  /// Whether something may be found for idle times; a load.
  @inline(__always)
  var hasBackground: Bool { backgroundCount.load(ordering: .sequentiallyConsistent) > 0 }

  func post(_ task: QueuedTask, _ place: TaskPlace, from lane: Int) {
    let box: Int
    switch place {
    case .lane(let bound):
      precondition(nodeBox.indices.contains(bound), "a task is bound to a lane that the team lacks")
      box = bound
    case .node(let node):
      guard let position = nodes.firstIndex(of: node) else {
        preconditionFailure("a task is bound to a node on which the team has no lane")
      }
      box = nodeBox.count + position
    case .urgent: box = urgentBox
    case .background: box = urgentBox + 1
    }
    boxes.withLock { $0[box].append(task, from: lane) }
    if box > urgentBox {
      backgroundCount.wrappingAdd(1, ordering: .sequentiallyConsistent)
    } else {
      urgentCount.wrappingAdd(1, ordering: .sequentiallyConsistent)
    }
  }

  /// The next task for a lane that goes before plain ones: urgent, its own, its node's.
  func takeUrgent(_ lane: Int) -> Post? {
    let order = [urgentBox, lane, nodeBox[lane]]
    let post = boxes.withLock { boxes in
      for box in order {
        if let post = boxes[box].next(lane) { return Post?.some(post) }
      }
      return nil
    }
    if post != nil { urgentCount.wrappingSubtract(1, ordering: .sequentiallyConsistent) }
    return post
  }

  /// The next task for idle times.
  func takeBackground(_ lane: Int) -> Post? {
    let post = boxes.withLock { $0[urgentBox + 1].next(lane) }
    if post != nil { backgroundCount.wrappingSubtract(1, ordering: .sequentiallyConsistent) }
    return post
  }

  /// Whether there is something for a lane; asked before it sleeps.
  func hasWork(_ lane: Int) -> Bool {
    if hasBackground { return true }
    guard hasUrgent else { return false }
    return boxes.withLock { boxes in
      [urgentBox, lane, nodeBox[lane]].contains { !boxes[$0].isEmpty }
    }
  }
}

/// A task taken out, and whether another lane had put it in.
struct Post {
  var task: QueuedTask
  var isStolen: Bool
}

/// First in, first out; what has been taken is dropped half a queue at a time.
private struct TaskQueue {
  private var tasks: [(task: QueuedTask, from: Int)?] = []
  private var head = 0

  var isEmpty: Bool { head == tasks.count }

  mutating func append(_ task: QueuedTask, from lane: Int) { tasks.append((task, lane)) }

  mutating func next(_ lane: Int) -> Post? {
    guard head < tasks.count, let entry = tasks[head] else { return nil }
    tasks[head] = nil
    head += 1
    if head * 2 > tasks.count {
      tasks.removeFirst(head)
      head = 0
    }
    return Post(task: entry.task, isStolen: entry.from != lane)
  }
}
