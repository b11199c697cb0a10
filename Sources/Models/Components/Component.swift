import DataFormats
import Graph
import Quantities

/// A kind of architecture: its numbers, how they are read, and how its graph is built.
///
/// A new kind is a struct that conforms to this, in a file of its own, and a line in
/// `ComponentRegistry`. A profile names it: `"architecture": {"kind": "…", …}`.
protocol Component: Sendable, Hashable {
  /// The word of `"kind"` in a profile.
  static var kind: String { get }

  /// Reads the numbers, refusing unknown keys (`kind` itself is known).
  init(_ cursor: JSONCursor) throws(JSONError)

  /// What a sample is made of.
  var sample: SampleDefaults { get }

  /// The family of an imported model whose file does not say.
  var likelyFamily: ModelFamily { get }

  /// The objective of an imported model whose file does not say.
  var likelyObjective: Objective { get }

  /// The objective whose forward pass holds every parameter of the model, where that is not the one
  /// that it infers with.
  var wholeObjective: Objective? { get }

  /// What is inferred when nothing else is said, where that does not follow from what it was
  /// trained for.
  var inferenceObjective: Objective? { get }

  /// Builds the whole: embedding, body and what the request's objective needs, ending in the loss
  /// (with its labels as graph inputs) when `request.withLoss`.
  ///
  /// - Returns: the graph's results; a loss is the first of them.
  func build(_ scope: BuildScope, into graph: inout GraphBuilder) throws(UserError) -> [ValueID]
}

extension Component {
  var likelyFamily: ModelFamily { .vision }
  var likelyObjective: Objective { .supervised }
  var wholeObjective: Objective? { nil }
  var inferenceObjective: Objective? { nil }

  fileprivate func equals(_ other: any Component) -> Bool { (other as? Self) == self }
}

/// Where a component is built: its place in the model and what is wanted.
struct BuildScope: Sendable {
  /// The model's id, the place of errors.
  let model: String
  /// In front of block and input names (`vision.`), so that parts are told apart and frozen.
  let prefix: String
  /// What is wanted.
  let request: GraphRequest

  /// An empty block of this part.
  func block(_ name: String) -> BlockBuilder { request.block(prefix + name) }

  /// The scope of a part of this part.
  func part(_ name: String) -> BuildScope {
    BuildScope(model: model, prefix: prefix + name + ".", request: request)
  }

  /// The same place with another request.
  func with(_ request: GraphRequest) -> BuildScope {
    BuildScope(model: model, prefix: prefix, request: request)
  }

  /// A graph input of this part.
  func input(
    _ name: String, _ shape: [Int], _ type: DataType? = nil, _ graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    try graph.input(prefix + name, shape, type ?? request.precision.compute)
  }

  /// Ends a block on scores `[B, C]` and calls it: the scores are the result, or with a loss their
  /// cross-entropy against a new input of labels `[B]`.
  ///
  /// - Parameter values: what the block's inputs so far are called with.
  func labelled(
    _ scores: TensorID, of block: inout BlockBuilder, _ values: [ValueID],
    into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    guard request.withLoss else {
      block.output(scores)
      return try graph.call(block, values)
    }
    let count = [block.block[scores].shape[0]]
    let labels = try block.input("labels", count, .int32)
    let all = values + [try input("labels", count, .int32, &graph)]
    block.output(try block.apply("loss", .crossEntropy, scores, labels))
    return try graph.call(block, all)
  }

  /// An error about one of the model's parts.
  func fault(_ key: String, _ message: String, remedy: String) -> UserError {
    UserError(.input, place: model, key: key, message, remedy: remedy)
  }
}

/// A component of any kind.
public struct AnyComponent: Sendable, Hashable {
  let base: any Component

  init(_ base: any Component) { self.base = base }

  /// The word of its kind.
  public var kind: String { type(of: base).kind }

  /// Whether both are of one kind with the same numbers.
  public static func == (left: AnyComponent, right: AnyComponent) -> Bool {
    left.base.equals(right.base)
  }

  /// Feeds the component's numbers.
  public func hash(into hasher: inout Hasher) { base.hash(into: &hasher) }
}

extension GraphBuilder {
  /// The shape of a value.
  func shape(_ value: ValueID) -> [Int] { graph.values[value.index].shape }

  /// The number format of a value.
  func format(_ value: ValueID) -> DataType { graph.values[value.index].dataType }
}
