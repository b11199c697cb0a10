import TestSupport
import Testing

@Suite struct TidyTests {
  @Test func codeIsOfReadableSize() throws {
    let code = try RepositoryFiles.written().filter { !$0.path.hasSuffix(".md") }
    #expect(code.count > 40)
    let faults = code.flatMap { TidyRules.size(path: $0.path, text: $0.text) }
    #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
  }

  @Test func functionsFitOnAScreen() throws {
    let files =
      try RepositoryFiles.swift(below: "Sources") + RepositoryFiles.swift(below: "Tests")
    let faults = files.flatMap(TidyRules.functions)
    #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
  }

  @Test func sourcesAreFinishedAndNeverCrashOnPurpose() throws {
    let faults = try RepositoryFiles.swift(below: "Sources").flatMap(TidyRules.words)
    #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
  }

  @Test func noFileNamesAFolderOfOneMachine() throws {
    // It makes a system of its own, with users and their folders.
    let exempt: Set<String> = ["scripts/check-bare-debian.sh"]
    let faults = try RepositoryFiles.written().filter { !exempt.contains($0.path) }
      .flatMap { TidyRules.machinePaths(path: $0.path, text: $0.text) }
    #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
  }

  @Test func everyLinkLeadsSomewhere() throws {
    let documents = try RepositoryFiles.written().filter { $0.path.hasSuffix(".md") }
    #expect(documents.count >= 4)
    let faults = documents.flatMap {
      LinkRules.deadLinks(path: $0.path, text: $0.text, read: RepositoryFiles.read)
    }
    #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
  }

  @Test func everyTargetIsDescribed() throws {
    let text = try Repository.text("docs/Modules.md")
    let targets = try #require(RepositoryFiles.manifest).targets
    for target in targets where target.layer != "testTargets" {
      #expect(text.contains("**\(target.name)**"), "docs/Modules.md says nothing of \(target.name)")
    }
  }

  @Test func scriptsStopAtTheFirstFault() throws {
    for file in try RepositoryFiles.written() where file.text.hasPrefix("#!/usr/bin/env bash") {
      #expect(file.text.contains("\nset -euo pipefail\n"), "\(file.path)")
    }
  }
}
