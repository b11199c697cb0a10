/// The checkout that these tests were compiled from.
public enum Repository {
  /// The root folder of the package.
  public static var root: String {
    // #filePath is <root>/Tests/TestSupport/Repository.swift.
    let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    return parts.dropLast(3).joined(separator: "/")
  }

  /// The text of a file of the repository.
  public static func text(_ relative: String) throws -> String {
    try TestFile.text(root + "/" + relative)
  }
}
