public import Models
public import Quantities

/// One pass over a data set, in samples of a model.
public struct DatasetSize: Sendable, Hashable {
  /// Samples of one epoch.
  public var samples: Int
  /// How the survey's number became samples, for explanations.
  public var derivation: String
  /// What one unit of the survey's number is.
  let kind: DataKind

  /// Tiles that are drawn from a whole slide: 100 million from 100,426 slides in UNI
  /// (arXiv 2308.15474, section "Large-scale visual pretraining"). An assumption for others.
  static let tilesPerSlide = 1000
  /// Slices of a volume that a model of images reads. Assumed.
  static let slicesPerVolume = 100

  /// Converts a data set's amount into samples of a model.
  ///
  /// - Parameter sequence: tokens of a sample; used where the survey counts tokens.
  /// - Throws: `UserError` when the survey gives no number, or none that this model can read.
  public init(
    _ dataset: DatasetProfile, for model: ModelProfile, sequence: Int
  ) throws(UserError) {
    guard !dataset.scale.isEmpty else {
      throw UserError(
        .input, place: dataset.id, key: "--dataset", "the survey gives no size for it",
        remedy: "give --samples or --tokens")
    }
    let sample = model.sample
    var candidates: [(rank: Int, size: DatasetSize)] = []
    for scale in dataset.scale {
      guard let kind = DataKind(unit: scale.unit) else { continue }
      for rule in Self.rules(kind, sample) {
        let count = rule.perUnit(scale.count, max(1, sequence))
        let words =
          "\(scale.atLeast ? "over " : "")\(Format.count(scale.count)) \(scale.unit)\(rule.words)"
        candidates.append((rule.rank, DatasetSize(samples: count, derivation: words, kind: kind)))
      }
    }
    guard let best = candidates.min(by: { $0.rank < $1.rank }) else {
      let units = dataset.scale.map(\.unit).joined(separator: " and ")
      throw UserError(
        .input, place: dataset.id, key: "--dataset", "\(model.id) does not read \(units)",
        remedy: "choose a data set of its kind (hfm datasets) or give --samples")
    }
    self = best.size
  }

  private init(samples: Int, derivation: String, kind: DataKind) {
    self.samples = samples
    self.derivation = derivation
    self.kind = kind
  }

  private struct Rule {
    /// Smaller is better.
    var rank: Int
    var words: String
    var perUnit: @Sendable (_ count: Int, _ sequence: Int) -> Int
  }

  private static func rules(_ kind: DataKind, _ sample: SampleDefaults) -> [Rule] {
    func each(_ rank: Int, _ words: String, _ factor: Int = 1) -> [Rule] {
      [
        Rule(rank: rank, words: words) { count, _ in
          let (product, overflow) = count.multipliedReportingOverflow(by: factor)
          return overflow ? .max : product
        }
      ]
    }
    let readsText = sample.sequence != nil
    switch (kind, sample.spatial?.count) {
    case (.tokens, nil) where readsText:
      return [
        Rule(rank: 0, words: " in sequences of the workload's length") { count, sequence in
          (count - 1) / sequence + 1
        }
      ]
    case (.sequence, _) where readsText: return each(1, ", one sample each")
    case (.image, 2): return each(0, ", one sample each")
    case (.volume, 3): return each(0, ", one sample each")
    case (.slide, 2): return each(2, ", \(tilesPerSlide) tiles each (assumed)", tilesPerSlide)
    case (.volume, 2): return each(3, ", \(slicesPerVolume) slices each (assumed)", slicesPerVolume)
    case (.video, 2?), (.video, 3?): return each(4, ", one clip each (assumed)")
    case (.person, _): return each(5, ", one sample each (assumed)")
    default: return []
    }
  }
}

/// What one unit of a data set's scale is.
enum DataKind: Sendable, Hashable {
  case tokens, sequence, image, volume, slide, video, person

  init?(unit: String) {
    switch unit {
    case "tokens": self = .tokens
    case "instances", "texts", "QA pairs", "records", "sequences", "protein sequences",
      "structures", "scRNA-seq data", "genes", "small molecules", "compounds", "cancer cells":
      self = .sequence
    case "images", "frames", "image tiles": self = .image
    case "volumes", "CT volumes", "MRI volumes", "PET-CT pairs": self = .volume
    case "WSIs": self = .slide
    case "videos": self = .video
    case "patients", "participants", "samples": self = .person
    default: return nil
    }
  }
}
