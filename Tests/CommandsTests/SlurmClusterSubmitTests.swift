import Commands
import DataFormats
import Glibc
import JobStore
import Slurm
import TestSupport
import Testing

/// The real Slurm that scripts/test-slurm.sh starts.
enum StartedSlurm {
  static var isPresent: Bool { getenv("HFM_SLURM_TEST") != nil && getenv("SLURM_CONF") != nil }
  static let absence = "no HFM_SLURM_TEST: scripts/test-slurm.sh starts a real Slurm for this test"
  /// The program, for jobs that run it on a node and for tests that kill it.
  static var program: String {
    getenv("HFM_BINARY").map { String(cString: $0) } ?? Repository.root + "/.build/debug/hfm"
  }
}

/// `hfm submit` through its public face, on a real Slurm.
@Suite(.serialized, .enabled(if: StartedSlurm.isPresent, "\(StartedSlurm.absence)"))
struct SlurmClusterSubmitTests {
  /// A folder with a file of jobs, and the call on it.
  struct Case {
    let folder: TemporaryFolder

    init(_ jobs: [JSONValue]) throws {
      folder = try TemporaryFolder()
      try TestFile.write(
        JSONValue.object([("jobs", .array(jobs))]).text(), to: folder.file("jobs.json"))
    }

    var words: [String] {
      [
        "submit", folder.file("jobs.json"), "--engine", "slurm", "--ledger",
        folder.file("ledger.db"), "--work", folder.file("work"), "--poll", "0.3", "--hfm",
        StartedSlurm.program, "--json",
      ]
    }

    func submit(_ more: String...) throws -> (code: Int32, jobs: [JSONValue], errors: String) {
      let recorder = ConsoleRecorder()
      let code = HFM.run(words + more, recorder.console)
      let document = recorder.output.isEmpty ? nil : try JSONValue(parsing: recorder.output)
      return (code, document?["submitted"]?.array ?? [], recorder.errors)
    }
  }

  static func job(
    _ id: String, _ command: [String], _ settings: [(String, JSONValue)] = [],
    _ more: [(String, JSONValue)] = []
  ) -> JSONValue {
    .object(
      [
        ("id", .string(id)), ("command", .array(command.map { .string($0) })),
        (
          "slurm", .object([("memory", .string("64MiB")), ("timeLimit", .string("5m"))] + settings)
        ),
      ] + more)
  }

  /// Whatever a text holds, it reaches the program as it is, and nothing else happens.
  @Test(arguments: 1...6 as ClosedRange<UInt64>)
  func hostileTextsStayTexts(seed: UInt64) throws {
    let folder = try TemporaryFolder()
    let trap = folder.file("pwned")
    var random = SplitMix64(seed: seed)
    let known = [
      "'; touch \(trap); '", "\"; touch \(trap); \"", "$(touch \(trap))", "`touch \(trap)`",
      "\n#SBATCH --nodes=4\n", "#SBATCH --output=\(trap)", "\\", "\\'", "'\\''", "!!", "-n4",
      "--wrap",
      "%j", "%x", "* ? [a-z] ~", "\r\n\ttouch \(trap)", "&& touch \(trap) #", "| tee \(trap)",
      "ä€😀", "${HOME}", "$'\\x41'", "\u{1B}[31m", " ", "", "\nEOF\ntouch \(trap)\n",
    ]
    let marks = Array("'\"\\$`;&|<>(){}[]#!*?~%\n\t\r ab=-\u{7F}")
    func text() -> String {
      if random.chance(0.6) { return known[random.int(0...known.count - 1)] }
      return String((0..<random.int(1...30)).map { _ in marks[random.int(0...marks.count - 1)] })
    }
    let words = (0..<8).map { _ in text() }
    let value = text()
    let out = folder.file("got")
    let script = "printf '%s\\0' \"$@\" \"$HOSTILE\" > \"$0\""
    let test = try Case([
      Self.job(
        text() + "x", ["/bin/sh", "-c", script, out] + words, [],
        [("environment", .object([("HOSTILE", .string(value))]))])
    ])
    let (code, jobs, errors) = try test.submit()
    #expect(code == 0, "\(errors)")
    #expect(jobs.first?["state"]?.string == "done")
    #expect(jobs.first?["granted"]?.string?.contains(";") == false, "more than one node")
    let wanted = (words + [value]).map { Array($0.utf8) + [0] }.flatMap { $0 }
    #expect(try TestFile.read(out) == wanted)
    #expect(access(trap, F_OK) != 0, "a text of the user's was executed")
  }

