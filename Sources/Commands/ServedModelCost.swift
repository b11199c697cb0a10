import DataFormats
import Models
import Quantities

/// What requests to a closed model cost: tokens and money, since there is nothing to count.
struct ServedModelCost {
  let model: ModelProfile
  let prices: PriceList
  let requests: Int
  /// Tokens read and written by one request.
  let read: Int
  let written: Int

  /// Takes `--batch` as requests, `--sequence` as tokens read and `--target-sequence` as tokens
  /// written (default 0).
  ///
  /// - Throws: `UserError` for a model without prices, a training task, or more tokens than the
  ///   provider takes.
  init(_ model: ModelProfile, _ arguments: Arguments) throws(UserError) {
    self.model = model
    guard let prices = model.api else {
      throw UserError(
        .impossible, place: model.id, "this model is closed and has no public price",
        remedy: "choose another (hfm models --status open)")
    }
    guard arguments.string("task") == "infer" else {
      throw UserError(
        .impossible, place: model.id, key: "--task", "a closed model is only served",
        remedy: "use --task infer")
    }
    self.prices = prices
    requests = try arguments.int("batch", in: 1...1_000_000_000_000) ?? 1
    read = try arguments.int("sequence", in: 1...1_000_000_000) ?? prices.context
    written = try arguments.int("target-sequence", in: 1...1_000_000_000) ?? 0
    guard read + written <= prices.context else {
      throw UserError(
        .input, place: model.id, key: "--sequence", "\(read + written) tokens in a request",
        remedy: "\(prices.model) takes \(prices.context)")
    }
  }

  /// US dollars of all requests.
  var dollars: Double { Double(requests) * prices.dollars(read: read, written: written) }

  var json: JSONValue {
    .object([
      ("model", .string(model.id)), ("served", .string(prices.model)),
      ("requests", .number(requests)), ("readTokens", .number(read)),
      ("writtenTokens", .number(written)), ("cost", .number(dollars)),
      ("currency", .string("USD")), ("priceDate", .string(prices.date)),
      ("priceSource", .string(prices.source)),
    ])
  }

  var lines: [String] {
    var table = AlignedTable(head: ["\(model.name), served", ""], rightAligned: [1])
    table.rows = [
      ["requests", Format.count(requests)], ["tokens read, each", Format.count(read)],
      ["tokens written, each", Format.count(written)],
      ["price", "$\(Format.significant(dollars))"],
    ]
    return table.lines + ["", "  \(prices.model), \(prices.date): \(prices.source)"]
  }
}
