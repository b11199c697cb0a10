/// Waiting jobs in queue order; taking the first is cheap however long the queue is.
public struct JobQueue: Sendable, RandomAccessCollection {
  private var storage: [Job] = []
  private var head = 0

  /// An empty queue.
  public init() {}

  /// Always 0.
  public var startIndex: Int { 0 }
  /// The number of waiting jobs.
  public var endIndex: Int { storage.count - head }
  /// The job at a place in the queue.
  public subscript(_ position: Int) -> Job { storage[head + position] }

  /// Inserts a job at its place: higher priority, earlier submission, creation order.
  mutating func insert(_ job: Job) {
    var low = head
    var high = storage.count
    // Most jobs belong at the end.
    if let last = storage.last, high > head, last.precedes(job) { low = high }
    while low < high {
      let middle = (low + high) / 2
      if storage[middle].precedes(job) { low = middle + 1 } else { high = middle }
    }
    storage.insert(job, at: low)
  }

  /// Removes the jobs at ascending positions.
  mutating func remove(at positions: [Int]) {
    var leading = 0
    while leading < positions.count, positions[leading] == leading { leading += 1 }
    if leading < positions.count {
      var write = head + positions[leading]
      var next = leading
      for read in write..<storage.count {
        if next < positions.count, head + positions[next] == read {
          next += 1
        } else {
          storage[write] = storage[read]
          write += 1
        }
      }
      storage.removeSubrange(write...)
    }
    head += leading
    if head > 1024, head * 2 > storage.count {
      storage.removeSubrange(..<head)
      head = 0
    }
  }
}
