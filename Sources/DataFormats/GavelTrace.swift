/// A trace of the scheduler Gavel (Narayanan et al., OSDI 2020): one job per line, fields separated
/// by tabs: job type, command, working directory, argument for the steps, needs a data directory,
/// steps, devices, weight, SLO, arrival time in seconds.
public struct GavelTrace: Sendable, Hashable {
  /// One job.
  public struct Record: Sendable, Hashable {
    /// What it trains, such as `ResNet-18 (batch size 128)`.
    public var jobType: String
    /// Steps to make.
    public var steps: Int
    /// Devices at once.
    public var devices: Int
    /// Weight among fair policies.
    public var weight: Double
    /// Arrival in seconds.
    public var submitSeconds: Double
  }

  /// The jobs, in the file's order.
  public var records: [Record]

  /// Parses a trace.
  ///
  /// - Throws: `FormatError` with the line of the first fault.
  public init(parsing bytes: [UInt8]) throws(FormatError) {
    records = []
    let lines = String(decoding: bytes, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() where !line.isEmpty {
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
      guard fields.count == 10 else {
        throw FormatError(
          line: index + 1, column: 1, "expected 10 fields, found \(fields.count)")
      }
      func fault(_ field: Int, _ what: String) -> FormatError {
        FormatError(
          line: index + 1, column: 1,
          "expected \(what) in field \(field + 1), found \"\(fields[field])\"")
      }
      guard let steps = Int(fields[5]), steps > 0, steps < 1 << 53 else { throw fault(5, "steps") }
      guard let devices = Int(fields[6]), (1...1_000_000).contains(devices) else {
        throw fault(6, "a number of devices")
      }
      guard let weight = Double(fields[7]), weight > 0, weight.isFinite else {
        throw fault(7, "a weight")
      }
      guard let submit = Double(fields[9]), submit >= 0, submit < 1e12 else {
        throw fault(9, "an arrival time")
      }
      records.append(
        Record(
          jobType: String(fields[0]), steps: steps, devices: devices, weight: weight,
          submitSeconds: submit))
    }
  }
}
