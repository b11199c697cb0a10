import Glibc
public import Quantities
import Synchronization

/// What a program that was run left behind.
public struct ProcessOutput: Sendable, Hashable {
  /// Exit code; 128 + the signal's number when a signal ended it.
  public var status: Int32
  /// Standard output.
  public var output: [UInt8]
  /// Standard error.
  public var errors: [UInt8]
  /// Whether it was killed because its time was up.
  public var isTimedOut: Bool

  /// Creates an output, for tests.
  public init(status: Int32, output: [UInt8], errors: [UInt8] = [], isTimedOut: Bool = false) {
    self.status = status
    self.output = output
    self.errors = errors
    self.isTimedOut = isTimedOut
  }

  /// Standard output as text.
  public var text: String { String(decoding: output, as: UTF8.self) }
  /// The first line of standard error, for messages.
  public var complaint: String {
    let text = String(decoding: errors, as: UTF8.self)
    return String(text.split(separator: "\n").first ?? "")
  }
}

/// Runs programs: words go to the program as they are, never through a shell; output is captured,
/// and a program that takes too long is killed together with its children.
public enum ProcessRunner {
  /// Captured output beyond this many bytes is an error, not a full memory.
  public static let outputLimit = 1 << 28

  /// Runs a program found on `PATH` and waits for it.
  ///
  /// - Parameters:
  ///   - words: The program and its arguments.
  ///   - input: Bytes for its standard input.
  ///   - seconds: How long it may take.
  /// - Throws: `UserError` (.run) when it cannot be started or writes without end.
  public static func run(
    _ words: [String], input: [UInt8] = [], within seconds: Double = 60
  ) throws(UserError) -> ProcessOutput {
    guard let program = words.first, words.allSatisfy({ !$0.utf8.contains(0) }) else {
      throw UserError(.run, "a program's words must not be empty or hold a zero byte")
    }
    let (child, pipes) = try start(program, words)
    var exchange = Exchange(pipes: pipes, input: input, deadline: now() + seconds)
    let isOver = exchange.run()
    pipes.closeParentEnds()
    if !isOver { kill(-child, SIGKILL) }
    let status = wait(for: child, until: isOver ? exchange.deadline : now() + 5)
    if exchange.isTooLarge {
      throw UserError(.run, place: program, "wrote more than \(outputLimit >> 20) MiB")
    }
    return ProcessOutput(
      status: status ?? 137, output: exchange.output, errors: exchange.errors,
      isTimedOut: !isOver || status == nil)
  }

  /// One at a time: a child that starts between another's pipe and its mark to close on exec would
  /// hold that pipe open, and who reads it would wait for both.
  private static let starting = Mutex(())

  private static func start(
    _ program: String, _ words: [String]
  ) throws(UserError) -> (pid_t, Pipes) {
    try starting.withLock { _ throws(UserError) in
      let pipes = try Pipes()
      do throws(UserError) {
        let child = try spawn(program, words, pipes)
        pipes.closeChildEnds()
        return (child, pipes)
      } catch {
        pipes.closeAll()
        throw error
      }
    }
  }

  static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Starts the program in a process group of its own, with default signals.
  private static func spawn(
    _ program: String, _ words: [String], _ pipes: Pipes
  ) throws(UserError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, pipes.input.read, STDIN_FILENO)
    posix_spawn_file_actions_adddup2(&actions, pipes.output.write, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, pipes.errors.write, STDERR_FILENO)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    var standard = sigset_t()
    sigemptyset(&standard)
    for signal in [SIGPIPE, SIGINT, SIGTERM] { sigaddset(&standard, signal) }
    posix_spawnattr_setsigdefault(&attributes, &standard)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETPGROUP) | Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))
    var pointers = words.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    var child: pid_t = 0
    let code = posix_spawnp(&child, program, &actions, &attributes, &pointers, environ)
    guard code == 0 else {
      throw UserError(
        .run, place: program, "cannot be started: \(String(cString: strerror(code)))",
        remedy: code == ENOENT ? "is it installed and on PATH?" : "")
    }
    return child
  }

  /// The exit code; nil when it did not end by the deadline and had to be killed.
  private static func wait(for child: pid_t, until deadline: Double) -> Int32? {
    var status: Int32 = 0
    // Most have ended when they close their output, or do so at once.
    var pause: UInt32 = 50
    while true {
      let done = waitpid(child, &status, WNOHANG)
      if done == child { break }
      if done < 0 && errno != EINTR { return nil }
      if now() >= deadline {
        kill(-child, SIGKILL)
        while waitpid(child, &status, 0) < 0 && errno == EINTR {}
        return nil
      }
      usleep(pause)
      pause = min(2 * pause, 2000)
    }
    let signal = status & 0x7F
    return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
  }
}

