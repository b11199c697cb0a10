import Synchronization

/// Counts optimizer steps from 1.
final class StepCounter: Sendable {
  private let value = Atomic<Int>(0)
  func next() -> Int { value.add(1, ordering: .relaxed).newValue }
}
