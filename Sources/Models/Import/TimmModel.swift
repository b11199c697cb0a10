import DataFormats
import Graph
public import Quantities

/// Model names of PyTorch image models (timm): `vit_base_patch16_224`,
/// `vit_large_patch14_reg4_dinov2`, `deit_small_patch16_384`, `swin_tiny_patch4_window7_224`, with
/// a tag after a dot or without.
struct TimmName {
  /// Widths, layers, heads and MLP ratio by size, as in timm's `vision_transformer.py`.
  private static let sizes: [(name: String, hidden: Int, layers: Int, heads: Int, ratio: Double)] =
    [
      ("tiny", 192, 12, 3, 4), ("small", 384, 12, 6, 4), ("medium", 512, 12, 8, 4),
      ("base", 768, 12, 12, 4), ("large", 1024, 24, 16, 4), ("huge", 1280, 32, 16, 4),
      ("giant", 1408, 40, 16, 48.0 / 11), ("gigantic", 1664, 48, 16, 64.0 / 13),
      ("so400m", 1152, 27, 16, 3.7362),
    ]
  /// Widths, layers and heads of Swin by size.
  private static let windowed: [(name: String, embed: Int, depth: Int, heads: Int)] = [
    ("tiny", 96, 6, 3), ("small", 96, 18, 3), ("base", 128, 18, 4), ("large", 192, 18, 6),
  ]

  /// The name without `timm:` or `timm/` and without its tag.
  let name: String
  private let words: [String]

  init(_ text: String) {
    var rest = Substring(text)
    for prefix in ["timm:", "timm/", "hf-hub:timm/"] where rest.hasPrefix(prefix) {
      rest = rest.dropFirst(prefix.count)
    }
    name = String(rest.prefix { $0 != "." })
    words = name.split(separator: "_").map(String.init)
  }

  /// What the name describes; nil for a family that is not built from names.
  func architecture() -> Architecture? {
    guard let family = words.first, words.count >= 3 else { return nil }
    switch family {
    case "vit", "deit": return transformer().map { .single($0) }
    case "swin": return swin()
    default: return nil
    }
  }

  /// The number after a word's prefix (`patch16`).
  private func number(_ prefix: String) -> Int? {
    words.lazy.compactMap { word in
      word.hasPrefix(prefix) ? Int(word.dropFirst(prefix.count)) : nil
    }.first { (1...4096).contains($0) }
  }

  private var image: Int? {
    words.last.flatMap { Int($0) }.flatMap { (16...4096).contains($0) ? $0 : nil }
  }

  private func transformer() -> Tower? {
    guard let size = Self.sizes.first(where: { $0.name == words[1] }), let patch = number("patch")
    else { return nil }
    let isDino = words.contains("dinov2")
    let edge = image ?? (isDino ? 518 : 224)
    guard edge % patch == 0 else { return nil }
    let known: Set<String> = ["dinov2", "reg4", String(edge), "patch\(patch)"]
    guard words.dropFirst(2).allSatisfy(known.contains) else { return nil }
    var width = (size.hidden, size.layers, size.heads)
    if isDino, size.name == "giant" { width = (1536, 40, 24) }
    var stack = TransformerStack(
      layers: width.1, hidden: width.0, heads: width.2,
      intermediate: Int(Double(width.0) * size.ratio))
    stack.epsilon = 1e-6
    stack.packsProjections = true
    stack.finalNorm = true
    stack.layerScale = isDino
    if isDino, size.name == "giant" {
      // SwiGLU of two thirds of 4·h, a multiple of 8.
      stack.intermediate = 4096
      stack.gated = true
      stack.activation = .silu
    }
    var input = PatchInput(image: edge, patch: patch)
    if words.contains("reg4") {
      input.registerTokens = 4
      input.positionOfClass = !isDino
      input.positionOfRegisters = false
    }
    var heads = Heads()
    heads.classes = isDino ? 0 : 1000
    return Tower(input: .patches(input), stack: stack, heads: heads)
  }

  private func swin() -> Architecture? {
    guard let size = Self.windowed.first(where: { $0.name == words[1] }),
      let patch = number("patch"), let window = number("window"), let image,
      words.count == 5
    else { return nil }
    let members: [(String, JSONValue)] = [
      ("kind", .string("swin")), ("image", .number(image)), ("patch", .number(patch)),
      ("embed", .number(size.embed)),
      ("depths", .array([2, 2, size.depth, 2].map { .number($0) })),
      ("heads", .array([1, 2, 4, 8].map { .number(size.heads * $0) })),
      ("window", .number(window)), ("classes", .number(1000)),
    ]
    let cursor = JSONCursor(file: name, root: .object(members))
    return (try? ComponentRegistry.read(cursor)).map { .component($0) }
  }

  /// The error for a name that is not known.
  func unknown(_ place: String) -> UserError {
    let ids = ModelCatalogue.builtIn.models.flatMap { [$0.id] + $0.aliases }
    return UserError(
      .input, place: place, key: "MODEL", "unknown timm name \"\(name)\"",
      remedy: NearestNames.question(
        name, in: ids.filter { $0.contains("_") || $0.contains("resnet") },
        otherwise: "known are vit_SIZE_patchN[_reg4][_dinov2]_IMAGE, deit_…, "
          + "swin_SIZE_patchN_windowN_IMAGE and the catalogue's names (resnet50, densenet121, …)"))
  }
}