  /// Paths with what Slurm, the shell or sbatch would replace: the folder of the jobs, the program
  /// and the model's file.
  @Test func hostilePathsStayPaths() throws {
    let outer = try TemporaryFolder()
    let folder = outer.file("%j %x \\ $(touch pwned) 'q' \"d\" `id` ; é #\nSBATCH --nodes=4")
    for path in [folder, folder + "/bin"] { mkdir(path, 0o700) }
    let program = folder + "/bin/%n $(x) '.sh"
    try TestFile.write("#!/bin/sh\npwd\necho \"$part $code $begin $1\"\n", to: program)
    chmod(program, 0o755)
    let model = folder + "/m 'x' $(touch y).json"
    try TestFile.write(
      try TestFile.read(Repository.root + "/Profiles/models/language/pubmedbert.json"), to: model)
    let variables = ["part", "code", "begin"].map { ($0, JSONValue.string("its own")) }
    let jobs: [JSONValue] = [
      Self.job("command", [program, "word"], [], [("environment", .object(variables))]),
      .object([
        ("id", .string("model")), ("model", .string(model)), ("task", .string("infer")),
        ("sequence", .number(16)), ("cores", .number(1)),
      ]),
    ]
    try TestFile.write(
      JSONValue.object([("jobs", .array(jobs))]).text(), to: folder + "/jobs.json")
    let answer = try SlurmClusterProfileTests.hfm([
      "submit", folder + "/jobs.json", "--engine", "slurm", "--ledger", folder + "/l.db", "--work",
      folder + "/w", "--poll", "0.3", "--hfm", StartedSlurm.program, "--json",
    ])
    #expect(answer.code == 0, "\(answer.errors)")
    let outputs = try TestFile.names(in: folder + "/w").map {
      try TestFile.text(folder + "/w/\($0)/output.txt")
    }
    #expect(outputs.contains { $0.hasPrefix(folder + "/w/") && $0.contains("its own word\n") })
    let profile = try SlurmClusterProfileTests.hfm([
      "profile", "--slurm", "--measure", "topology", "--poll", "0.3", "--json", "--work",
      folder + "/profile", "--hfm", StartedSlurm.program,
    ])
    #expect(profile.code == 0, "\(profile.errors)")
    let homes = try TestFile.names(in: folder + "/w").map { folder + "/w/" + $0 }
    for place in [".", "/", "/tmp", folder, folder + "/profile"] + homes {
      #expect(access(place + "/pwned", F_OK) != 0, "a path was executed in \(place)")
    }
  }

  /// What a node without the shared folder finds: nothing.
  @Test func aFolderThatNodesDoNotSeeIsNamed() throws {
    let gate = try TemporaryFolder()
    let isOpen = "until [ -e '\(gate.file("open"))' ]; do sleep 0.1; done"
    let test = try Case([
      Self.job("a", ["/bin/sh", "-c", isOpen]),
      Self.job("b", ["/bin/true"], [], [("after", .array([.string("a")]))]),
    ])
    #expect(try test.submit("--placement", "slurm", "--no-wait").code == 0)
    let work = test.folder.file("work")
    for name in try TestFile.names(in: work) {
      let script = try TestFile.text(work + "/\(name)/job.sh")
      if script.contains("--job-name=hfm-b\n") { rename(work + "/" + name, work + ".away") }
    }
    try TestFile.write("", to: gate.file("open"))
    let (code, jobs, errors) = try test.submit("--placement", "slurm")
    #expect(code == 4, "\(errors)")
    #expect(jobs.map { $0["state"]?.string } == ["done", "failed"])
    #expect(jobs.last?["reason"]?.string?.contains("does not see \(work)") == true)
  }

  @Test func optionsCannotBeSmuggled() throws {
    for (key, value) in [
      ("partition", "all --nodes=4"), ("account", "-a"), ("constraint", "a;b"), ("qos", "x\ny"),
      ("cpuBind", "cores $(id)"), ("signal", "TERM@60 &"), ("gpuType", "a100:8,x"),
    ] {
      let test = try Case([Self.job("a", ["/bin/true"], [(key, .string(value))])])
      let result = try test.submit()
      #expect(result.code == 2)
      #expect(result.errors.contains(key), "\(result.errors)")
    }
    let name = try Case([
      Self.job("a", ["/bin/true"], [], [("environment", .object([("A;B", .string("x"))]))])
    ])
    #expect(try name.submit().code == 2)
  }

