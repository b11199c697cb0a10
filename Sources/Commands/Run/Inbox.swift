import Glibc
import Synchronization

/// What reaches the run's loop from its threads.
enum RunSignal: Sendable {
  /// A job's thread ended, with what it measured or why it failed.
  case ended(Int, Result<JobMeasurement, any Error>)
  /// Someone asks the service for something.
  case request(ServiceCall)
  /// SIGINT or SIGTERM came.
  case interrupted
}

/// A queue from many threads to the one loop, which waits on it with a time limit.
final class Inbox: Sendable {
  private let signals = Mutex<[RunSignal]>([])
  /// A pipe that is readable while something was posted since the last wait.
  private let wake: (read: Int32, write: Int32)

  init() {
    var ends: [Int32] = [-1, -1]
    pipe(&ends)
    for end in ends {
      // Neither side may block: a full pipe wakes the reader just as well.
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    wake = (ends[0], ends[1])
  }

  deinit {
    close(wake.read)
    close(wake.write)
  }

  func post(_ signal: RunSignal) {
    signals.withLock { $0.append(signal) }
    var byte: UInt8 = 1
    write(wake.write, &byte, 1)
  }

  /// The oldest signal; waits up to `seconds` for one.
  func next(within seconds: Double) -> RunSignal? {
    if let signal = take() { return signal }
    var entry = pollfd(fd: wake.read, events: Int16(POLLIN), revents: 0)
    // Rounded up, so that a time asked for has come when the wait ends.
    poll(&entry, 1, Int32(min(max(0, seconds * 1000), 60_000).rounded(.up)))
    var bytes = [UInt8](repeating: 0, count: 64)
    read(wake.read, &bytes, bytes.count)
    return take()
  }

  private func take() -> RunSignal? {
    signals.withLock { $0.isEmpty ? nil : $0.removeFirst() }
  }
}
