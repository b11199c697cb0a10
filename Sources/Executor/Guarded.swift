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
  private let changed: UnsafeMutablePointer<pthread_cond_t>

  init(_ value: Value) {
    self.value = value
    mutex = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    pthread_mutex_init(mutex, nil)
    changed = .allocate(capacity: 1)
    changed.initialize(to: pthread_cond_t())
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
    pthread_cond_destroy(changed)
    changed.deallocate()
  }

  func withLock<R>(_ body: (inout Value) throws -> R) rethrows -> R {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body(&value)
  }

  /// Waits until the value satisfies `isReady` (looked at after each `signal`), then as `withLock`.
  func wait<R>(until isReady: (Value) -> Bool, _ body: (inout Value) throws -> R) rethrows -> R {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while !isReady(value) { pthread_cond_wait(changed, mutex) }
    return try body(&value)
  }

  /// Makes those who wait look again.
  func signal() { pthread_cond_broadcast(changed) }
}
