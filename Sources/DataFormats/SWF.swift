/// A trace in the Standard Workload Format (Chapin et al., "Benchmarks and Standards for the
/// Evaluation of Parallel Job Schedulers", JSSPP 1999; version 2.2 of the Parallel Workloads
/// Archive): header comments `; Key: value`, then one job of 18 numbers per line.
public struct SWFTrace: Sendable, Hashable {
  /// A line of the header.
  public struct HeaderField: Sendable, Hashable {
    /// What stands before the colon.
    public var key: String
    /// What stands behind it.
    public var value: String
  }

  /// Header lines of the form `; Key: value`, in the file's order.
  public var header: [HeaderField]
  /// The jobs, in the file's order.
  public var records: [SWFRecord]

  /// The first value of a header key, such as `MaxProcs`.
  public func headerValue(_ key: String) -> String? { header.first { $0.key == key }?.value }

  /// Parses a trace.
  ///
  /// - Throws: `FormatError` with the line of the first fault.
  public init(parsing bytes: [UInt8]) throws(FormatError) {
    var scanner = ByteScanner(bytes)
    header = []
    records = []
    while let line = scanner.nextLine() {
      guard let first = scanner.field(from: line.lowerBound, to: line.upperBound) else { continue }
      if scanner.bytes[first.lowerBound] == UInt8(ascii: ";") {
        Self.headerField(scanner, first.lowerBound + 1..<line.upperBound)
          .map { header.append($0) }
      } else {
        records.append(try SWFRecord(scanner, line))
      }
    }
  }

  private static func headerField(_ scanner: ByteScanner, _ range: Range<Int>) -> HeaderField? {
    guard let colon = scanner.bytes[range].firstIndex(of: UInt8(ascii: ":")) else { return nil }
    return HeaderField(
      key: scanner.trimmed(range.lowerBound..<colon),
      value: scanner.trimmed(colon + 1..<range.upperBound))
  }
}

/// One job of a trace: the 18 fields in the standard's order; -1 stands for unknown.
public struct SWFRecord: Sendable, Hashable {
  /// 1: job number.
  public var number: Int
  /// 2: submit time in seconds from the trace's start.
  public var submitSeconds: Double
  /// 3: wait in seconds, as it was on the real machine.
  public var waitSeconds: Double
  /// 4: run time in seconds.
  public var runSeconds: Double
  /// 5: processors allocated.
  public var allocatedProcessors: Int
  /// 6: mean processor time per processor, in seconds.
  public var cpuSeconds: Double
  /// 7: memory used per processor, in kilobytes.
  public var usedMemoryKilobytes: Double
  /// 8: processors requested.
  public var requestedProcessors: Int
  /// 9: run time requested in seconds.
  public var requestedSeconds: Double
  /// 10: memory requested per processor, in kilobytes.
  public var requestedMemoryKilobytes: Double
  /// 11: 1 completed, 0 failed, 5 cancelled.
  public var status: Int
  /// 12: user.
  public var user: Int
  /// 13: group.
  public var group: Int
  /// 14: application.
  public var application: Int
  /// 15: queue.
  public var queue: Int
  /// 16: partition.
  public var partition: Int
  /// 17: job that this one waits for.
  public var precedingJob: Int
  /// 18: seconds between that job's end and this one's submission.
  public var thinkSeconds: Double

  init(_ scanner: ByteScanner, _ line: Range<Int>) throws(FormatError) {
    var values = [18 of Double](repeating: -1)
    var count = 0
    var position = line.lowerBound
    while let field = scanner.field(from: position, to: line.upperBound) {
      position = field.upperBound
      let column = field.lowerBound - line.lowerBound + 1
      guard count < 18 else {
        throw FormatError(
          line: scanner.line, column: column, "expected 18 fields, found more")
      }
      guard let value = scanner.number(field), abs(value) < 9e15 else {
        throw FormatError(
          line: scanner.line, column: column,
          "expected a number in field \(count + 1), found \"\(scanner.text(field))\"")
      }
      values[count] = value
      count += 1
    }
    guard count == 18 else {
      throw FormatError(
        line: scanner.line, column: 1, "expected 18 fields, found \(count)")
    }
    number = Int(values[0])
    submitSeconds = values[1]
    waitSeconds = values[2]
    runSeconds = values[3]
    allocatedProcessors = Int(values[4])
    cpuSeconds = values[5]
    usedMemoryKilobytes = values[6]
    requestedProcessors = Int(values[7])
    requestedSeconds = values[8]
    requestedMemoryKilobytes = values[9]
    status = Int(values[10])
    user = Int(values[11])
    group = Int(values[12])
    application = Int(values[13])
    queue = Int(values[14])
    partition = Int(values[15])
    precedingJob = Int(values[16])
    thinkSeconds = values[17]
  }
}

extension ByteScanner {
  /// The text of a range without blanks at its ends.
  func trimmed(_ range: Range<Int>) -> String {
    var range = range
    func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
    while let first = range.first, isBlank(bytes[first]) { range = first + 1..<range.upperBound }
    while let last = range.last, isBlank(bytes[last]) { range = range.lowerBound..<last }
    return text(range)
  }
}
