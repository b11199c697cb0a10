import Quantities
import TestSupport
import Testing

@Suite struct FormatTests {
  @Test(arguments: [
    (0, "0 B"), (512, "512 B"), (1023, "1023 B"), (1024, "1.00 KiB"), (1536, "1.50 KiB"),
    (10_240, "10.0 KiB"), (1_048_575, "1.00 MiB"), (85_899_345_920, "80.0 GiB"),
    (1_073_741_824_000, "1000 GiB"), (-2048, "-2.00 KiB"),
  ]) func bytesAreBinary(bytes: Int, text: String) {
    #expect(Format.bytes(bytes) == text)
  }

  @Test(arguments: [
    (0, "0"), (9216, "9216"), (110_106_428, "110.1 M"), (7_241_732_096, "7.242 G"),
    (10_000, "10.00 k"), (999_960, "1.000 M"),
  ]) func countsKeepFourDigits(count: Int, text: String) {
    #expect(Format.count(count) == text)
  }

  @Test(arguments: [
    (0, "0 s"), (8.5e-7, "850 ns"), (1e-6, "1.00 µs"), (0.0123, "12.3 ms"), (4.5, "4.50 s"),
    (59.9, "59.9 s"), (59.96, "1 min"), (200, "3 min 20 s"), (3599.6, "1 h"),
    (18_420, "5 h 7 min"), (86_399, "1 d"), (1_047_600, "12 d 3 h"), (-2, "-2.00 s"),
    (.infinity, "infinite"), (.nan, "not a number"),
  ]) func secondsRunFromNanosecondsToDays(seconds: Double, text: String) {
    #expect(Format.seconds(seconds) == text)
  }

  @Test func theOtherUnits() {
    #expect(Format.flops(22_400_000_000) == "22.4 GFLOP")
    #expect(Format.rate(FlopsPerSecond(312e12)) == "312 TFLOP/s")
    #expect(Format.rate(BytesPerSecond(25.6e9)) == "25.6 GB/s")
    #expect(Format.percent(0.125) == "12.5 %")
    #expect(Format.percent(.nan) == "not a number")
    #expect(Format.energy(Joules(3600)) == "1.00 Wh")
    #expect(Format.energy(Joules(3.6e6)) == "1.00 kWh")
    #expect(Format.grams(1_500_000) == "1.50 t")
  }

  @Test(arguments: [
    (0.0, 2, "0.00"), (1.005, 1, "1.0"), (-0.04, 1, "0.0"), (-0.06, 1, "-0.1"),
    (12.5, 0, "13"), (0.007, 3, "0.007"), (1e300, 2, "1e+300"),
  ]) func fixedDigits(value: Double, digits: Int, text: String) {
    #expect(Format.fixed(value, digits) == text)
  }

  @Test(arguments: [
    (0.0, "0.0"), (0.0139, "0.0139"), (0.25, "0.250"), (9.87, "9.87"), (1234.56, "1234.6"),
  ])
  func things(perSecond value: Double, text: String) {
    #expect(Format.perSecond(value) == text)
  }

  @Test(arguments: [
    (0.001234, "0.00123"), (0.5, "0.500"), (1.0, "1.00"), (99.96, "100"), (12345, "12345"),
  ]) func significantDigits(value: Double, text: String) {
    #expect(Format.significant(value) == text)
  }

  /// What is printed is never further from the value than the digits shown allow.
  @Test(arguments: [1, 2, 3, 4, 5] as [UInt64]) func printedValuesAreClose(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for _ in 0..<500 {
      let value = (random.chance(0.5) ? 1 : -1) * random.double(1..<10) * powerOfTen(&random)
      let back = try #require(Double(Format.significant(value)))
      #expect(relativeError(back, value) <= 0.0051, "\(value)")
      let bytes = random.int(0...Int.max)
      let parts = Format.bytes(bytes).split(separator: " ")
      let power = try #require(
        ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"].firstIndex(of: String(parts[1])))
      let read = try #require(Double(parts[0])) * (0..<power).reduce(1.0) { size, _ in size * 1024 }
      #expect(relativeError(read, Double(bytes)) <= 0.0051, "\(bytes)")
    }
  }

  private func powerOfTen(_ random: inout SplitMix64) -> Double {
    Double("1e\(random.int(-6...9))") ?? 1
  }
}
