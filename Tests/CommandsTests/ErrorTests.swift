import Commands
import Glibc
import TestSupport
import Testing

/// Every wrong call is one line that names what is at fault and what would be right, and the exit
/// code says whether the input is wrong (2) or nothing fits (3).
@Suite struct ErrorTests {
  /// Words of a command line, the exit code, and texts that standard error must hold.
  typealias Case = (words: String, code: Int32, holds: [String])

  static let cases: [Case] = [
    // Names.
    ("cost brt-base", 2, ["unknown model \"brt-base\"", "did you mean", "bert-base"]),
    ("cost qqqqqqqqqqqq", 2, ["unknown model", "see hfm models"]),
    (
      "plan uni --task infer --cluster a100-80gbb", 2,
      ["unknown cluster", "did you mean a100-80gb"]
    ),
    ("plan uni --task infer --cluster qqqqqqqqqqqq", 2, ["unknown cluster", "see hfm devices"]),
    ("plan uni --task infer", 2, ["--cluster: hfm plan needs a cluster", "here"]),
    ("cost uni --task tune", 2, ["--task: unknown word \"tune\"", "pretrain, finetune, infer"]),
    ("cost uni --dtype fp33", 2, ["--dtype", "bf16-mixed"]),
    ("plam", 2, ["unknown command \"plam\"", "did you mean plan?"]),
    ("cost", 2, ["needs MODEL", "hfm cost --help"]),
    ("models --family visoin", 2, ["--family", "vision"]),
    ("cancel", 2, ["needs ID"]),
    // Shapes.
    ("cost bert-base --batch 0", 2, ["--batch: \"0\" is wrong", "from 1 to"]),
    ("cost bert-base --batch -1", 2, ["--batch: \"-1\" is wrong"]),
    ("cost bert-base --batch 9000000000000000000", 2, ["--batch", "is wrong"]),
    ("cost bert-base --batch 1e30", 2, ["--batch: \"1e30\" is wrong"]),
    ("cost bert-base --batch 1.5", 2, ["--batch: \"1.5\" is wrong"]),
    ("cost bert-base --batch nan", 2, ["--batch: \"nan\" is wrong"]),
    ("cost bert-base --batch 100000000", 2, ["more work than can be counted", "smaller shapes"]),
    ("cost llama2-70b --batch 100000000", 2, ["100000000", "2^48 elements"]),
    ("cost bert-base --sequence 1e30", 2, ["--sequence: \"1e30\" is wrong"]),
    ("cost bert-base --sequence 513", 2, ["--sequence", "513 tokens", "1 to 512"]),
    ("cost uni --task infer --image 0x0", 2, ["--image: \"0x0\" is wrong", "224x224"]),
    ("cost uni --task infer --image 1e9x1e9", 2, ["--image: \"1e9x1e9\" is wrong"]),
    ("cost uni --task infer --image 1000000x1000000", 2, ["more work than can be counted"]),
    ("cost uni --task infer --image 15x17", 2, ["an image of 15x17", "multiple of 16x16"]),
    ("cost uni --task infer --image 224", 2, ["--image: \"224\" is wrong"]),
    // Plans.
    (
      "plan llama2-70b --task pretrain --cluster a100-80gb", 3,
      ["no plan fits", "more than the 75.8 GiB usable", "take devices with at least"]
    ),
    (
      "plan llama2-70b --task finetune --cluster selene-a100 --zero 0 --tensor 1 --pipeline 1 "
        + "--global-batch 4480", 3,
      ["no plan fits", "nearest that fits: --devices"]
    ),
    (
      "plan llama2-7b --task infer --cluster a100-80gb --cached-tokens 1000000000000", 3,
      ["no plan fits", "PiB"]
    ),
    ("plan uni --task infer --cluster selene-a100 --devices 99999", 2, ["selene-a100 has 4480"]),
    (
      "plan bert-base --cluster selene-a100 --devices 7 --data 8 --global-batch 56", 3,
      ["no configuration is possible", "nearest that fits: --devices"]
    ),
    ("plan bert-base --cluster selene-a100 --tensor 0", 2, ["--tensor: \"0\" is wrong"]),
    ("plan bert-base --cluster a100-80gb --zero 4", 2, ["--zero", "0, 1, 2, 3"]),
    ("plan bert-base --cluster a100-80gb --tokens 1e30", 2, ["--tokens: \"1e30\" is wrong"]),
    ("plan uni --task infer --cluster a100-80gb --tokens 5", 2, ["reads no tokens", "--samples"]),
    ("plan bert-base --cluster a100-80gb --steps 5 --tokens 9", 2, ["stands beside --steps"]),
    // Machines.
    ("topology --from synthetic:foo", 2, ["hwloc does not understand \"foo\"", "Package:2"]),
    ("topology --from synthetic:Package:99999999_PU:99999", 2, ["synthetic"]),
    ("topology --from xml:/no/such.xml", 2, ["/no/such.xml: cannot be read"]),
    ("topology --from nowhere", 2, ["unknown machine \"nowhere\"", "live, xml:FILE"]),
    // Files.
    ("run /no/such/jobs.json", 2, ["/no/such/jobs.json: cannot be read"]),
    ("simulate /no/such.swf --processors 4", 2, ["/no/such.swf: cannot be read"]),
    ("cost /no/such/profile.json", 2, ["/no/such/profile.json: there is no such file"]),
    ("jobs --ledger /no/such/ledger.db", 2, ["/no/such/ledger.db"]),
    ("cost /", 2, ["config.json: cannot be read"]),
  ]

