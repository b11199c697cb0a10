import Glibc

/// Looks again and again until a condition holds: for what another thread or process will do, which
/// on a busy machine may take any time.
///
/// - Returns: False when it did not hold within `seconds`. They are to end what hangs, and so many
///   that no load of the machine decides a test.
public func eventually(
  within seconds: Int = 600, _ condition: () throws -> Bool
) rethrows -> Bool {
  let end = ContinuousClock.now + .seconds(seconds)
  while try !condition() {
    guard ContinuousClock.now < end else { return false }
    usleep(2000)
  }
  return true
}
