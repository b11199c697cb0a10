import Models
import Quantities

/// What a model's loader makes of a stored sample, and what that takes.
struct LoadedInput {
  /// Extents of what the model reads.
  let spatial: [Int]
  /// Augmentation of one sample.
  let augmentation: LoadingCosts.Figure

  init(
    _ model: ModelProfile, _ workload: WorkloadRequest, spatial: [Int], objective: Objective
  ) {
    let spatial = model.sample.spatial == nil ? [] : spatial
    self.spatial = spatial
    let size = Self.product(spatial)
    func each(_ figure: LoadingCosts.Figure, _ count: Double) -> LoadingCosts.Figure {
      LoadingCosts.Figure(seconds: figure.seconds * count, source: figure.source)
    }
    let recipe = model.pretraining
    switch (workload.task.trains, spatial.count) {
    case (_, 0): augmentation = LoadingCosts.Figure(seconds: 0, source: "nothing is augmented")
    case (false, 3): augmentation = LoadingCosts.Figure(seconds: 0, source: "read as it is kept")
    case (false, _): augmentation = each(LoadingCosts.resizedPixel, size)
    case (true, 3): augmentation = each(LoadingCosts.augmentedVoxel, size)
    case (true, _):
      switch objective {
      case .dino:
        let whole = Self.product(recipe.globalSize ?? spatial) * Double(recipe.globalCrops)
        let small = recipe.localSize.map(Self.product) ?? size * 9 / 49
        augmentation = LoadingCosts.Figure(
          seconds: whole * LoadingCosts.viewPixel.seconds + small * Double(recipe.localCrops)
            * LoadingCosts.smallViewPixel.seconds,
          source: "\(recipe.globalCrops) large and \(recipe.localCrops) small views: "
            + LoadingCosts.viewPixel.source)
      case .momentumContrast, .simclr: augmentation = each(LoadingCosts.viewPixel, 2 * size)
      default: augmentation = each(LoadingCosts.croppedPixel, size)
      }
    }
  }

  private static func product(_ extents: [Int]) -> Double {
    extents.reduce(1) { $0 * Double($1) }
  }

  private static func words(_ extents: [Int]) -> String {
    extents.map(String.init).joined(separator: "x")
  }

  private func loading(
    _ words: String, bytes: Double, decode: Double, _ source: String
  ) -> SampleLoading {
    SampleLoading(
      bytes: bytes, decode: decode, augment: augmentation.seconds, words: words,
      decodeSource: source, augmentSource: augmentation.source)
  }

  /// The same with further ways of which each takes less.
  private func offering(
    _ remedies: [SampleLoading.Remedy], _ loading: SampleLoading
  ) -> SampleLoading {
    var loading = loading
    loading.remedies = remedies.filter { $0.coreSeconds < loading.coreSeconds }
    return loading
  }

  /// A picture of a data set.
  func picture(_ stored: StoredSample) -> SampleLoading {
    let name: String
    let decode: Double
    let source: String
    switch stored.format {
    case .jpeg:
      (name, source) = ("JPEG", LoadingCosts.jpegPixel.source)
      decode = stored.pixels * LoadingCosts.jpegPixel.seconds
    case .png:
      (name, source) = ("PNG", LoadingCosts.pngByte.source)
      decode = stored.decodedBytes * LoadingCosts.pngByte.seconds
    case .raw: (name, decode, source) = ("uncompressed picture", 0, "read as it is kept")
    }
    let words = "a \(name) of \(Self.words(stored.extents)), \(stored.source)"
    return offering(
      shrunk(channels: stored.channels, below: stored.pixels),
      loading(words, bytes: Double(stored.bytes), decode: decode, source))
  }

  /// Pictures that are cut or resized once, to what a crop of the model's size is taken from
  /// (ImageNet's 256 for 224).
  private func shrunk(channels: Int, below pixels: Double) -> [SampleLoading.Remedy] {
    let extents = spatial.map { $0 * 8 / 7 }
    let kept = Self.product(extents)
    var remedies: [SampleLoading.Remedy] = []
    if kept < pixels {
      // JPEG of quality 90 takes 17 kB for 256 x 256 (docs.ffcv.io/benchmarks.html: 22 GB).
      remedies.append(
        SampleLoading.Remedy(
          words: "kept as JPEG of \(Self.words(extents))", bytes: kept * 22.01e9 / 1.28e6 / 65_536,
          coreSeconds: kept * LoadingCosts.jpegPixel.seconds + augmentation.seconds))
    }
    remedies.append(
      SampleLoading.Remedy(
        words: "kept uncompressed at \(Self.words(extents))", bytes: kept * Double(channels),
        coreSeconds: augmentation.seconds))
    return remedies
  }

  /// A tile of a whole slide.
  var tile: SampleLoading {
    let pixels = Self.product(spatial)
    return offering(
      shrunk(channels: 3, below: .infinity),
      loading(
        "a tile of \(Self.words(spatial)) out of a whole slide",
        bytes: pixels * LoadingCosts.slideBytesPerPixel,
        decode: pixels * LoadingCosts.slidePixel.seconds, LoadingCosts.slidePixel.source))
  }

  /// A patch of a volume that nnU-Net has brought into shape once: fp32 and labels of 16 bits, of
  /// which the patch is read.
  var patch: SampleLoading {
    let bytes = Self.product(spatial) * 6
    let loading = loading(
      "a patch of \(Self.words(spatial)) out of a volume of one channel that was resampled before",
      bytes: bytes, decode: 0, "read as it is kept")
    return offering(
      [
        SampleLoading.Remedy(
          words: "augmented on the device (13.5 ms for two on an A100, nnU-Net's issue 3063)",
          bytes: bytes, coreSeconds: 0)
      ], loading)
  }

  /// A cell of a matrix of counts.
  var cell: SampleLoading {
    offering(
      [
        SampleLoading.Remedy(
          words: "read in blocks that are shuffled in memory (scDataset)",
          bytes: LoadingCosts.cellBytes, coreSeconds: LoadingCosts.cellOfBlocks.seconds)
      ],
      loading(
        "a cell out of an AnnData file", bytes: LoadingCosts.cellBytes,
        decode: LoadingCosts.cell.seconds, LoadingCosts.cell.source))
  }

  /// Tokens that were made before: 2 bytes each, 4 of a larger vocabulary (Megatron-LM's indexed
  /// data sets).
  func text(tokens: Int, vocabulary: Int) -> SampleLoading {
    let width = vocabulary < 65_500 ? 2 : 4
    return loading(
      "\(tokens) tokens of \(width) bytes, made before", bytes: Double(tokens * width),
      decode: 0, "read as it is kept")
  }
}
