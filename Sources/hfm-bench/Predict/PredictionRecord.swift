import DataFormats
import HardwareModel
import Quantities

/// What was predicted and measured of one workload: a line of the file that joins runs.
struct PredictionRecord: Sendable, Hashable {
  /// Seconds of a pass in one kernel.
  struct Part: Sendable, Hashable {
    var operatorClass: OperatorClass
    var kernel: String
    var measured = 0.0
    var predicted = 0.0

    mutating func add(measured: Double, predicted: Double) {
      self.measured += measured
      self.predicted += predicted
    }
  }

  /// What the workload was measured with.
  struct Run: Sendable, Hashable {
    /// `2/4`: the part of the cases that was asked for.
    var part: String
    /// Number of cases of all parts.
    var cases: Int
    /// Share of the processors that other programs had meanwhile.
    var others: Double
  }

  var name: String
  var model: String
  var task: String
  var type: String
  var run: Run
  /// Seconds as all calibrations of the run together have them.
  var predicted: Double
  /// As each of them alone has them, in the order of time.
  var alone: [Double]
  /// Seconds of each measured pass.
  var seconds: [Double]
  /// By kernel.
  var kernels: [Part]

  /// How far the calibrations are apart, as a share: how far the machine itself moved.
  var drift: Double {
    predicted > 0 ? ((alone.max() ?? 0) - (alone.min() ?? 0)) / predicted : 0
  }
  var median: Double { seconds.median }
  /// (predicted − measured) / measured, in percent.
  var error: Double { error(of: predicted) }
  /// The same of the first calibration's prediction.
  var errorFirst: Double { error(of: alone.first ?? predicted) }

  private func error(of seconds: Double) -> Double { 100 * (seconds - median) / median }

  /// Other programs with a larger share of the processors disturb.
  static let mostOthers = 0.06
  var isDisturbed: Bool { run.others > Self.mostOthers }

  var row: BenchmarkRow {
    func signed(_ value: Double) -> String { (value < 0 ? "" : "+") + Format.fixed(value, 1) }
    return BenchmarkRow(
      contender: name,
      figure: "predicted \(Format.fixed(1000 * predicted, 2)), error \(signed(error)) %, by the "
        + "first calibration \(signed(errorFirst)) %",
      unit: "ms", values: seconds.map { 1000 * $0 })
  }
}

extension PredictionRecord {
  var json: JSONValue {
    .object([
      ("name", .string(name)), ("model", .string(model)), ("task", .string(task)),
      ("type", .string(type)), ("part", .string(run.part)), ("cases", .number(run.cases)),
      ("others", .number(run.others)),
      ("predicted", .number(predicted)), ("alone", .array(alone.map { .number($0) })),
      ("seconds", .array(seconds.map { .number($0) })),
      (
        "kernels",
        .array(
          kernels.map {
            .object([
              ("class", .string($0.operatorClass.rawValue)), ("kernel", .string($0.kernel)),
              ("measured", .number($0.measured)), ("predicted", .number($0.predicted)),
            ])
          })
      ),
    ])
  }

  init(_ cursor: JSONCursor) throws(JSONError) {
    func times(_ key: String) throws(JSONError) -> [Double] {
      var times: [Double] = []
      for value in try cursor.field(key).elements() {
        times.append(try value.double(in: 1e-9...1e6))
      }
      if times.isEmpty { throw try cursor.field(key).error("no seconds; expected some numbers") }
      return times
    }
    name = try cursor.field("name").string()
    model = try cursor.field("model").string()
    task = try cursor.field("task").string()
    type = try cursor.field("type").string()
    run = Run(
      part: try cursor.field("part").string(), cases: try cursor.field("cases").int(),
      others: try cursor.field("others").double(in: 0...1))
    predicted = try cursor.field("predicted").double(in: 1e-9...1e6)
    alone = try times("alone")
    seconds = try times("seconds")
    kernels = []
    for value in try cursor.field("kernels").elements() {
      var part = Part(
        operatorClass: try value.field("class").word(OperatorClass.self),
        kernel: try value.field("kernel").string())
      part.add(
        measured: try value.field("measured").double(in: 0...1e6),
        predicted: try value.field("predicted").double(in: 0...1e6))
      kernels.append(part)
    }
  }
}
