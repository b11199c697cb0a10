public import Models
public import Quantities

/// What a host does for one sample before a device sees it: reading, decoding, augmenting.
public struct SampleLoading: Sendable, Hashable {
  /// Bytes read from storage.
  public var bytes: Double
  /// Seconds of one core for unpacking what was read.
  public var decodeSeconds: Double
  /// Seconds of one core for augmenting and bringing into shape.
  public var augmentSeconds: Double
  /// What a sample is, for people: `a JPEG of 3056x2544`.
  public var words: String
  /// Where each of the seconds is from.
  public var decodeSource, augmentSource: String
  /// Ways of keeping or preparing the same samples that take less.
  public var remedies: [Remedy] = []

  /// Seconds of one core.
  public var coreSeconds: Double { decodeSeconds + augmentSeconds }

  /// Another way, and what it would take.
  public struct Remedy: Sendable, Hashable {
    /// What is done: `kept as JPEG of 256x256`.
    public var words: String
    /// Bytes read from storage.
    public var bytes: Double
    /// Seconds of one core.
    public var coreSeconds: Double
  }

  /// A load as the user gives it.
  public init(coreSeconds: Double, bytes: Double) {
    self.init(
      bytes: bytes, decode: 0, augment: coreSeconds, words: "a sample",
      decodeSource: "in what is given", augmentSource: "given")
  }

  init(
    bytes: Double, decode: Double, augment: Double, words: String, decodeSource: String,
    augmentSource: String
  ) {
    self.bytes = bytes
    decodeSeconds = decode
    augmentSeconds = augment
    self.words = words
    self.decodeSource = decodeSource
    self.augmentSource = augmentSource
  }
}

extension SampleLoading {
  /// What a sample of a data set takes; nil where neither its publisher nor a convention says how
  /// it is kept.
  ///
  /// - Throws: `UserError` for shapes that the model cannot take.
  public init?(
    _ dataset: DatasetProfile, for model: ModelProfile, _ workload: WorkloadRequest
  ) throws(UserError) {
    let shape = try workload.resolved(for: model)
    let size = try DatasetSize(dataset, for: model, sequence: shape.sequence)
    let input = LoadedInput(model, workload, spatial: shape.spatial, objective: shape.objective)
    switch size.kind {
    case .image:
      guard let stored = dataset.stored else { return nil }
      self = input.picture(stored)
    case .slide: self = input.tile
    case .volume: self = input.patch
    case .tokens, .sequence:
      if dataset.modality.contains("scRNA-seq") {
        self = input.cell
      } else {
        // Pictures beside the texts would have to be read, too.
        guard model.sample.spatial == nil else { return nil }
        self = input.text(tokens: shape.sequence, vocabulary: model.tokenInput?.vocabulary ?? 0)
      }
    case .video, .person: return nil
    }
  }
}
