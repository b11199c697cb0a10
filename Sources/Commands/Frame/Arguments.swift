public import Quantities

/// The operands and options of one call, parsed and checked against the command's specification.
public struct Arguments: Sendable {
  /// The command's name, for error messages.
  public let command: String
  /// Words that are not options, in order.
  public let operands: [String]
  private let values: [String: String]
  private let flags: Set<String>

  /// Parses `--name value`, `--name=value`, flags and operands; `--` ends the options.
  ///
  /// - Throws: `UserError` (.input) for an unknown option (with the nearest name), a missing or
  ///   stray value, a repeated option, a word outside the option's list, a surplus operand.
  public init(_ words: [String], for specification: CommandSpecification) throws(UserError) {
    var operands: [String] = []
    var values: [String: String] = [:]
    var flags: Set<String> = []
    var index = 0
    var onlyOperands = false
    while index < words.count {
      let word = words[index]
      index += 1
      if word == "--" && !onlyOperands {
        onlyOperands = true
        continue
      }
      if word == "-h" && !onlyOperands {
        flags.insert("help")
        continue
      }
      guard word.hasPrefix("--"), !onlyOperands else {
        if word.hasPrefix("-"), word.count > 1, !onlyOperands, Double(word) == nil {
          throw Self.unknown(word, specification)
        }
        operands.append(word)
        continue
      }
      let parts = word.dropFirst(2).split(
        separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      guard let option = specification.allOptions.first(where: { $0.name == name }) else {
        throw Self.unknown(word, specification)
      }
      guard option.value != nil else {
        if parts.count > 1 { throw UserError(.input, key: "--\(name)", "takes no value") }
        flags.insert(name)
        continue
      }
      let value: String
      if parts.count > 1 {
        value = String(parts[1])
      } else if index < words.count, !words[index].hasPrefix("--") {
        value = words[index]
        index += 1
      } else {
        throw UserError(
          .input, key: "--\(name)", "needs a value",
          remedy: "write --\(name) \(option.value ?? "VALUE")")
      }
      try Self.check(value, option)
      if values.updateValue(value, forKey: name) != nil {
        throw UserError(.input, key: "--\(name)", "given twice")
      }
    }
    self.command = specification.name
    self.operands = operands
    self.values = values
    self.flags = flags
    if !flags.contains("help") { try Self.checkOperands(operands, specification) }
  }

  /// The words between commas.
  static func listed(_ text: String) -> [String] {
    text.split(separator: ",").map { String($0.filter { $0 != " " }) }.filter { !$0.isEmpty }
  }

  private static func check(_ value: String, _ option: CommandOption) throws(UserError) {
    let given = option.isList ? Self.listed(value) : [value]
    guard !option.words.isEmpty,
      let unknown = given.isEmpty ? value : given.first(where: { !option.words.contains($0) })
    else { return }
    throw UserError(
      .input, key: "--\(option.name)", "unknown word \"\(unknown)\"",
      remedy: "known are \(option.words.joined(separator: ", "))")
  }

  private static func checkOperands(
    _ operands: [String], _ specification: CommandSpecification
  ) throws(UserError) {
    let needed = specification.operands.filter { !$0.hasPrefix("[") }
    if operands.count < needed.count {
      throw UserError(
        .input, "hfm \(specification.name) needs \(needed[operands.count])",
        remedy: "see hfm \(specification.name) --help")
    }
    if operands.count > specification.operands.count {
      throw UserError(
        .input, "surplus word \"\(operands[specification.operands.count])\"",
        remedy: "see hfm \(specification.name) --help")
    }
  }

  private static func unknown(
    _ word: String, _ specification: CommandSpecification
  ) -> UserError {
    let name = String(word.drop { $0 == "-" }.prefix { $0 != "=" })
    return UserError(
      .input, "unknown option \(word) of hfm \(specification.name)",
      remedy: NearestNames.question(
        "--" + name, in: specification.allOptions.map { "--" + $0.name },
        otherwise: "see hfm \(specification.name) --help"))
  }

  /// Whether a flag was given.
  public func flag(_ name: String) -> Bool { flags.contains(name) }

  /// An option's text; nil when it was not given.
  public func string(_ name: String) -> String? { values[name] }

  /// An operand's text; nil when there are fewer.
  public func operand(_ index: Int) -> String? {
    operands.indices.contains(index) ? operands[index] : nil
  }

  /// Whether the option was given.
  public func has(_ name: String) -> Bool { values[name] != nil }

  /// A whole number within a range; nil when not given.
  ///
  /// - Throws: `UserError` (.input) when it is not a number or lies outside.
  public func int(
    _ name: String, in range: ClosedRange<Int> = 1...1_000_000_000_000
  ) throws(UserError) -> Int? {
    guard let text = values[name] else { return nil }
    guard let number = AmountParser.count(text), range.contains(number) else {
      throw wrong(
        name, text, "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// A number within a range; nil when not given.
  ///
  /// - Throws: `UserError` (.input) when it is not a number or lies outside.
  public func double(
    _ name: String, in range: ClosedRange<Double> = 0...1e18
  ) throws(UserError) -> Double? {
    guard let text = values[name] else { return nil }
    guard let number = Double(text), range.contains(number) else {
      throw wrong(name, text, "a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// A size such as `80GB` or `64GiB`, in bytes; nil when not given.
  ///
  /// - Throws: `UserError` (.input) when it is not a size.
  public func bytes(_ name: String) throws(UserError) -> Int? {
    guard let text = values[name] else { return nil }
    guard let bytes = AmountParser.bytes(text) else {
      throw wrong(name, text, "a size such as 80GB or 64GiB")
    }
    return bytes
  }

  /// A duration such as `21d` or `1h30m`; nil when not given.
  ///
  /// - Throws: `UserError` (.input) when it is not a duration, or a number without a unit: `14`
  ///   could be days.
  public func duration(_ name: String) throws(UserError) -> Seconds? {
    guard let text = values[name] else { return nil }
    guard let seconds = AmountParser.seconds(text) else {
      throw wrong(name, text, "a duration such as 21d, 1h30m or 90s")
    }
    guard Double(text) == nil else {
      throw UserError(
        .input, key: "--\(name)", "\"\(text)\" has no unit",
        remedy: "write \(text)d for days, \(text)h for hours or \(text)s for seconds")
    }
    return Seconds(seconds)
  }

  /// Two or three extents such as `224x224` (HxW); nil when not given.
  ///
  /// - Throws: `UserError` (.input) when it is not that many positive whole numbers.
  public func extents(_ name: String, count: Int) throws(UserError) -> [Int]? {
    guard let text = values[name] else { return nil }
    let parts = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    let numbers = parts.compactMap { $0 }.filter { $0 > 0 && $0 <= 1_000_000 }
    guard parts.count == count, numbers.count == count else {
      throw wrong(
        name, text, "\(count) positive whole numbers such as \(count == 2 ? "224x224" : "96x96x96")"
      )
    }
    return numbers
  }

  private func wrong(_ name: String, _ text: String, _ wanted: String) -> UserError {
    UserError(.input, key: "--\(name)", "\"\(text)\" is wrong", remedy: "give \(wanted)")
  }
}
