import Commands
import DataFormats
import TestSupport
import Testing

/// Workloads planned on submission, elastic jobs, emissions and the page of `hfm simulate`.
@Suite struct SimulateElasticTests {
  let folder: TemporaryFolder
  var trace: String { folder.file("trace.jsonl") }

  init() throws {
    folder = try TemporaryFolder()
    try TestFile.write(
      """
      {"id": "slides", "submitSeconds": 0, "model": "uni", "task": "finetune", "globalBatch": 256,\
       "samples": 1e6, "cores": 2, "maxDevices": 8, "checkpointSeconds": 5, "restoreSeconds": 5,\
       "user": "pathology"}
      {"id": "notes", "submitSeconds": 60, "model": "bert-large", "task": "pretrain",\
       "globalBatch": 256, "samples": 2e6, "cores": 4, "maxDevices": 16, "checkpointSeconds": 5,\
       "restoreSeconds": 5, "user": "<text & \\"notes\\">"}
      {"id": "plain", "submitSeconds": 90, "runSeconds": 100, "cores": 1}

      """, to: trace)
  }

  func simulate(_ more: String...) -> (code: Int32, output: String, errors: String) {
    FrameTests.hfm(
      ["simulate", trace, "--cluster", "hospital-2x8-a100-40gb", "--json"] + more)
  }

