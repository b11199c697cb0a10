import DataFormats
import TestSupport
import Testing

@testable import Commands

/// The counts and peaks that ship in Validation/models.json: docs/Validation.md is made of them.
@Suite struct ModelValidationTests {
  @Test func shippedReferencesHold() throws {
    let root = Repository.root
    let validation = try ModelValidation(file: root + "/Validation/models.json", profiles: nil)
    try #require(validation.rows.count > 400)
    #expect(validation.misses.map(\.arguments) == [])
    let errors = validation.peakErrors
    try #require(errors.count > 100)
    #expect(errors[errors.count / 2] < 0.002)
    #expect(try #require(errors.last) < 0.05)
  }
}
