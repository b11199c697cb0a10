import CSystemShims
import DataFormats
import Executor
import Glibc
import Quantities
import Synchronization

/// The service's door: a Unix socket that only its owner can open, and at which the kernel's word
/// on who knocks is asked all the same. One JSON object per line each way.
final class ServiceSocket: Sendable {
  /// Seconds that a request may take. On a disk under load a few writes that must be on it before
  /// the answer take minutes; to give up earlier would call a job lost that was accepted.
  static let patience: Int32 = 300

  /// Where a ledger's service listens.
  static func path(ledger: String) -> String { ledger + ".sock" }

  private let path: String
  private let descriptor: Int32
  private let isClosed = Atomic(false)

  /// Listens; the caller holds the ledger's lock, so a socket left behind belongs to nobody.
  ///
  /// - Throws: `UserError` that names the path.
  init(path: String) throws(UserError) {
    unlink(path)
    descriptor = hfm_unix_listen(path)
    guard descriptor >= 0 else {
      let isLong = errno == ENAMETOOLONG
      throw UserError(
        .input, place: path, "cannot be listened on: \(String(cString: strerror(errno)))",
        remedy: isLong ? "give a --ledger with a shorter path, relative to here" : "")
    }
    self.path = path
  }

  /// Takes connections in a thread of its own; requests go to the inbox.
  func serve(_ inbox: Inbox) {
    _ = DriverThread.start { [self] in
      while !isClosed.load(ordering: .acquiring) {
        let connection = hfm_unix_accept(descriptor)
        guard connection >= 0 else {
          DriverThread.pause()
          continue
        }
        let isStarted = DriverThread.start { Self.talk(connection, inbox) }
        if !isStarted { close(connection) }
      }
    }
  }

  /// Stops listening and takes the socket away.
  func end() {
    isClosed.store(true, ordering: .releasing)
    shutdown(descriptor, Int32(SHUT_RDWR))
    unlink(path)
  }

  /// Answers one connection's requests until it ends.
  private static func talk(_ connection: Int32, _ inbox: Inbox) {
    defer { close(connection) }
    hfm_socket_timeout(connection, patience)
    guard hfm_peer_user(connection) == Int(geteuid()) else {
      Files.writeAll("{\"error\": \"this service belongs to another user\"}\n", to: connection)
      return
    }
    var lines = LineReader(connection)
    while let line = lines.next() {
      let box = ReplyBox()
      if let request = try? JSONValue(parsing: line) {
        inbox.post(.request(ServiceCall(request: request, reply: box)))
      } else {
        box.put(.object([("error", .string("no JSON object"))]))
      }
      guard let answer = box.take(within: Double(patience)) else { return }
      guard Files.writeAll(answer.text(pretty: false) + "\n", to: connection) else { return }
    }
  }
}

/// Lines from a descriptor, of at most 16 MiB each.
struct LineReader {
  private let descriptor: Int32
  private var rest: [UInt8] = []

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// The next line without its end; nil when there is none or it is too long.
  mutating func next() -> [UInt8]? {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      if let end = rest.firstIndex(of: 0x0A) {
        defer { rest.removeSubrange(...end) }
        return Array(rest[..<end])
      }
      guard rest.count <= 16 << 20 else { return nil }
      let count = read(descriptor, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return nil }
      rest += chunk[..<count]
    }
  }
}

/// The other side: asks a ledger's service.
enum ServiceClient {
  /// Whether a service serves a ledger, as far as this user may know.
  static func isServed(ledger: String) -> Bool {
    let descriptor = hfm_unix_connect(ServiceSocket.path(ledger: ledger))
    guard descriptor >= 0 else { return false }
    close(descriptor)
    return true
  }

  /// Sends one request and returns the answer.
  ///
  /// - Throws: `UserError` when nobody serves, this user may not ask, or the service says no.
  static func ask(
    ledger: String, _ members: [(String, JSONValue)]
  ) throws(UserError) -> JSONValue {
    let path = ServiceSocket.path(ledger: ledger)
    let descriptor = hfm_unix_connect(path)
    guard descriptor >= 0 else {
      let isForeign = errno == EACCES || errno == EPERM
      throw UserError(
        .input, place: path,
        isForeign ? "belongs to another user" : "nobody serves this ledger",
        remedy: isForeign ? "use a ledger of your own" : "start hfm serve-jobs --ledger \(ledger)")
    }
    defer { close(descriptor) }
    // The service's own limit comes first.
    hfm_socket_timeout(descriptor, ServiceSocket.patience + 10)
    let text = JSONValue.object(members).text(pretty: false) + "\n"
    var lines = LineReader(descriptor)
    // A service that refuses this user has its say without reading.
    Files.writeAll(text, to: descriptor)
    guard let line = lines.next(), let answer = try? JSONValue(parsing: line)
    else {
      throw UserError(.run, place: path, "the service went away before it answered")
    }
    if let message = answer["error"]?.string {
      throw UserError(.input, place: path, message)
    }
    return answer
  }
}
