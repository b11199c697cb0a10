/// A binary heap of events by time, then creation order.
struct EventQueue<Payload: Sendable>: Sendable {
  struct Event: Sendable {
    var time: Double
    var order: Int
    var payload: Payload

    func precedes(_ other: Event) -> Bool {
      time != other.time ? time < other.time : order < other.order
    }
  }

  private var heap: [Event] = []
  private var created = 0

  var first: Event? { heap.first }

  mutating func push(_ payload: Payload, at time: Double) {
    heap.append(Event(time: time, order: created, payload: payload))
    created += 1
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].precedes(heap[parent]) else { break }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  mutating func pop() -> Event? {
    guard let top = heap.first else { return nil }
    let last = heap.removeLast()
    guard !heap.isEmpty else { return top }
    heap[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in 2 * parent + 1...2 * parent + 2
      where child < heap.count && heap[child].precedes(heap[least]) {
        least = child
      }
      guard least != parent else { return top }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
