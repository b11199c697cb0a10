public import Quantities

/// Where a machine's description comes from.
public enum MachineSource: Sendable, Hashable, CustomStringConvertible {
  /// The machine that this process runs on.
  case live
  /// A recorded machine: the path of an XML file that hwloc's `lstopo` wrote.
  case xml(String)
  /// A made-up machine: hwloc's synthetic description, `Package:2 NUMANode:1 Core:8 PU:2`.
  case synthetic(String)
  /// A recorded machine: the path of what `hfm topology --json` printed.
  case json(String)

  /// Reads the command line's word `live`, `xml:FILE`, `synthetic:STRING` or `json:FILE`.
  ///
  /// - Throws: `UserError` (input) that lists the known forms.
  public init(parsing word: String) throws(UserError) {
    let parts = word.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let rest = parts.count == 2 ? String(parts[1]) : ""
    switch (parts.first.map(String.init) ?? "", parts.count) {
    case ("live", 1): self = .live
    case ("xml", 2) where !rest.isEmpty: self = .xml(rest)
    case ("synthetic", 2) where rest.contains { $0 != " " }: self = .synthetic(rest)
    case ("json", 2) where !rest.isEmpty: self = .json(rest)
    default:
      throw UserError(
        .input, place: "--from", "unknown machine \"\(word)\"",
        remedy: "give live, xml:FILE, json:FILE or synthetic:STRING, "
          + "such as \"synthetic:Package:2 NUMANode:1 Core:8 PU:2\"")
    }
  }

  /// The word that `init(parsing:)` reads.
  public var description: String {
    switch self {
    case .live: "live"
    case .xml(let path): "xml:" + path
    case .synthetic(let text): "synthetic:" + text
    case .json(let path): "json:" + path
    }
  }
}
