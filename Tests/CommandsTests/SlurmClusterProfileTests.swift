import Commands
import DataFormats
import Glibc
import Slurm
import TestSupport
import Testing

/// `hfm profile --slurm` and `hfm cluster discover --slurm` through their public face, on a real
/// Slurm of four nodes on one host.
@Suite(.serialized, .enabled(if: StartedSlurm.isPresent, "\(StartedSlurm.absence)"))
struct SlurmClusterProfileTests {
  static func hfm(_ words: [String]) throws -> (code: Int32, json: JSONValue?, errors: String) {
    let recorder = ConsoleRecorder()
    let code = HFM.run(words, recorder.console)
    let json = recorder.output.isEmpty ? nil : try? JSONValue(parsing: recorder.output)
    return (code, json, recorder.errors)
  }

  static func profile(_ folder: TemporaryFolder, _ more: String...) throws
    -> (code: Int32, json: JSONValue?, errors: String)
  {
    try hfm(words(folder) + more)
  }

  private static func words(_ folder: TemporaryFolder) -> [String] {
    [
      "profile", "--slurm", "--quick", "--poll", "0.5", "--json", "--hfm", StartedSlurm.program,
      "--work", folder.file("work"),
    ]
  }

  /// The same until all is measured: on a busy host the times of a pair may make no line, and the
  /// next call measures what is missing.
  static func wholeProfile(_ folder: TemporaryFolder, _ more: String...) throws
    -> (code: Int32, json: JSONValue?, errors: String)
  {
    var result = try hfm(words(folder) + more)
    for _ in 0..<5 where result.code == 4 { result = try hfm(words(folder) + more) }
    return result
  }

  /// Node states by name.
  static func states(_ json: JSONValue?) -> [String: String] {
    var states: [String: String] = [:]
    for node in json?["nodes"]?.array ?? [] {
      states[node["name"]?.string ?? ""] = node["state"]?.string
    }
    return states
  }

  /// A program that does something else on one node and is hfm on the others.
  static func wrapper(_ folder: TemporaryFolder, on node: String, _ line: String) throws -> String {
    let path = folder.file("wrapper.sh")
    try TestFile.write(
      """
      #!/bin/bash
      if [ "$SLURMD_NODENAME" = \(node) ]; then
        \(line)
      fi
      exec '\(StartedSlurm.program)' "$@"

      """, to: path)
    chmod(path, 0o755)
    return path
  }

  @Test func discoveryMakesAProfileThatPlansAndSimulationsTake() throws {
    let folder = try TemporaryFolder()
    let file = folder.file("site.json")
    let found = try Self.hfm(["cluster", "discover", "--slurm", "--json", "--output", file])
    #expect(found.code == 0, "\(found.errors)")
    #expect(found.json?["devicesPerNode"]?.int == 8)
    #expect(found.json?["device"]?["id"]?.string == "a100-40gb-sxm")
    #expect(found.json?["slurm"]?["nodes"]?.array?.count == 4)
    #expect(found.json?["slurm"]?["switches"]?.array?.count == 3)
    let plan = try Self.hfm([
      "plan", "uni", "--task", "finetune", "--cluster", file, "--global-batch", "64", "--json",
    ])
    #expect(plan.code == 0, "\(plan.errors)")
    let trace = folder.file("trace.jsonl")
    try TestFile.write(
      "{\"id\": \"a\", \"submitSeconds\": 0, \"runSeconds\": 10, \"cores\": 32}\n", to: trace)
    let simulated = try Self.hfm(["simulate", trace, "--cluster", file, "--json"])
    #expect(simulated.code == 0, "\(simulated.errors)")
    #expect(simulated.json?[0]?["jobs"]?.int == 1)
  }

