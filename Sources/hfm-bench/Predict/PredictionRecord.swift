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
  /// Seconds as the run's first calibration has them.
  var predictedFirst: Double
  /// As the calibrations just before and just after the measurement have them.
  var before: Double
  var after: Double
  /// Seconds of each measured pass.
  var seconds: [Double]
  /// By kernel.
  var kernels: [Part]

  /// Seconds as both calibrations beside the measurement have them.
  var predicted: Double { (before + after) / 2 }
  /// How far the two are apart, as a share: how far the machine itself moved.
  var drift: Double { predicted > 0 ? abs(after - before) / predicted : 0 }
  var median: Double { seconds.quantile(0.5) }
  /// (predicted − measured) / measured, in percent.
  var error: Double { 100 * (predicted - median) / median }
  /// The same of the first calibration's prediction.
  var errorFirst: Double { 100 * (predictedFirst - median) / median }

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
      ("predictedFirst", .number(predictedFirst)), ("before", .number(before)),
      ("after", .number(after)), ("seconds", .array(seconds.map { .number($0) })),
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
    func time(_ key: String) throws(JSONError) -> Double {
      try cursor.field(key).double(in: 1e-9...1e6)
    }
    name = try cursor.field("name").string()
    model = try cursor.field("model").string()
    task = try cursor.field("task").string()
    type = try cursor.field("type").string()
    run = Run(
      part: try cursor.field("part").string(), cases: try cursor.field("cases").int(),
      others: try cursor.field("others").double(in: 0...1))
    predictedFirst = try time("predictedFirst")
    before = try time("before")
    after = try time("after")
    seconds = []
    for value in try cursor.field("seconds").elements() {
      seconds.append(try value.double(in: 1e-9...1e6))
    }
    if seconds.isEmpty { throw cursor.error("a pass without measured seconds") }
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
