import Commands
import DataFormats
import TestSupport
import Testing

@Suite struct TopologyCommandTests {
  private static let made = "synthetic:Package:2 NUMANode:1 L3Cache:1 Core:4 PU:2"

  private static func run(_ words: String...) -> (code: Int32, output: String, errors: String) {
    let recorder = ConsoleRecorder()
    let code = HFM.run(["topology"] + words, recorder.console)
    return (code, recorder.output, recorder.errors)
  }

  @Test func jsonHoldsTheContractsKeys() throws {
    let result = Self.run("--from", Self.made, "--json")
    #expect(result.code == 0)
    let json = try JSONValue(parsing: result.output)
    for key in [
      "packages", "numaNodes", "cores", "processingUnits", "caches", "accelerators",
      "networkInterfaces", "limits", "notes",
    ] { #expect(json[key] != nil, "\(key)") }
    #expect(json["numaNodes"]?.array?.count == 2)
    #expect(json["numaNodes"]?[1]?["cpus"]?.array?.count == 8)
    #expect(json["cores"]?.array?.count == 8)
  }

  @Test func tablesNameUnits() {
    let result = Self.run("--from=" + Self.made)
    #expect(result.code == 0)
    #expect(result.output.contains("2 packages, 2 NUMA nodes, 8 cores, 16 processing units"))
    #expect(result.output.contains("GiB"))
    #expect(!result.output.contains("limits of this process"))
  }

  @Test func liveLimitsAreExplained() throws {
    let result = Self.run("--explain")
    #expect(result.code == 0)
    #expect(result.output.contains("limits of this process"))
    #expect(result.output.contains("memory of NUMA node"))
    let json = try JSONValue(parsing: Self.run("--json").output)
    #expect((json["limits"]?["memoryBytes"]?.int ?? 0) > 0)
    #expect(json["limits"]?["cpus"]?.array?.isEmpty == false)
  }

  @Test func drawingFoldsEqualParts() {
    let result = Self.run("--from", Self.made, "--draw")
    #expect(result.output.contains("2 × Package 0-1"))
  }

  @Test func notesAreWarningsUnlessQuiet() {
    let loud = Self.run("--from", "synthetic:PU:2")
    #expect(loud.errors.contains("hfm: warning: the source lists no packages"))
    #expect(Self.run("--from", "synthetic:PU:2", "--quiet").errors.isEmpty)
  }

  @Test(arguments: ["here", "xml:/no/such/file.xml", "synthetic:nonsense", "json:/dev/null"])
  func wrongSourcesLeaveWithTwo(_ source: String) {
    let result = Self.run("--from", source)
    #expect(result.code == 2)
    #expect(result.output.isEmpty)
    #expect(result.errors.split(separator: "\n").count == 1)
  }

  @Test func helpShowsAnExample() {
    let result = Self.run("--help")
    #expect(result.code == 0 && result.output.contains("hfm topology --draw"))
  }
}
