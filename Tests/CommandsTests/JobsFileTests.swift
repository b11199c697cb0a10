@testable import Commands
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
