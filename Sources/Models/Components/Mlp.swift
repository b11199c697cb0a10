import DataFormats
import Graph
import Quantities

/// Linear layers with an activation between them: probes, projectors, risk scores on embeddings.
///
/// `{"kind": "mlp", "sizes": [in, …, out], "activation": "gelu", "bias": true}`
struct Mlp: Component {
  static let kind = "mlp"

  /// Widths: of the input, of each layer's result.
  var sizes: [Int]
  var activation = Activation.gelu
  var bias = true

  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: ["kind", "sizes", "activation", "bias"])
    let field = try cursor.field("sizes")
    sizes = []
    for item in try field.elements() { sizes.append(try item.int(in: 1...100_000_000)) }
    guard sizes.count >= 2 else { throw field.error("needs the input's and the result's width") }
    activation = try cursor.optional("activation")?.word(Activation.self) ?? .gelu
    bias = try cursor.bool("bias", true)
  }

  var sample: SampleDefaults { SampleDefaults() }

  func build(_ scope: BuildScope, into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    let request = scope.request
    var block = scope.block("mlp")
    let shape = [request.batch, sizes[0]]
    var x = try block.input("features", shape)
    for (index, size) in sizes.dropFirst().enumerated() {
      if index > 0 { x = try block.apply("activation.\(index)", .activation(activation), x) }
      x = try block.linear("layer.\(index)", x, to: size, bias: bias, .mlp)
    }
    let values = [try scope.input("features", shape, nil, &graph)]
    return try scope.labelled(x, of: &block, values, into: &graph)
  }
}
