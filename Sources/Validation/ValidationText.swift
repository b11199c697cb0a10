import Planner
import Quantities

extension ValidationReport {
  private static func percent(_ value: Double?) -> String {
    guard let value else { return "–" }
    return Format.fixed(value * 100, 1)
  }

  /// What others reach on these tables, measured or stated in the field.
  private static let peers: [String: String] = [
    "Megatron SC21 table 1": "Calculon 13.9", "Korthikanti table 5": "Calculon 3.65 / 8.87",
    "vTrain 64-512 GPUs": "vTrain 14.7, Calculon 15.3",
    "vTrain 2-8 GPUs": "vTrain 8.4, Calculon 39.0",
  ]

  /// One line a table: errors of fitted and held-out rows, the constant MFU, the peer.
  public var summaryRows: [[String]] {
    tables.map { table in
      let fitted = Self.summary(lines(of: table, fitted: true))
      let held = Self.summary(lines(of: table, fitted: false))
      return [
        table, String(fitted.count), fitted.count > 0 ? Self.percent(fitted.mean) : "–",
        String(held.count), held.count > 0 ? Self.percent(held.mean) : "–",
        held.count > 0 ? Self.percent(held.median) : "–",
        held.count > 0 ? Self.percent(held.worst) : "–",
        Self.percent(held.count > 0 ? held.constant : fitted.constant),
        Self.peers[table] ?? held.peer.map { "\(table) \(Self.percent($0))" } ?? "–",
        held.count > 0 ? Self.percent(held.covered) : "–", measured(table),
      ]
    }
  }

  /// What a table's times cover.
  private func measured(_ table: String) -> String {
    let kinds = Set(lines(of: table).filter { $0.run.seconds != nil }.map(\.run.measure))
    return Measure.allCases.filter(kinds.contains).map(\.rawValue).joined(separator: ", ")
  }

  /// How the intervals of all held-out rows hold, by label.
  public var judgements: [String] {
    var result: [String] = []
    func cover(_ name: String, _ lines: [Line]) {
      guard !lines.isEmpty else { return }
      let covered = Self.percent(Self.summary(lines).covered)
      result.append("90 % intervals, \(name): \(covered) % of \(lines.count) held-out rows")
    }
    cover("all", heldOut)
    for label in PredictionBasis.Label.allCases {
      cover(label.rawValue, heldOut.filter { $0.estimate.basis.label == label })
    }
    let healthcare = heldOut.filter {
      Self.healthcareTables.contains($0.run.table)
    }
    if !healthcare.isEmpty {
      let median = Self.percent(Self.summary(healthcare).median)
      result.append(
        "vision, bioinformatics and multimodal together: median error \(median) % of "
          + "\(healthcare.count) held-out rows")
    }
    return result
  }

  /// Tables of vision, bioinformatics and multimodal runs.
  public static let healthcareTables = [
    "vision", "multimodal", "bioinformatics", "nnU-Net", "timm RTX 3090", "Stable Diffusion",
  ]

  /// Heads of `summaryRows`.
  public static let summaryHead = [
    "table", "fitted rows", "error %", "held out", "error %", "median %", "worst %",
    "constant MFU %", "peer %", "in 90 % interval", "measured",
  ]

  /// Rows of measured memory: predicted and published peak.
  ///
  /// - Parameter least: bytes that a peak is over; those of steps that no card ran are left out
  ///   where it is above 0.
  public func memoryRows(over least: Double = 0) -> [[String]] {
    lines.compactMap { line in
      guard let peak = line.run.peakBytes, peak > least else { return nil }
      let isCounted = Self.summarised.contains(line.run.table)
      guard !isCounted || least == 0 else { return nil }
      let predicted = line.peakBytes
      return [
        line.run.table, line.run.label, Format.bytes(Int(predicted)), Format.bytes(Int(peak)),
        Self.signed(predicted / peak - 1), line.run.isFitted ? "fitted" : "held out",
        "stage \(line.estimate.peakStage)",
      ]
    }
  }

  /// Tables of many peaks, which have a line each (`countedPeaks`).
  static let summarised = [TruthRows.single, TruthRows.sharded] + MeasuredRuns.tables

  /// Heads of `memoryRows`.
  public static let memoryHead = [
    "table", "run", "predicted", "published", "error %", "part", "peak at",
  ]

  /// One line a run.
  public func runRows(_ lines: [Line]) -> [[String]] {
    lines.map { line in
      [
        line.run.table, line.run.label, line.run.isFitted ? "fitted" : "held out",
        Format.seconds(line.predictedSeconds),
        line.run.seconds.map { Format.seconds($0) } ?? "–", Self.signed(line.error),
        line.estimate.basis.label.rawValue, Format.bytes(line.estimate.peakBytes),
        line.fits ? "yes" : "no",
      ]
    }
  }

