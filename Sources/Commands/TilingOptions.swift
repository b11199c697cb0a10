import CostModel
import DataFormats
import Models
import Quantities
import Workloads

/// The options that cut a whole slide or scan into tiles, and what all tiles together cost.
enum TilingOptions {
  static let options: [CommandOption] = [
    .value("slide", "HxW", "pixels of a whole slide, cut into tiles of the model's image"),
    .value("scan", "DxHxW", "voxels of a scan under a sliding window of the model's volume"),
    .value("tissue", "SHARE", "share of a slide's tiles that are kept (default 1)"),
    .value(
      "overlap", "SHARE", "share of a window that the next one covers again (default: scan 0.5)"),
    .value("slide-encoder", "MODEL", "a model that reads the embeddings of all tiles"),
  ]

  /// The tiling that was asked for; nil without.
  static func tiling(
    _ arguments: Arguments, _ workload: Workload
  ) throws(UserError) -> Tiling? {
    let slide = try arguments.extents("slide", count: 2)
    let scan = try arguments.extents("scan", count: 3)
    guard let extents = slide ?? scan else { return nil }
    guard workload.model.sample.spatial != nil else {
      throw UserError(
        .input, place: workload.model.id, key: slide == nil ? "--scan" : "--slide",
        "this model reads no images or volumes", remedy: "leave it out")
    }
    return try Tiling(
      extents: extents, tile: workload.resolved.spatial,
      overlap: try arguments.double("overlap", in: 0...0.99) ?? (slide == nil ? 0.5 : 0),
      kept: try arguments.double("tissue", in: 1e-6...1) ?? 1)
  }
}

/// What a whole slide or scan costs: every tile through the model, then all embeddings through the
/// slide's encoder.
struct TilingCost {
  let tiling: Tiling
  let batch: Int
  /// FLOPs of one tile.
  let tileFlops: Int
  /// The slide's encoder and its FLOPs on all tiles.
  var encoder: (id: String, flops: Int)?

  init?(_ arguments: Arguments, _ workload: Workload, _ cost: GraphCost) throws(UserError) {
    guard let tiling = try TilingOptions.tiling(arguments, workload) else { return nil }
    guard workload.training == nil else {
      throw UserError(
        .input, place: workload.model.id, key: "--task", "slides and scans are only inferred on",
        remedy: "use --task infer")
    }
    self.tiling = tiling
    batch = workload.resolved.batch
    tileFlops = cost.flops.forward / max(1, batch)
    guard let id = arguments.string("slide-encoder") else { return }
    let model = try ModelSource.model(id, profiles: arguments.string("profiles"))
    let request = WorkloadRequest(
      task: .infer, batch: 1, sequence: tiling.tiles, precision: workload.request.precision)
    let whole = try GraphCost(inference: Workload(model, request).forward)
    encoder = (model.id, whole.flops.forward)
  }

  /// FLOPs of the whole.
  var flops: Int {
    let (tiles, overflow) = tileFlops.multipliedReportingOverflow(by: tiling.tiles)
    let (sum, beyond) = tiles.addingReportingOverflow(encoder?.flops ?? 0)
    return overflow || beyond ? .max : sum
  }

  var rows: [[String]] {
    let grid = tiling.steps.map(String.init).joined(separator: " x ")
    var rows = [
      [
        tiling.extents.count == 2 ? "tiles of the slide" : "windows of the scan", "\(tiling.tiles)",
      ],
      ["  grid", grid],
      ["  passes", "\(tiling.passes(batch: batch))"],
    ]
    if let encoder { rows.append(["  then \(encoder.id)", Format.flops(encoder.flops)]) }
    rows.append(["  all together", Format.flops(flops)])
    return rows
  }

  var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("tiles", .number(tiling.tiles)), ("grid", .array(tiling.steps.map { .number($0) })),
      ("passes", .number(tiling.passes(batch: batch))), ("flops", .number(flops)),
    ]
    if let encoder {
      members.append(
        (
          "encoder",
          .object([("model", .string(encoder.id)), ("flops", .number(encoder.flops))])
        ))
    }
    return .object(members)
  }
}
