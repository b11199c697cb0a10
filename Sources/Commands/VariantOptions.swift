import CostModel
import Graph
import Planner
import Quantities

/// The options of `hfm plan` that say what a step computes with: one word, several, or any.
enum VariantOptions {
  /// Left to the search: all that the device computes and the task can take.
  static let any = "any"

  private static let states: [(word: String, bits: Int)] = [
    ("fp32", 32), ("bf16", 16), ("int8", 8),
  ]
  private static let attention: [(word: String, isFused: Bool)] = [
    ("fused", true), ("plain", false),
  ]

  static let options: [CommandOption] = [
    .list(
      "dtype",
      "number formats (default: bf16 around fp32 parameters, fp16 without bf16 in the device)",
      words: [any] + Precision.words),
    .list(
      "optimizer", "update rule (default adamw)",
      words: [any] + OptimizerKind.allCases.map(\.rawValue)),
    .list(
      "optimizer-states", "format of the optimizer's states (default: the parameters')",
      words: [any] + states.map(\.word)),
    .list(
      "optimizer-kernel", "how updates run (default fused)",
      words: [any] + OptimizerKernel.allCases.map(\.rawValue)),
    .list(
      "attention", "one kernel, or scores through memory (default: the framework's)",
      words: [any] + attention.map(\.word)),
  ]

  /// What the options leave to the search.
  static func space(_ arguments: Arguments) -> VariantSpace {
    var space = VariantSpace()
    space.precision = choice(arguments, "dtype", Precision.init(word:))
    space.optimizer = choice(arguments, "optimizer", OptimizerKind.init(rawValue:))
    space.stateBits = choice(arguments, "optimizer-states") { word in
      states.first { $0.word == word }.map { Optional($0.bits) }
    }
    space.optimizerKernel = choice(arguments, "optimizer-kernel", OptimizerKernel.init(rawValue:))
    space.fusedAttention = choice(arguments, "attention") { word in
      attention.first { $0.word == word }?.isFused
    }
    return space
  }

  private static func choice<Value>(
    _ arguments: Arguments, _ name: String, _ value: (String) -> Value?
  ) -> VariantChoice<Value> {
    guard let text = arguments.string(name) else { return .usual }
    let words = Arguments.listed(text)
    if words.contains(any) { return .any }
    var found: [Value] = []
    for one in words.compactMap(value) where !found.contains(one) { found.append(one) }
    return .these(found)
  }

  /// The words of a variant's dimensions.
  static func words(_ variant: StepVariant) -> [(name: String, word: String)] {
    let own: DataType = variant.optimizer == .adamw8bit ? .int8 : variant.precision.parameters
    return [
      ("dtype", variant.precision.word), ("optimizer", variant.optimizer.rawValue),
      (
        "optimizer-states",
        states.first { $0.bits == variant.stateBits }?.word ?? own.rawValue
      ),
      ("optimizer-kernel", variant.optimizerKernel.rawValue),
      ("attention", attention.first { $0.isFused == variant.fusedAttention }?.word ?? ""),
    ]
  }

  /// The key of a dimension in JSON: `optimizerStates` of `optimizer-states`.
  static func key(_ name: String) -> String {
    let parts = name.split(separator: "-")
    return parts[0] + parts.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }

  /// What sets a variant apart from the others of a search: `bf16-mixed adamw8bit`.
  static func label(_ variant: StepVariant, among all: [StepVariant]) -> String {
    func differs<Value: Equatable>(_ path: KeyPath<StepVariant, Value>) -> Bool {
      all.contains { $0[keyPath: path] != variant[keyPath: path] }
    }
    let isShown = [
      differs(\.precision), differs(\.optimizer), differs(\.stateBits), differs(\.optimizerKernel),
      differs(\.fusedAttention),
    ]
    return zip(words(variant), isShown).filter(\.1).map { own, _ in
      own.name == "optimizer-states" ? "\(own.word) states" : own.word
    }.joined(separator: " ")
  }
}
