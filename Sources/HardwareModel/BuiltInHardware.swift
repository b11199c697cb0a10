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
