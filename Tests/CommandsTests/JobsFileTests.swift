@testable import Commands
import Scheduler
import Simulation
import TestSupport
import Testing
import Workloads

@Suite struct JobsFileTests {
  static func parse(_ text: String) throws -> [JobSpecification] {
    try JobsFile.parse(Array(text.utf8), file: "jobs.json")
  }

  @Test func everyKeyIsRead() throws {
    let job = try #require(
      try Self.parse(
        """
        {"jobs": [{"id": "a", "model": "uni", "task": "finetune", "batch": 4, "sequence": 128,
          "image": "224x192", "dtype": "bf16-mixed", "steps": 7, "priority": -2, "cores": 3,
          "memory": "2GiB", "submitSeconds": 1.5}]}
        """
      ).first)
    #expect(
      job
        == JobSpecification(
          id: "a", model: "uni", task: .finetune, batch: 4, sequence: 128, image: [224, 192],
          dtype: "bf16-mixed", steps: 7, priority: -2, cores: 3, memoryBytes: 2 << 30,
          submitSeconds: 1.5))
  }

  @Test func whatIsLeftOutHasADefault() throws {
    let job = try #require(
      try Self.parse("{\"jobs\": [{\"id\": \"a\", \"model\": \"m\", \"task\": \"infer\"}]}").first)
    #expect(job.batch == 1 && job.steps == 1 && job.cores == 1 && job.dtype == "fp32")
    #expect(job.memoryBytes == nil && job.priority == 0 && job.submitSeconds == 0)
  }

  /// What a line of a trace may say a job may say, and the ledger's form of it says the same.
  @Test func wordsOfATraceAreRead() throws {
    let text = """
      {"jobs": [{"id": "0", "model": "m", "task": "infer"}, {"id": "a", "model": "m",
        "task": "infer", "cores": 2, "memoryBytes": 5000, "priority": 1, "submitSeconds": 3,
        "estimateSeconds": 90, "user": "radiology", "deadlineSeconds": 500, "limitSeconds": 100,
        "dependsOn": ["0"], "array": "night", "arrayLimit": 4, "requires": ["on-premise"],
        "checkpointSeconds": 2, "restoreSeconds": 1.5, "scaling": {"1": 1, "2": 1.9, "4": 3}}]}
      """
    let job = try #require(try Self.parse(text).last)
    #expect(job.memoryBytes == 5000 && job.after == ["0"] && job.fields.user == "radiology")
    #expect(job.fields.estimateSeconds == 90 && job.fields.deadlineSeconds == 500)
    #expect(job.fields.limitSeconds == 100 && job.fields.requires == ["on-premise"])
    #expect(job.fields.array == "night" && job.fields.arrayLimit == 4)
    #expect(job.fields.checkpointSeconds == 2 && job.fields.restoreSeconds == 1.5)
    #expect(job.fields.scaling?.speedup(devices: 4) == 3)
    // What the ledger keeps is the same job, but for its memory's unit and its submission's word.
    #expect(try JobsFile.recorded("a", job.text) == job)
  }

  @Test(arguments: ["triage", "night"]) func theExamplesAreRead(name: String) throws {
    let path = Repository.root + "/Examples/jobs/\(name).json"
    #expect(try JobsFile.parse(TestFile.read(path), file: path).count > 2)
  }

  @Test func anElasticJobHasARange() throws {
    func job(_ keys: String) throws -> JobSpecification? {
      try Self.parse(
        "{\"jobs\": [{\"id\": \"a\", \"model\": \"m\", \"task\": \"infer\", \(keys)}]}"
      )
      .first
    }
    #expect(try job("\"minCores\": 2, \"maxCores\": 8")?.coreRange == 2...8)
    #expect(try job("\"minCores\": 2, \"maxCores\": 8")?.cores == 2)
    #expect(try job("\"maxCores\": 8, \"cores\": 3")?.coreRange == 1...8)
    let whole = try #require(try job("\"maxCores\": 8, \"cores\": 3"))
    #expect(try JobsFile.recorded("a", whole.text) == whole)
  }

  @Test(arguments: [
    ("{\"jobs\": []}", "jobs.json:1:10: jobs: holds no job"),
    ("{\"job\": []}", "jobs.json:1:9: job: unknown key; known here are jobs"),
    ("\"core\": 2", "jobs.json:1:62: jobs[0].core: unknown key"),
    ("\"cores\": 0", "jobs[0].cores: expected an integer from 1 to 1000000, found 0"),
    ("\"memory\": \"4 apples\"", "jobs[0].memory: expected bytes or a size"),
    ("\"memory\": -1", "jobs[0].memory: expected bytes or a size"),
    ("\"image\": \"224\"", "jobs[0].image: expected height x width"),
    ("\"dtype\": \"fp9\"", "jobs[0].dtype: unknown word \"fp9\"; known are fp32"),
    ("\"steps\": 3", "jobs[0].steps: belongs to training; write \"repeats\""),
    ("\"submitSeconds\": -1", "jobs[0].submitSeconds: expected a number"),
    ("\"minCores\": 3, \"maxCores\": 2", "jobs[0].maxCores: expected an integer from 3"),
    ("\"maxCores\": 4, \"cores\": 5", "jobs[0].cores: expected 1 to 4, the job's own range"),
    ("\"maxCores\": 4, \"scaling\": {\"1\": 1}", "stands beside \"scaling\""),
    ("\"scaling\": {\"2\": 1}", "jobs[0].scaling: expected speeds around the job's 1 cores"),
    ("\"arrayLimit\": 4", "jobs[0].arrayLimit: stands without an array"),
    ("\"after\": [\"b\"], \"dependsOn\": [\"b\"]", "means the same as \"after\""),
    ("\"after\": [\"a\"]", "jobs: jobs wait for each other: a"),
    ("\"repeats\": 99999999999999999999", "jobs[0].repeats: expected an integer"),
    ("} , {\"id\": \"a\", \"model\": \"m\", \"task\": \"infer\"", "two jobs are named \"a\""),
  ])
  func faultsNameTheirPlace(text: String, message: String) {
    let isWhole = text.hasPrefix("{")
    let separator = text.hasPrefix("}") ? "" : ", "
    let file =
      isWhole
      ? text
      : "{\"jobs\": [{\"id\": \"a\", \"model\": \"m\", \"task\": \"infer\"\(separator)\(text)}]}"
    let found = errorText { _ = try Self.parse(file) } ?? "no error"
    #expect(found.contains(message))
    #expect(found.hasPrefix("jobs.json:1:"))
  }
}
