import Quantities

/// Why a recorded machine cannot be read, said before hwloc is asked (it only says "no").
enum XMLHeader {
  /// The newest major version of the XML format that hwloc 2 reads.
  static let newestMajorVersion = 2

  /// The error to throw if hwloc refuses the file.
  static func explain(_ path: String, _ bytes: [UInt8]) -> UserError {
    let head = String(decoding: bytes.prefix(4096), as: UTF8.self)
    let remedy = "record the machine with \"lstopo FILE.xml\" of hwloc 1.x or 2.x"
    guard let version = version(head) else {
      return UserError(
        .input, place: path,
        bytes.isEmpty ? "is empty" : "is not an hwloc topology: no <topology> element",
        remedy: remedy)
    }
    if let major = Int(version.prefix { $0 != "." }), major > newestMajorVersion {
      return UserError(
        .input, place: path, key: "topology.version",
        "has version \(version), newer than version \(newestMajorVersion) that hwloc reads here",
        remedy: "export it with \"lstopo --export-xml-flags v2 FILE.xml\"")
    }
    return UserError(
      .input, place: path, "is a damaged or truncated hwloc topology", remedy: remedy)
  }

  /// The version attribute of the `<topology>` element: "1" when it has none, as hwloc 1 wrote;
  /// nil when there is no such element.
  static func version(_ head: String) -> String? {
    let pieces = head.split(separator: "<", omittingEmptySubsequences: true)
    guard let element = pieces.first(where: { $0.hasPrefix("topology") }) else { return nil }
    let tag = element.prefix { $0 != ">" }
    let parts = tag.split(separator: "\"", omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() where part.hasSuffix("version=") {
      if parts.indices.contains(index + 1) { return String(parts[index + 1]) }
    }
    return "1"
  }
}

/// Bounds on made-up machines: hwloc would build a thousand million objects if asked.
enum SyntheticDescription {
  /// No machine today comes near.
  static let mostObjects = 1 << 16

  /// Refuses a description whose counts multiply to more than `mostObjects`.
  static func check(_ text: String) throws(UserError) {
    if text.utf8.contains(0) {
      throw UserError(.input, place: "synthetic", "the description holds a zero byte")
    }
    var total = 1
    for level in withoutAttributes(text).split(separator: " ") {
      let count = level.split(separator: ":", omittingEmptySubsequences: false).last ?? ""
      let digits = count.prefix { $0.isASCII && $0.isNumber }
      guard !digits.isEmpty else { continue }
      let factor = Int(digits) ?? Int.max
      let (product, overflow) = total.multipliedReportingOverflow(by: max(1, factor))
      guard !overflow, product <= mostObjects else {
        throw UserError(
          .input, place: "synthetic", "\"\(text)\" has more than \(mostObjects) processing units",
          remedy: "give smaller counts")
      }
      total = product
    }
  }

  /// hwloc's attributes stand in round brackets behind a level: `NUMANode:2(memory=8GB)`; memory
  /// attached at a level stands in square ones.
  private static func withoutAttributes(_ text: String) -> String {
    var depth = 0
    var kept = ""
    for character in text {
      if character == "(" { depth += 1 }
      if depth == 0 { kept.append(character == "[" || character == "]" ? " " : character) }
      if character == ")" { depth -= 1 }
    }
    return kept
  }
}