  /// Heads of `runRows`.
  public static let runHead = [
    "table", "run", "part", "predicted", "published", "error %", "basis", "peak", "fits",
  ]

  private static let outlierHead = [
    "table", "run", "part", "predicted", "published", "error %", "basis", "cause",
  ]

  private static func signed(_ value: Double?) -> String {
    guard let value else { return "–" }
    return (value >= 0 ? "+" : "") + Format.fixed(value * 100, 1)
  }

  /// The whole report as Markdown.
  ///
  /// - Parameters:
  ///   - notes: further findings in words.
  ///   - fits: how right "fits" and "does not fit" are, in words.
  public func markdown(
    outliers: Double = 0.30, notes: [String] = [], fits: [String] = []
  ) -> [String] {
    var text = Self.introduction + ["## Step times", ""]
    text += Self.table(Self.summaryHead, summaryRows)
    text += [""] + (judgements + notes).map { "- \($0)" }
    text += [
      "", "## Memory", "",
      "Peak of one device. Megatron-LM's runs are what PyTorch allocated, all decoders over",
      "5 GiB; torchtitan's are what its allocator reserved with room to spare: the median ratio of",
      "its fitted rows is applied. Nothing else was fitted to memory.", "",
    ]
    text += (countedPeaks + fits).map { "- \($0)" } + [""]
    text += Self.verdicts + [""]
    text += Self.table(Self.memoryHead, memoryRows(over: 5 * 1_073_741_824))
    text += ["", "## Rows off by more than \(Format.fixed(outliers * 100, 0)) %", ""]
    text += Self.causes + [""]
    let far = self.outliers(outliers)
    text += Self.table(
      Self.outlierHead,
      far.map { found in
        let run = found.line.run
        return [
          run.table, run.label, run.isFitted ? "fitted" : "held out",
          Format.seconds(found.line.predictedSeconds),
          run.seconds.map { Format.seconds($0) } ?? "–",
          Self.signed(found.line.error), found.line.estimate.basis.label.rawValue, found.cause,
        ]
      })
    text += ["", "## Rows without a prediction", ""]
    text += Self.table(
      ["table", "reason", "rows"], skipped.map { [$0.table, $0.reason, String($0.count)] })
    return text
  }

