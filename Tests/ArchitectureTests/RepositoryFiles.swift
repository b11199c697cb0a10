import TestSupport

/// The files of the checkout that the rules are applied to.
enum RepositoryFiles {
  static let manifest = (try? Repository.text("Package.swift")).map(PackageManifest.init(text:))

  /// The folder of a target.
  static func folder(_ target: PackageManifest.Target) -> String {
    (target.layer == "testTargets" ? "Tests/" : "Sources/") + target.name
  }

  /// The Swift files of a target.
  static func sources(_ target: PackageManifest.Target) throws -> [SwiftSource] {
    try swift(below: folder(target))
  }

  /// The Swift files below a folder.
  static func swift(below folder: String) throws -> [SwiftSource] {
    try TestFile.tree(Repository.root + "/" + folder).filter { $0.hasSuffix(".swift") }.map {
      SwiftSource(path: folder + "/" + $0, text: try Repository.text(folder + "/" + $0))
    }
  }

  /// Every text that people wrote: code, scripts and documents, by path from the root.
  static func written() throws -> [(path: String, text: String)] {
    let endings = [".swift", ".c", ".h", ".cpp", ".sh", ".md", ".modulemap", ".py", ".yml"]
    let skipped = [".git", ".build", ".venv"]
    let top = try TestFile.names(in: Repository.root).filter { name in
      !skipped.contains { name == $0 || name.hasPrefix($0 + "-") }
    }
    let paths = try top.flatMap { name -> [String] in
      guard TestFile.isFolder(Repository.root + "/" + name) else { return [name] }
      return try TestFile.tree(Repository.root + "/" + name).map { name + "/" + $0 }
    }
    return try paths.filter { path in endings.contains { path.hasSuffix($0) } || path == ".ci/run" }
      .map { (path: $0, text: try Repository.text($0)) }
  }

  /// What a link may lead to: a file's text, an empty text for a folder, nil for nothing.
  static func read(_ path: String) -> String? {
    TestFile.isFolder(Repository.root + "/" + path) ? "" : try? Repository.text(path)
  }
}
