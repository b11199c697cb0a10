import DataFormats
import Executor
import Quantities
import Synchronization

/// A request to the service, and the way back.
struct ServiceCall: Sendable {
  /// The request: an object with a key `do`.
  var request: JSONValue
  /// Where the answer goes.
  var reply: ReplyBox

  func answer(_ members: [(String, JSONValue)]) { reply.put(.object(members)) }

  func refuse(_ message: String) { answer([("error", .string(message))]) }
}

/// Holds one answer until the connection's thread takes it.
final class ReplyBox: Sendable {
  private let value = Mutex<JSONValue?>(nil)

  func put(_ answer: JSONValue) { value.withLock { if $0 == nil { $0 = answer } } }

  /// Waits for the answer; nil after so many seconds.
  func take(within seconds: Double) -> JSONValue? {
    let began = ContinuousClock.now
    while (ContinuousClock.now - began) / .seconds(1) < seconds {
      if let answer = value.withLock({ $0 }) { return answer }
      DriverThread.pause()
    }
    return nil
  }
}
