@testable import Commands
import DataFormats
import TestSupport
import Testing

/// What `hfm plan` says of the loading of its data.
@Suite struct PlanLoadingTests {
  private func plan(_ words: String) -> (code: Int32, output: String, errors: String) {
    FrameTests.hfm(["plan"] + words.split(separator: " ").map(String.init))
  }

  /// Full radiographs on a node of eight fast devices: the cores are too few, and it is said what
  /// would help.
  @Test func aDataSetThatStarvesIsNamed() throws {
    let words = "resnet50 --task finetune --cluster dgx-a100-40gb --global-batch 1024 --top 1"
    let result = plan(words + " --dataset mimic-cxr")
    #expect(result.code == 0, "\(result.errors)")
    #expect(result.output.contains("waits for data"), "\(result.output)")
    #expect(result.output.contains("samples kept as JPEG of 256x256: no waiting"))
    let json = try JSONValue(parsing: plan(words + " --dataset mimic-cxr --json").output)
    #expect((json["loading"]?["decodeCoreSeconds"]?.double ?? 0) > 0.05)
    let breakdown = json["plans"]?.array?.first?["breakdown"]
    #expect((breakdown?["dataLoadingSeconds"]?.double ?? 0) > 0)
    // The user's own figures stand before the data set's.
    let own = try JSONValue(
      parsing: plan(words + " --dataset mimic-cxr --load-seconds 0.0001 --load-bytes 1 --json")
        .output)
    #expect(own["plans"]?.array?.first?["breakdown"]?["dataLoadingSeconds"]?.double == 0)
  }

  /// Where loading sets the pace of all plans, none is shown that recomputes for nothing.
  @Test func noPlanWorksWhileItWaits() throws {
    let result = plan(
      "chexzero --cluster workstation-rtx-4090 --dataset chexpert --global-batch 64 --top 1 --json")
    let best = try JSONValue(parsing: result.output)["plans"]?.array?.first
    #expect((best?["breakdown"]?["dataLoadingSeconds"]?.double ?? 0) > 0)
    #expect(best?["recompute"]?.string == "none")
  }

  /// Cards of two kinds in one machine load all samples with its cores: 64 samples of a second on
  /// the six cards' 48 cores (8 assumed for each).
  @Test func cardsOfAMachineLoadTogether() throws {
    let result = plan(
      "uni --task finetune --cluster 2xa100-40gb-pcie+4xrtx-3090 --global-batch 64 --top 1 --json"
        + " --quiet --load-seconds 1")
    let best = try JSONValue(parsing: result.output)["plans"]?.array?.first
    let step = try #require(best?["stepSeconds"]?.double, "\(result.errors)")
    #expect(step >= 64.0 / 48 - 1e-6 && step < 64.0 / 8, "\(step)")
  }

  @Test func unknownLoadingIsNotZero() throws {
    let result = plan(
      "resnet50 --task finetune --cluster l4 --global-batch 64 --dataset isic-2020 --top 1 --json")
    #expect(result.code == 0)
    #expect(result.errors.contains("loading them is not counted"), "\(result.errors)")
    #expect(try JSONValue(parsing: result.output)["loading"]?.isNull == true)
  }

  /// The same step of convolutions, planned and predicted: one time, packed weights and all.
  @Test func aPlanForThisMachineAgreesWithItsRun() throws {
    let folder = try TemporaryFolder()
    let jobs = folder.file("jobs.json")
    let cores = Processors.count
    try TestFile.write(
      """
      {"jobs": [{"id": "a", "model": "resnet18", "task": "finetune", "batch": 2,
        "image": "64x64", "steps": 1, "cores": \(cores)}]}
      """, to: jobs)
    // A machine of whose kernels the packing of weights was measured.
    let device = folder.file("here.json")
    try TestFile.write(
      """
      {"id": "here", "name": "made up", "kind": "cpu", "memoryBytes": 8589934592,
        "memoryBandwidthBytesPerSecond": 1e10, "peakFlopsPerSecond": {"fp32": 1e11},
        "vectorFlopsPerSecond": 1e10, "launchOverheadSeconds": 1e-5,
        "laws": [{"operatorClass": "elementwise", "dataType": "fp32", "kernel": "weightPacking",
          "startSeconds": 1e-6, "bytesPerSecond": 1e9}], "source": "made up"}
      """, to: device)
    let run = FrameTests.hfm(
      "run", jobs, "--ledger", folder.file("l.db"), "--device-profile", device, "--json", "--quiet")
    #expect(run.code == 0, "\(run.errors)")
    let job = try JSONValue(parsing: run.output)["jobs"]?.array?.first
    let predicted = try #require(job?["predictedSeconds"]?.double)
    let planned = plan(
      "resnet18 --task finetune --cluster here --micro-batch 2 --global-batch 2 --image 64x64"
        + " --dtype fp32 --recompute none --json --quiet --device-profile \(device)")
    let best = try JSONValue(parsing: planned.output)["plans"]?.array?.first
    let step = try #require(best?["stepSeconds"]?.double)
    #expect(abs(step - predicted) < 1e-9 * predicted, "\(step) planned, \(predicted) predicted")
    #expect((best?["breakdown"]?["packingSeconds"]?.double ?? 0) > 0)
  }
}
