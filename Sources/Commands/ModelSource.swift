import Glibc
import Models
import Quantities

/// Finds the model that a command line names.
enum ModelSource {
  /// The built-in models with those of `--profiles DIR` or `HFM_PROFILES` over them.
  ///
  /// - Throws: `UserError` for a profile that cannot be read.
  static func catalogue(profiles folder: String?) throws(UserError) -> ModelCatalogue {
    let named = folder ?? getenv("HFM_PROFILES").map { String(cString: $0) }
    guard let named, !named.isEmpty else { return .builtIn }
    let root = Files.isFolder(named + "/models") ? named + "/models" : named
    var models: [ModelProfile] = []
    for path in try profiles(below: root, depth: 0) {
      models.append(try ModelProfile(parsing: try Files.read(path, limit: 1 << 24), file: path))
    }
    return ModelCatalogue.builtIn.overridden(by: models)
  }

  private static func profiles(below folder: String, depth: Int) throws(UserError) -> [String] {
    var paths: [String] = []
    for name in try Files.names(in: folder) {
      let path = folder + "/" + name
      // Hardware of one's own lies in the same folder (`HardwareSource`).
      if depth == 0, name == "devices" || name == "clusters" { continue }
      if Files.isFolder(path) {
        if depth < 4 { paths += try profiles(below: path, depth: depth + 1) }
      } else if name.hasSuffix(".json") {
        paths.append(path)
      }
    }
    return paths
  }

  /// The model of a catalogue id, a timm name (`timm:…`), a profile, a Hugging Face or timm
  /// `config.json`, a `.safetensors` file or the index of several; of weights the headers alone
  /// are read.
  ///
  /// - Throws: `UserError` that names the file and the fault, or suggests ids.
  static func model(_ word: String, profiles: String? = nil) throws(UserError) -> ModelProfile {
    if word.hasPrefix("timm:") { return try ModelProfile(timmName: word) }
    if word.hasSuffix(".safetensors") {
      let header = try header(word)
      return try ModelProfile(
        safetensorsHeader: header.bytes, file: word, fileBytes: header.fileBytes)
    }
    if word.hasSuffix(".safetensors.index.json") { return try sharded(word) }
    if word.hasSuffix(".json") || word.contains("/") {
      guard Files.exists(word) else {
        throw UserError(
          .input, place: word, "there is no such file",
          remedy:
            "give a catalogue id, timm:NAME, a profile, a config.json, a .safetensors file or "
            + "its index")
      }
      let path = Files.isFolder(word) ? word + "/config.json" : word
      let bytes = try Files.read(path, limit: 1 << 24)
      return try ModelProfile(configOrProfile: bytes, file: path)
    }
    return try catalogue(profiles: profiles).model(word)
  }

  /// The first bytes of a weight file up to the header's end, and the whole file's size.
  static func header(
    _ path: String
  ) throws(UserError) -> (bytes: [UInt8], fileBytes: Int) {
    let size = try Files.size(path)
    let length = try SafetensorsHeader.length(
      prefix: try Files.prefix(path, count: 8), file: path)
    // Never more than there is: a lying length costs nothing.
    return (try Files.prefix(path, count: min(8 + length, size)), size)
  }

  /// A model in several weight files beside their index.
  private static func sharded(_ path: String) throws(UserError) -> ModelProfile {
    let index = try SafetensorsIndex(try Files.read(path, limit: 1 << 24), file: path)
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    var headers: [SafetensorsHeader] = []
    for shard in index.shards {
      let header = try header(folder + shard)
      headers.append(
        try SafetensorsHeader(header.bytes, file: folder + shard, fileBytes: header.fileBytes))
    }
    return try ModelProfile(index: index, headers: headers, file: path)
  }
}