  @Test(arguments: cases.indices)
  func saysWhatIsWrongAndWhatWouldBeRight(index: Int) {
    let wanted = Self.cases[index]
    expectError(wanted.words.split(separator: " ").map(String.init), wanted.code, wanted.holds)
  }

  private func expectError(
    _ words: [String], _ code: Int32, _ holds: [String],
    at location: SourceLocation = #_sourceLocation
  ) {
    let recorder = ConsoleRecorder()
    let found = HFM.run(words + ["--quiet"], recorder.console)
    #expect(found == code, "\(words): \(recorder.errors)", sourceLocation: location)
    for text in holds {
      #expect(recorder.errors.contains(text), "\(words)", sourceLocation: location)
    }
    #expect(recorder.output.isEmpty, "\(words)", sourceLocation: location)
    let lines = recorder.errors.split(separator: "\n")
    #expect(lines.count == 1, "\(words): \(recorder.errors)", sourceLocation: location)
    #expect(recorder.errors.hasPrefix("hfm: error: "), sourceLocation: location)
  }

  // MARK: profiles

  static func profile(_ edits: (String, String)...) -> String {
    var text = """
      {"id": "x", "name": "x", "family": "language", "status": "open",
       "source": "https://example.org", "survey": null, "objective": "masked-lm",
       "architecture": {
         "tokens": {"vocabulary": 30522, "positions": 512},
         "stack": {"layers": 12, "hidden": 768, "heads": 12, "intermediate": 3072},
         "heads": {"language": {"kind": "linear", "tied": true}}}}
      """
    for (old, new) in edits {
      let parts = text.split(separator: old, maxSplits: 1, omittingEmptySubsequences: false)
      #expect(parts.count == 2, "the profile holds no \(old)")
      text = parts.joined(separator: new)
    }
    return text
  }

  @Test(
    arguments: [
      ("768", "4611686018427387904", ["5:38", "architecture.stack.hidden", "from 1 to"]),
      ("768", "0", ["architecture.stack.hidden", "found 0"]),
      ("768", "-768", ["architecture.stack.hidden", "found -768"]),
      ("768", "1e30", ["architecture.stack.hidden", "found 1e30"]),
      ("768", "\"wide\"", ["architecture.stack.hidden", "found \"wide\""]),
      ("768", "null", ["architecture.stack: lacks the key \"hidden\""]),
      ("768", "770", ["12 heads do not divide a width of 770"]),
      ("12, \"hidden\"", "1000000000000, \"hidden\"", ["architecture.stack.layers", "from 1 to"]),
      ("12, \"hidden\"", "12.5, \"hidden\"", ["architecture.stack.layers", "found 12.5"]),
      ("30522", "281474976710656", ["architecture.tokens.vocabulary"]),
      ("layers", "layres", ["layres"]),
      ("\"open\"", "\"ajar\"", ["status", "ajar"]),
      ("\"stack\": {", "\"stack\": [", ["not valid JSON"]),
      ("\"id\": \"x\", ", "", ["id"]),
    ] as [(String, String, [String])])
  func faultyProfilesNameTheKey(old: String, new: String, holds: [String]) throws {
    let folder = try TemporaryFolder()
    let file = folder.file("x.json")
    try TestFile.write(Self.profile((old, new)), to: file)
    expectError(["cost", file], 2, ["x.json:"] + holds)
  }

