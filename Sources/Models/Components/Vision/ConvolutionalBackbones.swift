import Graph
import Quantities

// Convolutional networks take part in every self-supervised objective too.
extension ResNet: VisionBackbone {
  var extents: [Int] { input.extents }
  var imageChannels: Int { input.channels }
  var granularity: [Int] { input.extents.map { _ in 1 } }

  func features(
    _ image: ValueID, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> VisionFeatures {
    let maps = try scope.flow(into: &graph) { (flow) throws(UserError) in
      try body.maps(image, &flow)
    }
    let map = maps[maps.count - 1]
    var block = scope.block("pool")
    let x = try block.input("map", graph.shape(map))
    block.output(try block.globalMean("pool", x))
    block.output(try block.sequence("places", x))
    let outputs = try graph.call(block, [map])
    return VisionFeatures(pooled: outputs[0], patches: outputs[1])
  }
}
