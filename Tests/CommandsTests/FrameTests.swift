import Commands
import DataFormats
import Testing

@Suite struct FrameTests {
  /// Runs one command line and returns exit code, standard output and standard error.
  static func hfm(_ words: String...) -> (code: Int32, output: String, errors: String) {
    hfm(words)
  }

  static func hfm(_ words: [String]) -> (code: Int32, output: String, errors: String) {
    let recorder = ConsoleRecorder()
    let code = HFM.run(words, recorder.console)
    return (code, recorder.output, recorder.errors)
  }

  @Test func everyCommandHasHelpWithAnExample() {
    for command in HFM.commands {
      let name = command.specification.name
      let result = Self.hfm(name, "--help")
      #expect(result.code == 0)
      #expect(result.output.contains("usage: hfm \(name)"))
      #expect(result.output.contains("hfm \(name)"), "help of \(name) lacks an example")
      #expect(!command.specification.examples.isEmpty, "\(name) has no example")
    }
  }

  @Test func helpListsEveryCommand() {
    let overview = Self.hfm("--help").output
    for command in HFM.commands { #expect(overview.contains("  \(command.specification.name) ")) }
  }

  @Test func versionIsPrinted() {
    #expect(Self.hfm("--version").output == "hfm \(HFM.version)\n")
  }

  @Test(arguments: [
    (["complet"], "unknown command \"complet\"; did you mean completion?"),
    (["completion"], "hfm completion needs bash|zsh|fish; see hfm completion --help"),
    (["completion", "tcsh"], "unknown shell \"tcsh\"; known are bash, zsh, fish"),
    (["completion", "bash", "more"], "surplus word \"more\"; see hfm completion --help"),
    (
      ["completion", "--jsn", "bash"],
      "unknown option --jsn of hfm completion; did you mean --json?"
    ),
    (["completion", "--json=1", "bash"], "--json: takes no value"),
  ])
  func wrongCallsSayWhatIsRight(words: [String], message: String) {
    let recorder = ConsoleRecorder()
    #expect(HFM.run(words, recorder.console) == 2)
    #expect(recorder.errors == "hfm: error: \(message)\n")
    #expect(recorder.output.isEmpty)
  }

  static let specification = CommandSpecification(
    name: "sample", summary: "", operands: ["MODEL", "[FILE]"],
    options: [
      .value("size", "N", ""), .value("kind", "K", "", words: ["a", "b"]), .flag("draw", ""),
    ],
    examples: ["hfm sample x"])

  @Test func optionsMayStandAnywhere() throws {
    let arguments = try Arguments(
      ["--size=80GB", "m", "--draw", "--kind", "b", "--", "--file"], for: Self.specification)
    #expect(arguments.operands == ["m", "--file"])
    #expect(try arguments.bytes("size") == 80_000_000_000)
    #expect(arguments.string("kind") == "b")
    #expect(arguments.flag("draw"))
  }

  @Test(arguments: [
    (["m", "--size", "1", "--size", "2"], "given twice"), (["m", "--kind", "c"], "known are a, b"),
    (["m", "--size"], "needs a value"), (["m", "--kind", "--draw"], "needs a value"),
    (["m", "-x"], "unknown option -x"), ([], "needs MODEL"),
  ])
  func parsingErrors(words: [String], message: String) {
    #expect {
      try Arguments(words, for: Self.specification)
    } throws: {
      "\($0)".contains(message)
    }
  }

  @Test(arguments: [
    ("512", 512), ("80GB", 80_000_000_000), ("64GiB", 68_719_476_736), ("1.5KiB", 1536),
    ("0", 0), ("1e30", nil), ("-1", nil), ("GB", nil), ("80gb", nil), ("99999PB", nil),
  ])
  func sizes(text: String, bytes: Int?) { #expect(AmountParser.bytes(text) == bytes) }

  @Test(arguments: [
    ("21d", 1_814_400.0), ("1h30m", 5400), ("90", 90), ("250ms", 0.25), ("h", nil), ("1x", nil),
    ("", nil), ("-3s", nil),
  ])
  func durations(text: String, seconds: Double?) {
    #expect(AmountParser.seconds(text) == seconds)
  }

  @Test(arguments: [("1.4T", 1_400_000_000_000), ("4k", 4000), ("0.5", nil), ("1e30", nil)])
  func counts(text: String, count: Int?) { #expect(AmountParser.count(text) == count) }

  @Test(arguments: [("500/h", 500.0 / 3600), ("2/s", 2), ("2", nil), ("/h", nil)])
  func rates(text: String, perSecond: Double?) {
    #expect(AmountParser.perSecond(text) == perSecond)
  }
}
