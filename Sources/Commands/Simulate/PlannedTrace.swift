import DataFormats
import HardwareModel
import Models
import Planner
import Quantities
import Scheduler
import Simulation
import Workloads

/// Lines of a trace that name a workload in place of a run time: the planner predicts how long it
/// takes on each number of devices of the cluster, which makes run time and scaling curve.
struct PlannedTrace {
  /// Keys that describe the workload and its range; docs/Scheduling.md describes them.
  static let keys: Set<String> = [
    "model", "task", "globalBatch", "samples", "sequence", "image", "dtype", "minDevices",
    "maxDevices",
  ]

  private let clusters: [Cluster]
  private let file: String
  /// Seconds by number of devices of workloads that were planned already.
  private var known: [String: [(devices: Int, seconds: Double)]] = [:]
  private var knownSpreads: [String: [Double]] = [:]

  init(clusters: [Cluster], file: String) {
    self.clusters = clusters
    self.file = file
  }

  /// Whether a line names a workload.
  static func isPlanned(_ line: JSONValue) -> Bool { line["model"] != nil }

  /// The line with `runSeconds`, `cores` and `scaling` on the first cluster that it runs on, and
  /// `speeds` of the others; lines without a workload as they are.
  ///
  /// - Throws: `UserError` with the line and key at fault, or why no plan fits.
  mutating func expanded(_ line: JSONValue) throws(UserError) -> JSONValue {
    guard Self.isPlanned(line), case .object(let members) = line.content else { return line }
    var kept = members.filter { !Self.keys.contains($0.key) && $0.key != "cores" }
    do {
      kept += try prediction(JSONCursor(file: file, root: line))
    } catch let error as JSONError {
      throw UserError(.input, place: error.place, key: error.key, error.message)
    } catch let error as UserError {
      throw error
    } catch {
      throw UserError(.input, place: file, "\(error)")
    }
    var expanded = line
    expanded.content = .object(kept)
    return expanded
  }

  private mutating func prediction(_ line: JSONCursor) throws -> [JSONValue.Member] {
    for key in ["runSeconds", "scaling", "speeds", "spreadSpeeds"] {
      if let stray = try line.optional(key) {
        throw stray.error("stands beside \"model\", whose plan gives it")
      }
    }
    let asked = try line.optional("cores")?.int(in: 1...10_000_000)
    var curves: [(cluster: Cluster, curve: [(devices: Int, seconds: Double)])] = []
    var refusal: UserError?
    for cluster in clusters {
      do {
        let curve = try curve(line, cluster)
        let (least, most) = (curve[0].devices, curve[curve.count - 1].devices)
        if let asked, !(least...most).contains(asked) {
          refusal = UserError(
            .impossible, place: "\(file):\(line.value.line)", key: "cores",
            "on \(cluster.id) a plan takes \(least) to \(most) devices, not \(asked)")
          continue
        }
        curves.append((cluster, curve))
      } catch let error as UserError where error.kind == .impossible {
        refusal = error
      }
    }
    guard let first = curves.first else {
      throw refusal ?? UserError(.impossible, place: file, "no plan fits")
    }
    let cores = asked ?? first.curve[0].devices
    let seconds = Self.seconds(on: cores, first.curve)
    let scaling = first.curve.map {
      (String($0.devices), JSONValue.number(first.curve[0].seconds / $0.seconds))
    }
    // On the others it is faster or slower, or does not run at all.
    let speeds = clusters.filter { $0.id != first.cluster.id }.map { cluster in
      let curve = curves.first { $0.cluster.id == cluster.id }?.curve
      return (
        cluster.id, JSONValue.number(curve.map { seconds / Self.seconds(on: cores, $0) } ?? 0)
      )
    }
    let devices = first.curve.first { $0.devices >= cores }?.devices ?? cores
    let spread = try spreadSpeeds(line, first.cluster, devices)
    return [
      JSONValue.Member("spreadSpeeds", .array(spread.map { .number($0) })),
      JSONValue.Member("runSeconds", .number(seconds)), JSONValue.Member("cores", .number(cores)),
      JSONValue.Member("scaling", .object(scaling)), JSONValue.Member("speeds", .object(speeds)),
    ]
  }

  /// Between two planned numbers of devices the speed is linear, as `ElasticRange` has it.
  private static func seconds(
    on devices: Int, _ curve: [(devices: Int, seconds: Double)]
  ) -> Double {
    guard let above = curve.firstIndex(where: { $0.devices >= devices }) else {
      return curve[curve.count - 1].seconds
    }
    guard above > 0, curve[above].devices != devices else { return curve[above].seconds }
    let (low, high) = (curve[above - 1], curve[above])
    let part = Double(devices - low.devices) / Double(high.devices - low.devices)
    return 1 / ((1 - part) / low.seconds + part / high.seconds)
  }

