import Calibration
import DataFormats
import Executor
import HardwareModel
import Quantities

/// What `hfm calibrate` prints.
struct CalibrationReport {
  let result: CalibrationResult
  let choice: LayoutChoice

  var json: JSONValue {
    .object([
      ("device", result.device.json),
      ("fit", fit),
      (
        "workers",
        .object([
          ("per", .string(choice.workersPer)), ("count", .number(choice.layout.workers.count)),
          ("threadSpeedup", choice.threadSpeedup.map { .number($0) } ?? .null),
        ])
      ),
      ("scopes", .array(result.scopes.map(Self.json))),
      ("memory", result.memory.map(Self.json) ?? .null),
      (
        "medians",
        .object([
          ("count", .number(certainty.count)), ("uncertain", .number(certainty.uncertain)),
          ("untold", .number(certainty.untold)), ("leftOut", .number(certainty.leftOut)),
          ("tolerance", .number(certainty.tolerance)),
          ("halfWidthOfHalf", .number(certainty.halfWidth(of: 0.5))),
          ("halfWidthOfNineTenths", .number(certainty.halfWidth(of: 0.9))),
        ])
      ),
      ("notes", .array(result.notes.map { .string($0) })),
    ])
  }

  private var certainty: Certainty { result.certainty }

  private var fit: JSONValue {
    .object([
      ("meanAbsolutePercentageError", .number(result.fit.meanAbsolutePercentageError)),
      ("points", .number(result.fit.points)),
      (
        "parts",
        .array(
          result.fit.parts.map {
            .object([
              ("operatorClass", .string($0.operatorClass.rawValue)),
              ("dataType", .string($0.dataType.rawValue)),
              ("predictedBy", .string($0.isLaw ? "law" : "curve")),
              ("meanAbsolutePercentageError", .number($0.meanAbsolutePercentageError)),
              ("points", .number($0.points)),
            ])
          })
      ),
    ])
  }

  private static func json(_ scope: ScopeSpeed) -> JSONValue {
    .object([
      ("name", .string(scope.name)), ("workers", .number(scope.workers)),
      ("bytesPerSecond", .number(scope.bytesPerSecond)),
      (
        "flopsPerSecond",
        .object(scope.products.map { ($0.dataType.rawValue, .number($0.flopsPerSecond)) })
      ),
    ])
  }

  private static func json(_ memory: MemorySpeeds) -> JSONValue {
    .object([
      (
        "pairs",
        .array(
          memory.pairs.map {
            .object([
              ("cores", .number($0.cores)), ("memory", .number($0.memory)),
              ("bytesPerSecond", .number($0.bytesPerSecond)),
              ("latencySeconds", .number($0.latencySeconds)),
            ])
          })
      ),
      (
        "latencies",
        .array(
          memory.latencies.map {
            .object([("bytes", .number($0.bytes)), ("seconds", .number($0.seconds))])
          })
      ),
    ])
  }

  var lines: [String] {
    let device = result.device
    var lines = ["\(device.name): \(device.source)"]
    for peak in device.peaks {
      lines.append(
        "  \(peak.dataType.rawValue) products  \(rounded(peak.flopsPerSecond.value, 1e9)) GFLOP/s")
    }
    lines.append("  memory          \(rounded(device.memoryBandwidth.value, 1e9)) GB/s")
    lines.append("  operator start  \(rounded(device.launchOverhead.value, 1e-6)) µs")
    lines.append("  workers         one per \(choice.workersPer)\(threads)")
    lines.append("  model           \(device.rates.count) rate curves, \(device.laws.count) laws")
    lines.append(
      "  held-out error  \(rounded(result.fit.meanAbsolutePercentageError, 1)) % of "
        + "\(result.fit.points) points")
    func percent(_ share: Double) -> String { "\(rounded(share, 0.01)) %" }
    lines.append(
      "  medians         \(certainty.count), half of them within ± "
        + "\(percent(certainty.halfWidth(of: 0.5))), nine in ten within ± "
        + percent(certainty.halfWidth(of: 0.9)))
    lines.append(
      "                  \(certainty.uncertain) wider than ± \(percent(certainty.tolerance)); "
        + "\(certainty.untold) of long operators, too few values to say")
    if certainty.leftOut > 0 {
      lines.append("                  \(certainty.leftOut) not measured: the time was over")
    }
    lines.append(
      "  interruptions   add \(rounded(result.interference - 1, 0.01)) % to them in the mean")
    lines += [""] + fitTable.lines
    if !result.scopes.isEmpty { lines += [""] + scopeTable.lines }
    if let memory = result.memory { lines += [""] + Self.table(memory).lines }
    if let effect = device.neighbour { lines += [""] + Self.lines(effect) }
    return lines
  }

