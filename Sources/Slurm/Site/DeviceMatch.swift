public import HardwareModel

/// Finds the catalogue's device for a site's word for a GPU.
public struct DeviceMatch: Sendable, Hashable {
  /// The device; nil when no id fits.
  public var device: Device?
  /// Other ids that would fit as well.
  public var others: [String]

  /// Matches `type` (`a100`, `nvidia_a100-sxm4-80gb`, …) with the help of the node's features.
  ///
  /// A device fits when the words of its id that name the model stand in the type or, for an
  /// untyped GPU, among the features. Of several that fit, those that agree in most of the other
  /// words (memory, form) are left, and of these the one of least memory is taken, so that a plan
  /// never counts on more than there is.
  public init(type: String, features: [String], devices: [Device], given: String? = nil) {
    let gpus = devices.filter { $0.kind == .gpu }
    if let given {
      device = gpus.first { $0.id == given }
      others = []
      return
    }
    let own = Self.words(type)
    let hints = Set(features.flatMap(Self.words)).union(own)
    let model = own.isEmpty ? hints : own
    let fitting = gpus.filter { candidate in
      let words = Self.words(candidate.id).filter { !Self.isVariant($0) && $0 != "rtx" }
      return !words.isEmpty && words.isSubset(of: model)
    }
    func agreement(_ candidate: Device) -> Int {
      Self.words(candidate.id).filter { Self.isVariant($0) && hints.contains($0) }.count
    }
    let most = fitting.map(agreement).max() ?? 0
    let best = fitting.filter { agreement($0) == most }
      .sorted { ($0.memoryBytes, $0.id) < ($1.memoryBytes, $1.id) }
    device = best.first
    others = best.dropFirst().map(\.id)
  }

  /// `nvidia_a100-sxm4-80GB` as a100, sxm, 80gb.
  static func words(_ text: String) -> Set<String> {
    let words = text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
    return Set(
      words.compactMap { word in
        if ["nvidia", "amd", "tesla", "gpu", "geforce"].contains(word) { return nil }
        if word.hasPrefix("sxm") { return "sxm" }
        if word.hasPrefix("pcie") { return "pcie" }
        if word.hasSuffix("g"), Int(word.dropLast()) != nil { return word + "b" }
        return word
      })
  }

  /// Words of an id that tell variants of one model apart.
  private static func isVariant(_ word: String) -> Bool {
    word == "sxm" || word == "pcie" || (word.hasSuffix("gb") && Int(word.dropLast(2)) != nil)
  }
}
