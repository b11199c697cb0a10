import DataFormats
import HardwareModel
import Models
import Planner
import Quantities
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
    for key in ["runSeconds", "scaling", "speeds"] {
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
    return [
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
    let workload = try workload(line)
    let name = try line.field("model").string()
    let samples = try line.field("samples").double(in: 1...1e15)
    let batch =
      workload.task.trains
      ? try line.field("globalBatch").int(in: 1...100_000_000)
      : try line.optional("globalBatch")?.int(in: 1...100_000_000) ?? 1
    let least = try line.optional("minDevices")?.int(in: 1...10_000_000) ?? 1
    let wished = try line.optional("maxDevices")?.int(in: least...10_000_000) ?? max(least, 64)
    let most = min(wished, cluster.deviceCount)
    guard least <= most else {
      throw UserError(
        .impossible, place: "\(file):\(line.value.line)", key: "minDevices",
        "\(least) devices are asked for, \(cluster.id) has \(cluster.deviceCount)",
        remedy: "give fewer, or another --cluster")
    }
    let key = "\(cluster.id) \(name) \(workload) \(batch) \(least) \(most) \(samples)"
    if let planned = known[key] { return planned }
    let model = try ModelSource.model(name)
    var found: [(devices: Int, seconds: Double)] = []
    var refusal: UserError?
    for devices in Self.sizes(least, most) {
      var request = PlanRequest(
        cluster: cluster, globalBatch: workload.task.trains ? batch : 0,
        precision: workload.precision)
      request.devices = devices
      request.limit = 1
      if !workload.task.trains { request.space.microBatch = [batch] }
      do throws(UserError) {
        let plan = try PlanSearch(model, workload, request).run().plans[0]
        guard plan.samplesPerSecond > 0 else { continue }
        found.append((devices, samples / plan.samplesPerSecond))
      } catch {
        guard error.kind == .impossible else { throw error }
        refusal = error
      }
    }
    guard !found.isEmpty else {
      throw UserError(
        .impossible, place: line.file + ":\(line.value.line)", key: name,
        refusal?.message ?? "no plan fits on \(least) to \(most) devices",
        remedy: refusal?.remedy ?? "")
    }
    known[key] = found
    return found
  }

  /// Powers of two from the least to the most, and both ends.
  private static func sizes(_ least: Int, _ most: Int) -> [Int] {
    var sizes = Set([least, most])
    var size = 1
    while size < most {
      if size > least { sizes.insert(size) }
      size *= 2
    }
    return sizes.sorted()
  }

  private func workload(_ line: JSONCursor) throws -> WorkloadRequest {
    let word = try line.optional("dtype")?.string() ?? "bf16-mixed"
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
