import DataFormats
import Graph

extension SafetensorsHeader {
  /// Whether the names are those of torchvision's and timm's ResNet with batch norms.
  var isResNet: Bool { has("layer1.0.bn1.weight") && shape("conv1.weight")?.count == 4 }
}

/// ResNet, wide ResNet and ResNeXt by their tensors' names and shapes.
extension SafetensorsReader {
  mutating func resnet() -> Architecture? {
    guard let stem = header.shape("conv1.weight"), stem.count == 4,
      let inner = header.shape("layer1.0.conv2.weight"), inner.count == 4, inner[1] > 0,
      let first = header.shape("layer1.0.conv1.weight"), first.count == 4
    else { return nil }
    let depths = (1...8).map { header.layers("layer\($0).") }.prefix { $0 > 0 }
    let isBottleneck = header.has("layer1.0.conv3.weight")
    let width = stem[0]
    var members: [(String, JSONValue)] = [
      ("kind", .string("resnet")), ("channels", .number(stem[1])),
      ("image", .array([.number(224), .number(224)])),
      ("block", .string(isBottleneck ? "bottleneck" : "basic")),
      ("depths", .array(depths.map { .number($0) })), ("width", .number(width)),
      ("stem", .object([("kernel", .array([.number(stem[2]), .number(stem[3])]))])),
      ("classes", .number(matrix("fc.weight")?.rows ?? 0)),
    ]
    if isBottleneck, width > 0 {
      let groups = inner[0] / inner[1]
      members.append(("groups", .number(groups)))
      members.append(("groupWidth", .number(inner[0] * 64 / (groups * width))))
    }
    assumptions.append("images of 224 by 224 and strides of 2 are assumed: no shape tells")
    let cursor = JSONCursor(file: "safetensors", root: .object(members))
    return (try? ComponentRegistry.read(cursor)).map { .component($0) }
  }
}
