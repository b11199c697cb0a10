import Glibc

/// A value that is reached only under a lock.
///
/// A POSIX mutex and not `Synchronization.Mutex`, which the thread sanitizer does not know: with
/// it every correct program that uses the lock is reported as a race.
///
/// `@unchecked Sendable`: `value` is touched only while `mutex` is held.
final class Guarded<Value>: @unchecked Sendable {
  private var value: Value
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>

  init(_ value: Value) {
    self.value = value
    mutex = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    pthread_mutex_init(mutex, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  func withLock<R>(_ body: (inout Value) throws -> R) rethrows -> R {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body(&value)
  }
}
