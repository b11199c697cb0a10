import Glibc
import HardwareModel
import Quantities

/// Finds the devices and clusters that a command line names.
enum HardwareSource {
  /// The option of every command that takes their names.
  static let option = CommandOption.value(
    "profiles", "DIR",
    "devices/ and clusters/ of your own over the built-in ones (or HFM_PROFILES)")

  static func catalogue(_ arguments: Arguments) throws(UserError) -> HardwareCatalogue {
    try catalogue(profiles: arguments.string("profiles"))
  }

  /// The built-in hardware with that of `--profiles DIR` or `HFM_PROFILES` over it.
  ///
  /// - Throws: `UserError` for a folder that does not exist or a profile that cannot be read.
  static func catalogue(profiles folder: String?) throws(UserError) -> HardwareCatalogue {
    let builtIn = try HardwareCatalogue.builtIn()
    guard let named = self.folder(folder) else { return builtIn }
    guard Files.isFolder(named) else {
      throw UserError(
        .input, place: named, key: folder == nil ? "HFM_PROFILES" : "--profiles",
        "is no folder", remedy: "give one that holds devices/ or clusters/ with JSON files")
    }
    func files(_ part: String) throws(UserError) -> [HardwareCatalogue.File] {
      var result: [HardwareCatalogue.File] = []
      for path in try WorkloadOptions.profiles(in: named + "/" + part) {
        result.append((path, try Files.read(path, limit: 1 << 26)))
      }
      return result
    }
    return try builtIn.overridden(devices: try files("devices"), clusters: try files("clusters"))
  }

  /// The folder of the user's own profiles; nil for none.
  private static func folder(_ given: String?) -> String? {
    let named = given ?? getenv("HFM_PROFILES").map { String(cString: $0) }
    return named?.isEmpty ?? true ? nil : named
  }

  /// As `cluster(_:_:)`, of the hardware that a command line sees: a compiled-in cluster without
  /// reading the others.
  ///
  /// - Throws: `UserError` that names the file and the fault, or suggests names.
  static func cluster(_ name: String, _ arguments: Arguments) throws(UserError) -> Cluster {
    if folder(arguments.string("profiles")) == nil, !Files.exists(name),
      let cluster = try Cluster.builtIn(name)
    {
      return cluster
    }
    return try cluster(name, try catalogue(arguments))
  }

  /// A cluster by its profile's path, by name, a device alone by its id, or cards of one kind in a
  /// machine as `4xrtx-3090`.
  ///
  /// - Throws: `UserError` that names the file and the fault, or suggests names.
  static func cluster(
    _ name: String, _ catalogue: HardwareCatalogue
  ) throws(UserError) -> Cluster {
    if Files.exists(name) && !Files.isFolder(name) || name.contains("/") || name.hasSuffix(".json")
    {
      return try Cluster(parsing: try Files.read(name, limit: 1 << 26), file: name) {
        id throws(UserError) in try catalogue.device(id)
      }
    }
    if let mixed = try MixedCluster(words: name, catalogue), mixed.parts.count == 1 {
      var cluster = mixed.parts[0]
      (cluster.id, cluster.name) = (name, mixed.name)
      return cluster
    }
    return try catalogue.cluster(name)
  }
}
