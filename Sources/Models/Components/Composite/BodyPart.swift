import DataFormats
import Graph
import Quantities

/// A part that is the body of another kind of architecture (a ResNet, a DenseNet, a Swin …).
///
/// `{"like": "resnet50", "features": "map"}`
struct BodyPart: Sendable, Hashable {
  /// What the body hands on.
  enum Features: String, Sendable, Hashable, CaseIterable {
    /// One vector a sample.
    case pooled
    /// Its last feature map, or its tokens.
    case map
    /// One vector of each level of a ResNet, as tokens of one width (MMBERT).
    case levels
  }

  var component: AnyComponent
  var features: Features
  /// Width of the levels' tokens.
  var width: Int

  init(_ cursor: JSONCursor) throws(JSONError) {
    let field = try cursor.optional("features")
    features = try field?.word(Features.self) ?? .pooled
    width = try cursor.int("levelWidth", 1, in: 1...1_000_000)
    let own: Set<String> = ["features", "levelWidth", "always", "passes", "momentum"]
    let members = (cursor.value.object ?? []).filter { !own.contains($0.key) }
    let body = JSONValue(
      .object(members), line: cursor.value.line, column: cursor.value.column)
    component = try ComponentRegistry.read(JSONCursor(file: cursor.file, root: body))
    let base = component.base
    guard base is any FeatureBody || base is any VisionBackbone else {
      throw cursor.error("a \"\(component.kind)\" gives no features to another part")
    }
    if features == .levels, !(base is ResNet) {
      throw (field ?? cursor).error("a \"\(component.kind)\" has no levels; use map")
    }
  }

  func describe(_ sample: inout SampleDefaults) {
    let own = component.base.sample
    if sample.spatial == nil {
      sample.spatial = own.spatial
      sample.multiples = own.multiples
    }
    if sample.frames == nil { sample.frames = own.frames }
  }

  /// A signal's or a molecule's length is the part's own: a request's is the text's.
  private func place(_ scope: BuildScope) -> BuildScope {
    let own = component.base.sample
    var request = scope.request
    request.sequence = own.sequence ?? request.sequence
    request.targetSequence = own.targetSequence ?? request.targetSequence
    return scope.with(request)
  }

  func build(_ outer: BuildScope, into graph: inout GraphBuilder) throws(UserError) -> Stream {
    let scope = place(outer)
    if let body = component.base as? any FeatureBody {
      return try body.stream(self, scope, into: &graph)
    }
    guard let body = component.base as? any VisionBackbone else {
      throw scope.fault(
        "kind", "a \"\(component.kind)\" gives no features", remedy: "use another kind")
    }
    let made = try body.features(try body.images(scope, into: &graph), scope, into: &graph)
    return Stream(value: features == .map ? made.patches : made.pooled)
  }
}

/// A kind of architecture whose body feeds other parts in a way of its own.
protocol FeatureBody: Component {
  /// Builds input and body under the scope's prefix.
  func stream(
    _ part: BodyPart, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> Stream
}

extension ResNet: FeatureBody {
  func stream(
    _ part: BodyPart, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> Stream {
    let image = try input.value(scope, &graph)
    return Stream(
      value: try scope.flow(into: &graph) { (flow) throws(UserError) in
        switch part.features {
        case .pooled: return try pooled(image, &flow)
        case .map:
          let maps = try body.maps(image, &flow)
          return maps[maps.count - 1]
        case .levels: return try levels(try body.maps(image, &flow), part.width, &flow)
        }
      })
  }

  /// Each level's map through a 1×1 convolution and its mean: one token a level.
  private func levels(
    _ maps: [ValueID], _ width: Int, _ flow: inout GraphFlow
  ) throws(UserError) -> ValueID {
    try flow.step("levels", count: 1, maps) { (block, x) throws(UserError) in
      var tokens: [TensorID] = []
      for (level, map) in x.enumerated() {
        let narrow = try block.convolution(
          "level.\(level)", map, to: width, .same(1, dimensions: input.dimensions), bias: true)
        let active = try block.apply("level.\(level).act", .activation(.relu), narrow)
        let mean = try block.globalMean("level.\(level).mean", active)
        tokens.append(
          try block.apply(
            "level.\(level).token", .expand(axes: [1], extents: [1], mean: false), mean))
      }
      return [try block.applyAll("levels", .concatenate(axis: 1), tokens)[0]]
    }[0]
  }
}

extension DenseNet: FeatureBody {
  func stream(
    _ part: BodyPart, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> Stream {
    let image = try input.value(scope, &graph)
    return Stream(
      value: try scope.flow(into: &graph) { (flow) throws(UserError) in
        part.features == .map ? try map(image, &flow) : try pooled(image, &flow)
      })
  }
}

extension GraphIsomorphism: FeatureBody {
  func stream(
    _ part: BodyPart, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> Stream {
    Stream(value: try embedded(scope, &graph))
  }
}