  /// The planner's own prediction for the fixed size is the simulated run time.
  @Test func aWorkloadTakesWhatThePlannerPredicts() throws {
    let file = folder.file("starts.csv")
    let result = simulate("--policy", "easy", "--schedule", file)
    #expect(result.code == 0, "\(result.errors)")
    let row = try #require(
      try TestFile.text(file).split(separator: "\n").first { $0.hasPrefix("slides,") })
    let times = row.split(separator: ",").compactMap { Double($0) }
    let planned = FrameTests.hfm(
      "plan", "uni", "--task", "finetune", "--cluster", "hospital-2x8-a100-40gb", "--devices", "2",
      "--global-batch", "256", "--json")
    let step = try #require(
      try JSONValue(parsing: planned.output)["plans"]?[0]?["stepSeconds"]?.double)
    #expect(relativeError(times[2] - times[1], 1e6 / 256 * step) < 1e-9)
  }

  /// On idle devices a job runs on more than it asked for, as fast as its curve has it.
  @Test func elasticJobsEndSooner() throws {
    let json = try JSONValue(parsing: simulate("--policy", "elastic-goodput,easy,sjf").output)
    let means = (json.array ?? []).map { $0["meanJctSeconds"]?.double ?? 0 }
    #expect(means.count == 3 && means[0] > 0)
    #expect(means[0] < means[1] / 1.5 && means[0] < means[2] / 1.5)
    #expect((json[0]?["utilization"]?.double ?? 2) <= 1)
  }

  /// A gang that has to go over a slow switch takes what the planner predicts for that link, and
  /// one that need not is as fast as ever.
  @Test func aGangOverTheSpineIsSlower() throws {
    func cluster(_ between: String, _ switches: String) throws -> String {
      let file = folder.file("cluster-\(between)-\(switches.isEmpty).json")
      let host = try TestFile.text(Repository.root + "/Profiles/clusters/hospital-4x4-l40s.json")
      try TestFile.write(
        host.replacing("3125000000,", with: between + ",")
          .replacing("\"host\"", with: switches + "\"host\""), to: file)
      return file
    }
    let tiers = try cluster(
      "3125000000",
      """
      "switches": [{"name": "leaf", "nodes": 2, "beyond": {"name": "spine",
        "bandwidthBytesPerSecond": 300000000, "latencySeconds": 3e-05}}],
      """)
    let job = "\"model\": \"uni\", \"task\": \"finetune\", \"globalBatch\": 256"
    let lines = (0..<4).map { node in
      "{\"id\": \"fill\(node)\", \"submitSeconds\": 0, \"cores\": 4, "
        + "\"runSeconds\": \(node % 2 == 0 ? 10 : 1e7)}\n"
    }
    let gang = "{\"id\": \"gang\", \"submitSeconds\": 20, \"cores\": 8, \"samples\": 1e5, \(job)}\n"
    func run(_ lines: [String]) throws -> Double {
      try TestFile.write(lines.joined(), to: trace)
      let starts = folder.file("s.csv")
      let result = FrameTests.hfm("simulate", trace, "--cluster", tiers, "--schedule", starts)
      try #require(result.code == 0, "\(result.errors)")
      let row = try TestFile.text(starts).split(separator: "\n").first { $0.hasPrefix("gang,") }
      let times = (row ?? "").split(separator: ",").compactMap { Double($0) }
      return times[2] - times[1]
    }
    func planned(_ between: String) throws -> Double {
      let plan = FrameTests.hfm(
        "plan", "uni", "--task", "finetune", "--cluster", try cluster(between, ""), "--devices",
        "8", "--global-batch", "256", "--json")
      let step = try JSONValue(parsing: plan.output)["plans"]?[0]?["stepSeconds"]?.double
      return 1e5 / 256 * (try #require(step))
    }
    #expect(relativeError(try run([gang]), try planned("3125000000")) < 1e-9)
    #expect(relativeError(try run(lines + [gang]), try planned("300000000")) < 1e-9)
    #expect(try planned("300000000") > 1.2 * planned("3125000000"))
    let spans = try JSONValue(
      parsing: FrameTests.hfm("simulate", trace, "--cluster", tiers, "--json").output)[0]?["spans"]
    #expect(spans?.array?.compactMap(\.int) == [4, 0, 1])
  }

  /// Sizes that no plan of a job fits on do not reach the goal; the search goes on.
  @Test func theLeastClusterIsFound() throws {
    try TestFile.write(
      "{\"id\": \"wide\", \"submitSeconds\": 0, \"model\": \"uni\", \"task\": \"finetune\", "
        + "\"globalBatch\": 256, \"samples\": 1e5, \"cores\": 8}\n", to: trace)
    let result = FrameTests.hfm(
      "simulate", trace, "--cluster", "hospital-4x4-l40s", "--goal-wait", "1m", "--json")
    #expect(result.code == 0, "\(result.errors)")
    let json = try JSONValue(parsing: result.output)
    #expect(json["least"]?[0]?["nodes"]?.int == 2)
  }

  /// The example of the README.
  @Test func theExampleRuns() throws {
    let result = FrameTests.hfm(
      "simulate", Repository.root + "/Examples/jobs/hospital.jsonl", "--cluster",
      "hospital-2x8-a100-40gb", "--policy", "elastic-goodput,easy", "--json")
    #expect(result.code == 0, "\(result.errors)")
    let json = try JSONValue(parsing: result.output)
    #expect(json.array?.map { $0["jobs"]?.int } == [6, 6])
    let means = (json.array ?? []).compactMap { $0["meanJctSeconds"]?.double }
    #expect(means[0] < means[1])
  }

  /// Data that may not leave the house waits for the house's devices; a cluster that runs it faster
  /// does not help.
  @Test func dataStaysOnNodesWithItsLabel() throws {
    let line = try TestFile.text(trace).split(separator: "\n")[0]
      .replacing("\"id\"", with: "\"requires\": [\"on-premise\"], \"id\"")
    try TestFile.write(line + "\n", to: trace)
    func run(_ cluster: String) throws -> JSONValue? {
      try JSONValue(
        parsing: FrameTests.hfm("simulate", trace, "--cluster", cluster, "--json").output)[0]
    }
    let free = try run("dgx-h100:on-premise")?["makespanSeconds"]?.double
    let home = try run("hospital-4x4-l40s:on-premise,dgx-h100:cloud")?["makespanSeconds"]?.double
    #expect(try #require(home) > 1.5 * (try #require(free)))
    let abroad = try run("dgx-h100:cloud")
    #expect(abroad?["refused"]?[0]?["limit"]?.string == "labels")
  }

  @Test func energyAndEmissionsFollowTheCurve() throws {
    let hours = folder.file("hours.csv")
    try TestFile.write("hour,gramsPerKilowattHour\n0,500\n1,500\n", to: hours)
    let json = try JSONValue(
      parsing: simulate("--policy", "easy", "--power", "400/60", "--carbon", hours).output)
    let joules = try #require(json[0]?["energyJoules"]?.double)
    let grams = try #require(json[0]?["co2Grams"]?.double)
    // The same 500 g/kWh at all hours.
    #expect(relativeError(grams, joules / 3.6e6 * 500) < 1e-9)
    let france = try JSONValue(
      parsing: simulate("--policy", "easy", "--power", "400/60", "--carbon", "france").output)
    #expect((france[0]?["co2Grams"]?.double ?? 1e9) < grams)
  }

  @Test func thePageShowsPoliciesUseAndWhoRanWhere() throws {
    let file = folder.file("page.html")
    let result = simulate("--policy", "elastic-goodput,easy", "--html", file)
    #expect(result.code == 0, "\(result.errors)")
    let page = try TestFile.text(file)
    for text in [
      "elastic-goodput", "Use over time", "Jobs waiting", "slides (pathology) on node 0",
      "plain (no user named)",
      "notes (&lt;text &amp; &quot;notes&quot;&gt;) on node", "node 1 · device 7",
    ] {
      #expect(page.contains(text), "\(text)")
    }
    #expect(page.ranges(of: "class=\"curve").count == 4)
    #expect(!page.contains("<script") && !page.contains("<text &"))
  }

  @Test(arguments: [
    (#""model": "uni", "task": "finetune", "samples": 10"#, "globalBatch"),
    (
      #""model": "uni", "task": "finetune", "globalBatch": 64, "samples": 1, "runSeconds": 5"#,
      "stands beside"
    ),
    (
      #""model": "uni", "task": "finetune", "globalBatch": 64, "samples": 10, "dtype": "fp7"#
        + "\"", "unknown dtype"
    ),
    (#""model": "unni", "task": "finetune", "globalBatch": 64, "samples": 10"#, "unni"),
    (#""runSeconds": 5, "cores": 4, "scaling": {"1": 1, "2": 2}"#, "around the job's 4 cores"),
    (#""runSeconds": 5, "scaling": {"one": 1}"#, "number of cores"),
  ])
  func faultyLinesNameTheKey(_ keys: String, _ message: String) throws {
    try TestFile.write(
      "{\"id\": \"a\", \"submitSeconds\": 0, \(keys)}\n", to: trace)
    let result = simulate("--policy", "easy")
    #expect(result.code == 2)
    #expect(result.errors.contains(message), "\(result.errors)")
  }

  /// A plan that is kept in a file becomes a job of its devices and its length.
  @Test func aPlanIsAJob() throws {
    let plan = FrameTests.hfm(
      "plan", "uni", "--task", "finetune", "--cluster", "hospital-2x8-a100-40gb", "--devices", "4",
      "--global-batch", "256", "--steps", "1000", "--json")
    let file = folder.file("plan.json")
    try TestFile.write(plan.output, to: file)
    let line = "{\"id\": \"planned\", \"submitSeconds\": 5, \"plan\": \"\(file)\""
    try TestFile.write(line + "}\n", to: trace)
    let json = try JSONValue(parsing: simulate("--policy", "easy").output)[0]
    let first = try JSONValue(parsing: plan.output)["plans"]?[0]
    #expect(json?["makespanSeconds"]?.double == first?["totalSeconds"]?.double)
    #expect(json?["utilization"]?.double == 0.25)
    for (keys, message) in [
      (", \"cores\": 4}", "cores: stands beside \"plan\""), ("}}", "trace.jsonl:1"),
    ] {
      try TestFile.write(line + keys + "\n", to: trace)
      let faulty = simulate("--policy", "easy")
      #expect(faulty.code == 2 && faulty.errors.contains(message), "\(faulty.errors)")
    }
  }

  @Test func aWorkloadNeedsACluster() {
    let result = FrameTests.hfm("simulate", trace, "--processors", "4")
    #expect(result.code == 2)
    #expect(result.errors.contains("trace.jsonl:1") && result.errors.contains("--cluster"))
  }

  @Test(arguments: [
    (["--shares", "x=1"], "--shares"), (["--shares", "1=0"], "--shares"),
    (["--carbon", "atlantis"], "unknown grid"), (["--carbon", "/nowhere.csv"], "nowhere"),
  ])
  func wrongChoicesAreNamed(_ words: [String], _ message: String) {
    let result = FrameTests.hfm(
      ["simulate", trace, "--cluster", "hospital-2x8-a100-40gb"] + words)
    #expect(result.code == 2)
    #expect(result.errors.contains(message), "\(result.errors)")
  }
}
