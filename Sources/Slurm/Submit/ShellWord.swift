public import Quantities

/// Text from users on its way into a script that bash and sbatch read.
public enum ShellWord {
  /// The text as one word of bash, on one line, all ASCII: what is not plainly harmless becomes
  /// `\xHH` inside of `$'…'`, so that no character of it can be syntax of the shell, and no line of
  /// the script can begin with text of a user's (`#SBATCH …`).
  ///
  /// - Throws: `UserError` (.input) for a zero byte, which no argument can hold.
  public static func quoted(_ text: String) throws(UserError) -> String {
    var word = "$'"
    for byte in text.utf8 {
      if byte == 0 { throw UserError(.input, "a text for a job holds a zero byte") }
      if isHarmless(byte) {
        word.unicodeScalars.append(UnicodeScalar(byte))
      } else {
        word += "\\x" + hex(byte)
      }
    }
    return word + "'"
  }

  private static func isHarmless(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "/._-:=,+@".utf8.contains(byte)
    }
  }

  private static func hex(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16)
    return digits.count == 1 ? "0" + digits : digits
  }

  /// A name for people to see in squeue: other characters than letters, digits and `._-` become
  /// `_`, and it is cut at 64.
  public static func label(_ text: String) -> String {
    let plain = text.unicodeScalars.prefix(64).map { scalar -> Character in
      let isPlain =
        scalar.isASCII
        && (scalar.properties.isAlphabetic || "0123456789._-".unicodeScalars.contains(scalar))
      return isPlain ? Character(scalar) : "_"
    }
    return String(plain)
  }

  /// Checks a word that goes to sbatch as an option's value: letters, digits and a few marks.
  ///
  /// - Parameter marks: the marks allowed besides letters and digits.
  /// - Throws: `UserError` (.input) that names the key.
  public static func checked(
    _ text: String, key: String, marks: String = "._-"
  ) throws(UserError) -> String {
    let isSound =
      !text.isEmpty && text.utf8.count <= 1024 && text.first != "-"
      && text.unicodeScalars.allSatisfy {
        $0.isASCII
          && ($0.properties.isAlphabetic || ("0"..."9").contains($0)
            || marks.unicodeScalars.contains($0))
      }
    guard isSound else {
      throw UserError(
        .input, key: key, "\"\(text.prefix(60))\" is no such word of Slurm",
        remedy: "letters, digits and \(marks) only, not starting with a dash")
    }
    return text
  }
}
