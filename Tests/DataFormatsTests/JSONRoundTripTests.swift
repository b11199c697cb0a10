import DataFormats
import TestSupport
import Testing

@Suite struct JSONRoundTripTests {
  @Test(arguments: 1...20 as ClosedRange<UInt64>) func whatIsWrittenReadsBackEqual(seed: UInt64)
    throws
  {
    var random = SplitMix64(seed: seed)
    for _ in 0..<50 {
      let value = Self.value(&random, depth: 0)
      for pretty in [true, false] {
        let text = value.text(pretty: pretty)
        #expect(try JSONValue(parsing: Array(text.utf8)) == value, "\(text)")
      }
    }
  }

  @Test(arguments: 1...5 as ClosedRange<UInt64>) func doublesKeepEveryBit(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for _ in 0..<500 {
      let value = Double(bitPattern: random.next())
      guard value.isFinite else { continue }
      let text = JSONValue.number(value).text(pretty: false)
      #expect(try JSONValue(parsing: Array(text.utf8)).double == value, "\(text)")
    }
  }

  @Test func theSameValueIsAlwaysTheSameText() {
    let value = JSONValue.object([
      ("zebra", .array([.number(1), .number(2.5), .null])),
      ("alpha", .object([("text", .string("a\"b\\c\u{1}\n"))])), ("none", .array([])),
      ("rows", .array([.object([("id", .string("x"))])])),
    ])
    #expect(
      value.text() == """
        {
          "zebra": [1, 2.5, null],
          "alpha": {
            "text": "a\\"b\\\\c\\u0001\\n"
          },
          "none": [],
          "rows": [
            {
              "id": "x"
            }
          ]
        }

        """)
    #expect(
      JSONValue.array([.number(.nan), .number(.infinity)]).text(pretty: false) == "[null, null]")
  }

  /// A random document of every shape, at most four levels deep.
  static func value(_ random: inout SplitMix64, depth: Int) -> JSONValue {
    switch random.int(0...(depth < 4 ? 6 : 4)) {
    case 0: .null
    case 1: .bool(random.chance(0.5))
    case 2: .number(Int(truncatingIfNeeded: random.next()))
    case 3: .number(random.double(-1e6..<1e6))
    case 4: .string(text(&random))
    case 5: .array((0..<random.int(0...5)).map { _ in value(&random, depth: depth + 1) })
    default:
      .object(
        (0..<random.int(0...5)).map { index in
          ("\(index)" + text(&random), value(&random, depth: depth + 1))
        })
    }
  }

  private static func text(_ random: inout SplitMix64) -> String {
    var text = ""
    for _ in 0..<random.int(0...8) {
      let code = random.chance(0.5) ? random.int(0...0x7F) : random.int(0...0x10FFFF)
      if let scalar = Unicode.Scalar(UInt32(code)) { text.unicodeScalars.append(scalar) }
    }
    return text
  }
}
