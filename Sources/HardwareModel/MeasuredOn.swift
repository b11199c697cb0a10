public import DataFormats
import Quantities

/// What a device profile was measured on and with: where its figures hold.
public struct MeasuredOn: Sendable, Hashable {
  /// Processor model.
  public var processor: String
  /// Workers, one pinned on each core or hardware thread.
  public var workers: Int
  /// NUMA nodes with workers.
  public var numaNodes: Int
  /// `core` or `thread`: where one worker each was measured to be faster.
  public var workersPer: String
  /// Instruction set of the kernels and the library under them, such as `avx512, oneDNN 2.6.3`.
  public var kernels: String
  /// This program's version.
  public var program: String
  /// The operating system's release.
  public var system: String
  /// When, such as `2026-11-23T10:20:30Z`.
  public var time: String

  /// Creates a record.
  public init(
    processor: String, workers: Int, numaNodes: Int, workersPer: String, kernels: String,
    program: String, system: String, time: String
  ) {
    self.processor = processor
    self.workers = workers
    self.numaNodes = numaNodes
    self.workersPer = workersPer
    self.kernels = kernels
    self.program = program
    self.system = system
    self.time = time
  }

  /// Why figures measured here need not hold on `other`: one line for each difference that speed
  /// depends on. A later time or another release of the system alone is none.
  public func differences(from other: MeasuredOn) -> [String] {
    func line(_ what: String, _ mine: String, _ theirs: String) -> [String] {
      mine == theirs ? [] : ["\(what): measured on \(mine), here \(theirs)"]
    }
    return line("processor", processor, other.processor)
      + line("workers", String(workers), String(other.workers))
      + line("NUMA nodes", String(numaNodes), String(other.numaNodes))
      + line("kernels", kernels, other.kernels)
      + line("version of hfm", program, other.program)
  }
}

extension MeasuredOn {
  init(checking cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: [
      "processor", "workers", "numaNodes", "workersPer", "kernels", "program", "system", "time",
    ])
    self.init(
      processor: try cursor.field("processor").string(),
      workers: try cursor.field("workers").int(in: 1...1_000_000),
      numaNodes: try cursor.field("numaNodes").int(in: 1...1_000_000),
      workersPer: try cursor.field("workersPer").string(),
      kernels: try cursor.field("kernels").string(),
      program: try cursor.field("program").string(),
      system: try cursor.field("system").string(), time: try cursor.field("time").string())
  }

  /// The record as JSON.
  public var json: JSONValue {
    .object([
      ("processor", .string(processor)), ("workers", .number(workers)),
      ("numaNodes", .number(numaNodes)), ("workersPer", .string(workersPer)),
      ("kernels", .string(kernels)), ("program", .string(program)), ("system", .string(system)),
      ("time", .string(time)),
    ])
  }
}
