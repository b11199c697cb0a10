import DataFormats
import Executor
import Glibc
import Quantities
import Slurm
import Synchronization

/// What runs on each node of `hfm profile --slurm`: it measures its node, then meets the others in
/// the rounds of the schedule.
struct ProfileAgent {
  let folder: String
  let name: String
  let plan: ProfilePlan
  let console: Console

  /// Seconds that one meeting may take once both are there.
  private static let meetingSeconds = 60.0

  /// Starts from the plan in a folder.
  ///
  /// - Throws: `UserError` when there is none, or when this node does not take part.
  init(folder: String, console: Console) throws(UserError) {
    self.folder = folder
    self.console = console
    let file = folder + "/" + ProfileFiles.plan
    plan = try ProfilePlan(parsing: try Files.read(file), file: file)
    var host = [CChar](repeating: 0, count: 256)
    gethostname(&host, host.count - 1)
    let own = String(
      decoding: host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let given = SlurmShare.allocation?.node ?? ""
    let name = given.isEmpty ? own : given
    self.name = name
    guard plan.members.contains(where: { $0.name == name }) else {
      throw UserError(
        .input, place: file, "node \(name) takes no part in this measurement",
        remedy: "hfm profile --slurm starts the agents itself")
    }
  }

  func run() throws {
    let heart = Heart(path: folder + "/" + ProfileFiles.alive(plan.run, name))
    defer { heart.stop() }
    let file = folder + "/" + ProfileFiles.node(name)
    let earlier = (try? Files.read(file)).flatMap { bytes in
      try? NodeRecord(parsing: bytes, file: file, node: name)
    }
    let profiler = NodeProfiler(node: name, stages: plan.stages, isQuick: plan.isQuick) { record in
      try Files.writeAtomically(record.json.text(), to: file)
    }
    do {
      _ = try profiler.run(from: earlier)
    } catch {
      // The others still want to meet this node.
      console.error("\(name): \(error)")
    }
    try meet()
  }

  private func meet() throws {
    let rounds = plan.rounds
    guard !rounds.isEmpty else { return }
    let (listener, port) = try PairSocket.listener()
    try Files.writeAtomically(
      "\(port)\n", to: folder + "/" + ProfileFiles.port(plan.run, name))
    let watch = PeerWatch(folder: folder, run: plan.run)
    var early: [String: PairSocket] = [:]
    for round in rounds {
      guard let pair = round.first(where: { $0.first.name == name || $0.second.name == name })
      else { continue }
      let path = folder + "/" + ProfileFiles.pair(pair.first.name, pair.second.name)
      if let bytes = try? Files.read(path),
        PairRecord(parsing: bytes, first: pair.first.name, second: pair.second.name) != nil
      {
        continue
      }
      if pair.first.name == name {
        serve(pair.second.name, listener, &early, watch)
      } else if let points = measure(pair.first, watch),
        let record = PairRecord(first: pair.first.name, second: name, points: points)
      {
        try Files.writeAtomically(record.json.text(), to: path)
      }
    }
  }

  /// Waits for one peer and answers it; others that come early wait for their round.
  private func serve(
    _ peer: String, _ listener: PairSocket, _ early: inout [String: PairSocket], _ watch: PeerWatch
  ) {
    while true {
      if let socket = early.removeValue(forKey: peer) {
        _ = PairTest.serve(socket, within: Self.meetingSeconds)
        return
      }
      if let socket = listener.accept(within: 1),
        let caller = PairTest.name(of: socket, within: 5)
      {
        early[caller] = socket
      } else if watch.isGone(peer) {
        console.warn("\(name): \(peer) gives no sign of life; its link is not measured")
        return
      }
    }
  }

  /// Meets a peer that serves; nil when it is gone.
  private func measure(_ peer: ProfilePlan.Member, _ watch: PeerWatch) -> [AlphaBeta.Point]? {
    let path = folder + "/" + ProfileFiles.port(plan.run, peer.name)
    while true {
      if let bytes = try? Files.read(path, limit: 64),
        let port = Int(String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)),
        let socket = PairSocket.connect(peer.address, port: port, within: 5),
        socket.send(PairTest.hello(name), until: ProcessClock.now() + 5)
      {
        while !socket.isReadable(within: 1) {
          if watch.isGone(peer.name) { return nil }
        }
        return PairTest.measure(socket, within: Self.meetingSeconds)
      }
      if watch.isGone(peer.name) {
        console.warn("\(name): \(peer.name) gives no sign of life; its link is not measured")
        return nil
      }
      usleep(250_000)
    }
  }
}

/// A steady clock in seconds.
enum ProcessClock {
  /// Seconds of CLOCK_MONOTONIC, as deadlines of `PairSocket` are given.
  static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

/// Writes a number that grows every second, for the others to see that this process lives.
final class Heart: Sendable {
  private let isOver = Atomic(false)

  init(path: String) {
    _ = DriverThread.start { [weak self] in
      var beat = 0
      while self?.isOver.load(ordering: .relaxed) == false {
        beat += 1
        try? Files.writeAtomically("\(beat)\n", to: path)
        usleep(1_000_000)
      }
    }
  }

  func stop() { isOver.store(true, ordering: .relaxed) }
}

/// Tells which peers live by whether their numbers still grow. Clocks of nodes are never compared.
final class PeerWatch {
  /// A peer that was never seen may come this late, one that was seen may be silent so long.
  private static let patience = (unseen: 90.0, silent: 15.0)
  private let folder: String
  private let run: String
  private let began = ProcessClock.now()
  private var seen: [String: (text: [UInt8], at: Double)] = [:]

  init(folder: String, run: String) {
    self.folder = folder
    self.run = run
  }

  func isGone(_ name: String) -> Bool {
    let now = ProcessClock.now()
    let text = (try? Files.read(folder + "/" + ProfileFiles.alive(run, name), limit: 64)) ?? []
    guard let last = seen[name] else {
      if !text.isEmpty { seen[name] = (text, now) }
      return text.isEmpty && now - began > Self.patience.unseen
    }
    if last.text != text, !text.isEmpty {
      seen[name] = (text, now)
      return false
    }
    return now - last.at > Self.patience.silent
  }
}
