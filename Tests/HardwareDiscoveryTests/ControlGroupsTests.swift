import Testing

@testable import HardwareDiscovery

/// A reader over texts by path.
func files(_ texts: [String: String]) -> FileReader {
  { path in texts[path].map { Array($0.utf8) } }
}

@Suite struct ControlGroupsTests {
  private static let unified = [
    "/proc/self/cgroup": "0::/user.slice/job.scope\n",
    "/proc/self/mountinfo":
      "30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n",
  ]

  /// A version-1 machine with an idle version-2 hierarchy beside it, as virtual machines have.
  private static let hybrid = [
    "/proc/self/cgroup": """
    9:name=systemd:/
    8:pids:/
    4:memory:/api/job7
    3:cpuset:/
    2:cpuacct:/
    1:cpu:/
    0::/
    """,
    "/proc/self/mountinfo": """
    31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
    32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu
    34 31 0:31 / /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset
    35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
    40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,name=systemd
    41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
    """,
  ]

  private static func groups(
    _ base: [String: String], _ more: [String: String] = [:]
  ) -> ControlGroups {
    ControlGroups(read: files(base.merging(more) { $1 }))
  }

  @Test func withoutFilesThereAreNoLimits() {
    let groups = Self.groups([:])
    #expect(groups.memoryBytes == nil && groups.cpuQuota == nil && groups.cpus == nil)
    #expect(groups.notes.isEmpty)
  }

  @Test func theLeastLimitUpTheTreeHolds() {
    let groups = Self.groups(
      Self.unified,
      [
        "/sys/fs/cgroup/user.slice/job.scope/memory.max": "max\n",
        "/sys/fs/cgroup/user.slice/memory.max": "8589934592\n",
        "/sys/fs/cgroup/user.slice/job.scope/cpu.max": "400000 100000\n",
        "/sys/fs/cgroup/user.slice/cpu.max": "150000 100000\n",
        "/sys/fs/cgroup/user.slice/job.scope/cpuset.cpus.effective": "0-3,8\n",
        "/sys/fs/cgroup/cpuset.cpus.effective": "0-15\n",
      ])
    #expect(groups.memoryBytes == 8 << 30)
    #expect(groups.memorySource == "/sys/fs/cgroup/user.slice/memory.max")
    #expect(groups.cpuQuota == 1.5)
    #expect(groups.cpus == [0, 1, 2, 3, 8])
  }

  @Test func legacyNoLimitIsNone() {
    let groups = Self.groups(
      Self.hybrid,
      [
        "/sys/fs/cgroup/memory/api/job7/memory.limit_in_bytes": "9223372036854771712\n",
        "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
        "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
        "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
        "/sys/fs/cgroup/cpuset/cpuset.effective_cpus": "0-1\n",
      ])
    #expect(groups.memoryBytes == nil && groups.cpuQuota == nil)
    #expect(groups.cpus == [0, 1])
    #expect(groups.notes.isEmpty)
  }

  @Test(arguments: [("1", 2 << 30), ("0", 4 << 30)])
  func legacyParentBindsWhenHierarchical(_ hierarchy: String, _ expected: Int) {
    let groups = Self.groups(
      Self.hybrid,
      [
        "/sys/fs/cgroup/memory/api/job7/memory.limit_in_bytes": "4294967296\n",
        "/sys/fs/cgroup/memory/api/memory.limit_in_bytes": "2147483648\n",
        "/sys/fs/cgroup/memory/api/memory.use_hierarchy": hierarchy + "\n",
        "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "250000\n",
        "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
      ])
    #expect(groups.memoryBytes == expected)
    #expect(groups.cpuQuota == 2.5)
  }

  // Docker with version 1: /proc/self/cgroup shows the host's path, the mount shows the container's
  // own group as its root.
  @Test func containersSeeTheirMountAsRoot() {
    let groups = ControlGroups(
      read: files([
        "/proc/self/cgroup": "5:memory:/docker/abc\n",
        "/proc/self/mountinfo":
          "1 2 0:3 /docker/abc /sys/fs/cgroup/memory ro master:15 - cgroup cgroup rw,memory\n",
        "/sys/fs/cgroup/memory/memory.limit_in_bytes": "536870912\n",
      ]))
    #expect(groups.memoryBytes == 512 << 20)
  }

  @Test(arguments: ["garbage", "-5", "1e9", "99999999999999999999999"])
  func badLimitsAreNotedAndIgnored(_ text: String) {
    let groups = Self.groups(
      Self.unified,
      [
        "/sys/fs/cgroup/user.slice/memory.max": text + "\n",
        "/sys/fs/cgroup/user.slice/cpu.max": text + "\n",
        "/sys/fs/cgroup/user.slice/cpuset.cpus.effective": "x" + text + "\n",
      ])
    #expect(groups.memoryBytes == nil && groups.cpuQuota == nil && groups.cpus == nil)
    #expect(groups.notes.count == 3)
  }

  @Test func emptyFilesSayNothing() {
    let groups = Self.groups(
      Self.unified,
      ["/sys/fs/cgroup/memory.max": "", "/sys/fs/cgroup/cpuset.cpus.effective": "\n"])
    #expect(groups.memoryBytes == nil && groups.cpus == nil && groups.notes.isEmpty)
  }

  @Test func escapedMountPointsAndShortLines() {
    let mounts = CgroupMount.parse(
      TextFile("m", files(["m": "bad\n1 2 0:3 / /a\\040b rw - cgroup2 c rw\n1 - cgroup2\n"])))
    #expect(mounts == [CgroupMount(point: "/a b", root: "/", isUnified: true, controllers: [])])
    #expect(mounts[0].directories(of: "/x/y") == ["/a b/x/y", "/a b/x", "/a b"])
    #expect(mounts[0].directories(of: "/../z") == ["/a b"])
  }
}