  @Test func fourNodesAndTheirLinksAreMeasured() throws {
    let folder = try TemporaryFolder()
    let (code, json, errors) = try Self.wholeProfile(
      folder, "--measure", "topology,memory,network", "--transport", "tcp", "--output",
      folder.file("profile.json"))
    #expect(code == 0, "\(errors)")
    #expect(json?["complete"]?.bool == true)
    #expect(
      Self.states(json) == ["n1": "measured", "n2": "measured", "n3": "measured", "n4": "measured"])
    #expect(json?["network"]?["pairs"]?.array?.count == 6)
    let tiers = json?["network"]?["tiers"]?.array ?? []
    #expect(tiers.map { $0["pairs"]?.int } == [2, 4])
    for tier in tiers {
      // In their units; how fast a busy host is to itself is not for a test to say.
      #expect((tier["bandwidthBytesPerSecond"]?.double ?? 0) > 1e6)
      #expect((0.0..<1).contains(tier["latencySeconds"]?.double ?? 1))
    }
    // The cluster's GPUs are made up: Slurm lists them, no driver shows them, and that is said.
    for node in json?["nodes"]?.array ?? [] {
      #expect(node["gpus"]?["listed"]?[0]?["count"]?.int == 8)
      #expect(node["gpus"]?["listed"]?[0]?["type"]?.string == "a100")
      #expect(node["gpus"]?["shown"]?.array?.isEmpty == true)
      #expect(node["gpus"]?["notMeasured"]?.string?.contains("no driver") == true)
    }
    // The file is a cluster profile with the measurement inside.
    let plan = try Self.hfm([
      "plan", "uni", "--task", "finetune", "--cluster", folder.file("profile.json"),
      "--global-batch", "64", "--json",
    ])
    #expect(plan.code == 0, "\(plan.errors)")
    // All is there: a second call asks Slurm for nothing.
    let again = try Self.profile(
      folder, "--measure", "topology,memory,network", "--transport", "tcp")
    #expect(again.code == 0 && again.errors.contains("measured before"))
  }

  /// With a made-up driver on each node: its GPUs stand in the profile, and the node that lost one,
  /// the one with half a slot and the one that is wired differently are named.
  @Test func gpusAreReadAndWrongOnesNamed() throws {
    let folder = try TemporaryFolder()
    let program = folder.file("wrapper.sh")
    try TestFile.write(
      """
      #!/bin/bash
      export LD_LIBRARY_PATH='\(try FakeDriver.libraryPath(in: folder))'
      case $SLURMD_NODENAME in
        n1) export FAKE_GPUS=7 ;;
        n2) export FAKE_NARROW=3 ;;
        n3) export FAKE_LINKS=4 ;;
      esac
      exec '\(StartedSlurm.program)' "$@"

      """, to: program)
    chmod(program, 0o755)
    let (code, json, errors) = try Self.hfm([
      "profile", "--slurm", "--poll", "0.3", "--json", "--work", folder.file("work"), "--hfm",
      program, "--measure", "topology",
    ])
    #expect(code == 0, "\(errors)")
    let nodes = json?["nodes"]?.array ?? []
    #expect(nodes.map { $0["gpus"]?["shown"]?.array?.count } == [7, 8, 8, 8])
    let gpu = try #require(nodes.last?["gpus"]?["shown"]?[5])
    #expect(gpu["model"]?.string == "Fake A100" && gpu["memoryBytes"]?.int == 40 << 30)
    #expect(gpu["linkPeers"]?.array?.compactMap(\.string) == ["nvml4", "nvml6", "nvml7"])
    var named: [String: [String]] = [:]
    for straggler in json?["stragglers"]?.array ?? [] {
      let node = straggler["nodes"]?[0]?.string ?? ""
      named[node, default: []].append(straggler["evidence"]?.string ?? "")
    }
    #expect(named.keys.sorted() == ["n1", "n2", "n3"])
    #expect(named["n1"]?.contains("GPUs: Slurm lists 8 a100, the driver shows 7") == true)
    #expect(named["n2"] == ["GPU nvml3: uses 8 of 16 lanes of PCI Express"])
    #expect(named["n3"]?.count == 1 && named["n3"]?[0].hasPrefix("NVLinks between GPUs") == true)
  }

  /// Debian's Open MPI between the four nodes: every pair, and every operation under each switch.
  @Test func linksAndOperationsAreMeasuredByMPI() throws {
    // Four processes of root on this host's few cores, which they would otherwise fight over.
    setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 1)
    setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 1)
    setenv("OMPI_MCA_mpi_yield_when_idle", "1", 1)
    var folder = try TemporaryFolder()
    var answer: (code: Int32, json: JSONValue?, errors: String) = (-1, nil, "")
    var network: JSONValue?
    // On a busy host the times of an operation may make no line, and no rate is told: then anew.
    for _ in 0..<6 {
      folder = try TemporaryFolder()
      answer = try Self.profile(
        folder, "--measure", "topology,network", "--transport", "mpi")
      network = answer.json?["network"]
      let rates = (network?["collectives"]?.array ?? []).map { $0["linkBytesPerSecond"]?.double }
      if network?["pairs"]?.array?.count == 6, !rates.contains(nil) { break }
    }
    #expect(answer.code == 0, "\(answer.errors)")
    #expect(network?["method"]?.string?.hasPrefix("MPI") == true)
    #expect(network?["library"]?.string?.contains("Open MPI") == true)
    let pairs = Set(
      (network?["pairs"]?.array ?? []).map {
        "\($0["first"]?.string ?? "")\($0["second"]?.string ?? "")"
      })
    #expect(pairs == ["n1n2", "n1n3", "n1n4", "n2n3", "n2n4", "n3n4"])
    #expect((network?["tiers"]?.array ?? []).map { $0["pairs"]?.int } == [2, 4])
    var found: Set<String> = []
    for record in network?["collectives"]?.array ?? [] {
      let name = record["operation"]?.string ?? ""
      found.insert("\(name) \(record["level"]?.int ?? -1) \(record["nodes"]?.int ?? 0)")
      let points = record["points"]?.array ?? []
      // Two groups under the leaf switches, one above them, seven sizes each.
      #expect(points.count == (record["level"]?.int == 0 ? 14 : 7))
      #expect(points.allSatisfy { ($0["seconds"]?.double ?? 0) > 0 })
      #expect((record["linkBytesPerSecond"]?.double ?? 0) > 0)
    }
    let kinds = ["ring", "all-reduce", "all-gather", "all-to-all"]
    #expect(found == Set(kinds.flatMap { ["\($0) 0 2", "\($0) 1 4"] }))
    let again = try Self.profile(folder, "--measure", "topology,network")
    #expect(again.code == 0 && !again.errors.contains("Slurm job"), "\(again.errors)")
  }

  /// An MPI that cannot be compiled against leaves the links to TCP.
  @Test func withoutAWorkingMPILinksAreMeasuredOverTCP() throws {
    let folder = try TemporaryFolder()
    let broken = folder.file("bin")
    mkdir(broken, 0o755)
    for (name, line) in [("mpicc", "[ \"$1\" = --version ]"), ("mpirun", "true")] {
      try TestFile.write("#!/bin/sh\n\(line)\n", to: broken + "/" + name)
      chmod(broken + "/" + name, 0o755)
    }
    let path = getenv("PATH").map { String(cString: $0) } ?? ""
    setenv("PATH", broken + ":" + path, 1)
    defer { setenv("PATH", path, 1) }
    let (code, json, errors) = try Self.wholeProfile(
      folder, "--measure", "topology,network", "--nodes", "n[1-3]")
    #expect(code == 0, "\(errors)")
    #expect(errors.contains("over TCP"))
    #expect(json?["network"]?["method"]?.string?.hasPrefix("TCP") == true)
    #expect(json?["network"]?["pairs"]?.array?.count == 3)
  }

  @Test func garbageIsMarkedAndMeasuredAnew() throws {
    let folder = try TemporaryFolder()
    let file = folder.file("work") + "/node.n2.json"
    let program = try Self.wrapper(
      folder, on: "n2", "echo '{\"node\": 7, \"stages\": [' > '\(file)'; exit 0")
    let words = [
      "profile", "--slurm", "--poll", "0.5", "--json", "--work", folder.file("work"), "--measure",
      "topology", "--hfm",
    ]
    let first = try Self.hfm(words + [program])
    #expect(first.code == 4)
    #expect(first.json?["complete"]?.bool == false)
    #expect(
      Self.states(first.json)
        == ["n1": "measured", "n2": "garbage", "n3": "measured", "n4": "measured"])
    let second = try Self.hfm(words + [StartedSlurm.program])
    #expect(second.code == 0, "\(second.errors)")
    #expect(second.errors.contains("3 nodes were measured before"))
  }

  /// A slurmd is killed while its node measures: the others finish, the profile says which node is
  /// missing and why, and the next call measures what is missing.
  @Test func aKilledSlurmdLeavesAMarkedPartialProfile() throws {
    let folder = try TemporaryFolder()
    let program = try Self.wrapper(
      folder, on: "n3", "exec timeout -s STOP 0.2 '\(StartedSlurm.program)' \"$@\"")
    let root = Self.clusterFolder
    let pidFile = root + "/run/slurmd.n3.pid"
    let killed = try #require(
      Int32(try TestFile.text(pidFile).filter { $0.isNumber }))
    let work = folder.file("work")
    // Kills the daemon as soon as its node shows life.
    let watcher =
      "for i in $(seq 3000); do ls '\(work)'/alive.*.n3 > /dev/null 2>&1 && break; sleep 0.1; done;"
      + " sleep 0.5; kill -9 \(killed)"
    _ = try ProcessRunner.run(["sh", "-c", "(\(watcher)) > /dev/null 2>&1 &"])
    let first = try Self.hfm([
      "profile", "--slurm", "--quick", "--poll", "0.5", "--json", "--work", work, "--measure",
      "topology,memory,network", "--transport", "tcp", "--hfm", program, "--time-limit", "5m",
    ])
    try Self.revive("n3", work)
    #expect(first.code == 4)
    #expect(first.json?["complete"]?.bool == false)
    #expect(first.errors.contains("partial"))
    let states = Self.states(first.json)
    for node in ["n1", "n2", "n4"] { #expect(states[node] == "measured") }
    #expect(["missing", "partial"].contains(states["n3"] ?? ""))
    let lost = (first.json?["nodes"]?.array ?? []).first { $0["name"]?.string == "n3" }
    #expect(lost?["reason"]?.string?.isEmpty == false)
    #expect((first.json?["network"]?["pairs"]?.array?.count ?? 0) >= 3)
    let second = try Self.wholeProfile(
      folder, "--measure", "topology,memory,network", "--transport", "tcp")
    #expect(second.code == 0, "\(second.errors)")
    #expect(second.json?["complete"]?.bool == true)
    print("real Slurm: a slurmd killed while measuring left a marked partial profile")
  }

  /// The folder of scripts/slurm-test-cluster.sh.
  static var clusterFolder: String {
    let file = getenv("SLURM_CONF").map { String(cString: $0) } ?? ""
    return file.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
      .joined(separator: "/")
  }

  /// Ends what is left of a node's agents, and starts its slurmd again.
  static func revive(_ node: String, _ work: String) throws {
    for name in try TestFile.names(in: "/proc") {
      guard let id = Int32(name), let line = try? TestFile.text("/proc/\(name)/cmdline"),
        line.contains("--agent\0\(work)")
      else { continue }
      kill(id, SIGKILL)
    }
    let started = try ProcessRunner.run(["slurmd", "-N", node])
    #expect(started.status == 0, "\(started.complaint)")
    let client = SlurmClient()
    let isBack = try eventually { try client.site().node(node)?.states == ["idle"] }
    #expect(isBack, "\(node) did not come back")
  }
}
