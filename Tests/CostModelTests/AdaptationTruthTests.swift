import CostModel
import DataFormats
import Graph
import Models
import Quantities
import TestSupport
import Testing
import Validation
import Workloads

/// Records of adaptation: workloads of base models, whose task follows from the record's words.
@Suite("Truth: adaptation of base models")
struct AdaptationTruthTests {
  /// A record, its base model and the request without its shape.
  struct Case: Sendable {
    var json: JSONValue
    var model: ModelProfile
    var request: WorkloadRequest
    /// Whether the recorded backward pass repeats the layers.
    var recomputes: Bool
  }

  static let records: [String] = {
    guard let folder = ValidationData.path("truth/truth"),
      let names = try? TestFile.names(in: folder)
    else { return [] }
    return names.filter { $0.hasSuffix(".json") }.sorted().filter {
      (try? ValidationData.json("truth/truth/" + $0))?["kind"]?.string == "adaptation"
    }
  }()

  /// The longest catalogue name that the record's id starts with, or a name in its words.
  static func base(_ json: JSONValue) throws -> ModelProfile {
    let id = try #require(json["id"]?.string)
    let words = (json["impl"]?.string ?? "").split { " ,".contains($0) }.map(String.init)
    let models = ModelCatalogue.builtIn.models
    func names(_ model: ModelProfile) -> [String] { [model.id] + model.aliases }
    let candidates = models.flatMap { model in names(model).map { (name: $0, model: model) } }
    if let named = candidates.first(where: { words.contains($0.name) }) { return named.model }
    let prefixes = candidates.filter { id.hasPrefix($0.name + "-") }
    return try #require(prefixes.max { $0.name.count < $1.name.count }).model
  }

  static func read(_ record: String) throws -> Case {
    let json = try ValidationData.json("truth/truth/" + record)
    let impl = json["impl"]?.string ?? ""
    let config = json["config"]
    var request = WorkloadRequest(task: .finetune, batch: 1)
    if let rank = config?["r"]?.int {
      request.task = .lora
      request.options.rank = rank
      let words = ["q_proj": "query", "k_proj": "key", "v_proj": "value", "o_proj": "output"]
      if let named = config?["targets"]?.array?.compactMap(\.string) {
        request.options.targets = named.map { words[$0] ?? $0 }
      } else if config?["targets"]?.string?.hasPrefix("all") == true {
        request.options.targets = ["all"]
      }
    } else if let tokens = config?["virtual"]?.int {
      request.task = .promptTuning
      request.options.tokens = tokens
    } else if impl.contains("IA3") {
      request.task = .ia3
    } else if impl.contains("head only") {
      request.task = .linearProbe
    }
    let recomputes = config?["ac"] != nil
    request.embeddingGradient = recomputes
    return Case(json: json, model: try base(json), request: request, recomputes: recomputes)
  }

  @Test(.enabled(if: ValidationData.isPresent, "no HFM_VALIDATION_DATA"), arguments: records)
  func counts(record: String) throws {
    let item = try Self.read(record)
    for shape in item.json["cases"]?.array ?? [] {
      var request = TruthRows.request(
        try #require(shape["shape"]), item.model, trains: true)
      request.task = item.request.task
      request.options = item.request.options
      request.embeddingGradient = item.request.embeddingGradient
      let training = try #require(try Workload(item.model, request).training)
      let cost = try GraphCost(training: training)
      let repeated = item.recomputes ? cost.recomputable.sum(\.modelFlops) : 0
      let name = "\(record) \(shape["name"]?.string ?? "")"
      #expect(near(cost.flops.forward, shape["forward_flops"]?.int), "\(name) forward")
      #expect(
        near(cost.flops.backward + repeated, shape["backward_flops"]?.int), "\(name) backward")
      let params = item.json["params"]
      #expect(cost.parameters.trainable == params?["trainable"]?.int, "\(name)")
      // peft keeps the classifier twice: a frozen original and the trained copy.
      let classifier =
        request.task == .lora && training.forward.name.hasSuffix("supervised")
        ? training.trainedParameters.filter { $0.tensor.role == .parameter(.head) }
          .reduce(0) { $0 + $1.tensor.count * $1.count } : 0
      #expect(cost.parameters.total + classifier == params?["total"]?.int, "\(name)")
    }
  }

  private func near(_ counted: Int, _ truth: Int?) -> Bool {
    guard let truth else { return false }
    return abs(counted - truth) <= truth / 1000
  }
}
