import TestSupport
import Testing

@Suite struct LayeringTests {
  private func manifest() throws -> PackageManifest { try #require(RepositoryFiles.manifest) }

  @Test func theManifestIsReadWhole() throws {
    let manifest = try manifest()
    let sources = try TestFile.names(in: Repository.root + "/Sources")
    let tests = try TestFile.names(in: Repository.root + "/Tests")
    #expect(manifest.targets.map(\.name).sorted() == (sources + tests).sorted())
    #expect(manifest.layers.count > 5)
    #expect(manifest.targets.allSatisfy { manifest.layers.contains($0.layer) })
  }

  @Test func eachTargetImportsOnlyWhatItDeclares() throws {
    let manifest = try manifest()
    for target in manifest.targets {
      let files = try RepositoryFiles.sources(target)
      let faults = LayeringRules.undeclaredImports(of: target, files: files, manifest: manifest)
      #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
    }
  }

  @Test func everyArrowIsUsed() throws {
    for target in try manifest().targets where target.layer != "testTargets" {
      let files = try RepositoryFiles.sources(target)
      if files.isEmpty || files.allSatisfy({ $0.path.hasSuffix("/Empty.swift") }) { continue }
      let faults = LayeringRules.unusedDependencies(of: target, files: files)
      #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
    }
  }

  @Test func arrowsPointDownAndNeverRoundInACircle() throws {
    let faults =
      LayeringRules.upwardArrows(in: try manifest()) + LayeringRules.cycles(in: try manifest())
    #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
  }

  @Test func eachLibraryHasOneUser() throws {
    let faults = LayeringRules.strayUsers(in: try manifest())
    #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
  }

  @Test(arguments: LayeringRules.pureModules) func pureModulesStayPure(name: String) throws {
    let target = try #require(try manifest().target(name))
    let faults = LayeringRules.impurities(of: try RepositoryFiles.sources(target))
    #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
  }
}
