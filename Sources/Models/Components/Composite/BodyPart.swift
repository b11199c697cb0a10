import DataFormats
import Graph
import Quantities

/// A part that is the body of another kind of architecture (a ResNet, a DenseNet, a Swin …).
///
/// `{"like": "resnet50", "features": "map"}`
struct BodyPart: Sendable, Hashable {
  /// What the body hands on.
  enum Features: String, Sendable, Hashable, CaseIterable {
    /// One vector an image.
    case pooled
    /// Its last feature map, or its tokens.
    case map
  }

  var component: AnyComponent
  var features: Features

  init(_ cursor: JSONCursor) throws(JSONError) {
    features = try cursor.optional("features")?.word(Features.self) ?? .pooled
    let own: Set<String> = ["features", "always", "passes", "momentum"]
    let members = (cursor.value.object ?? []).filter { !own.contains($0.key) }
    let body = JSONValue(
      .object(members), line: cursor.value.line, column: cursor.value.column)
    component = try ComponentRegistry.read(JSONCursor(file: cursor.file, root: body))
    guard component.base is any FeatureBody else {
      throw cursor.error("a \"\(component.kind)\" gives no features to another part")
    }
  }

  func describe(_ sample: inout SampleDefaults) {
    let own = component.base.sample
    if sample.spatial == nil {
      sample.spatial = own.spatial
      sample.multiples = own.multiples
    }
    if sample.sequence == nil {
      sample.sequence = own.sequence
      sample.context = own.context
    }
  }

  func build(_ scope: BuildScope, into graph: inout GraphBuilder) throws(UserError) -> Stream {
    guard let body = component.base as? any FeatureBody else {
      throw scope.fault(
        "kind", "a \"\(component.kind)\" gives no features", remedy: "use another kind")
    }
    return try body.stream(features, scope, into: &graph)
  }
}

/// A kind of architecture whose body can feed other parts.
protocol FeatureBody: Component {
  /// Builds input and body under the scope's prefix.
  func stream(
    _ features: BodyPart.Features, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> Stream
}

extension ResNet: FeatureBody {
  func stream(
    _ features: BodyPart.Features, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> Stream {
    let image = try input.value(scope, &graph)
    return Stream(
      value: try scope.flow(into: &graph) { (flow) throws(UserError) in
        guard features == .map else { return try pooled(image, &flow) }
        let maps = try body.maps(image, &flow)
        return maps[maps.count - 1]
      })
  }
}

extension DenseNet: FeatureBody {
  func stream(
    _ features: BodyPart.Features, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> Stream {
    let image = try input.value(scope, &graph)
    return Stream(
      value: try scope.flow(into: &graph) { (flow) throws(UserError) in
        features == .map ? try map(image, &flow) : try pooled(image, &flow)
      })
  }
}

extension FeatureBody where Self: VisionBackbone {
  func stream(
    _ features: BodyPart.Features, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> Stream {
    let made = try self.features(try images(scope, into: &graph), scope, into: &graph)
    return Stream(value: features == .map ? made.patches : made.pooled)
  }
}

extension Swin: FeatureBody {}
