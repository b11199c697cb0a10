import Commands
import DataFormats
import TestSupport
import Testing

@Suite struct SimulateCommandTests {
  let folder: TemporaryFolder
  var trace: String { folder.file("trace.swf") }

  /// Three jobs on four processors: the second holds up the third under FCFS only.
  init() throws {
    folder = try TemporaryFolder()
    try TestFile.write(
      """
      ; MaxProcs: 4
      1 0 -1 100 2 -1 -1 2 100 -1 1 1 1 1 1 1 -1 -1
      2 1 -1 100 4 -1 -1 4 100 -1 1 1 1 1 1 1 -1 -1
      3 2 -1 50 2 -1 -1 2 50 -1 1 1 1 1 1 1 -1 -1

      """, to: trace)
  }

  @Test func metricsAsJSON() throws {
    let result = FrameTests.hfm(
      "simulate", trace, "--processors", "4", "--policy", "fcfs,easy", "--json")
    #expect(result.code == 0)
    let json = try JSONValue(parsing: result.output)
    #expect(json.array?.map { $0["policy"]?.string } == ["fcfs", "easy"])
    // FCFS: starts 0, 100, 200; waits 0, 99, 198. EASY: starts 0, 100, 2; waits 0, 99, 0.
    #expect(json[0]?["makespanSeconds"]?.double == 250)
    #expect(json[0]?["meanWaitSeconds"]?.double == 99)
    #expect(json[0]?["p99WaitSeconds"]?.double == 198)
    #expect(json[1]?["makespanSeconds"]?.double == 200)
    #expect(json[1]?["meanWaitSeconds"]?.double == 33)
    #expect(json[1]?["utilization"]?.double == 700.0 / 800)
    #expect(json[1]?["jobs"]?.int == 3)
    for key in ["meanJctSeconds", "meanBoundedSlowdown", "eventsPerSecond"] {
      #expect((json[0]?[key]?.double ?? 0) > 0)
    }
  }

  /// What cannot be done is said; it was left out in silence.
  @Test(arguments: [
    (
      ["--sweep", "2,4", "--html", "x.html"], "--html: tells of one machine, --sweep tries several"
    ),
    (["--goal-wait", "1h", "--schedule", "x.csv"], "--schedule: tells of one machine"),
    (["--goal-wait", "1h", "--processors", "4"], "--processors: given together with --goal-wait"),
  ])
  func aSweepHasNoPageOfOneMachine(options: [String], message: String) {
    let result = FrameTests.hfm(["simulate", trace] + options)
    #expect(result.code == 2)
    #expect(result.errors.contains(message), "\(result.errors)")
  }

  @Test func twoJobsOfOneNameAreRefused() throws {
    let file = folder.file("twice.jsonl")
    let line = "{\"id\": \"a\", \"submitSeconds\": 0, \"runSeconds\": 10}\n"
    try TestFile.write(line + line, to: file)
    let result = FrameTests.hfm("simulate", file, "--processors", "4")
    #expect(result.code == 2)
    #expect(result.errors.contains("twice.jsonl:2:8: id: an earlier line has a job \"a\""))
  }