  /// How two jobs, each on half of the workers, slow each other.
  static func lines(_ effect: NeighbourEffect) -> [String] {
    let kinds = NeighbourEffect.Work.allCases
    var table = AlignedTable(
      head: ["a job that waits for"] + kinds.map { "beside \($0.rawValue)" },
      rightAligned: Set(1...kinds.count))
    table.rows = kinds.map { own in
      [own.rawValue] + kinds.map { "\(Format.fixed(effect.slowdown(own, beside: $0), 2)) ×" }
    }
    let alone = rounded(effect.aloneBytesPerSecond.value, 1e9)
    let both = rounded(effect.jointBytesPerSecond.value, 1e9)
    let workers = Format.count(effect.cores, "worker")
    return [
      "two jobs side by side, each on \(workers): time of the left one as a multiple of its time",
      "alone (1.00: not slowed), beside one that waits for arithmetic, last-level cache or memory;",
      "one alone reads \(alone) GB/s from memory, both \(both) GB/s; placements rest on this",
    ] + table.lines
  }

  private var threads: String {
    choice.threadSpeedup.map {
      " (a worker per hardware thread is \(Format.fixed($0, 2)) × as fast)"
    }
      ?? " (each core has one thread that may be used)"
  }

  private var fitTable: AlignedTable {
    var table = AlignedTable(
      head: ["operators", "format", "predicted by", "held out", "error"], rightAligned: [3, 4])
    table.rows = result.fit.parts.map {
      [
        $0.operatorClass.rawValue, $0.dataType.rawValue, $0.isLaw ? "law" : "curve",
        "\($0.points)", "\(rounded($0.meanAbsolutePercentageError, 1)) %",
      ]
    }
    return table
  }

  private var scopeTable: AlignedTable {
    let types = result.scopes.first?.products.map(\.dataType) ?? []
    var table = AlignedTable(
      head: ["scope", "workers", "copies"] + types.map { "\($0.rawValue) products" },
      rightAligned: Set(1..<(3 + types.count)))
    table.rows = result.scopes.map { scope in
      [scope.name, "\(scope.workers)", "\(rounded(scope.bytesPerSecond, 1e9)) GB/s"]
        + types.map { type in
          scope.products.first { $0.dataType == type }.map {
            "\(rounded($0.flopsPerSecond, 1e9)) GFLOP/s"
          } ?? "–"
        }
    }
    return table
  }

  private static func table(_ memory: MemorySpeeds) -> AlignedTable {
    var table = AlignedTable(head: ["memory", "copies", "latency"], rightAligned: [1, 2])
    table.rows =
      memory.latencies.map {
        ["working set of \(Format.bytes($0.bytes))", "–", nanoseconds($0.seconds)]
      }
      + memory.pairs.map {
        [
          "node \($0.cores) in the memory of node \($0.memory)",
          "\(rounded($0.bytesPerSecond, 1e9)) GB/s", nanoseconds($0.latencySeconds),
        ]
      }
    return table
  }

  private static func nanoseconds(_ seconds: Double) -> String {
    "\(Format.fixed(seconds * 1e9, 1)) ns"
  }
}

private func rounded(_ value: Double, _ unit: Double) -> String {
  Format.fixed(value / unit, 1)
}
