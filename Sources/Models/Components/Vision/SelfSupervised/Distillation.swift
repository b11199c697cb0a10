import Graph
import Quantities

// Self-distillation (DINO, arXiv 2104.14294; DINOv2, arXiv 2304.07193): the student sees all crops,
// a momentum teacher the larger ones, both through a head of prototypes; with iBOT's loss the
// student also predicts the teacher's prototypes of patches that are masked for it.
extension SelfSupervision {
  func distillation(into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    let whole = try views("crops.global", recipe.globalCrops, viewExtents, into: &graph)
    let student = try studentFeatures(whole, into: &graph)
    let teacherScope = whole.scope.part("teacher")
    let teacher = try backbone.features(whole.image, teacherScope, into: &graph)
    let shape = graph.shape(teacher.patches)
    let masked =
      recipe.patchLoss ? recipe.maskedPatches(crops: shape[0], patches: shape[1]) : 0
    var ids: ValueID?
    if masked > 0 { ids = try scope.input("masked", [1, masked], .int32, &graph) }
    let prediction = try heads(
      student.pooled, ids.map { (student.patches, $0) }, scope, into: &graph)
    let target = try stopped(
      try heads([teacher.pooled], ids.map { (teacher.patches, $0) }, teacherScope, into: &graph),
      teacherScope, into: &graph)
    return try distillationLoss(prediction, target, into: &graph)
  }

  /// Pooled features of all crops, larger ones first, and patches of the larger ones.
  private func studentFeatures(
    _ whole: (scope: BuildScope, image: ValueID), into graph: inout GraphBuilder
  ) throws(UserError) -> (pooled: [ValueID], patches: ValueID) {
    guard recipe.localCrops > 0 else {
      let features = try backbone.features(whole.image, whole.scope, into: &graph)
      return ([features.pooled], features.patches)
    }
    let local = try views("crops.local", recipe.localCrops, localExtents, into: &graph)
    var passes: [GraphBuilder] = []
    var wanted: [[ValueID]] = []
    for view in [whole, local] {
      var pass = GraphBuilder(graph.graph.name)
      let image = try pass.input(
        "image", graph.shape(view.image), view.scope.request.precision.compute)
      let features = try backbone.features(image, view.scope, into: &pass)
      passes.append(pass)
      wanted.append([features.pooled, features.patches])
    }
    let results = try graph.callTogether(
      passes, inputs: [[whole.image], [local.image]], outputs: wanted)
    return ([results[0][0], results[1][0]], results[0][1])
  }

  /// 3/7 of the larger crops (96 of 224), rounded up to whole patches.
  private var localExtents: [Int] {
    if let size = recipe.localSize { return size }
    return viewExtents.enumerated().map { axis, extent in
      let multiple = axis < backbone.granularity.count ? backbone.granularity[axis] : 1
      return (extent * 3 / 7 + multiple - 1) / multiple * multiple
    }
  }

  /// Logits of prototypes: of crops, then of masked patches, one head's in one value.
  private func heads(
    _ pooled: [ValueID], _ masked: (patches: ValueID, ids: ValueID)?, _ scope: BuildScope,
    into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    var block = scope.block("distillation")
    var rows: [TensorID] = []
    for (index, value) in pooled.enumerated() {
      rows.append(try block.input("pooled.\(index)", graph.shape(value)))
    }
    var values = pooled
    var chosen: TensorID?
    if let masked {
      let shape = graph.shape(masked.patches)
      let patches = try block.input("patches", shape)
      let ids = try block.input("masked", graph.shape(masked.ids), .int32)
      let flat = try block.reshaped("patches.rows", patches, [1, shape[0] * shape[1], shape[2]])
      let taken = try block.apply("patches.masked", .gatherRows, flat, ids)
      chosen = try block.reshaped("patches.taken", taken, [graph.shape(masked.ids)[1], shape[2]])
      values += [masked.patches, masked.ids]
    }
    let crops =
      rows.count > 1 ? try block.applyAll("crops", .concatenate(axis: 0), rows)[0] : rows[0]
    let count = block.shape(crops)[0]
    guard let chosen else {
      block.output(try prototypes("head", crops, size: recipe.size, &block))
      return try graph.call(block, values)
    }
    if recipe.separatePatchHead {
      block.output(try prototypes("head", crops, size: recipe.size, &block))
      block.output(
        try prototypes(
          "patch.head", chosen, size: recipe.patchHeadSize ?? recipe.size, &block))
      return try graph.call(block, values)
    }
    let all = try block.apply("rows", .concatenate(axis: 0), crops, chosen)
    let logits = try prototypes("head", all, size: recipe.size, &block)
    block.output(try block.apply("crops.logits", .slice(axis: 0, start: 0, count: count), logits))
    let rest = block.shape(logits)[0] - count
    block.output(
      try block.apply("patches.logits", .slice(axis: 0, start: count, count: rest), logits))
    return try graph.call(block, values)
  }

  /// Three layers, a normalised bottleneck and a product with the prototypes.
  private func prototypes(
    _ name: String, _ x: TensorID, size: Int?, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let inner = recipe.hidden ?? 2048
    var y = x
    for (index, width) in [inner, inner, size ?? 256].enumerated() {
      if index > 0 { y = try block.apply("\(name).gelu.\(index)", .activation(.gelu), y) }
      y = try block.linear("\(name).\(index)", y, to: width, bias: true, .projection)
    }
    y = try block.apply("\(name).normalize", .l2Normalize, y)
    return try block.linear(
      "\(name).prototypes", y, to: recipe.prototypes, bias: false, .projection)
  }

  /// Cross-entropy of the student's prototypes with the teacher's, for crops and for patches.
  private func distillationLoss(
    _ prediction: [ValueID], _ target: [ValueID], into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    let batch = scope.request.batch
    var block = scope.block("loss")
    var losses: [TensorID] = []
    for (index, name) in ["crops", "patches"].prefix(prediction.count).enumerated() {
      let logits = try block.input(name + ".logits", graph.shape(prediction[index]))
      let other = try block.input(name + ".target", graph.shape(target[index]))
      var shares = try block.apply(name + ".shares", .softmax, other)
      if index == 0 {
        // Each crop is compared with the teacher's view of the larger ones.
        let columns = block.shape(logits)[1]
        let views = try block.reshaped("views", shares, [recipe.globalCrops, batch, columns])
        let mean = try block.apply("views.mean", .reduce(.mean, axes: [0]), views)
        let crops = recipe.globalCrops + recipe.localCrops
        let each = try block.apply(
          "crops.each", .expand(axes: [0], extents: [crops], mean: false), mean)
        shares = try block.reshaped("crops.rows", each, block.shape(logits))
      }
      losses.append(
        try block.apply(name + ".loss", .elementLoss(.softCrossEntropy), logits, shares))
    }
    if losses.count > 1 {
      block.output(try block.apply("loss.sum", .add, losses[0], losses[1]))
    } else {
      block.output(losses[0])
    }
    var values: [ValueID] = []
    for index in prediction.indices { values += [prediction[index], target[index]] }
    return try graph.call(block, values)
  }
}