  @Test func schedulesAreWrittenPerPolicy() throws {
    let one = folder.file("one.csv")
    _ = FrameTests.hfm("simulate", trace, "--processors=4", "--policy=easy", "--schedule", one)
    #expect(
      try TestFile.text(one) == "id,submit,start,end\n1,0,0,100\n2,1,100,200\n3,2,2,52\n")
    _ = FrameTests.hfm(
      "simulate", trace, "--processors=4", "--policy=easy,fcfs", "--schedule",
      folder.file("all.csv"))
    #expect(try TestFile.text(folder.file("all-fcfs.csv")).hasSuffix("3,2,200,250\n"))
  }

  /// A recorded machine of two sockets with an accelerator each, the network beside the second.
  @Test func placementsNameAcceleratorsAndNetwork() throws {
    let description = FrameTests.hfm(
      "topology", "--from", "synthetic:Package:2 NUMANode:1 L3Cache:1 Core:4 PU:1", "--json")
    let device = { (name: String, node: Int) in
      "{\"name\": \"\(name)\", \"model\": \"\", \"pciAddress\": \"\", \"numaNode\": \(node)"
    }
    let rest = ", \"memoryBytes\": null, \"maxClockHertz\": null, \"linkPeers\": []}"
    let text = description.output
      .replacing(
        "\"accelerators\": []",
        with: "\"accelerators\": [\(device("gpu0", 0))\(rest), \(device("gpu1", 1))\(rest)]"
      )
      .replacing(
        "\"networkInterfaces\": []",
        with: "\"networkInterfaces\": [{\"name\": \"ib0\", \"pciAddress\": \"\", \"numaNode\": 1}]")
    try TestFile.write(text, to: folder.file("machine.json"))
    let file = folder.file("trace.jsonl")
    try TestFile.write(
      """
      {"id": "a", "submitSeconds": 0, "runSeconds": 10, "cores": 2, "accelerators": 1}
      {"id": "b", "submitSeconds": 0, "runSeconds": 10, "cores": 2, "accelerators": 1}
      {"id": "c", "submitSeconds": 0, "runSeconds": 10, "accelerators": 3}

      """, to: file)
    let target = folder.file("placements.csv")
    let result = FrameTests.hfm(
      "simulate", file, "--cluster", "json:" + folder.file("machine.json"), "--placements", target)
    #expect(result.code == 0, "\(result.errors)")
    #expect(result.errors.contains("asks for 3 accelerators, there are 2: 1 too many"))
    #expect(
      try TestFile.text(target) == """
        id,start,node,cpus,memoryBytes,accelerators,networkInterfaces,span
        a,0,1,4-5,0,gpu1,ib0,0
        b,0,0,0-1,0,gpu0,ib0,0

        """)
  }

  @Test func jsonLinesWithAJobThatNeverFits() throws {
    let file = folder.file("trace.jsonl")
    try TestFile.write(
      """
      {"id": "a", "submitSeconds": 0, "runSeconds": 10, "cores": 4, "priority": 1}
      {"id": "b", "submitSeconds": 1, "runSeconds": 10, "cores": 5}

      """, to: file)
    let result = FrameTests.hfm("simulate", file, "--processors", "4", "--json")
    #expect(result.code == 0)
    let json = try JSONValue(parsing: result.output)
    #expect(json[0]?["refused"]?[0]?["id"]?.string == "b")
    #expect(result.errors.contains("asks for 5 cores, there are 4: 1 too many"))
  }

  @Test(arguments: [
    (["--processors", "4", "--policy", "eazy"], "unknown policy \"eazy\"; known are fcfs, easy"),
    (["--processors", "0"], "--processors: \"0\" is wrong"),
    ([], "give --processors 4, as the trace's header says, or --cluster NAME"),
    (["--processors", "4", "--cluster", "here"], "give one of both"),
    (["--cluster", "no-such-cluster"], "unknown cluster \"no-such-cluster\""),
  ])
  func wrongCallsSayWhatIsRight(options: [String], message: String) {
    let recorder = ConsoleRecorder()
    #expect(HFM.run(["simulate", trace] + options, recorder.console) == 2)
    #expect(recorder.errors.contains(message))
    #expect(recorder.output.isEmpty)
  }

  @Test func faultyTracesNameTheLine() throws {
    try TestFile.write("1 2 3\n", to: trace)
    let result = FrameTests.hfm("simulate", trace, "--processors", "4")
    #expect(result.code == 2)
    #expect(result.errors.contains("trace.swf:1:1: expected 18 fields, found 3"))
  }

  @Test func aSweepFindsTheLeastMachineThatIsEnough() throws {
    // Without sizes the least is found: one processor fewer misses the goal.
    for goal in ["0s", "5s", "10s", "100s"] {
      func least(_ words: [String]) throws -> (least: Int?, waits: [Int: Double]) {
        let result = FrameTests.hfm(["simulate", trace, "--goal-wait", goal, "--json"] + words)
        let json = try JSONValue(parsing: result.output)
        let runs = (json["runs"]?.array ?? []).map {
          ($0["processors"]?.int ?? 0, $0["result"]?["meanWaitSeconds"]?.double ?? -1)
        }
        return (
          json["least"]?[0]?["processors"]?.int,
          Dictionary(runs, uniquingKeysWith: { first, _ in first })
        )
      }
      let found = try least(["--policy", "easy"])
      let size = try #require(found.least)
      let limit = Double(goal.dropLast()) ?? 0
      #expect((found.waits[size] ?? .infinity) < limit || found.waits[size] == 0)
      let below = try least(["--sweep", "\(max(1, size - 1))"])
      #expect(size == 4 || below.least == nil, "\(goal): \(size), \(found.waits)")
    }
    let words = ["simulate", trace, "--sweep", "2,4,8", "--policy", "easy", "--goal-wait", "10s"]
    let recorder = ConsoleRecorder()
    #expect(HFM.run(words, recorder.console) == 0)
    // On 2 processors the second job is cut down to 2; mean waits 99, 33 and 0.
    #expect(recorder.output.contains("easy: 8 processors keep the mean wait below 10.0 s"))
    let none = ConsoleRecorder()
    #expect(HFM.run(words.dropLast() + ["0s"], none.console) == 0)
    #expect(none.output.contains("easy: 8 processors keep every job from waiting"))
    let json = ConsoleRecorder()
    #expect(HFM.run(words + ["--json"], json.console) == 0)
    let value = try JSONValue(parsing: json.output)
    #expect(value["runs"]?.array?.map { $0["processors"]?.int } == [2, 4, 8])
    #expect(value["least"]?[0]?["processors"]?.int == 8)
  }

  @Test func failuresPowerAndFairnessAreReported() throws {
    let file = folder.file("trace.jsonl")
    try TestFile.write(
      (0..<30).map {
        #"{"id": \#($0), "submitSeconds": 0, "runSeconds": 50, "user": "u\#($0 % 3)"}"# + "\n"
      }.joined(), to: file)
    let result = FrameTests.hfm(
      "simulate", file, "--cluster", "synthetic:NUMANode:4 Core:2 PU:1", "--failures", "100s/10s",
      "--power", "100/10", "--seed", "7", "--json")
    #expect(result.code == 0)
    let json = try JSONValue(parsing: result.output)
    #expect((json[0]?["failures"]?.int ?? 0) > 0)
    #expect((json[0]?["energyJoules"]?.double ?? 0) >= 100 * 30 * 50)
    #expect((json[0]?["fairness"]?.double ?? 0) > 0.5)
    #expect(json[0]?["jobs"]?.int == 30)
  }

  @Test func gavelTracesRunInRounds() throws {
    let file = folder.file("jobs.trace")
    let table = folder.file("t.json")
    try TestFile.write(
      "M\tc\td\ts\t1\t3600\t1\t1\t-1\t0\nM\tc\td\ts\t1\t36\t1\t1\t-1\t0\n", to: file)
    try TestFile.write(
      #"{"fast": {"('M', 1)": {"null": 10}}, "slow": {"('M', 1)": {"null": 1}}}"#, to: table)
    let words = [
      "simulate", file, "--throughputs", table, "--devices", "fast=1,slow=1", "--policy",
      "shortest-remaining,max-min-fairness",
    ]
    let recorder = ConsoleRecorder()
    #expect(HFM.run(words + ["--json"], recorder.console) == 0)
    let json = try JSONValue(parsing: recorder.output)
    // The long job is the whole makespan: the fast device is its own, the short one takes the slow.
    #expect(json[0]?["makespanSeconds"]?.double == 360)
    #expect(abs((json[0]?["meanJctSeconds"]?.double ?? 0) - (360 + 36) / 2) < 1e-9)
    let wrong = ConsoleRecorder()
    #expect(HFM.run(Array(words.dropLast(3)) + ["fast=x"], wrong.console) == 2)
    #expect(wrong.errors.contains("\"fast=x\" is wrong; write it like v100=8"))
  }
}
