import DataFormats
import Models
import Planner
import Quantities

extension RowReader {
  // MARK: MaxText on TPUs

  /// A recipe behind a row of MaxText's tables: its script under
  /// `src/maxtext/configs/tpu/*/` (github.com/AI-Hypercomputer/maxtext).
  private struct Recipe {
    var shape: DecoderShape
    /// `per_device_batch_size`, a sample's share where several chips hold it.
    var samples: Int
    /// `ici_tensor_parallelism`.
    var tensor: Int
    /// `remat_policy`.
    var recompute: RecomputeMode
  }

  /// LLaMA's layer scaled by a power of two (`global_parameter_scale`, resolved by
  /// `get_individual_scales`): 16 layers of 2,048 columns, 16 heads of 128 and an MLP of 7,168,
  /// 32,000 tokens (`base.yml`) doubled in turn: heads and MLP, width, layers.
  private static func scaled(_ billions: Int) -> DecoderShape {
    let doublings = billions.trailingZeroBitCount
    let (base, rest) = doublings.quotientAndRemainder(dividingBy: 3)
    let inner = 1 << (base + (rest > 0 ? 1 : 0))
    var shape = DecoderShape(
      layers: 16 << base, hidden: 2048 << (base + (rest > 1 ? 1 : 0)), heads: 16 * inner,
      sequence: 2048, vocabulary: 32_000)
    shape.headSize = 128
    shape.intermediate = 7168 * inner
    shape.isLlama = true
    shape.untied = true
    return shape
  }

  /// `v4/22b.sh` and `52b.sh` give these extents; with plain MLPs and heads of 256, as their time's
  /// `base.yml` had, they are the 22 and 52 billion parameters of their names.
  private static func plain(_ layers: Int, _ hidden: Int, _ heads: Int) -> DecoderShape {
    var shape = DecoderShape(
      layers: layers, hidden: hidden, heads: heads, sequence: 2048, vocabulary: 32_000)
    shape.headSize = 256
    shape.untied = true
    return shape
  }

  private static func recipe(_ chip: String, _ model: String) -> Recipe? {
    func scaled(_ samples: Int, _ tensor: Int, _ recompute: RecomputeMode) -> Recipe? {
      Int(model.prefix { $0.isNumber }).map {
        Recipe(
          shape: Self.scaled($0), samples: samples, tensor: tensor, recompute: recompute)
      }
    }
    // `minimal` keeps what products wrote, which selective recomputation does, too.
    switch (chip, model) {
    case ("v5p", "32B"): return scaled(6, 4, .selective)
    case ("v5p", "64B"): return scaled(3, 4, .selective)
    case ("v5p", "128B"), ("v5p", "256B"): return scaled(1, 8, .selective)
    case ("v5p", "512B"): return scaled(2, 8, .full)
    case ("v5p", "1024B"): return scaled(2, 16, .full)
    case ("v5e", "16B"): return scaled(6, 1, .full)
    case ("v5e", "32B"): return scaled(4, 1, .full)
    case ("v5e", "64B"): return scaled(2, 1, .full)
    case ("v4", "22B"):
      return Recipe(shape: plain(48, 6144, 24), samples: 13, tensor: 1, recompute: .full)
    case ("v4", "52B"):
      return Recipe(shape: plain(32, 12_288, 32), samples: 7, tensor: 1, recompute: .full)
    default: return nil
    }
  }

  /// Rates of training on slices of TPUs; the row of v5e states four models.
  static func maxText(_ row: Row, _ rows: inout PublishedRows) {
    let table = "MaxText"
    let place = row.cell("Hardware")?.string ?? ""
    if let rate = row.cell("TFLOP/sec/chip")?.double {
      let headings = row.value["config"]?["headings"]?.array ?? []
      let model = (headings.last?.string ?? "").split(separator: " ").first.map(String.init) ?? ""
      return maxText(place, model, rate, &rows)
    }
    for model in ["16B", "32B", "64B", "128B"] {
      guard let rate = row.cell("\(model) TFLOP/sec/chip")?.double else {
        rows.skip(table, "the model's rate is not stated")
        continue
      }
      maxText(place, model, rate, &rows)
    }
  }

  /// One rate on `COUNTx v5p-CORES` (chips on v5e).
  private static func maxText(
    _ place: String, _ model: String, _ rate: Double, _ rows: inout PublishedRows
  ) {
    let table = "MaxText"
    let words = place.split(separator: " ")
    guard words.count == 2, let slices = Int(words[0].dropLast()),
      let dash = words[1].firstIndex(of: "-"),
      let units = Int(words[1][words[1].index(after: dash)...])
    else { return rows.skip(table, "on GPUs: the batch is not stated") }
    let chip = String(words[1][..<dash])
    guard let recipe = recipe(chip, model) else {
      return rows.skip(table, "activations go to the host under rules of its own")
    }
    guard slices == 1 else {
      return rows.skip(table, "several slices: how gradients cross between them is not stated")
    }
    // A v5e chip has one core, the others two.
    let chips = chip == "v5e" ? units : units / 2
    let global = recipe.samples * chips
    guard
      let configuration = configuration(
        data: chips / recipe.tensor, tensor: recipe.tensor, pipeline: 1,
        micro: recipe.samples * recipe.tensor, global: global, recompute: recipe.recompute,
        zero: 3, sequence: recipe.tensor > 1)
    else { return rows.skip(table, "batch does not divide") }
    let clusters = ["v4": "tpu-v4-pod", "v5e": "tpu-v5e-256", "v5p": "tpu-v5p-pod"]
    guard let cluster = clusters[chip] else { return rows.skip(table, "device not known here") }
    var run = PublishedRun(
      table: table, group: "\(model) \(chip)", label: "\(model) on \(chips) \(chip)",
      cluster: cluster, stack: "xla", model: .decoder(recipe.shape),
      precision: Precision(parameters: .fp32, compute: .bf16), configuration: configuration,
      seconds: trainingFlops(recipe.shape) * Double(global) / (rate * 1e12 * Double(chips)),
      isFitted: false)
    run.statesMemory = false
    rows.runs.append(run)
  }

  /// FLOP of one sample's training step as MaxText counts them (`maxtext_utils.py`,
  /// `calculate_tflops_training_per_device`): 6 for each weight of a product and token, and
  /// attention over the full square.
  private static func trainingFlops(_ shape: DecoderShape) -> Double {
    let width = Double(shape.heads * (shape.headSize ?? shape.hidden / shape.heads))
    let hidden = Double(shape.hidden)
    let mlp = Double(shape.intermediate ?? 4 * shape.hidden) * (shape.isLlama ? 3 : 2)
    let layer = hidden * (4 * width + mlp)
    let weights = Double(shape.layers) * layer + hidden * Double(shape.vocabulary)
    let sequence = Double(shape.sequence)
    return sequence * (6 * weights + 12 * Double(shape.layers) * sequence * width)
  }
}