/// The three pipes between this process and a child; all close on exec.
private final class Pipes {
  let input: (read: Int32, write: Int32)
  let output: (read: Int32, write: Int32)
  let errors: (read: Int32, write: Int32)

  init() throws(UserError) {
    var ends: [Int32] = []
    for _ in 0..<3 {
      var pair: [Int32] = [-1, -1]
      guard pipe(&pair) == 0 else {
        for end in ends { close(end) }
        throw UserError(.run, "no pipe: \(String(cString: strerror(errno)))")
      }
      for end in pair { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      ends += pair
    }
    (input, output, errors) = ((ends[0], ends[1]), (ends[2], ends[3]), (ends[4], ends[5]))
    for end in [input.write, output.read, errors.read] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
  }

  func closeChildEnds() { for end in [input.read, output.write, errors.write] { close(end) } }

  /// The input's end is the exchange's to close.
  func closeParentEnds() { for end in [output.read, errors.read] { close(end) } }

  func closeAll() {
    closeChildEnds()
    closeParentEnds()
    close(input.write)
  }
}

/// Feeds a child and collects what it writes.
private struct Exchange {
  let pipes: Pipes
  let input: [UInt8]
  let deadline: Double
  var output: [UInt8] = []
  var errors: [UInt8] = []
  private var sent = 0
  private var open = (input: true, output: true, errors: true)

  init(pipes: Pipes, input: [UInt8], deadline: Double) {
    self.pipes = pipes
    self.input = input
    self.deadline = deadline
  }

  var isTooLarge: Bool { output.count + errors.count > ProcessRunner.outputLimit }

  /// Returns whether the child closed its ends before the deadline.
  mutating func run() -> Bool {
    defer { closeInput() }
    while open.output || open.errors {
      feed()
      let left = deadline - ProcessRunner.now()
      if left <= 0 || isTooLarge { return false }
      var entries = [
        pollfd(fd: open.input ? pipes.input.write : -1, events: Int16(POLLOUT), revents: 0),
        pollfd(fd: open.output ? pipes.output.read : -1, events: Int16(POLLIN), revents: 0),
        pollfd(fd: open.errors ? pipes.errors.read : -1, events: Int16(POLLIN), revents: 0),
      ]
      poll(&entries, 3, Int32(min(left * 1000, 60_000).rounded(.up)))
      if entries[1].revents != 0 { open.output = Self.drain(pipes.output.read, &output) }
      if entries[2].revents != 0 { open.errors = Self.drain(pipes.errors.read, &errors) }
    }
    return true
  }

  private mutating func feed() {
    while open.input, sent < input.count {
      let written = input.withUnsafeBytes {
        write(pipes.input.write, $0.baseAddress.map { $0 + sent }, input.count - sent)
      }
      if written < 0 && errno == EINTR { continue }
      if written < 0 && errno == EAGAIN { return }
      // A child that reads no further has closed its end.
      guard written > 0 else { return closeInput() }
      sent += written
    }
    closeInput()
  }

  private mutating func closeInput() {
    if open.input { close(pipes.input.write) }
    open.input = false
  }

  /// Reads what there is; false at the end.
  private static func drain(_ descriptor: Int32, _ bytes: inout [UInt8]) -> Bool {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      if count > 0 { bytes += chunk[..<count] }
      if count == 0 { return false }
      if count < 0 && errno == EINTR { continue }
      if count < 0 { return errno == EAGAIN }
      if bytes.count > ProcessRunner.outputLimit { return true }
    }
  }
}
