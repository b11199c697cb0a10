import Testing

/// Each rule is fed a wrong sample: a rule that cannot fail proves nothing.
@Suite struct RulesCatchFaultsTests {
  static let manifestText = """
    let a: [Target] = [
      tool("app", ["Top"]),
      module(
        "Top",
        [
          "Bottom", "CSQLite",
        ]),
    ]
    // module("Ghost", ["Top"]),
    let b: [Target] = [
      module("Bottom", ["Top"]),
      system("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),
      .target(name: "CPart", cSettings: [.unsafeFlags(["-O3"])]),
    ]
    let testTargets: [Target] = [
      .target(
        name: "TestSupport", dependencies: ["Bottom"], path: "Tests/TestSupport"),
      tests("Top", ["Top"]),
    ]
    let package = Package(
      name: "x",
      targets: a + b + testTargets,
      cLanguageStandard: .c2x)
    """

  private let manifest = PackageManifest(text: manifestText)

  @Test func theManifestReaderFindsTargetsArrowsAndLayers() {
    #expect(manifest.layers == ["a", "b", "testTargets"])
    #expect(
      manifest.targets == [
        .init(name: "app", dependencies: ["Top"], layer: "a"),
        .init(name: "Top", dependencies: ["Bottom", "CSQLite"], layer: "a"),
        .init(name: "Bottom", dependencies: ["Top"], layer: "b"),
        .init(name: "CSQLite", dependencies: [], layer: "b"),
        .init(name: "CPart", dependencies: [], layer: "b"),
        .init(name: "TestSupport", dependencies: ["Bottom"], layer: "testTargets"),
        .init(name: "TopTests", dependencies: ["Top", "TestSupport"], layer: "testTargets"),
      ])
  }

  @Test func upwardArrowsCirclesAndStrayUsersAreFound() {
    #expect(
      LayeringRules.upwardArrows(in: manifest) == ["Package.swift: Bottom -> Top points up"])
    let circle = LayeringRules.cycles(in: manifest).joined()
    #expect(circle.contains("Top stands") && circle.contains("Bottom stands"))
    #expect(
      LayeringRules.strayUsers(in: manifest)
        == ["Package.swift: only JobStore may use CSQLite, not Top"])
  }

  @Test func undeclaredAndUnusedImportsAreFound() throws {
    let file = SwiftSource(
      path: "Sources/Top/A.swift",
      text: """
        // import Ghost
        public import Bottom
        @preconcurrency internal import struct Foundation.Data
        import CPart
        import Glibc
        let text = "import Ghost"
        """)
    let target = try #require(manifest.target("Top"))
    #expect(
      LayeringRules.undeclaredImports(of: target, files: [file], manifest: manifest) == [
        "Sources/Top/A.swift:3: Foundation is not allowed here",
        "Sources/Top/A.swift:4: CPart is not among the dependencies of Top",
      ])
    #expect(
      LayeringRules.unusedDependencies(of: target, files: [file])
        == ["Package.swift: Top depends on CSQLite and never imports it"])
  }

  @Test func impureCodeIsFoundAndItsMentionIsNot() {
    let file = SwiftSource(
      path: "P.swift",
      text: """
        import Synchronization
        // getenv("X") in a comment, and clock_gettime( too
        let text = "print(1)"
        let home = getenv("HOME")
        let when = ContinuousClock.now
        let runtime(of: 3)
        let dice = Int.random(in: 1...6)
        let seeded = Int.random(in: 1...6, using: &generator)
        """)
    #expect(
      LayeringRules.impurities(of: [file]) == [
        "P.swift:1: a pure module imports Synchronization", "P.swift:4: a pure module uses getenv(",
        "P.swift:5: a pure module uses ContinuousClock",
        "P.swift:7: random numbers without a seeded generator",
      ])
  }

  @Test func bigFilesLongLinesAndStraySpacesAreFound() {
    let long = String(repeating: "x", count: 101)
    #expect(
      TidyRules.size(path: "f", text: "\(long)\ny \nz") == [
        "f:1: 101 columns, at most 100", "f:2: white space at the end of the line",
        "f: no newline at the end",
      ])
    let tall = String(repeating: "x\n", count: 601)
    #expect(TidyRules.size(path: "f", text: tall) == ["f: 601 lines, at most 600"])
    #expect(TidyRules.size(path: "f", text: String(repeating: "x\n", count: 600)).isEmpty)
  }

  @Test func longFunctionsAreFound() {
    let body = String(repeating: "    work(\"}\") // {\n", count: 69)
    let text = """
      protocol P {
        func requirement() -> Int
        var other: Int { get }
      }
      extension X {
        init() { self.init(1) }
        func short<T>(_ body: (T) -> [Int] = { _ in [] }) where T: P { work() }
        func long(
          a: Int) {
      \(body)  }
      }
      """
    let file = SwiftSource(path: "f", text: text)
    #expect(file.functions.map(\.name) == ["init", "short", "long"])
    #expect(file.functions.map(\.length) == [1, 1, 72])
    #expect(TidyRules.functions(file) == ["f:8: long has 72 lines, at most 70"])
  }

  @Test func unfinishedAndCrashingCodeIsFound() {
    let mark = TidyRules.unfinished[0]
    let file = SwiftSource(
      path: "f",
      text: "// \(mark): later\nlet a = try! b()\nlet c = d as! E\n"
        + "fatalError(\"x\")\nlet s = \"try! as! fatalError(\"\nlet has = 1\n")
    #expect(
      TidyRules.words(file) == [
        "f:1: unfinished: \(mark)", "f:2: may crash: try!", "f:3: may crash: as!",
        "f:4: may crash: fatalError(",
      ])
  }

  @Test func foldersOfOneMachineAreFound() {
    let folder = TidyRules.machineFolders[1]
    #expect(
      TidyRules.machinePaths(path: "f", text: "ok\nsee \(folder)me/x\n")
        == ["f:2: \(folder) is a folder of one machine"])
  }

  @Test func deadLinksAreFound() {
    let files = ["docs/A.md": "# One Thing: it's `code`\n", "README.md": "", "docs": ""]
    let text = """
      [a](A.md) [b](A.md#one-thing-its-code) [c](../README.md) [web](https://example.org)
      [d](Missing.md) and [e](A.md#other)
      `[f](code.md)`
      ```
      [g](fenced.md)
      ```
      """
    #expect(
      LinkRules.deadLinks(path: "docs/B.md", text: text) { files[$0] } == [
        "docs/B.md:2: no file docs/Missing.md", "docs/B.md:2: no heading #other in docs/A.md",
      ])
  }

  @Test func literalsAndCommentsAreBlankedAndLinesKept() {
    let text = """
      let a = "x \\(f("y")) z" + b /* c /* d */ e */ + g
      let h = #"i " j"# + k
      let l = \"\"\"
        m "n" \\(o)
        \"\"\" + p // q
      """
    let code = SwiftSource(path: "f", text: text).code
    #expect(code.split(separator: "\n", omittingEmptySubsequences: false).count == 5)
    let letters = code.filter { $0.isLetter }
    #expect(letters == "letabgl" + "ethkletlp")
  }
}
