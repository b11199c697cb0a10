import HardwareModel

/// The limits that control groups set on this process: version 2, version 1, or both at once.
///
/// Reads only the files named by `/proc/self/cgroup` and `/proc/self/mountinfo`, and walks from the
/// process's group up to the mount's root, because a parent's limit binds its children. See
/// `Documentation/admin-guide/cgroup-v2.rst` and `cgroup-v1/` of the Linux kernel.
struct ControlGroups {
  /// The least memory limit, in bytes; nil without one.
  var memoryBytes: Int?
  /// The file that holds it.
  var memorySource = ""
  /// The least processor quota, in processors; nil without one.
  var cpuQuota: Double?
  /// Processing units that the cpuset allows; nil when it does not say.
  var cpus: [Int]?
  /// Files that could not be understood.
  var notes: [String] = []

  private let read: FileReader

  /// Limits above this are the kernel's way to say "none" (version 1 writes `LONG_MAX` in pages).
  static let unlimitedBytes = 1 << 60

  init(read: @escaping FileReader) {
    self.read = read
    let mounts = CgroupMount.parse(TextFile("/proc/self/mountinfo", read))
    for membership in CgroupMembership.parse(TextFile("/proc/self/cgroup", read)) {
      if membership.controllers.isEmpty {
        guard let mount = mounts.first(where: { $0.isUnified }) else { continue }
        readUnified(mount.directories(of: membership.path))
      } else {
        for controller in membership.controllers {
          guard let mount = mounts.first(where: { $0.controllers.contains(controller) })
          else { continue }
          readLegacy(controller, mount.directories(of: membership.path))
        }
      }
    }
  }

  /// `directories` rise from the process's own group to the root.
  private mutating func readUnified(_ directories: [String]) {
    for directory in directories {
      limitMemory(directory + "/memory.max")
      guard let line = TextFile(directory + "/cpu.max", read)?.firstLine, !line.isEmpty else {
        continue
      }
      let words = line.split(separator: " ")
      if words.first == "max" { continue }
      if words.count == 2 {
        limitCPU(words[0], words[1], directory + "/cpu.max")
      } else {
        misread(directory + "/cpu.max", line)
      }
    }
    limitCPUs(directories.map { $0 + "/cpuset.cpus.effective" })
  }

  private mutating func readLegacy(_ controller: String, _ directories: [String]) {
    switch controller {
    case "memory":
      for (index, directory) in directories.enumerated() {
        // A version-1 parent binds its children only when it accounts hierarchically.
        if index > 0, TextFile(directory + "/memory.use_hierarchy", read)?.firstLine == "0" {
          continue
        }
        limitMemory(directory + "/memory.limit_in_bytes")
      }
    case "cpu":
      for directory in directories {
        guard let quota = TextFile(directory + "/cpu.cfs_quota_us", read)?.firstLine,
          let period = TextFile(directory + "/cpu.cfs_period_us", read)?.firstLine, quota != "-1"
        else { continue }
        limitCPU(quota, period, directory + "/cpu.cfs_quota_us")
      }
    case "cpuset":
      limitCPUs(directories.flatMap { [$0 + "/cpuset.effective_cpus", $0 + "/cpuset.cpus"] })
    default: break
    }
  }

  private mutating func limitMemory(_ path: String) {
    guard let line = TextFile(path, read)?.firstLine, !line.isEmpty, line != "max" else { return }
    guard let bytes = UInt64(line) else { return misread(path, line) }
    let limit = Int(clamping: bytes)
    guard limit < Self.unlimitedBytes, limit < memoryBytes ?? Int.max else { return }
    memoryBytes = limit
    memorySource = path
  }

  private mutating func limitCPU(
    _ quota: some StringProtocol, _ period: some StringProtocol, _ path: String
  ) {
    guard let quotaTime = Int(quota), let periodTime = Int(period), quotaTime > 0, periodTime > 0
    else { return misread(path, "\(quota) \(period)") }
    cpuQuota = min(cpuQuota ?? .infinity, Double(quotaTime) / Double(periodTime))
  }

  /// The first list that says anything is the nearest, and the effective one.
  private mutating func limitCPUs(_ paths: [String]) {
    for path in paths {
      guard let line = TextFile(path, read)?.firstLine, !line.isEmpty else { continue }
      guard let list = IndexList(parsing: line), !list.values.isEmpty else {
        misread(path, line)
        continue
      }
      cpus = cpus.map { IndexList($0.filter(list.values.contains)).values } ?? list.values
      return
    }
  }

  private mutating func misread(_ path: String, _ text: String) {
    notes.append("\(path) holds \"\(text.prefix(40))\", which is no limit: not used")
  }
}

/// One line of `/proc/self/cgroup`: `4:memory:/system.slice`.
struct CgroupMembership: Hashable {
  /// Version-1 controllers; empty for the unified hierarchy.
  var controllers: [String]
  /// Path below the hierarchy's root.
  var path: String

  static func parse(_ file: TextFile?) -> [CgroupMembership] {
    (file?.lines ?? []).compactMap { line in
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3, Int(parts[0]) != nil else { return nil }
      let controllers = parts[1].split(separator: ",").map(String.init)
      // A named hierarchy without controllers limits nothing.
      if controllers.contains(where: { $0.hasPrefix("name=") }) { return nil }
      return CgroupMembership(controllers: controllers, path: String(parts[2]))
    }
  }
}

/// One control-group mount in `/proc/self/mountinfo` (proc(5)).
struct CgroupMount: Hashable {
  /// Where it is mounted.
  var point: String
  /// The group that the mount shows as its root.
  var root: String
  /// Whether it is the version-2 hierarchy.
  var isUnified: Bool
  /// Version-1 controllers.
  var controllers: [String]

  static func parse(_ file: TextFile?) -> [CgroupMount] {
    (file?.lines ?? []).compactMap { line in
      let words = line.split(separator: " ")
      guard let dash = words.firstIndex(of: "-"), dash >= 6, words.count > dash + 3 else {
        return nil
      }
      let type = words[dash + 1]
      guard type == "cgroup" || type == "cgroup2" else { return nil }
      return CgroupMount(
        point: unescaped(words[4]), root: unescaped(words[3]), isUnified: type == "cgroup2",
        controllers: type == "cgroup" ? words[dash + 3].split(separator: ",").map(String.init) : [])
    }
  }

  /// The directories of a group, from itself up to the mount's root. A path outside the mount (a
  /// container that sees the host's path) stands for the mount's root.
  func directories(of path: String) -> [String] {
    var below = Substring(path)
    if root != "/" {
      below = path == root || path.hasPrefix(root + "/") ? path.dropFirst(root.count) : ""
    }
    var parts = below.split(separator: "/")
    if parts.contains("..") { parts = [] }
    var directories: [String] = []
    while !parts.isEmpty {
      directories.append(point + "/" + parts.joined(separator: "/"))
      parts.removeLast()
    }
    return directories + [point]
  }

  /// The kernel writes blanks and backslashes as three octal digits.
  private static func unescaped(_ text: Substring) -> String {
    let parts = text.split(separator: "\\", omittingEmptySubsequences: false)
    var out = Array(parts.first.map { Array($0.utf8) } ?? [])
    for part in parts.dropFirst() {
      if let byte = UInt8(part.prefix(3), radix: 8) {
        out.append(byte)
        out += part.dropFirst(3).utf8
      } else {
        out += ("\\" + part).utf8
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}
