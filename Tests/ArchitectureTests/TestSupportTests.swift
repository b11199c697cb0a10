import Glibc
import TestSupport
import Testing

/// The helpers that other tests lean on.
@Suite struct TestSupportTests {
  /// The first values of seed 1234567, as printed on Rosetta Code ("Pseudo-random numbers/
  /// Splitmix64").
  @Test func theGeneratorGivesThePublishedSequence() {
    var random = SplitMix64(seed: 1_234_567)
    let published: [UInt64] = [
      6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
      4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
    ]
    #expect(published.indices.map { _ in random.next() } == published)
  }

  @Test func temporaryFoldersVanishAndLinksInThemAreNotFollowed() throws {
    let outside = try TemporaryFolder()
    try TestFile.write("kept", to: outside.file("a.txt"))
    var inside: TemporaryFolder? = try TemporaryFolder()
    let path = try #require(inside?.path)
    #expect(mkdir(path + "/deep", 0o700) == 0)
    try TestFile.write("gone", to: path + "/deep/b.txt")
    #expect(symlink(outside.path, path + "/link") == 0)
    #expect(try TestFile.names(in: path) == ["deep", "link"])
    inside = nil
    #expect(access(path, F_OK) != 0)
    #expect(try TestFile.text(outside.file("a.txt")) == "kept")
  }

  @Test func missingFilesAreNamed() {
    #expect(
      errorText { _ = try TestFile.read("/no/such/file") }
        == "/no/such/file: No such file or directory")
  }

  @Test func relativeErrorsNeverHideAFault() {
    #expect(relativeError(110.0, 100.0) == 0.1)
    #expect(relativeError(0.0, 0.0) == 0)
    #expect(relativeError(1.0, 0.0) == .infinity)
    #expect(largestRelativeError([1, 2.5], [1, 2]) == 0.25)
    #expect(largestRelativeError([.nan, 2], [1, 2]) == .infinity)
    #expect(largestRelativeError([1], [1, 2]) == .infinity)
  }
}
