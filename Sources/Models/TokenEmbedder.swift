import Graph
import Quantities

/// Builds what token ids become before the first layer: the sum of their tables' rows.
struct TokenEmbedder {
  let input: TokenInput
  /// The stack that reads the embeddings: its width and kind of norm.
  let stack: TransformerStack
  let request: GraphRequest
  /// Prepended to block and input names (`text.`).
  let prefix: String

  /// Whose the token table is.
  enum Table {
    /// This block's alone.
    case own
    /// Shared with a head that is built later.
    case shared
    /// A parameter that is shared already, at this position.
    case tied(Int)
  }

  /// Embeds `sequence` ids a sample, with the request's prompt in front unless a past holds it.
  func build(
    _ sequence: Int, table: Table, into graph: inout GraphBuilder
  ) throws(UserError) -> BuiltTower {
    let width = input.width ?? stack.hidden
    var block = request.block(prefix + "embeddings")
    let ids = try block.input("tokens", [request.batch, sequence], .int32)
    let weight = try block.parameter("tokens.weight", [input.vocabulary, width], .embedding)
    var sum = try block.apply("tokens.embedding", .embedding, ids, weight)
    if let scale = input.scale { sum = try block.apply("tokens.scale", .scale(scale), sum) }
    let tokens = try graph.input(prefix + "tokens", [request.batch, sequence], .int32)
    var values = [tokens]
    for rows in tables(sequence) {
      sum = try add(rows, to: sum, width, &block, &values, &graph)
    }
    if input.norm { sum = try block.norm("norm", sum, stack) }
    if width != stack.hidden {
      sum = try block.linear(
        "projectIn", sum, to: stack.hidden, bias: input.widthBias, .projection)
    }
    if let count = request.promptTokens, request.past == 0 {
      let prompt = try block.parameter("prompt.weight", [count, stack.hidden], .adapter)
      sum = try block.apply("prompt", .prependTokens, sum, prompt)
    }
    if request.dropout { sum = try block.dropped("dropout", sum) }
    block.output(sum)
    var shared: Int?
    switch table {
    case .own: break
    case .shared: shared = graph.share(weight, of: block.block)
    case .tied(let position): shared = position
    }
    let ties = shared.map { [TiedParameter(local: weight, shared: $0)] } ?? []
    let embedded = try graph.call(block, values, tied: ties)[0]
    let front = request.past == 0 ? request.promptTokens ?? 0 : 0
    return BuiltTower(hidden: embedded, tokens: tokens, tokenTable: shared, prefix: front)
  }

  /// A table whose rows are added.
  private struct Rows {
    var name: String
    var rows: Int
    /// Shape of its ids.
    var ids: [Int]
  }

  private func tables(_ sequence: Int) -> [Rows] {
    let each = [request.batch, sequence]
    var result: [Rows] = []
    if input.tokenTypes > 0 {
      result.append(Rows(name: "tokenTypes", rows: input.tokenTypes, ids: each))
    }
    if input.positions > 0 {
      result.append(Rows(name: "positions", rows: input.positions, ids: [sequence]))
    }
    for (index, rows) in input.tables.enumerated() {
      result.append(Rows(name: "table.\(index)", rows: rows, ids: each))
    }
    return result
  }

  private func add(
    _ table: Rows, to sum: TensorID, _ width: Int, _ block: inout BlockBuilder,
    _ values: inout [ValueID], _ graph: inout GraphBuilder
  ) throws(UserError) -> TensorID {
    let name = table.name
    let ids = try block.input(name, table.ids, .int32)
    let weight = try block.parameter(name + ".weight", [table.rows, width], .embedding)
    let rows = try block.apply(name + ".embedding", .embedding, ids, weight)
    values.append(try graph.input(prefix + name, table.ids, .int32))
    return try block.apply(name + ".sum", .add, sum, rows)
  }
}
