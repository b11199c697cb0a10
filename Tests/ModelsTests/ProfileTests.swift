import Graph
import Models
import Profiles
import Quantities
import TestSupport
import Testing

@Suite("Profiles")
struct ProfileTests {
  static let paths = Profiles.files(under: "models/").map(\.path)

  @Test(arguments: paths)
  func everyBuiltInProfileIsRead(path: String) throws {
    let bytes = try #require(Profiles.file(path))
    let model = try ModelProfile(parsing: bytes, file: path)
    #expect(path == "models/\(model.family.rawValue)/\(model.id).json")
    #expect(model.source.hasPrefix("https://"))
    #expect(bytes.count { $0 == 10 } < 40)
    // A closed model has nothing to count; what is assumed of a partly public one is said.
    if model.status == .closed {
      #expect(throws: UserError.self) { try model.parameterCount() }
    } else {
      #expect(try model.parameterCount() > 0)
    }
    if model.status == .partial { #expect(!model.note.isEmpty) }
  }

  @Test func everyFileOfTheFolderIsCompiledIn() throws {
    let folder = Repository.root + "/Profiles"
    let onDisk = try TestFile.tree(folder).filter { $0.hasSuffix(".json") }.sorted()
    let names = onDisk.map { $0.hasPrefix(folder) ? String($0.dropFirst(folder.count + 1)) : $0 }
    #expect(
      Profiles.files(under: "").map(\.path).sorted() == names, "run scripts/embed-profiles.sh")
    for name in names { #expect(try Profiles.file(name) == TestFile.read(folder + "/" + name)) }
  }

  @Test func aFileIsFoundByItsNameAlone() throws {
    for path in Self.paths {
      let name = try #require(path.split(separator: "/").last?.dropLast(5)).description
      #expect(Profiles.file(named: name, in: "models")?.path == path)
      #expect(Profiles.file(named: name, in: "devices") == nil)
    }
    for name in ["", "bert-bas", "ert-base", "bert-base.json", "bert-base\0", "language/bert-base"]
    {
      #expect(Profiles.file(named: name, in: "models") == nil, "\(name)")
    }
    #expect(Profiles.file(named: "bert-base", in: "model") == nil)
    #expect(Profiles.file("models/language/bert-base") == nil)
  }

  /// An alias is looked for in the files' text; it finds what the whole catalogue would.
  @Test func aliasesFindTheirModels() throws {
    let models = ModelCatalogue.builtIn.models
    try #require(models.contains { !$0.aliases.isEmpty })
    for model in models {
      for alias in model.aliases {
        #expect(try ModelCatalogue.builtIn.model(alias).id == model.id, "\(alias)")
      }
    }
  }

  @Test func idsAndAliasesAreUnique() {
    let names = ModelCatalogue.builtIn.models.flatMap { [$0.id] + $0.aliases }
    #expect(Set(names).count == names.count)
    #expect(ModelCatalogue.builtIn.models.count == Self.paths.count)
  }

  @Test func unknownModelsSuggestNames() {
    let text = errorText { _ = try ModelCatalogue.builtIn.model("bert-bse") }
    #expect(text?.contains("bert-base") == true)
    let other = errorText { _ = try ModelCatalogue.builtIn.model("clip") }
    #expect(other?.contains("did you mean clip-") == true)
  }

  static let small = """
    {
      "id": "mine", "name": "Mine", "family": "language", "source": "https://example.org",
      "objective": "masked-lm",
      "like": "bert-base",
      "architecture": {"stack": {"layers": 2, CHANGE}}
    }
    """

  func parse(_ change: String) throws -> ModelProfile {
    let text = Self.small.split(separator: "CHANGE").joined(separator: change)
    return try ModelProfile(parsing: Array(text.utf8), file: "mine.json")
  }

  @Test func likeChangesOnlyWhatItSays() throws {
    let model = try parse("\"heads\": 8")
    guard case .single(let tower) = model.architecture else { return #expect(Bool(false)) }
    #expect(tower.stack.layers == 2 && tower.stack.heads == 8 && tower.stack.hidden == 768)
    // 12 layers of 7,087,872 parameters in bert-base's 110,106,428; two remain.
    #expect(try model.parameterCount() == 110_106_428 - 10 * 7_087_872)
  }

  @Test(arguments: [
    ("\"heds\": 8", "mine.json:5:51: architecture.stack.heds: unknown key"),
    ("\"heads\": 7", "heads do not divide"),
    ("\"heads\": -1", "expected an integer from 1"),
    ("\"heads\": 1e30", "expected an integer from 1"),
    ("\"hidden\": 99999999999999999999", "expected an integer"),
    ("\"norm\": \"batch\"", "known are layer, rms"),
    ("\"heads\": }", "not valid JSON"),
    ("\"keyValueHeads\": 5", "must divide the 12 heads"),
    ("\"intermediate\": 100000000, \"hidden\": 99999996", "too large"),
  ])
  func faultsAreNamed(change: String, wanted: String) {
    let text = errorText { _ = try parse(change) }
    #expect(text?.contains(wanted) == true, "\(text ?? "no error")")
    #expect(text?.contains("mine.json") == true)
  }

  @Test func likeOfNothingIsRefused() {
    let text = errorText {
      _ = try ModelProfile(
        parsing: Array("{\"id\": \"a\", \"like\": \"no-such\"}".utf8), file: "a.json")
    }
    #expect(text?.contains("no-such") == true)
  }

  @Test(arguments: 0..<200)
  func garbledProfilesNeverTrap(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let path = Self.paths[random.int(0...Self.paths.count - 1)]
    var bytes = try #require(Profiles.file(path))
    for _ in 0..<random.int(1...4) {
      let index = random.int(0...bytes.count - 1)
      if random.chance(0.3) {
        bytes.remove(at: index)
      } else {
        bytes[index] = UInt8(random.int(32...126))
      }
    }
    // Either a model that can be counted or an error with the file's name.
    let text = errorText { _ = try ModelProfile(parsing: bytes, file: "garbled.json") }
    #expect(text == nil || text?.contains("garbled.json") == true, "\(text ?? "")")
  }

  @Test func aThousandLayersAreAsSmallAsOne() throws {
    let one = try graph(layers: 1)
    let thousand = try graph(layers: 1000)
    #expect(one.blocks == thousand.blocks && one.calls.count == thousand.calls.count)
  }

  private func graph(layers: Int) throws -> OperatorGraph {
    var model = try ModelCatalogue.builtIn.model("bert-base")
    guard case .single(var tower) = model.architecture else { throw UserError(.input, "no tower") }
    tower.stack.layers = layers
    model.architecture = .single(tower)
    return try model.graph(
      GraphRequest(
        batch: 1, sequence: 8, spatial: [1, 1], precision: .fp32,
        objective: .maskedLanguage, withLoss: true))
  }
}