  @Test func dependenciesFailuresAndArraysAreFollowed() throws {
    let test = try Case([
      Self.job("last", ["/bin/true"], [], [("after", .array([.string("bad")]))]),
      Self.job("bad", ["/bin/sh", "-c", "echo sorry >&2; exit 7"]),
      Self.job("good", ["/bin/true"], [("array", .number(5)), ("arrayLimit", .number(2))]),
      Self.job("next", ["/bin/true"], [], [("after", .array([.string("good")]))]),
      Self.job(
        "many", ["/bin/true"],
        [
          ("nodes", .number(2)), ("tasksPerNode", .number(2)), ("coresPerTask", .number(3)),
          ("gpusPerNode", .number(2)), ("switches", .string("1@1:00")),
          ("signal", .string("TERM@30")), ("requeue", .bool(true)), ("deadline", .string("2h")),
          ("cpuBind", .string("none")), ("memBind", .string("none")),
        ]),
    ])
    let (code, jobs, errors) = try test.submit()
    #expect(code == 4, "\(errors)")
    var states: [String: JSONValue] = [:]
    for job in jobs { states[job["id"]?.string ?? ""] = job }
    #expect(states["bad"]?["reason"]?.string?.contains("exit code 7") == true)
    #expect(states["bad"]?["reason"]?.string?.contains("sorry") == true)
    #expect(states["last"]?["state"]?.string == "failed")
    for name in ["good", "next", "many"] {
      #expect(states[name]?["state"]?.string == "done", "\(name): \(errors)")
    }
    #expect(states["many"]?["asPlanned"]?.bool == true)
    #expect(states["many"]?["granted"]?.string?.split(separator: ";").count == 2)
  }

  /// A plan of `hfm plan` over two nodes becomes a job of just those nodes, tasks and GPUs, each of
  /// whose tasks knows its rank, the others and the plan.
  @Test func aPlanRunsOnThePlannedDevices() throws {
    let folder = try TemporaryFolder()
    let site = folder.file("site.json")
    let found = try SlurmClusterProfileTests.hfm([
      "cluster", "discover", "--slurm", "--json", "--output", site,
    ])
    #expect(found.code == 0, "\(found.errors)")
    let planned = try SlurmClusterProfileTests.hfm([
      "plan", "uni", "--task", "finetune", "--cluster", site, "--devices", "16", "--steps", "1000",
      "--data", "16", "--global-batch", "256", "--json",
    ])
    #expect(planned.code == 0, "\(planned.errors)")
    let file = folder.file("the 'plan' $(x).json")
    let document = try #require(planned.json)
    try TestFile.write(document.text(), to: file)
    let line =
      #"echo "$RANK $LOCAL_RANK $WORLD_SIZE $MASTER_ADDR:$MASTER_PORT $SLURMD_NODENAME "#
      + #"$CUDA_VISIBLE_DEVICES" > "$0.$RANK"; cp "$HFM_PLAN" "$0.plan.$RANK""#
    let out = folder.file("task")
    let test = try Case([
      .object([
        ("id", .string("train")), ("plan", .string(file)),
        ("command", .array(["/bin/sh", "-c", line, out].map { .string($0) })),
      ])
    ])
    let (code, jobs, errors) = try test.submit()
    #expect(code == 0, "\(errors)")
    let job = try #require(jobs.first)
    #expect(job["asPlanned"]?.bool == true)
    // Under one leaf switch, all cores and GPUs of both nodes.
    #expect(job["granted"]?.string == "n1/0-31/0-7;n2/0-31/0-7")
    let total = try #require(document["plans"]?[0]?["totalSeconds"]?.double)
    #expect(job["predictedSeconds"]?.double == total)
    let script = try TestFile.text(
      test.folder.file("work") + "/" + TestFile.names(in: test.folder.file("work"))[0] + "/job.sh")
    // Twice the prediction and two minutes, in whole minutes.
    let minutes = Int(((2 * total + 120) / 60).rounded(.up))
    #expect(script.contains("#SBATCH --time=\(minutes)\n"))
    var first = ""
    for rank in 0..<16 {
      let words = try TestFile.text(out + ".\(rank)").split { $0 == " " || $0 == "\n" }
        .map(String.init)
      #expect(words[0...2] == ["\(rank)", "\(rank % 8)", "16"])
      if rank == 0 { first = words[3] }
      #expect(words[3] == first && first.hasPrefix("n1:"))
      #expect(words[4] == (rank < 8 ? "n1" : "n2") && words[5] == "0,1,2,3,4,5,6,7")
      let plan = try JSONValue(parsing: try TestFile.read(out + ".plan.\(rank)"))
      #expect(plan["parallelism"]?["data"]?.int == 16)
    }
  }

