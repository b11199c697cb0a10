import Quantities
import TestSupport
import Testing

@Suite struct DataTypeTests {
  @Test(arguments: [
    (DataType.fp32, 4), (.tf32, 4), (.fp16, 2), (.bf16, 2), (.fp8, 1), (.int8, 1), (.int32, 4),
    (.int64, 8), (.bool, 1),
  ]) func bytesPerElement(type: DataType, bytes: Int) {
    #expect(type.bytes(1) == bytes)
    #expect(type.bytes(1000) == 1000 * bytes)
  }

  @Test func halfBytesAreRoundedUp() {
    #expect((0...4).map(DataType.int4.bytes) == [0, 1, 1, 2, 2])
  }

  @Test(arguments: DataType.allCases) func hugeCountsSaturate(type: DataType) {
    #expect(type.bytes(.max) == (type.bits < 8 ? Int.max / 2 + 1 : .max))
    #expect(type.bytes(1 << 57) == type.bits << 54)
    #expect(type.bytes(0) == 0 && type.bytes(-1) == 0 && type.bytes(.min) == 0)
  }

  @Test func onlyFloatingPointCarriesGradients() {
    let floating = DataType.allCases.filter(\.isFloatingPoint)
    #expect(floating == [.fp32, .tf32, .fp16, .bf16, .fp8])
  }
}

@Suite struct PrecisionTests {
  @Test(arguments: Precision.words) func wordsRoundTrip(word: String) throws {
    #expect(try #require(Precision(word: word)).word == word)
  }

  @Test(arguments: ["", "FP32", "float", "int32", "int64", "bool", "bf16-mixed ", "fp8-mixed"])
  func otherWordsAreUnknown(word: String) {
    #expect(Precision(word: word) == nil)
  }

  @Test func mixedKeepsParametersInSinglePrecision() throws {
    let mixed = try #require(Precision(word: "bf16-mixed"))
    #expect(mixed == Precision(parameters: .fp32, compute: .bf16))
    #expect(mixed.isMixed)
    // tf32 is a way to multiply fp32 numbers, not a second copy of them.
    let tensorFloat = try #require(Precision(word: "tf32"))
    #expect(tensorFloat.parameters == .fp32)
    #expect(!tensorFloat.isMixed)
  }
}

@Suite struct UnitTests {
  @Test func quantitiesOfOneUnitAddAndScale() {
    #expect(Seconds(2) + Seconds(0.5) == Seconds(2.5))
    #expect(Joules(6) - Joules(2) == Joules(4))
    #expect(Watts(3) * 2 == Watts(6))
    #expect(BytesPerSecond(9) / 3 == BytesPerSecond(3))
    #expect(FlopsPerSecond(9) / FlopsPerSecond(3) == 3.0)
    #expect(Seconds(1) < Seconds(2))
    #expect([Seconds(1), Seconds(2)].reduce(.zero, +) == Seconds(3))
  }

  @Test(arguments: [1, 2, 3] as [UInt64]) func additionAndSubtractionUndoEachOther(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for _ in 0..<200 {
      let (a, b) = (random.double(-1e9..<1e9), random.double(-1e9..<1e9))
      let back = (Seconds(a) + Seconds(b) - Seconds(b)).value
      #expect(abs(back - a) <= 1e-6)
    }
  }
}

@Suite struct UserErrorTests {
  @Test func saysPlaceKeyFaultAndRemedyInOneLine() {
    let error = UserError(
      .input, place: "models/bert.json:12:7", key: "architecture.heads", "7 does not divide 768",
      remedy: "give a divisor such as 12")
    #expect(
      error.description
        == "models/bert.json:12:7: architecture.heads: 7 does not divide 768; "
        + "give a divisor such as 12")
    #expect(UserError(.run, "out of memory").description == "out of memory")
  }

  @Test(
    arguments: [(UserError.Kind.input, 2), (.impossible, 3), (.run, 4)] as [(UserError.Kind, Int32)]
  )
  func kindsHaveTheExitCodesOfTheCommandLine(kind: UserError.Kind, code: Int32) {
    #expect(UserError(kind, "x").exitCode == code)
  }
}
