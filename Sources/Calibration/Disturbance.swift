import Executor
import Glibc
import Graph
import Kernels
import Quantities

/// Watches what slows a machine down while it is measured: heat, a quota of processor time, other
/// work on the same processors, and a clock that sinks.
struct Disturbance {
  private let before = Counters()
  private let startSeconds: Double

  /// Runs a reference product first; `notes` runs it again.
  init(team: WorkerTeam) throws { startSeconds = try Self.referenceSeconds(team) }

  private static func referenceSeconds(_ team: WorkerTeam) throws -> Double {
    let x = ([256, 512], DataType.fp32)
    let item = MeasuredCase(.linear(bias: false), [x, ([512, 512], .fp32)], [x])
    let runner = try ProgramRunner(item.program(), team: team, seed: 7)
    let steps = MeasuredCase.measured(runner.program)
    var times: [Double] = []
    for _ in 0..<9 {
      runner.resetProfile()
      try runner.run(profile: true)
      times.append(steps.map { runner.stepSeconds[$0] }.median)
    }
    return times.median
  }

  /// What happened since the start, for the reader of the profile.
  func notes(team: WorkerTeam, _ certainty: Certainty) throws -> [String] {
    let after = Counters()
    var notes: [String] = []
    if let a = before.heat, let b = after.heat, b > a {
      notes.append("the processors were slowed for heat \(b - a) times during the measurement")
    }
    if let a = before.quota, let b = after.quota, b > a {
      notes.append(
        "the control group's quota stopped the process \(b - a) times during the measurement")
    }
    if let a = before.others, let b = after.others, b.total > a.total {
      let share = Double(b.foreign - a.foreign) / Double(b.total - a.total)
      if share > 0.05 {
        notes.append(
          "other programs or the host used \(Format.fixed(100 * share, 0)) % of the processors "
            + "during the measurement")
      }
    }
    let drift = try Self.referenceSeconds(team) / max(startSeconds, 1e-9)
    if !(0.9...1.1).contains(drift) {
      notes.append(
        "the reference product took \(Format.fixed(drift, 2)) times as long at the end as at the "
          + "start: the clock or the load changed")
    }
    if certainty.halfWidth(of: 0.5) > certainty.tolerance {
      notes.append(
        "more than half of the medians are uncertain by over "
          + "\(Format.fixed(100 * certainty.tolerance, 0)) %: repeat on an idle machine, "
          + "or with more time (without --quick)")
    }
    if certainty.leftOut > 0 {
      notes.append(
        "\(certainty.leftOut) operators were not measured, since the time was over: what they take "
          + "is told by others")
    }
    return notes
  }

  /// Counters of the system; nil where it has none.
  private struct Counters {
    /// How often cores were slowed for heat since boot.
    let heat = ProcessorCounters.throttledForHeat()
    /// How often the quota stopped this control group.
    let quota = ProcessorCounters.stoppedByQuota()
    /// Processor time of others and of all, in ticks.
    let others = ProcessorCounters.foreignTime()
  }
}

/// What the system counts about its processors.
public enum ProcessorCounters {
  /// How often cores were slowed for heat since boot; nil when the system does not tell.
  public static func throttledForHeat() -> Int? {
    var total: Int?
    for cpu in 0..<max(1, sysconf(Int32(_SC_NPROCESSORS_CONF))) {
      let path = "/sys/devices/system/cpu/cpu\(cpu)/thermal_throttle/core_throttle_count"
      guard let count = lines(path)?.first.flatMap({ Int($0) }) else { continue }
      total = (total ?? 0) + count
    }
    return total
  }

  /// `nr_throttled` of this process's control group, of version 1 or 2; nil without one.
  /// - Parameter read: the lines of a file; nil where there is none.
  static func stoppedByQuota(_ read: (String) -> [String]? = lines) -> Int? {
    for membership in read("/proc/self/cgroup") ?? [] {
      // 4:cpu,cpuacct:/system.slice (cgroups(7)); 0::/system.slice in version 2.
      let parts = membership.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      let controllers = parts[1].split(separator: ",")
      guard controllers.isEmpty || controllers.contains("cpu") else { continue }
      let folders = controllers.isEmpty ? ["", "/unified"] : ["/\(parts[1])", "/cpu"]
      // A container may name a path that only its host has; its own group is then the top one.
      for path in [parts[2] == "/" ? "" : String(parts[2]), ""] {
        for folder in folders {
          let key = "nr_throttled "
          let line = read("/sys/fs/cgroup\(folder)\(path)/cpu.stat")?.first { $0.hasPrefix(key) }
          if let count = line.flatMap({ Int($0.dropFirst(key.count)) }) { return count }
        }
      }
    }
    return nil
  }

  /// Ticks that all processors spent for others than this process (stolen by the host included),
  /// and all ticks; nil when the system does not tell.
  public static func foreignTime() -> (foreign: Int, total: Int)? {
    // cpu user nice system idle iowait irq softirq steal guest guest_nice (proc(5)).
    guard let line = lines("/proc/stat")?.first, line.hasPrefix("cpu ") else { return nil }
    let ticks = line.split(separator: " ").dropFirst().compactMap { Int($0) }
    guard ticks.count >= 8 else { return nil }
    let total = ticks[..<8].reduce(0, +)
    let idle = ticks[3] + ticks[4]
    var own = tms()
    guard times(&own) != -1 else { return nil }
    return (total - idle - own.tms_utime - own.tms_stime, total)
  }

  private static func lines(_ path: String) -> [String]? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 14)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n").map(String.init)
  }
}
