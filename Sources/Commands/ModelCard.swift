import CostModel
import DataFormats
import Graph
import Models
import Planner
import Quantities
import Workloads

/// Everything about one model on one screen: `hfm models show MODEL`.
struct ModelCard {
  /// One call of a block.
  struct Part {
    var name: String
    var count: Int
    var output: [Int]
    var parameters: Int
    var flops: Int
  }

  let model: ModelProfile
  /// Elements of all parameters; nil for a model that is not public.
  let parameters: Int?
  let parts: [Part]
  /// Inputs of one sample: names and extents.
  let inputs: [Tensor]
  let forwardFlops: Int

  /// Counts one sample of the model's own extents.
  ///
  /// - Throws: `UserError` when a user's profile cannot be built.
  init(_ model: ModelProfile) throws(UserError) {
    self.model = model
    guard model.status != .closed else {
      (parameters, parts, inputs, forwardFlops) = (nil, [], [], 0)
      return
    }
    var request = WorkloadRequest(task: .infer, batch: 1)
    // One pass shows every block; further ones repeat them.
    if model.sample.recycles != nil { request.recycles = 0 }
    let graph = try Workload(model, request).forward
    let blocks = graph.blocks.map { block in
      block.operators.reduce(0) { $0 + OperatorCost($1, tensors: block.tensors).modelFlops }
    }
    parts = Self.merged(graph.calls.map { Self.part($0, graph, flops: blocks[$0.block]) })
    parameters = try model.parameterCount()
    inputs = graph.inputs.map { graph.values[$0.index] }
    forwardFlops = parts.reduce(0) { $0 + $1.flops }
  }

  /// Equal blocks in a row as one: layers with the same parameters are separate calls.
  private static func merged(_ parts: [Part]) -> [Part] {
    var result: [Part] = []
    for part in parts {
      if let last = result.last, last.name == part.name, last.output == part.output {
        result[result.count - 1].count += part.count
        result[result.count - 1].parameters += part.parameters
        result[result.count - 1].flops += part.flops
      } else {
        result.append(part)
      }
    }
    return result
  }

  private static func part(_ call: BlockCall, _ graph: OperatorGraph, flops: Int) -> Part {
    let block = graph.blocks[call.block]
    let tied = Set(call.tied.map(\.local))
    let own = block.parameters.filter { !tied.contains($0) }.reduce(0) { $0 + block[$1].count }
    // A shared parameter belongs to the first call that uses it.
    let first = call.tied.filter { tie in
      graph.calls.first { $0.tied.contains { $0.shared == tie.shared } } == call
    }
    let shared = first.reduce(0) { $0 + graph.sharedParameters[$1.shared].count }
    return Part(
      name: block.name, count: call.count,
      output: call.outputs.first.map { graph.values[$0.index].shape } ?? [],
      parameters: (call.reuses == nil ? own * call.count : 0) + shared, flops: flops * call.count)
  }

  // MARK: text

  func lines(explain: Bool) -> [String] {
    var lines = [model.name] + facts
    if !parts.isEmpty { lines += [""] + drawing }
    if explain {
      let terms = [
        ExplainTerm("parameters", "every distinct tensor once, tied ones once", "", "counted"),
        ExplainTerm(
          "FLOP", "products of one forward pass, a multiply-add being 2", "", "counted"),
      ]
      lines += [""] + ExplainText.lines(terms)
    }
    return lines
  }

  private var facts: [String] {
    var rows = [
      ("id", ([model.id] + model.aliases).joined(separator: ", ")),
      ("family", model.family.rawValue), ("status", statusWords),
    ]
    if let place = model.survey, let entry = place.entry {
      rows.append(
        ("survey", "table \(place.table), row \(place.row): \(entry.name) (\(entry.year))"))
      rows.append(("pre-training", SurveyWords.pretraining(entry.pretraining)))
      rows.append(
        ("adaptation", entry.adaptation.map(SurveyWords.adaptation).joined(separator: ", ")))
      rows.append(("backbone", entry.backbone))
      if !entry.modality.isEmpty { rows.append(("data", entry.modality.joined(separator: ", "))) }
      rows.append(("tasks", entry.tasks.joined(separator: ", ")))
    }
    rows.append(("objective", model.objective.rawValue))
    if !inputs.isEmpty { rows.append(("one sample", sampleWords)) }
    if let parameters { rows.append(("parameters", parameterWords(parameters))) }
    if forwardFlops > 0 { rows.append(("forward", Format.flops(forwardFlops))) }
    if let api = model.api { rows.append(("price", priceWords(api))) }
    if !model.note.isEmpty { rows.append(("note", model.note)) }
    rows.append(("source", model.source))
    let width = rows.map(\.0.count).max() ?? 0
    return rows.map { name, value in
      "  " + name + String(repeating: " ", count: width - name.count + 2) + value
    }
  }

