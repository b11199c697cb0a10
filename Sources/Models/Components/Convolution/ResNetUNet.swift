import DataFormats
import Graph
import Quantities

/// A U-shaped network whose side that goes down is a residual network (the `Unet` of
/// segmentation_models_pytorch): nearest neighbours, skip, two convolutions without a bias.
///
/// `{"kind": "resnet-unet", "block": "basic", "depths": [3, 4, 6, 3],
/// "decoder": [256, 128, 64, 32, 16], "classes": 2}`
struct ResNetUNet: SegmentationNetwork {
  static let kind = "resnet-unet"

  var input: ImageInput
  var body: ResNetBody
  /// Channels of the decoder's stages, the coarsest first; one a stage and the stem.
  var decoder: [Int]
  var classes: Int

  init(_ cursor: JSONCursor) throws(JSONError) {
    let own: Set<String> = ["kind", "decoder", "classes"]
    try cursor.refuseUnknownKeys(known: own.union(ImageInput.keys).union(ResNetBody.keys))
    input = try ImageInput(cursor)
    body = try ResNetBody(cursor, dimensions: input.dimensions)
    let stages = body.depths.count + 1
    decoder = try cursor.field("decoder").ints(count: stages...stages)
    classes = try cursor.field("classes").int(in: 1...100_000)
    input.multiple = 1 << stages
  }

  /// Image → map of classes of the same extents.
  func segmented<F: Flow>(
    _ image: F.Value, _ flow: inout F, classes: Int
  ) throws(UserError) -> F.Value {
    let maps = try body.maps(image, &flow)
    var x = maps[maps.count - 1]
    let extents = flow.extents(image)
    let kernel = Kernel.same(3, dimensions: input.dimensions)
    for (stage, channels) in decoder.enumerated() {
      let level = maps.count - 2 - stage
      let skip = level >= 0 ? [maps[level]] : []
      let target = level >= 0 ? flow.extents(maps[level]) : extents
      let norm = body.norm
      x = try flow.step("decoder.stage\(stage + 1)", count: 1, [x] + skip) {
        (block, x) throws(UserError) in
        block.markLayer()
        var y = try block.apply("resample", .resample(to: target, .nearest), x[0])
        if x.count > 1 { y = try block.applyAll("joined", .concatenate(axis: 1), [y, x[1]])[0] }
        y = try block.unit("conv1", y, to: channels, kernel, norm, .relu)
        return [try block.unit("conv2", y, to: channels, kernel, norm, .relu)]
      }[0]
    }
    return try flow.step("head", x) { (block, x) throws(UserError) in
      try block.convolution("classifier", x[0], to: classes, kernel, bias: true, .head)
    }
  }
}
