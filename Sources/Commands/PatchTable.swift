import DataFormats
import HardwareModel
import Models
import Planner
import Quantities
import Workloads

/// `hfm plan MODEL --patches`: which patch and batch of a volume fit the devices, how, and what
/// each costs in time.
struct PatchTable {
  /// The best plan of one patch and batch; nil where none fits.
  struct Row {
    var extents: [Int]
    var batch: Int
    var found: VariantPlan?
    var refusal = ""

    /// Seconds of a step for each voxel that it trains on.
    var secondsPerVoxel: Double {
      (found?.plan.stepSeconds ?? 0) / extents.reduce(Double(batch)) { $0 * Double($1) }
    }
  }

  private(set) var rows: [Row] = []
  private let device: Device

  /// Searches a plan of every patch that the model reads, with batches of 1, 2, 4 and 8 samples on
  /// each replica that the user asks for.
  ///
  /// - Throws: `UserError` (.input) for a model that reads no volumes.
  init(
    _ task: PlanTask, _ request: PlanRequest, _ searches: PlanSearches
  ) throws(UserError) {
    device = request.cluster.device
    guard let own = task.model.sample.spatial, own.count == 3 else {
      throw UserError(
        .input, place: task.model.id, key: "--patches", "this model reads no volumes",
        remedy: "leave it out")
    }
    let replicas = request.space.data?.first ?? request.devices ?? request.cluster.deviceCount
    let patches = Self.patches(task.workload.volume ?? own)
    let batches = [1, 2, 4, 8]
    searches.expect(patches.count * batches.count)
    for extents in patches {
      for batch in batches where !searches.areStopped {
        let (samples, overflow) = batch.multipliedReportingOverflow(by: replicas)
        guard !overflow else { continue }
        var one = request
        (one.globalBatch, one.limit) = (samples, 1)
        var row = Row(extents: extents, batch: samples)
        do {
          row.found = try searches.run(task.search(one, volume: extents)).plans.first
        } catch  where error.kind == .impossible {
          row.refusal = error.message
        } catch {
          // The model's strides do not divide it.
          break
        }
        // The best so far of an interrupted search says nothing of what fits.
        if !searches.areStopped { rows.append(row) }
      }
    }
  }

  /// Cubes of 64 to 256 voxels a side, and the patch at hand, smallest first.
  private static func patches(_ own: [Int]) -> [[Int]] {
    var result = [64, 96, 128, 160, 192, 224, 256].map { [$0, $0, $0] }
    if !result.contains(own) { result.append(own) }
    func voxels(_ extents: [Int]) -> Int { extents.reduce(1, *) }
    return result.enumerated().sorted {
      (voxels($0.element), $0.offset) < (voxels($1.element), $1.offset)
    }.map(\.element)
  }

  var lines: [String] {
    var table = AlignedTable(
      head: [
        "patch", "batch", "cut", "ZeRO", "with", "micro", "accum", "recompute", "step", "±",
        "ms a Mvoxel", "peak memory", "OOM",
      ], rightAligned: [1, 3, 5, 6, 8, 9, 10, 11, 12])
    table.rows = rows.map(cells)
    return table.lines + [
      "",
      "batch: samples of an update; ms a Mvoxel: time of a step over the voxels that it trains on;",
      "a row without a plan does not fit, however it is cut, recomputed or offloaded.",
    ]
  }

  private func cells(_ row: Row) -> [String] {
    let patch = row.extents.map(String.init).joined(separator: "x")
    guard let found = row.found else {
      return [patch, String(row.batch), "does not fit"] + [String](repeating: "–", count: 10)
    }
    let (plan, cut) = (found.plan, found.plan.configuration)
    return [
      patch, String(row.batch), PlanReport.words(cut), String(cut.parallelism.zeroStage),
      found.variant.precision.word, String(cut.microBatch), String(cut.accumulation),
      cut.span.words(cut.recompute), Format.seconds(plan.stepSeconds),
      Format.percent(plan.basis.spread), Format.significant(1e9 * row.secondsPerVoxel),
      Format.bytes(plan.peakBytes), Format.percent(plan.outOfMemoryProbability(device)),
    ]
  }

  func json(_ request: PlanRequest) -> JSONValue {
    .array(
      rows.map { row in
        .object([
          ("volume", .array(row.extents.map { .number($0) })), ("globalBatch", .number(row.batch)),
          (
            "plan",
            row.found.map { PlanReport.json($0, request, explain: false) } ?? .null
          ), ("refusal", row.found == nil ? .string(row.refusal) : .null),
        ])
      })
  }
}
