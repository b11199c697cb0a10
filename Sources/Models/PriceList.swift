import DataFormats

/// What a model that is only served costs, per million tokens.
public struct PriceList: Sendable, Hashable {
  /// The model that answers, as its provider names it.
  public var model: String
  /// US dollars per million tokens read.
  public var inputDollarsPerMillionTokens: Double
  /// US dollars per million tokens written; 0 for embeddings.
  public var outputDollarsPerMillionTokens: Double
  /// Longest sequence that the provider takes.
  public var context: Int
  /// Public address of the price.
  public var source: String
  /// Day on which it was so (`2024-04-01`).
  public var date: String

  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: [
      "model", "inputDollarsPerMillionTokens", "outputDollarsPerMillionTokens", "context",
      "source", "date",
    ])
    model = try cursor.field("model").string()
    inputDollarsPerMillionTokens = try cursor.field("inputDollarsPerMillionTokens")
      .double(in: 0...1_000_000)
    outputDollarsPerMillionTokens =
      try cursor.optional("outputDollarsPerMillionTokens")?.double(in: 0...1_000_000) ?? 0
    context = try cursor.field("context").int(in: 1...1_000_000_000)
    source = try cursor.field("source").string()
    date = try cursor.field("date").string()
  }

  /// US dollars of one request.
  public func dollars(read: Int, written: Int) -> Double {
    (Double(read) * inputDollarsPerMillionTokens
      + Double(written) * outputDollarsPerMillionTokens) / 1e6
  }
}