  @Test func aPlanThatFitsNoWholeNodesIsRefused() throws {
    let folder = try TemporaryFolder()
    try TestFile.write(
      #"{"plans": [{"devices": 12, "steps": 1, "totalSeconds": 1}]}"#, to: folder.file("p.json"))
    let keys: [(String, JSONValue)] = [("plan", .string(folder.file("p.json")))]
    let part = try Case([Self.job("a", ["/bin/true"], [], keys)]).submit()
    #expect(part.code == 2 && part.errors.contains("12 devices"), "\(part.errors)")
    let both = try Case([Self.job("a", ["/bin/true"], [("nodes", .number(2))], keys)]).submit()
    #expect(both.code == 2 && both.errors.contains("nodes"), "\(both.errors)")
  }

  /// What jobs took is kept in the profile, and a new ledger's predictions begin with it.
  @Test func aProfileLearnsFromItsJobs() throws {
    let folder = try TemporaryFolder()
    let profile = folder.file("site.json")
    let found = try SlurmClusterProfileTests.hfm([
      "cluster", "discover", "--slurm", "--json", "--output", profile,
    ])
    #expect(found.code == 0, "\(found.errors)")
    func test() throws -> (code: Int32, jobs: [JSONValue], errors: String) {
      try Case(
        (0..<5).map {
          Self.job("j\($0)", ["/bin/sleep", "0.5"], [], [("predictedSeconds", .number(0.05))])
        }
      ).submit("--cluster", profile)
    }
    #expect(try test().code == 0)
    let known = try JSONValue(parsing: try TestFile.read(profile))["slurm"]?["jobs"]
    let ratios = (known?["commandsMeasuredOverPredicted"]?.array ?? []).compactMap(\.double)
    #expect(ratios.count == 5 && ratios.allSatisfy { $0 >= 10 })
    #expect(try test().code == 0)
    let more = try JSONValue(parsing: try TestFile.read(profile))["slurm"]?["jobs"]
    #expect(more?["commandsMeasuredOverPredicted"]?.array?.count == 10)
  }

  @Test(arguments: ["ours", "slurm"])
  func aSecondCallSubmitsNothing(placement: String) throws {
    let test = try Case((0..<5).map { Self.job("j\($0)", ["/bin/true"]) })
    let first = try test.submit("--placement", placement)
    let second = try test.submit("--placement", placement)
    #expect(first.code == 0 && second.code == 0)
    #expect(
      first.jobs.map { $0["engineId"]?.int } == second.jobs.map { $0["engineId"]?.int })
    #expect(second.jobs.allSatisfy { $0["earlier"]?.bool == true })
  }

  @Test func aModelRunsByRealKernelsWithinItsShare() throws {
    let test = try Case([
      .object([
        ("id", .string("kernel")), ("model", .string("pubmedbert")), ("task", .string("infer")),
        ("batch", .number(1)), ("sequence", .number(16)), ("repeats", .number(1)),
        ("cores", .number(1)),
      ])
    ])
    let (code, jobs, errors) = try test.submit()
    #expect(code == 0, "\(errors)")
    let job = try #require(jobs.first)
    #expect(job["asPlanned"]?.bool == true)
    #expect((job["measuredSeconds"]?.double ?? 0) > 0)
    #expect((job["predictedSeconds"]?.double ?? 0) > 0)
    let ledger = try Ledger(path: test.folder.file("ledger.db"))
    let recorded = try #require(try ledger.jobs().first)
    #expect(recorded.state == .done && recorded.cpus.count == 1)
    #expect(recorded.measuredSeconds == job["measuredSeconds"]?.double)
  }