  private static let introduction = [
    "# The planner against published runs",
    "",
    "Made by `hfm-bench validate --markdown docs/PlannerValidation.md` from published tables in",
    "`HFM_VALIDATION_DATA`; `--rows` prints every run, `--fit` fits again. Each run is",
    "predicted by the same code that `hfm plan` uses. Errors are mean absolute percentages of",
    "the step time.",
    "",
    "Parameters are few: for a device class what its kernels reach (`efficiency` in the",
    "device's profile), for a generation of software what it overlaps and costs on the host",
    "(`Sources/Planner/SoftwareStack.swift`), for a site two link efficiencies (its cluster",
    "profile). They are fitted to the rows marked *fitted* only: every second model of",
    "Megatron's table 1, the 22B and 530B models of Korthikanti et al., a tenth of vTrain's",
    "small runs, its 3.6B and 18.4B models, three of BLOOM's ten sections, half of",
    "llm-foundry's models by the sum of their names' bytes, Llama 3 70B and Qwen3 30B of",
    "Megatron-Bridge, half of timm's models and of the runs that took 2020 to 2022's PyTorch by",
    "the same sum, nnU-Net on A100s (tested on V100, Turing and Pascal).",
    "",
    "Some splits are younger than a first look at errors: Megatron-Bridge's (both tables; for",
    "mixtures the parameter too: the speed of products was tried first, bytes of expert rows",
    "kept), nnU-Net's, that of whole PyTorch runs and of torchtitan's memory. Their held-out",
    "errors are no blind test. The spreads of the intervals are the 90th percentiles of all",
    "held-out errors, by label: that they cover is by construction, not a test, per table it is.",
    "",
    "Runs of `Validation/runs.json` are the project's own list of published ones, each with the",
    "sources of its inputs: none is fitted, and those under `pytorch-2021-runs` were first looked",
    "at after its one number for whole runs was fitted. That number is a share of the steps' work",
    "that a run by the clock waits beside it (data, the slowest device, validation). Rules that",
    "followed on a first look at errors, each from a source of its own: DINOv2's blocks skip the",
    "samples that stochastic depth drops (its code); hand-overs of interleaved pipelines run",
    "beside other chunks' work (Megatron-Bridge's documentation); experts' products in MXFP8 are",
    "one kernel since June 2026 (its release notes; fitted to one run of Qwen3 30B); an FFT",
    "convolution passes over memory as PyTorch's was timed to; waits of convolutions shrink with",
    "the pace of their units.",
    "",
    "*constant MFU* is the best single utilisation for the fitted rows of a table, held against",
    "its other rows; *peer* is what the field states or what was measured by running the peer;",
    "*measured* says what a time covers: timed steps (or their logged rate), passes without the",
    "update, or a whole run by the clock, with loading, waiting and validation in it.",
    "",
    "Three rules were found on outliers of new tables, to which nothing was fitted, yet which are",
    "no blind test of them; neither are the other cards of nnU-Net. Megatron 2020 is. What a",
    "kernel waits for at its start and end is a time, so the extents that hide it shrink with the",
    "pace of a format and of a device's units (NeuSight in fp32: 59 % to 17 %; V100 in Megatron",
    "2020: 7.8 % to 4.2 %). Below 8 elements products are padded, not slowed without end (odd",
    "token counts of vision transformers). Convolutions on matrix units convert between layouts;",
    "on vector units 3×3 ones in the plane take Winograd's algorithm (nnU-Net in fp32).",
    "",
    "Further rules answer outliers with measurements or configurations from elsewhere, to which",
    "no row of these tables contributed. A power limit holds the clock down by its 0.55th power",
    "(fitted to 70 trainings on a V100 by Zeus, whose RTX 6000 gives 0.53 and A40 0.80): T4, P4",
    "and L4 in NeuSight 33 % to 18 %. CDNA cards reach what LLMCompass timed on an MI210 (16-bit",
    "products, GELU): 27 % to 14 %. The P100 of NeuSight is the PCIe card. MLPerf's runs take",
    "formats, layouts, CUDA graphs and the LoRA cuts of round 4.0 from the submitted code,",
    "Mosaic's the passes of its configuration files: MLPerf's U-Net and Stable Diffusion 20.0 %",
    "to 11.5 %, Mosaic's 22.7 % to 16.6 %. BERT of MLPerf, LoRA, latent attention and shared",
    "experts (DeepSeek-V3, Kimi K2) are read since; their rows were never fitted. On a first look",
    "at LoRA its updates were found to lose the cut of the matrices beside them under tensor",
    "parallelism, which is mended.",
    "",
    "The tables *own* were measured by this project on one H100 (`Validation/gpu-h100.json`, made",
    "by `scripts/gpu/measure.py`: eager PyTorch 2.11 with transformers, timm, MONAI, open_clip and",
    "diffusers, random weights). Seen blind, with the parameters of `--framework pytorch`, their",
    "errors were 28.8 % (language), 35.0 (bioinformatics), 29.9 (vision), 21.3 (multimodal). The",
    "software of those runs (`pytorch-eager`) was then given the rules that the kernels of a part",
    "of the runs showed: casts of autocast and functions that transformers' code writes out are",
    "kernels of their own, a channel norm has a block of threads a channel, products whose rows do",
    "not begin at 16 bytes take slower kernels, volumes older ones; and numbers fitted to half of",
    "the models by the sum of their names' bytes. The kernels looked at were of both halves: the",
    "held-out errors are a test of the numbers, not of the rules.",
    "",
  ]

  private static let verdicts = [
    "What proves a verdict: a run that ran fits its card, one that its source says ran out of",
    "memory does not (four of BLOOM's; other rows marked so state no model or no batch). A",
    "measured peak of allocated memory (Megatron's, PyTorch's own counts) cannot run on a card",
    "whose whole memory is less, and runs on one that has it and the planner's reserve to spare;",
    "between the two nothing is proven, and that of a pipeline's last stage proves nothing of the",
    "others. The second line keeps to cards near the peak, since far from it every planner is",
    "right. Own runs under a capped allocator had what a card of that size leaves one process.",
    "None of these rows was used to fit anything. BLOOM's verdicts count its table of",
    "250,880 rows and the gradients that its chronicle states (fp16, later fp32 beside bf16).",
  ]

  private static let causes = [
    "Every run, fitted or held out, and what stands behind its error: what its source says, or",
    "what no input states. `hfm-bench validate --rows` prints all runs.",
  ]

  /// Runs off by more than a share, the farthest first, with what stands behind each.
  public func outliers(_ least: Double) -> [(line: Line, cause: String)] {
    lines.filter { abs($0.error ?? 0) > least }
      .sorted { abs($0.error ?? 0) > abs($1.error ?? 0) }
      .map { ($0, OutlierCause.of($0.run)) }
  }

  static func table(_ head: [String], _ rows: [[String]]) -> [String] {
    var lines = ["| " + head.joined(separator: " | ") + " |"]
    lines.append("|" + head.map { _ in "---|" }.joined())
    for row in rows { lines.append("| " + row.joined(separator: " | ") + " |") }
    return lines
  }
}
