import CostModel
import DataFormats
import Graph
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
    .value("mirrors", "N", "passes over each tile, as it is and mirrored (default 1)"),
    .value("slide-encoder", "MODEL", "a model that reads the embeddings of all tiles"),
  ]

  /// The slide or scan that is asked for; nil without.
  static func whole(_ arguments: Arguments) throws(UserError) -> WholeRequest? {
    let slide = try arguments.extents("slide", count: 2)
    let scan = try arguments.extents("scan", count: 3)
    guard let extents = slide ?? scan else {
      let details = ["overlap", "tissue", "mirrors", "slide-encoder"]
      if let detail = details.first(where: arguments.has) {
        throw UserError(
          .input, key: "--\(detail)", "says how a whole is walked, but there is none",
          remedy: "give --slide HxW or --scan DxHxW too")
      }
      return nil
    }
    guard slide == nil || scan == nil else {
      throw UserError(.input, key: "--scan", "stands beside --slide", remedy: "give one of them")
    }
    return WholeRequest(
      extents: extents,
      overlap: try arguments.double("overlap", in: 0...0.99) ?? (slide == nil ? 0.5 : 0),
      kept: try arguments.double("tissue", in: 1e-6...1) ?? 1,
      mirrors: try arguments.int("mirrors", in: 1...64) ?? 1)
  }
}

/// What a whole slide or scan costs: every tile through the model, then all embeddings through the
/// slide's encoder.
struct TilingCost {
  let tiling: Tiling
  let passes: Int
  /// FLOPs of all tiles.
  let tileFlops: Int
  /// The slide's encoder and its FLOPs on all tiles.
  var encoder: (id: String, flops: Int)?

  init?(_ arguments: Arguments, _ workload: Workload, _ cost: GraphCost) throws(UserError) {
    guard let tiling = workload.tiling else { return nil }
    self.tiling = tiling
    passes = workload.forward.passes
    tileFlops = cost.flops.forward
    guard let id = arguments.string("slide-encoder") else { return }
    let model = try ModelSource.model(id, profiles: arguments.string("profiles"))
    let request = WorkloadRequest(
      task: .infer, batch: 1, sequence: tiling.tiles, precision: workload.request.precision)
    let whole = try GraphCost(inference: Workload(model, request).forward)
    encoder = (model.id, whole.flops.forward)
  }

  /// FLOPs of the whole.
  var flops: Int {
    let (sum, overflow) = tileFlops.addingReportingOverflow(encoder?.flops ?? 0)
    return overflow ? .max : sum
  }

  var rows: [[String]] {
    let grid = tiling.steps.map(String.init).joined(separator: " x ")
    var rows = [
      [
        tiling.extents.count == 2 ? "tiles of the slide" : "windows of the scan", "\(tiling.tiles)",
      ],
      ["  grid", grid],
      ["  passes", "\(passes)"],
    ]
    if let encoder {
      rows.append(["  then \(encoder.id)", Format.flops(encoder.flops)])
      rows.append(["  all together", Format.flops(flops)])
    }
    return rows
  }

  var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("tiles", .number(tiling.tiles)), ("grid", .array(tiling.steps.map { .number($0) })),
      ("passes", .number(passes)), ("flops", .number(flops)),
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