  @Test(arguments: ["", "{", "[]", "12", "{\"id\": \"\u{7f}", "\u{0}\u{1}"])
  func garbledProfilesNameThePlace(text: String) throws {
    let folder = try TemporaryFolder()
    let file = folder.file("x.json")
    try TestFile.write(text, to: file)
    expectError(["cost", file], 2, ["x.json:1:"])
  }

  // MARK: jobs and machines

  @Test(
    arguments: [
      ("{\"jobs\": [\n  {\"id\": \"a\" \"model\": 1}]}", 2, ["jobs.json:2:14", "not valid JSON"]),
      ("{\"jobs\": []}", 2, ["jobs.json:1:10: jobs: holds no job"]),
      ("{\"job\": []}", 2, ["jobs.json:1:", "job"]),
      (job("\"task\": \"sing\""), 2, ["jobs[0].task", "sing"]),
      (job("\"task\": \"infer\", \"batch\": 0"), 2, ["jobs[0].batch", "found 0"]),
      (job("\"task\": \"infer\", \"memory\": \"4 potatoes\""), 2, ["jobs[0].memory", "4GiB"]),
      (job("\"task\": \"infer\", \"sequence\": 10000000"), 2, ["sequence of 10000000 tokens"]),
    ] as [(String, Int32, [String])])
  func faultyJobsNameThePlace(text: String, code: Int32, holds: [String]) throws {
    let folder = try TemporaryFolder()
    let file = folder.file("jobs.json")
    try TestFile.write(text, to: file)
    expectError(["run", file, "--ledger", folder.file("ledger.db")], code, holds)
  }

  static func job(_ keys: String) -> String {
    "{\"jobs\": [{\"id\": \"a\", \"model\": \"bert-base\", \(keys)}]}"
  }

  /// A step of 70 thousand million parameters needs more than a terabyte.
  @Test func aJobBeyondTheMachinesMemoryIsRefused() throws {
    let folder = try TemporaryFolder()
    let file = folder.file("jobs.json")
    try TestFile.write(
      "{\"jobs\": [{\"id\": \"a\", \"model\": \"llama2-70b\", \"task\": \"finetune\"}]}", to: file)
    let result = FrameTests.hfm("run", file, "--ledger", folder.file("ledger.db"))
    #expect(result.code == 3, "\(result.errors)")
    let text = result.errors + result.output
    #expect(text.contains("GiB too much"), "\(text)")
  }

  @Test(arguments: [
    "<topology>", "<?xml version=\"1.0\"?><x/>", "", "{}", "<topology version=\"2.0\">",
  ])
  func faultyTopologiesAreRefused(text: String) throws {
    let folder = try TemporaryFolder()
    let file = folder.file("m.xml")
    try TestFile.write(text, to: file)
    expectError(["topology", "--from", "xml:" + file], 2, ["m.xml", "lstopo"])
  }

  @Test func outputsThatCannotBeWrittenAreNamed() throws {
    let folder = try TemporaryFolder()
    let trace = folder.file("t.swf")
    try TestFile.write("1 0 -1 9 2 -1 -1 2 9 -1 1 1 1 1 1 1 -1 -1\n", to: trace)
    let result = FrameTests.hfm(
      "simulate", trace, "--processors", "4", "--schedule", "/no/such/folder/s.csv")
    #expect(result.code == 2 || result.code == 4)
    #expect(result.errors.contains("/no/such/folder/s.csv: cannot be written"))
    let run = FrameTests.hfm("run", trace, "--ledger", "/no/such/folder/l.db")
    #expect(run.code == 2)
  }
}
