import Models
import TestSupport
import Testing

/// Vision profiles that cannot be: the error names the key and what would be right.
@Suite("Vision: faulty profiles")
struct VisionReaderTests {
  static let faults: [(architecture: String, word: String)] = [
    (#"{"kind": "swin", "image": 224, "embed": 96, "depths": [2, 2], "heads": [3]}"#, "2 numbers"),
    (#"{"kind": "swin", "image": 224, "embed": 96, "depths": [2], "heads": [5]}"#, "do not divide"),
    (
      #"{"kind": "swin", "image": 224, "embed": 96, "depths": [2], "heads": [3], "windw": 7}"#,
      "unknown key"
    ),
    (
      #"{"kind": "swin-unetr", "volume": [96, 96, 96], "embed": 48, "#
        + #""depths": [2], "heads": [3], "classes": 2}"#,
      "four stages"
    ),
    (
      #"{"kind": "sam-encoder", "image": 1000, "hidden": 768, "layers": 2, "#
        + #""heads": 12, "globalLayers": [1]}"#,
      "no multiples"
    ),
    (
      #"{"kind": "sam-encoder", "image": 1024, "hidden": 768, "layers": 2, "#
        + #""heads": 12, "globalLayers": [2]}"#,
      "from 0 to 1"
    ),
    (#"{"kind": "sam-decoder", "grid": [64]}"#, "two or three"),
    (#"{"kind": "sam-decoder", "grid": [64, 64], "heads": 7}"#, "do not divide"),
    (
      #"{"kind": "mae", "encoder": {"patches": {"image": 224, "patch": 16, "#
        + #""classTokens": 0}, "stack": {"layers": 1, "hidden": 64, "heads": 1}}}"#,
      "class token"
    ),
    (
      #"{"kind": "unetr", "encoder": {"patches": {"image": [96, 96, 96], "#
        + #""patch": 8, "classTokens": 0}, "stack": {"layers": 4, "hidden": 64, "#
        + #""heads": 1}}, "classes": 2}"#,
      "patches of 16"
    ),
    (
      #"{"kind": "timesformer", "image": 224, "patch": 15, "frames": 8, "#
        + #""hidden": 64, "layers": 1, "heads": 1}"#,
      "no multiple"
    ),
    (
      #"{"patches": {"image": [32, 256], "patch": [4, 16, 16]}, "#
        + #""stack": {"layers": 1, "hidden": 64, "heads": 1}}"#,
      "numbers"
    ),
    (
      #"{"kind": "longnet", "input": 8, "hidden": 8, "layers": 1, "heads": 1, "#
        + #""segments": [4], "dilations": [1, 2]}"#,
      "1 numbers"
    ),
  ]

  @Test("is refused with its fault", arguments: faults.indices)
  func fault(index: Int) throws {
    let (architecture, word) = Self.faults[index]
    let text =
      #"{"id": "x", "name": "x", "family": "vision", "source": "none", "#
      + #""objective": "supervised", "architecture": "# + architecture + "}"
    let error = #expect(throws: (any Error).self) {
      try ModelProfile(parsing: Array(text.utf8), file: "x.json")
    }
    let message = "\(try #require(error))"
    #expect(message.contains(word), "\(message)")
  }
}
