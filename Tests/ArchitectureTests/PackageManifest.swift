/// The targets, arrows and layers of Package.swift, read from its text.
///
/// `swift package describe` would wait for the lock that `swift test` holds; the manifest is
/// regular enough to be read directly, and a test holds the outcome against the folders.
struct PackageManifest {
  struct Target: Equatable {
    var name: String
    var dependencies: [String]
    /// The constant that lists the target, such as `faces`.
    var layer: String
  }

  /// Every target, in the file's order; test targets end in `Tests`.
  private(set) var targets: [Target] = []
  /// The constants summed up in `targets:`, top to bottom.
  private(set) var layers: [String] = []

  init(text: String) {
    var layer = ""
    let body = text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { line in line.drop { $0 == " " }.hasPrefix("//") ? "" : line }
    for (index, line) in body.enumerated() {
      if line.hasPrefix("let "), line.contains(": [Target] = [") {
        layer = String(line.dropFirst(4).prefix { $0 != ":" })
      }
      if line.contains("targets:"), line.contains(" + ") {
        let sum = line.drop { $0 != ":" }.dropFirst().split { " ,+".contains($0) }
        layers = sum.map(String.init)
      }
      guard !layer.isEmpty, let call = Self.call(in: line) else { continue }
      let rest = body[index...].joined(separator: "\n")
      if let target = Self.target(call, in: Self.arguments(of: call, in: rest), layer: layer) {
        targets.append(target)
      }
    }
  }

  func target(_ name: String) -> Target? { targets.first { $0.name == name } }

  /// The layer's place from the top; nil for test targets' list and unknown names.
  func depth(_ target: Target) -> Int? { layers.firstIndex(of: target.layer) }

  private static let calls = ["module(", "tool(", "tests(", "system(", ".target("]

  private static func call(in line: Substring) -> String? {
    let start = line.drop { $0 == " " }
    return calls.first { start.hasPrefix($0) }
  }

  /// The text between a call's parentheses.
  private static func arguments(of call: String, in text: String) -> Substring {
    guard let start = text.firstRange(of: call) else { return "" }
    var depth = 1
    for index in text[start.upperBound...].indices {
      if text[index] == "(" { depth += 1 }
      if text[index] == ")" { depth -= 1 }
      if depth == 0 { return text[start.upperBound..<index] }
    }
    return text[start.upperBound...]
  }

  private static func target(_ call: String, in arguments: Substring, layer: String) -> Target? {
    guard let name = strings(in: arguments).first else { return nil }
    switch call {
    case "system(": return Target(name: name, dependencies: [], layer: layer)
    case ".target(":
      let list = arguments.firstRange(of: "dependencies: [").map { arguments[$0.upperBound...] }
      let dependencies = list.map { strings(in: $0.prefix { $0 != "]" }) } ?? []
      return Target(name: name, dependencies: dependencies, layer: layer)
    default:
      let list = arguments.drop { $0 != "[" }.prefix { $0 != "]" }
      let isTest = call == "tests("
      return Target(
        name: isTest ? name + "Tests" : name,
        dependencies: strings(in: list) + (isTest ? ["TestSupport"] : []), layer: layer)
    }
  }

  /// The string literals of a text.
  private static func strings(in text: Substring) -> [String] {
    let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
    return parts.indices.filter { $0 % 2 == 1 }.map { String(parts[$0]) }
  }
}
