import Executor
import Glibc
import HardwareDiscovery
import HardwareModel
import Synchronization

/// Where a test's workers sit.
enum Placement: CaseIterable, Sendable {
  /// All on one processing unit: the harshest oversubscription; waiting threads never spin.
  case shared
  /// One per core of this machine: waiting threads spin before they sleep.
  case pinned

  /// A layout of `count` workers, or of as many as this machine has cores if `pinned`.
  func layout(_ count: Int) throws -> PoolLayout {
    switch self {
    case .shared: return .onFirstCPU(count)
    case .pinned:
      var layout = PoolLayout(machine: try HardwareDiscovery.discover(.live))
      layout.workers = Array(layout.workers.prefix(count))
      return layout
    }
  }

  /// A pool of such workers and a team of them all.
  func team(_ count: Int) throws -> (pool: WorkerPool, team: WorkerTeam) {
    let pool = try WorkerPool(layout: try layout(count))
    return (pool, try pool.lease(Array(pool.layout.workers.indices)))
  }
}

/// Counters that lanes add to.
///
/// `@unchecked Sendable`: a constant address of atomics.
final class Marks: @unchecked Sendable {
  private let counters: UnsafeMutableBufferPointer<Atomic<Int>>

  init(_ count: Int) {
    counters = .allocate(capacity: count)
    for index in 0..<count { counters.initializeElement(at: index, to: Atomic(0)) }
  }

  deinit {
    counters.deinitialize()
    counters.deallocate()
  }

  func add(_ index: Int) { counters[index].wrappingAdd(1, ordering: .relaxed) }

  var areAllOne: Bool { counters.indices.allSatisfy { counters[$0].load(ordering: .relaxed) == 1 } }
}

extension PoolLayout {
  /// All workers on one processing unit: the harshest oversubscription.
  static func onFirstCPU(_ count: Int) -> PoolLayout {
    PoolLayout(workers: Array(repeating: Worker(cpu: 0, numaNode: 0), count: count))
  }
}

/// Runs `body` on `count` plain threads and waits for them.
func inThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
  final class Start {
    let run: () -> Void
    init(_ run: @escaping () -> Void) { self.run = run }
  }
  var threads: [pthread_t] = []
  for index in 0..<count {
    var thread = pthread_t()
    let start = Unmanaged.passRetained(Start { body(index) })
    pthread_create(
      &thread, nil,
      { raw in
        if let raw { Unmanaged<Start>.fromOpaque(raw).takeRetainedValue().run() }
        return nil
      }, start.toOpaque())
    threads.append(thread)
  }
  for thread in threads { pthread_join(thread, nil) }
}
