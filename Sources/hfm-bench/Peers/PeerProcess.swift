import Glibc
import Quantities

/// A program that is kept alive and answers one line for each line that it is sent.
///
/// It runs beside this process but only while asked: the caller waits for each answer.
final class PeerProcess {
  /// What it called itself in its first line, such as `PyTorch 2.9.0`.
  let name: String
  private let child: pid_t
  private let toChild: Int32
  private let fromChild: Int32
  private var pending: [UInt8] = []

  /// Starts `program` (a path) and waits for its line `ready NAME`.
  /// - Parameter threads: handed on as `HFM_PEER_THREADS`.
  init(_ program: String, _ arguments: [String], threads: Int) throws(UserError) {
    var down: [Int32] = [0, 0]
    var up: [Int32] = [0, 0]
    guard pipe(&down) == 0, pipe(&up) == 0 else {
      throw UserError(.run, place: program, "no pipe: \(String(cString: strerror(errno)))")
    }
    // Only the two ends that the child is given below reach it, and no other child.
    for descriptor in down + up { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, down[0], STDIN_FILENO)
    posix_spawn_file_actions_adddup2(&actions, up[1], STDOUT_FILENO)
    setenv("HFM_PEER_THREADS", String(threads), 1)
    var words = ([program] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var child: pid_t = 0
    let code = posix_spawn(&child, program, &actions, nil, &words, environ)
    close(down[0])
    close(up[1])
    (self.child, toChild, fromChild) = (child, down[1], up[0])
    guard code == 0 else {
      name = program
      throw UserError(
        .run, place: program, "cannot be started: \(String(cString: strerror(code)))",
        remedy: "run scripts/install-peers.sh")
    }
    var line = ""
    repeat {
      line = try PeerProcess.readLine(fromChild, &pending, program)
    } while !line.hasPrefix("ready ")
    name = String(line.dropFirst(6))
  }

  deinit {
    close(toChild)
    close(fromChild)
    if child > 0 { waitpid(child, nil, 0) }
  }

  /// Sends a line and returns the number that answers it.
  func ask(_ line: String) throws(UserError) -> Double {
    let bytes = Array((line + "\n").utf8)
    guard write(toChild, bytes, bytes.count) == bytes.count else {
      throw UserError(.run, place: name, "does not take requests any more")
    }
    let answer = try PeerProcess.readLine(fromChild, &pending, name)
    guard let number = Double(answer) else { throw UserError(.run, place: name, key: line, answer) }
    return number
  }

  /// The next line; a program that is silent for ten minutes is an error.
  private static func readLine(
    _ descriptor: Int32, _ pending: inout [UInt8], _ name: String
  ) throws(UserError) -> String {
    while true {
      if let end = pending.firstIndex(of: 10) {
        let line = String(decoding: pending[..<end], as: UTF8.self)
        pending.removeFirst(end + 1)
        return line
      }
      var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&entry, 1, 600_000) > 0 else {
        throw UserError(.run, place: name, "gave no answer for ten minutes")
      }
      var buffer = [UInt8](repeating: 0, count: 4096)
      let count = read(descriptor, &buffer, buffer.count)
      guard count > 0 else { throw UserError(.run, place: name, "ended without an answer") }
      pending += buffer[..<count]
    }
  }
}

extension PeerProcess {
  /// Where `scripts/install-peers.sh` put the peers.
  static var environmentFolder: String {
    getenv("HFM_PEERS_VENV").map { String(cString: $0) } ?? ".venv/peers"
  }

  /// PyTorch; nil, with a word on standard error, when it is not installed.
  static func pyTorch(threads: Int) throws(UserError) -> PeerProcess? {
    try installed("python3", ["scripts/peers/torch_peer.py"], threads)
  }
  /// StarPU; nil likewise.
  static func starPU(threads: Int) throws(UserError) -> PeerProcess? {
    setenv("STARPU_NCPU", String(threads), 1)
    setenv("STARPU_SILENT", "1", 1)
    return try installed("starpu_peer", [], threads)
  }

  private static func installed(
    _ program: String, _ arguments: [String], _ threads: Int
  ) throws(UserError) -> PeerProcess? {
    let path = environmentFolder + "/bin/" + program
    guard access(path, X_OK) == 0 else {
      printError("hfm-bench: \(path) is not there; scripts/install-peers.sh installs the peers")
      return nil
    }
    return try PeerProcess(path, arguments, threads: threads)
  }
}