  /// Longer than its partition allows: the program saves its state (Slurm's signal tells it to,
  /// half a minute late, so not here), is started again in the same job, and goes on; what it ran
  /// is added up.
  @Test func aProgramGoesOnAfterItsTimeLimit() throws {
    let line =
      "echo \"run ${SLURM_RESTART_COUNT:-0}\" >> runs; [ -e saved ] && exit 0; touch saved; exit 85"
    let test = try Case([
      Self.job(
        "long", ["/bin/bash", "-c", line],
        [("signal", .string("TERM@30")), ("requeueOn", .number(85))])
    ])
    let (code, jobs, errors) = try test.submit()
    #expect(code == 0, "\(errors)")
    let work = test.folder.file("work")
    let home = try #require(try TestFile.names(in: work).first)
    #expect(try TestFile.text(work + "/\(home)/runs") == "run 0\nrun 1\n")
    let part = try TestFile.text(work + "/\(home)/parts").split(separator: " ").compactMap {
      Double($0.filter { $0 != "\n" })
    }
    #expect(part.count == 2 && part[1] > part[0])
    #expect((jobs[0]["measuredSeconds"]?.double ?? 0) > part[1] - part[0])
    let ledger = try Ledger(path: test.folder.file("ledger.db"))
    #expect(try ledger.jobs().map(\.runs) == [1])
    // A prediction beyond the partition's longest job is cut for such a program, else refused.
    func short(_ more: [(String, JSONValue)]) throws -> (code: Int32, errors: String) {
      let job = JSONValue.object([
        ("id", .string("x")), ("command", .array([.string("/bin/true")])),
        ("predictedSeconds", .number(1e5)),
        ("slurm", .object([("partition", .string("short"))] + more)),
      ])
      let (code, _, errors) = try Case([job]).submit()
      return (code, errors)
    }
    let refused = try short([])
    #expect(refused.code == 3 && refused.errors.contains("requeueOn"), "\(refused.errors)")
    #expect(try short([("requeueOn", .number(85))]).code == 0)
  }

  @Test(arguments: [true, false]) func waitingJobsAreCancelled(byFile: Bool) throws {
    let test = try Case([Self.job("long", ["/bin/sleep", "300"])])
    #expect(try test.submit("--placement", "slurm", "--no-wait").code == 0)
    let recorder = ConsoleRecorder()
    let words =
      byFile
      ? test.words + ["--cancel"] : ["cancel", "long", "--ledger", test.folder.file("ledger.db")]
    #expect(HFM.run(words, recorder.console) == 0)
    let ledger = try Ledger(path: test.folder.file("ledger.db"))
    #expect(try ledger.jobs().map(\.state) == [.cancelled])
    let id = try #require(try ledger.engineJobs("slurm").first?.engineID)
    let client = SlurmClient()
    let isCancelled = try eventually { try client.states()[id]?.first == "CANCELLED" }
    #expect(isCancelled)
  }

  /// 1,000 jobs, our process killed three times on the way: none lost, none submitted or run twice.
  @Test func noJobIsLostOrDoubledByKills() throws {
    let count = 1000
    let folder = try TemporaryFolder()
    let ran = folder.file("ran")
    let test = try Case(
      (0..<count).map { Self.job("k\($0)", ["/bin/sh", "-c", "echo \($0) >> \(ran)"]) })
    let words = [StartedSlurm.program] + test.words + ["--placement", "slurm", "--quiet"]
    // Killed as soon as Slurm has so many of them, by the numbers that it gives, which rise.
    let client = SlurmClient()
    let last = try client.states().keys.max() ?? 0
    for known in [count / 5, count / 2, count * 4 / 5] {
      let program = words.map { "'\($0)'" }.joined(separator: " ")
      let started = try ProcessRunner.run(["sh", "-c", "\(program) > /dev/null 2>&1 & echo $!"])
      let process = try #require(Int32(started.text.filter(\.isNumber)))
      defer { kill(process, SIGKILL) }
      let isFarEnough = try eventually { try (client.states().keys.max() ?? 0) - last >= known }
      #expect(isFarEnough && kill(process, SIGKILL) == 0, "it ended before it was killed")
    }
    let final = try ProcessRunner.run(words, within: 1800)
    #expect(final.status == 0, "\(final.complaint)")
    let jobs = try JSONValue(parsing: final.output)["submitted"]?.array ?? []
    #expect(jobs.count == count)
    #expect(jobs.allSatisfy { $0["state"]?.string == "done" })
    let numbers = Set(jobs.compactMap { $0["engineId"]?.int })
    #expect(numbers.count == count)
    let ledger = try Ledger(path: test.folder.file("ledger.db"))
    #expect(try ledger.faults() == [])
    let recorded = try ledger.jobs()
    #expect(recorded.count == count && recorded.allSatisfy { $0.runs == 1 && $0.state == .done })
    // What Slurm itself says: one job of each comment, and no other of ours.
    let tokens = Set(try ledger.engineJobs("slurm").map { BatchJob.comment($0.token) })
    let seen = try client.numbersByComment().filter { tokens.contains($0.comment) }
    #expect(seen.count == count && Set(seen.map(\.id)) == numbers)
    // What ran: each job once.
    let lines = try TestFile.text(ran).split(separator: "\n").compactMap { Int($0) }
    #expect(lines.sorted() == Array(0..<count))
    print("real Slurm: \(count) jobs through three kills, none lost, none doubled")
  }
}
