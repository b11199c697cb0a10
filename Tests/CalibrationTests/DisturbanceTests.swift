@testable import Calibration
import Testing

/// What slows a measurement down is read from where each version of control groups counts it.
@Suite struct DisturbanceTests {
  static let version1 = ["5:devices:/job", "4:cpu,cpuacct:/job", "0::/"]
  static let version2 = ["0::/user.slice/job"]

  @Test(arguments: [
    (version2, "/user.slice/job", 7),
    // Within a container the group's path is its host's.
    (version2, "", 3),
    (version1, "/cpu,cpuacct/job", 12),
    (version1, "/cpu/job", 5),
    (["1:cpu:/"], "/cpu", 2),
    (["0::/"], "/unified", 4),
  ])
  func aQuotaIsNoticed(groups: [String], folder: String, count: Int) {
    let stopped = ProcessorCounters.stoppedByQuota { path in
      switch path {
      case "/proc/self/cgroup": groups
      case "/sys/fs/cgroup\(folder)/cpu.stat":
        ["nr_periods 40", "nr_throttled \(count)", "throttled_usec 9"]
      default: nil
      }
    }
    #expect(stopped == count)
  }

  @Test(arguments: [nil, [], ["5:cpuset:/job"], ["nonsense"], version2])
  func withoutAQuotaNothingIsSaid(groups: [String]?) {
    #expect(ProcessorCounters.stoppedByQuota { $0 == "/proc/self/cgroup" ? groups : nil } == nil)
  }
}
