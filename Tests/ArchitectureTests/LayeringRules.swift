/// Who may import whom; each rule returns one line per fault, and none for a sound package.
enum LayeringRules {
  /// Modules of the system that any target may import.
  static let systemModules: Set<String> = ["Glibc", "Synchronization", "Swift"]
  /// Further ones that tests may import.
  static let testModules: Set<String> = ["Testing", "Foundation"]

  /// Values in, values out: the same inputs give the same plan, byte for byte.
  static let pureModules = [
    "HardwareModel", "Models", "Workloads", "CostModel", "Planner", "Scheduler", "Graph",
    "Quantities",
  ]

  /// Libraries with exactly one user, so that each can be replaced in one place.
  static let onlyUsers: [(library: String, user: String)] = [
    ("CHwloc", "HardwareDiscovery"), ("CNuma", "HardwareDiscovery"), ("COneDNN", "Kernels"),
    ("CFFTW", "Kernels"),
    ("CKernels", "Kernels"), ("CSQLite", "JobStore"), ("CProfiles", "Profiles"),
    ("CBenchPeers", "hfm-bench"), ("CAllocationCounter", "hfm-bench"),
  ]

  /// Files, clocks, threads, the environment and unseeded randomness.
  static let impureWords = [
    "fopen(", "open(", "fread(", "fwrite(", "opendir(", "getenv(", "setenv(", "mmap(", "print(",
    "time(", "clock(", "clock_gettime(", "gettimeofday(", "sleep(", "usleep(", "nanosleep(",
    "pthread_create(", "pthread_mutex_t", "sysconf(", "socket(", "fork(", "system(", "popen(",
    "ContinuousClock", "SuspendingClock", "Task {", "TaskGroup", "Thread", "DispatchQueue", "Mutex",
    "Atomic",
    "SystemRandomNumberGenerator", "arc4random(", "rand(", "async", "await",
  ]

  static func undeclaredImports(
    of target: PackageManifest.Target, files: [SwiftSource], manifest: PackageManifest
  ) -> [String] {
    let isTest = target.layer == "testTargets"
    let allowed = systemModules.union(target.dependencies).union(isTest ? testModules : [])
    return files.flatMap { file in
      file.imports.filter { !allowed.contains($0.module) }.map { found in
        let why =
          manifest.target(found.module) == nil
          ? "is not allowed here" : "is not among the dependencies of \(target.name)"
        return "\(file.path):\(found.line): \(found.module) \(why)"
      }
    }
  }

  /// Arrows drawn in the manifest that no file uses.
  static func unusedDependencies(
    of target: PackageManifest.Target, files: [SwiftSource]
  ) -> [String] {
    let used = Set(files.flatMap { $0.imports.map(\.module) })
    return target.dependencies.filter { !used.contains($0) }.map {
      "Package.swift: \(target.name) depends on \($0) and never imports it"
    }
  }

  static func upwardArrows(in manifest: PackageManifest) -> [String] {
    manifest.targets.flatMap { target -> [String] in
      guard target.layer != "testTargets", let depth = manifest.depth(target) else { return [] }
      return target.dependencies.compactMap { name in
        guard let below = manifest.target(name) else {
          return "Package.swift: \(target.name) depends on \(name), which is no target"
        }
        guard below.layer != "testTargets", let other = manifest.depth(below), other >= depth
        else { return "Package.swift: \(target.name) -> \(name) points up" }
        return nil
      }
    }
  }

  /// The targets on a circle of arrows, by name.
  static func cycles(in manifest: PackageManifest) -> [String] {
    var left = manifest.targets
    // Take away whatever stands on nothing that is left, until nothing more can be taken.
    while true {
      let names = Set(left.map(\.name))
      let kept = left.filter { !names.isDisjoint(with: $0.dependencies) }
      if kept.count == left.count { break }
      left = kept
    }
    return left.map { "Package.swift: \($0.name) stands on a circle of dependencies" }
  }

  static func strayUsers(in manifest: PackageManifest) -> [String] {
    onlyUsers.flatMap { rule in
      manifest.targets.filter { $0.name != rule.user && $0.dependencies.contains(rule.library) }
        .map { "Package.swift: only \(rule.user) may use \(rule.library), not \($0.name)" }
    }
  }

  static func impurities(of files: [SwiftSource]) -> [String] {
    files.flatMap { file in
      let imports = file.imports.filter { $0.module == "Synchronization" }.map {
        "\(file.path):\($0.line): a pure module imports \($0.module)"
      }
      let words = impureWords.flatMap { word in
        file.lines(with: word).map { "\(file.path):\($0): a pure module uses \(word)" }
      }
      let unseeded = file.lines.enumerated().filter {
        $0.element.contains(".random(") && !$0.element.contains("using:")
      }.map { "\(file.path):\($0.offset + 1): random numbers without a seeded generator" }
      return imports + words + unseeded
    }
  }
}
