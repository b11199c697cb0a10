/// What one sample of a model is made of, and the extents that hold when a workload gives none.
///
/// A nil extent means that the model reads no such thing, so that asking for it is an error.
public struct SampleDefaults: Sendable, Hashable {
  /// Tokens of a sample.
  public var sequence: Int?
  /// Longest sequence.
  public var context: Int?
  /// Tokens of the decoder's side (encoder-decoders, text beside speech).
  public var targetSequence: Int?
  /// `[height, width]` of an image or `[depth, height, width]` of a volume.
  public var spatial: [Int]?
  /// Each spatial extent must be a multiple of the number at its place; empty for any.
  public var multiples: [Int] = []
  /// Frames of a video, or leads of a signal.
  public var frames: Int?
  /// Aligned sequences (rows of an MSA).
  public var rows: Int?
  /// Images in one sample, where it may hold several.
  public var images: Int?
  /// Prompts for each image, where a model takes prompts.
  public var prompts: Int?

  /// Steps of a sampling by diffusion.
  public var denoisingSteps: Int?
  /// Further passes that start from the last one's results (AlphaFold's recycling).
  public var recycles: Int?

  /// Most further passes that can be asked for.
  public static let mostRecycles = 100

  /// Creates a description of what a model reads: nothing but what is named here or set later.
  public init(
    sequence: Int? = nil, context: Int? = nil, targetSequence: Int? = nil, rows: Int? = nil
  ) {
    self.sequence = sequence
    self.context = context
    self.targetSequence = targetSequence
    self.rows = rows
  }
}
