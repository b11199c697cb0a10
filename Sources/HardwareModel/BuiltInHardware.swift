import Profiles
public import Quantities

extension HardwareCatalogue {
  /// The devices and clusters compiled into the program.
  ///
  /// - Throws: `UserError` when a compiled profile is faulty; a test reads them all.
  public static func builtIn() throws(UserError) -> HardwareCatalogue {
    try HardwareCatalogue(
      devices: Profiles.files(under: "devices/").map { ($0.path, $0.bytes) },
      clusters: Profiles.files(under: "clusters/").map { ($0.path, $0.bytes) })
  }
}

extension Device {
  /// The compiled-in device of an id; nil where there is none. No other is read.
  ///
  /// - Throws: `UserError` when its profile is faulty.
  public static func builtIn(_ id: String) throws(UserError) -> Device? {
    guard let file = Profiles.file(named: id, in: "devices") else { return nil }
    return try Device(parsing: file.bytes, file: file.path)
  }
}

extension Cluster {
  /// The compiled-in cluster of an id, or the device of that id alone; nil where there is neither.
  /// Of all profiles only its own and its device's are read.
  ///
  /// - Throws: `UserError` when one of them is faulty.
  public static func builtIn(_ id: String) throws(UserError) -> Cluster? {
    guard let file = Profiles.file(named: id, in: "clusters") else {
      return try Device.builtIn(id).map { Cluster(single: $0) }
    }
    return try Cluster(parsing: file.bytes, file: file.path) { id throws(UserError) in
      if let device = try Device.builtIn(id) { return device }
      return try HardwareCatalogue.builtIn().device(id)
    }
  }
}