extension ModelProfile {
  /// The model that a timm name means (`timm:vit_base_patch16_224`): the catalogue's, or one built
  /// from the sizes in the name.
  ///
  /// - Throws: `UserError` for a name of another family or of sizes that do not fit together.
  public init(timmName text: String) throws(UserError) {
    let name = TimmName(text)
    if let known = try? ModelCatalogue.builtIn.model(name.name) {
      self = known
      return
    }
    guard let architecture = name.architecture() else { throw name.unknown(text) }
    self.init(
      id: name.name, name: name.name, family: .vision, source: "timm " + name.name,
      objective: architecture.likelyObjective, architecture: architecture)
    do { _ = try parameterCount() } catch { throw name.unknown(text) }
  }

  /// Reads the `config.json` that timm's models carry: `architecture` names the model,
  /// `model_args` change it.
  ///
  /// - Throws: `UserError` that names file, line and key.
  public init(timmConfig bytes: [UInt8], file: String) throws(UserError) {
    do throws(JSONError) {
      let cursor = try JSONCursor(file: file, bytes: bytes)
      let field = try cursor.field("architecture")
      let named = try field.string()
      var profile: ModelProfile
      do throws(UserError) { profile = try ModelProfile(timmName: named) } catch {
        throw field.error(error.message + "; " + error.remedy)
      }
      profile.id = ModelProfile.id(ofFile: file)
      profile.name = named
      profile.aliases = []
      profile.survey = nil
      profile.source = file
      try profile.change(cursor)
      self = profile
    } catch {
      throw error.asUserError(remedy: "see timm's config.json of a model of this family")
    }
    do { _ = try parameterCount() } catch {
      throw UserError(
        .input, place: file, error.description, remedy: "check the config's numbers")
    }
  }

  /// Applies `num_classes` and `model_args` to a vision transformer; others keep their own sizes.
  private mutating func change(_ cursor: JSONCursor) throws(JSONError) {
    guard case .single(var tower) = architecture, case .patches(var input) = tower.input else {
      return
    }
    var arguments = JSONCursor(file: cursor.file, root: .object([]))
    if let given = try cursor.optional("model_args") { arguments = given }
    let sizes = 1...1_000_000
    let image = try arguments.int("img_size", input.image, in: 1...100_000)
    let patch = try arguments.int("patch_size", input.patch, in: 1...image)
    guard image % patch == 0 else {
      throw arguments.error("img_size \(image) is no multiple of patch_size \(patch)")
    }
    input.extents = input.extents.map { _ in image }
    input.steps = input.steps.map { _ in patch }
    input.registerTokens = try arguments.int("reg_tokens", input.registerTokens, in: 0...1000)
    input.positionOfClass = try !arguments.bool("no_embed_class", !input.positionOfClass)
    if let isThere = try arguments.optional("class_token")?.bool(), !isThere {
      input.classTokens = 0
    }
    var stack = tower.stack
    stack.hidden = try arguments.int("embed_dim", stack.hidden, in: sizes)
    stack.layers = try arguments.int("depth", stack.layers, in: 1...100_000)
    stack.heads = try arguments.int("num_heads", stack.heads, in: 1...100_000)
    stack.keyValueHeads = stack.heads
    guard stack.hidden % stack.heads == 0 else {
      throw arguments.error("\(stack.heads) heads do not divide a width of \(stack.hidden)")
    }
    stack.headSize = stack.hidden / stack.heads
    if let ratio = try arguments.optional("mlp_ratio")?.double(in: 0.01...64) {
      stack.intermediate = max(1, Int(Double(stack.hidden) * ratio))
    } else if cursor.has("model_args"), arguments.has("embed_dim") {
      stack.intermediate = 4 * stack.hidden
    }
    stack.queryKeyValueBias = try arguments.bool("qkv_bias", stack.queryKeyValueBias)
    if arguments.has("init_values") { stack.layerScale = true }
    let classes = arguments.has("num_classes") ? arguments : cursor
    tower.heads.classes = try classes.int(
      "num_classes", tower.heads.classes, in: 0...100_000_000)
    if tower.heads.classes == 0 { objective = .embedding }
    let pool = arguments.has("global_pool") ? arguments : cursor
    if try pool.optional("global_pool")?.string() == "avg" { tower.heads.pool = .mean }
    tower.input = .patches(input)
    tower.stack = stack
    architecture = .single(tower)
    try noteUnread(arguments)
  }

  private mutating func noteUnread(_ arguments: JSONCursor) throws(JSONError) {
    let read: Set<String> = [
      "img_size", "patch_size", "reg_tokens", "no_embed_class", "class_token", "embed_dim",
      "depth", "num_heads", "mlp_ratio", "qkv_bias", "init_values", "num_classes", "global_pool",
      "dynamic_img_size",
    ]
    guard !arguments.value.isNull, case .object = arguments.value.content else { return }
    for (key, _) in try arguments.members() where !read.contains(key) {
      assumptions.append("the argument \(key) is not known and was left out")
    }
  }
}