  /// Seconds of the whole job by number of devices: powers of two within the job's range, those on
  /// which a plan fits.
  private mutating func curve(
    _ line: JSONCursor, _ cluster: Cluster
  ) throws -> [(devices: Int, seconds: Double)] {
    let task = try task(line)
    let samples = try line.field("samples").double(in: 1...1e15)
    let least = try line.optional("minDevices")?.int(in: 1...10_000_000) ?? 1
    let wished = try line.optional("maxDevices")?.int(in: least...10_000_000) ?? max(least, 64)
    let most = min(wished, cluster.deviceCount)
    guard least <= most else {
      throw UserError(
        .impossible, place: "\(file):\(line.value.line)", key: "minDevices",
        "\(least) devices are asked for, \(cluster.id) has \(cluster.deviceCount)",
        remedy: "give fewer, or another --cluster")
    }
    let key = "\(task.key(on: cluster)) \(least) \(most) \(samples)"
    if let planned = known[key] { return planned }
    var found: [(devices: Int, seconds: Double)] = []
    var refusal: UserError?
    for devices in ElasticRange.sizes(from: least, to: most) {
      do throws(UserError) {
        let rate = try task.samplesPerSecond(on: cluster, devices)
        if rate > 0 { found.append((devices, samples / rate)) }
      } catch {
        guard error.kind == .impossible else { throw error }
        refusal = error
      }
    }
    guard !found.isEmpty else {
      throw UserError(
        .impossible, place: line.file + ":\(line.value.line)", key: task.name,
        refusal?.message ?? "no plan fits on \(least) to \(most) devices",
        remedy: refusal?.remedy ?? "")
    }
    known[key] = found
    return found
  }

  /// The job's speed when it spans 0, 1, … tiers of switches more than so many devices must, as the
  /// planner predicts it; empty where that cannot be.
  private mutating func spreadSpeeds(
    _ line: JSONCursor, _ cluster: Cluster, _ devices: Int
  ) throws -> [Double] {
    let least = cluster.leastSpan(of: devices)
    guard devices > 1, least < cluster.spans else { return [] }
    let task = try task(line)
    let key = "\(task.key(on: cluster)) \(devices)"
    if let planned = knownSpreads[key] { return planned }
    let best = try task.samplesPerSecond(on: cluster, devices)
    let speeds = try (least...cluster.spans).map { span in
      min(1, try task.samplesPerSecond(on: cluster, devices, span: span) / best)
    }
    knownSpreads[key] = speeds
    return speeds
  }

  private func task(_ line: JSONCursor) throws -> PlannedTask {
    let workload = try workload(line)
    let batch =
      workload.task.trains
      ? try line.field("globalBatch").int(in: 1...100_000_000)
      : try line.optional("globalBatch")?.int(in: 1...100_000_000) ?? 1
    return PlannedTask(
      name: try line.field("model").string(), workload: workload,
      hasFormat: try line.optional("dtype") != nil, batch: batch)
  }

  private func workload(_ line: JSONCursor) throws -> WorkloadRequest {
    let word = try line.optional("dtype")?.string() ?? Precision.bf16Mixed.word
    guard let precision = Precision(word: word) else {
      throw line.error(
        "unknown dtype \"\(word)\"; known are \(Precision.words.joined(separator: ", "))")
    }
    let image = try line.optional("image").map { cursor throws(JSONError) in
      let sides = try JobsFile.extents(cursor)
      return ImageSize(height: sides[0], width: sides[1])
    }
    return WorkloadRequest(
      task: try line.field("task").word(WorkloadTask.self), batch: 1,
      sequence: try line.optional("sequence")?.int(in: 1...10_000_000), image: image,
      precision: precision)
  }
}

/// A workload that is planned for devices of a cluster.
private struct PlannedTask {
  var name: String
  var workload: WorkloadRequest
  /// Whether the job names its format; else each cluster's usual one is taken.
  var hasFormat: Bool
  /// Samples of an update, or of a batch of inference.
  var batch: Int

  /// What its plans on a cluster depend on.
  func key(on cluster: Cluster) -> String { "\(cluster) \(name) \(workload) \(batch)" }

  /// How fast the best plan runs it on devices that span so many tiers; nil for as few as can hold
  /// them.
  ///
  /// - Throws: `UserError` (.impossible) when no plan fits.
  func samplesPerSecond(
    on cluster: Cluster, _ devices: Int, span: Int? = nil
  ) throws(UserError) -> Double {
    let cluster = cluster.spanned(span ?? cluster.leastSpan(of: devices), by: devices)
    var request = PlanRequest(
      cluster: cluster, globalBatch: workload.task.trains ? batch : 0,
      precision: workload.precision)
    request.devices = devices
    request.limit = 1
    if !workload.task.trains { request.space.microBatch = [batch] }
    var space = VariantSpace()
    if hasFormat { space.precision = .these([workload.precision]) }
    return try VariantSearch(try ModelSource.model(name), workload, request, space).run()
      .plans[0].plan.samplesPerSecond
  }
}