  private var statusWords: String {
    switch model.status {
    case .open: "open: counted from the public architecture"
    case .partial: "partial: see the note for what is assumed"
    case .closed: "closed: only served, nothing to count"
    }
  }

  private var sampleWords: String {
    inputs.map { tensor in
      let extents = tensor.shape.dropFirst().map(String.init).joined(separator: " x ")
      return extents.isEmpty ? tensor.name : "\(tensor.name) \(extents)"
    }.joined(separator: ", ")
  }

  private func parameterWords(_ counted: Int) -> String {
    guard let published = model.publishedParameters else {
      return "\(Format.count(counted)) counted"
    }
    let error = Double(counted) / Double(published) - 1
    return "\(Format.count(counted)) counted, \(Format.count(published)) published "
      + "(\(error < 0 ? "" : "+")\(Format.percent(error)))"
  }

  private func priceWords(_ api: PriceList) -> String {
    "\(api.model): $\(Format.significant(api.inputDollarsPerMillionTokens)) per million tokens "
      + "read, $\(Format.significant(api.outputDollarsPerMillionTokens)) written (\(api.date))"
  }

  /// The blocks in order, each with its shares as bars.
  private var drawing: [String] {
    var table = AlignedTable(
      head: ["block", "times", "gives", "parameters", "share", "FLOP", "share"],
      rightAligned: [1, 3, 5])
    for part in parts {
      table.rows.append([
        part.name, part.count > 1 ? "\(part.count)" : "",
        part.output.map(String.init).joined(separator: " x "),
        part.parameters == 0 ? "–" : Format.count(part.parameters),
        Self.bar(part.parameters, of: parameters ?? 0),
        part.flops == 0 ? "–" : Format.flops(part.flops), Self.bar(part.flops, of: forwardFlops),
      ])
    }
    return table.lines
  }

  /// A share as up to ten blocks and a percentage.
  private static func bar(_ part: Int, of whole: Int) -> String {
    guard part > 0, whole > 0 else { return "" }
    let share = min(1, Double(part) / Double(whole))
    let filled = Int((share * 10).rounded())
    let blocks = String(repeating: "█", count: filled) + String(repeating: "░", count: 10 - filled)
    return blocks + " " + Format.percent(share)
  }

  // MARK: JSON

  var json: JSONValue {
    var members = ModelsCommand.members(model, parameters: parameters)
    members.append(("publishedParameters", model.publishedParameters.map { .number($0) } ?? .null))
    members.append(("forwardFlops", .number(forwardFlops)))
    let blocks = parts.map { part in
      JSONValue.object([
        ("name", .string(part.name)), ("count", .number(part.count)),
        ("output", .array(part.output.map { .number($0) })),
        ("parameters", .number(part.parameters)), ("forwardFlops", .number(part.flops)),
      ])
    }
    members.append(("blocks", .array(blocks)))
    return .object(members)
  }
}

/// The survey's abbreviations in words (arXiv 2404.03264, captions of tables I to IV).
enum SurveyWords {
  static func pretraining(_ word: String) -> String {
    switch word {
    case "GL": "generative learning"
    case "CL": "contrastive learning"
    case "HL": "hybrid learning"
    case "SL": "supervised learning"
    default: "none of its own"
    }
  }

  static func adaptation(_ word: String) -> String {
    switch word {
    case "FT": "fine-tuning"
    case "AT": "adapter tuning"
    case "PE": "prompt engineering"
    default: word
    }
  }
}
