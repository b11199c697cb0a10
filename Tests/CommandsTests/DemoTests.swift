import Commands
import DataFormats
import TestSupport
import Testing

/// The whole loop through its public face, on a model small enough for a debug build.
@Suite struct DemoTests {
  @Test func demoLeavesResultPageAndProfile() throws {
    let folder = try TemporaryFolder()
    let recorder = ConsoleRecorder()
    let words = ["demo", "--models", "esm2-8m", "--output", folder.path, "--json"]
    #expect(HFM.run(words, recorder.console) == 0)

    let result = try JSONValue(parsing: recorder.output)
    #expect(result["machine"]?["numaNodes"]?.array?.isEmpty == false)
    #expect(result["device"]?["rates"]?.array?.isEmpty == false)
    #expect(result["plans"]?.array?.count == 3)
    let jobs = try #require(result["jobs"]?.array)
    #expect(jobs.map { $0["state"]?.string } == ["done", "done"])
    for job in jobs {
      #expect((job["predictedSeconds"]?.double ?? 0) > 0)
      #expect((job["measuredSeconds"]?.double ?? 0) > 0)
      #expect(job["placement"]?["cpus"]?.array?.isEmpty == false)
    }
    #expect(result["meanAbsolutePercentageError"]?.double != nil)

    let written = try JSONValue(parsing: try Files.read(folder.path + "/result.json"))
    #expect(written == result)
    let page = String(decoding: try Files.read(folder.path + "/report.html"), as: UTF8.self)
    #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains("esm2-8m-train"))
    // What it leaves behind runs again by hand: every job is known as done.
    let again = [
      "run", folder.path + "/jobs.json", "--device-profile", folder.path + "/device.json",
      "--ledger", folder.path + "/ledger.db", "--json",
    ]
    #expect(HFM.run(again, ConsoleRecorder().console) == 0)
  }

  @Test func anUnknownModelIsNamedBeforeAnythingRuns() throws {
    let folder = try TemporaryFolder()
    let recorder = ConsoleRecorder()
    #expect(
      HFM.run(["demo", "--models", "esm2-9m", "--output", folder.path], recorder.console) == 2)
    #expect(recorder.errors.contains("esm2-8m"))
  }
}
