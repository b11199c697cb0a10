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
      if Files.isFolder(path) {
        if depth < 4 { paths += try profiles(below: path, depth: depth + 1) }
      } else if name.hasSuffix(".json") {
        paths.append(path)
      }
    }
    return paths
  }

  /// The model of a catalogue id, a profile, a Hugging Face `config.json` or a `.safetensors`
  /// file, whose header alone is read.
  ///
  /// - Throws: `UserError` that names the file and the fault, or suggests ids.
  static func model(_ word: String, profiles: String? = nil) throws(UserError) -> ModelProfile {
    if word.hasSuffix(".safetensors") {
      let length = try SafetensorsHeader.length(
        prefix: try Files.prefix(word, count: 8), file: word)
      let bytes = try Files.prefix(word, count: 8 + length)
      return try ModelProfile(safetensorsHeader: bytes, file: word)
    }
    if word.hasSuffix(".json") || word.contains("/") {
      guard Files.exists(word) else {
        throw UserError(
          .input, place: word, "there is no such file",
          remedy: "give a catalogue id, a profile, a config.json or a .safetensors file")
      }
      let path = Files.isFolder(word) ? word + "/config.json" : word
      let bytes = try Files.read(path, limit: 1 << 24)
      return try ModelProfile(configOrProfile: bytes, file: path)
    }
    return try catalogue(profiles: profiles).model(word)
  }
}
