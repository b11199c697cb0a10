import Glibc
public import Quantities

/// A TCP connection or listener with a deadline on every call; closes when it goes.
public final class PairSocket {
  private let descriptor: Int32

  private init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Listens on a port that the system chooses.
  public static func listener() throws(UserError) -> (socket: PairSocket, port: Int) {
    let socket = PairSocket(Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = INADDR_ANY
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket.descriptor, $0, size) == 0 && listen(socket.descriptor, 64) == 0
          && getsockname(socket.descriptor, $0, &size) == 0
      }
    }
    guard socket.descriptor >= 0, bound else { throw failure("no port to listen on") }
    socket.prepare()
    return (socket, Int(UInt16(bigEndian: address.sin_port)))
  }

  /// The next connection; nil when none comes in time.
  public func accept(within seconds: Double) -> PairSocket? {
    guard wait(POLLIN, until: ProcessRunner.now() + seconds) else { return nil }
    let other = Glibc.accept(descriptor, nil, nil)
    guard other >= 0 else { return nil }
    let socket = PairSocket(other)
    socket.prepare()
    return socket
  }

  /// Connects to a host by name or number; nil when nobody answers in time.
  public static func connect(_ host: String, port: Int, within seconds: Double) -> PairSocket? {
    var hints = addrinfo()
    hints.ai_family = AF_INET
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, String(port), &hints, &found) == 0, let first = found else {
      return nil
    }
    defer { freeaddrinfo(first) }
    let socket = PairSocket(Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
    guard socket.descriptor >= 0 else { return nil }
    socket.prepare()
    if Glibc.connect(socket.descriptor, first.pointee.ai_addr, first.pointee.ai_addrlen) != 0 {
      guard errno == EINPROGRESS, socket.wait(POLLOUT, until: ProcessRunner.now() + seconds) else {
        return nil
      }
      var problem: Int32 = 0
      var size = socklen_t(MemoryLayout<Int32>.size)
      guard getsockopt(socket.descriptor, SOL_SOCKET, SO_ERROR, &problem, &size) == 0, problem == 0
      else { return nil }
    }
    return socket
  }

  private static func failure(_ what: String) -> UserError {
    UserError(.run, place: "network", "\(what): \(String(cString: strerror(errno)))")
  }

  /// Never blocks, never waits to fill a packet.
  private func prepare() {
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    var on: Int32 = 1
    setsockopt(
      descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
  }

  /// Whether something came to read, or the peer closed, within a time.
  public func isReadable(within seconds: Double) -> Bool {
    wait(POLLIN, until: ProcessRunner.now() + seconds)
  }

  private func wait(_ event: Int32, until deadline: Double) -> Bool {
    while true {
      let left = deadline - ProcessRunner.now()
      guard left > 0 else { return false }
      var entry = pollfd(fd: descriptor, events: Int16(event), revents: 0)
      let ready = poll(&entry, 1, Int32(min(left * 1000, 60_000).rounded(.up)))
      if ready > 0 { return true }
      if ready < 0 && errno != EINTR { return false }
    }
  }

  /// Sends all bytes; false when the peer is gone or the time is up.
  public func send(_ bytes: [UInt8], until deadline: Double) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(
          descriptor, $0.baseAddress.map { $0 + sent }, bytes.count - sent,
          Int32(MSG_NOSIGNAL))
      }
      if count > 0 {
        sent += count
      } else if count < 0, errno == EAGAIN {
        guard wait(POLLOUT, until: deadline) else { return false }
      } else if !(count < 0 && errno == EINTR) {
        return false
      }
    }
    return true
  }

  /// Fills `bytes`; false when the peer is gone or the time is up.
  public func receive(into bytes: inout [UInt8], until deadline: Double) -> Bool {
    var filled = 0
    let wanted = bytes.count
    while filled < wanted {
      let count = bytes.withUnsafeMutableBytes {
        recv(descriptor, $0.baseAddress.map { $0 + filled }, wanted - filled, 0)
      }
      if count > 0 {
        filled += count
      } else if count < 0, errno == EAGAIN {
        guard wait(POLLIN, until: deadline) else { return false }
      } else if !(count < 0 && errno == EINTR) {
        return false
      }
    }
    return true
  }
}

/// The two sides of a measurement between two nodes.
public enum PairTest {
  /// Sizes of messages in bytes, and how often each goes to and fro.
  static let messages: [(bytes: Int, repeats: Int)] = [
    (1, 200), (64, 100), (1024, 100), (8192, 60), (65_536, 40), (262_144, 20), (1_048_576, 10),
    (4_194_304, 6),
  ]
  /// What the serving side says when it is ready, so that a stranger is never measured.
  private static let greeting = Array("hfm-pair".utf8)
  private static let nameBytes = 256

  /// What a connecting node says first: its name.
  public static func hello(_ name: String) -> [UInt8] {
    let bytes = Array(name.utf8.prefix(nameBytes))
    return bytes + [UInt8](repeating: 0, count: nameBytes - bytes.count)
  }

  /// The name that a connecting node says; nil when it does not.
  public static func name(of peer: PairSocket, within seconds: Double) -> String? {
    var bytes = [UInt8](repeating: 0, count: nameBytes)
    guard peer.receive(into: &bytes, until: ProcessRunner.now() + seconds) else { return nil }
    return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }

  /// Answers one peer until it has all it wants; whether it did.
  public static func serve(_ peer: PairSocket, within seconds: Double) -> Bool {
    let deadline = ProcessRunner.now() + seconds
    guard peer.send(greeting, until: deadline) else { return false }
    for (bytes, repeats) in messages {
      var buffer = [UInt8](repeating: 0, count: bytes)
      for _ in 0..<repeats {
        guard peer.receive(into: &buffer, until: deadline), peer.send(buffer, until: deadline)
        else { return false }
      }
    }
    return true
  }

  /// Measures messages to a peer that serves: half the median round trip of each size; nil when it
  /// stops answering.
  public static func measure(_ peer: PairSocket, within seconds: Double) -> [AlphaBeta.Point]? {
    let deadline = ProcessRunner.now() + seconds
    var answer = [UInt8](repeating: 0, count: greeting.count)
    guard peer.receive(into: &answer, until: deadline), answer == greeting else { return nil }
    var points: [AlphaBeta.Point] = []
    for (bytes, repeats) in messages {
      var buffer = [UInt8](repeating: 1, count: bytes)
      var times: [Double] = []
      for _ in 0..<repeats {
        let start = ProcessRunner.now()
        guard peer.send(buffer, until: deadline), peer.receive(into: &buffer, until: deadline)
        else { return nil }
        times.append((ProcessRunner.now() - start) / 2)
      }
      times.sort()
      points.append(AlphaBeta.Point(bytes: Double(bytes), seconds: times[times.count / 2]))
    }
    return points
  }
}
