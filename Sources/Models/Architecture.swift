/// A field of medicine's data, after the four tables of the survey (arXiv 2404.03264).
public enum ModelFamily: String, Sendable, Hashable, CaseIterable {
  case language, vision, bioinformatics, multimodal
}

/// What a model is trained for: the words of `--objective`.
public enum Objective: String, Sendable, Hashable, CaseIterable {
  /// Predict masked tokens (BERT), with the next-sentence loss where the model has that head.
  case maskedLanguage = "masked-lm"
  /// Predict the next token at every position (GPT).
  case causalLanguage = "causal-lm"
  /// Match images with their texts (CLIP).
  case contrastive
  /// Cross-entropy over classes (or over the pooled embedding where a model has no classes).
  case supervised
  /// Give embeddings, no head.
  case embedding
  /// Self-distillation without labels (DINO, DINOv2).
  case dino
  /// Masked autoencoding of images.
  case mae
  /// Prefer one answer over another against a frozen reference (DPO, arXiv 2305.18290).
  case preference = "dpo"
  /// One optimisation step on sampled answers: policy and value are trained, reference and reward
  /// model are frozen (PPO, arXiv 1707.06347, as in arXiv 2203.02155).
  case policyGradient = "ppo"
  /// Give a target sequence for a source sequence (T5, BART).
  case sequenceToSequence = "seq2seq"
  /// Contrastive with captioning (CoCa).
  case contrastiveCaptioning = "coca"
  /// Every loss of a model with several (matching, masked tokens or patches beside a contrast).
  case hybrid
  /// Two views against a momentum encoder's queue (MoCo).
  case momentumContrast = "moco"
  /// Two views of each sample in a batch (SimCLR).
  case simclr
  /// Predict pixels or visual words of hidden patches, all places encoded (SimMIM, BEiT).
  case maskedImage = "masked-image"
  /// Predict the noise of one diffusion step.
  case diffusion
  /// Make a sample: denoise in steps (diffusion), decode a latent (autoencoder).
  case generation
  /// Give the input back from its latent (autoencoder).
  case reconstruction
  /// Predict a structure (AlphaFold).
  case structure
}

/// Token ids and how they enter the stack.
public struct TokenInput: Sendable, Hashable {
  /// Rows of the token table.
  public var vocabulary: Int
  /// Rows of the learned position table; 0 without (rotary).
  public var positions = 0
  /// Rows of it that no token uses (2 in RoBERTa and ESM-1: padding id + 1).
  public var positionOffset = 0
  /// Rows of the segment table; 0 without.
  public var tokenTypes = 0
  /// Rows of further tables that are summed (BEHRT's ages, GLM's positions in a span).
  public var tables: [Int] = []
  /// Width of the tables where it is not the stack's: a product follows (ALBERT, arXiv 1909.11942).
  public var width: Int?
  /// Whether that product has a bias.
  public var widthBias = true
  /// Factor of the token embeddings (√h in Gemma).
  public var scale: Double?
  /// Whether the sum of the embeddings is normalised.
  public var norm = false
  /// Longest sequence.
  public var context: Int
  /// Sequence length of a workload that gives none.
  public var sequence: Int

  /// Creates an input without positions, types or norm.
  public init(vocabulary: Int, context: Int) {
    self.vocabulary = vocabulary
    self.context = context
    sequence = context
  }
}

/// Extents of an image in pixels.
public struct ImageSize: Sendable, Hashable {
  /// Rows.
  public var height: Int
  /// Columns.
  public var width: Int
  /// Creates a size.
  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }
}

/// Images or volumes cut into patches and how they enter the stack.
public struct PatchInput: Sendable, Hashable {
  /// `[height, width]` or `[depth, height, width]` that the model was made for.
  public var extents: [Int]
  /// Extents of a patch.
  public var steps: [Int]
  /// Colours.
  public var channels = 3
  /// Whether the patch product has a bias.
  public var bias = true
  /// Class tokens in front: 0 or 1.
  public var classTokens = 1
  /// Register tokens in front (arXiv 2309.16588).
  public var registerTokens = 0
  /// Whether the class token has a row in the position table.
  public var positionOfClass = true
  /// Whether the register tokens have rows in the position table (timm's default).
  public var positionOfRegisters = false
  /// Whether a token for masked patches is stored (DINOv2's original code); no forward pass here
  /// uses it.
  public var maskToken = false
  /// Whether the tokens are normalised before the stack (CLIP).
  public var norm = false

  /// Whether a learned table of positions is added.
  public var positions = true

  /// Creates an input of square images with a class token.
  public init(image: Int, patch: Int) {
    extents = [image, image]
    steps = [patch, patch]
  }

  /// Columns of the images that the model was made for.
  public var image: Int { extents.last ?? 1 }
  /// Columns of a patch.
  public var patch: Int { steps.last ?? 1 }
  /// Patches along each dimension.
  public var grid: [Int] { zip(extents, steps).map { $0 / $1 } }

  /// Tokens in front that have rows in the position table.
  var placedTokens: Int {
    (positionOfClass ? classTokens : 0) + (positionOfRegisters ? registerTokens : 0)
  }
}

/// The product from hidden states to vocabulary.
public enum LanguageHeadKind: String, Sendable, Hashable, CaseIterable {
  /// One product (GPT, LLaMA).
  case linear
  /// Dense, non-linearity and norm before the product (BERT, RoBERTa, ESM).
  case transform
}

/// Predicts tokens from hidden states.
public struct LanguageHead: Sendable, Hashable {
  /// With or without a dense layer before.
  public var kind: LanguageHeadKind
  /// Whether the product's weight is the token table.
  public var tied = true
  /// Whether the product has a bias.
  public var bias = false

  /// Creates a tied head without bias.
  public init(_ kind: LanguageHeadKind) { self.kind = kind }
}

/// Which token stands for a sequence or an image.
public enum PoolKind: String, Sendable, Hashable, CaseIterable {
  /// The first token (a class token).
  case first
  /// The last token (decoders).
  case last
  /// The mean over tokens, without class and register tokens.
  case mean
  /// The end-of-text token (CLIP).
  case endOfText
}

/// What stands on a stack.
public struct Heads: Sendable, Hashable {
  /// Which token stands for the whole.
  public var pool: PoolKind = .first
  /// Whether a norm follows pooling (CLIP's image tower, MAE fine-tuning).
  public var poolNorm = false
  /// Dense layer and tanh on the pooled token (BERT).
  public var pooler = false
  /// Whether an embedding is taken behind the pooler; if not, its parameters are there unused.
  public var poolerUsed = true
  /// Predicts tokens.
  public var language: LanguageHead?
  /// Two-class product on the pooler (BERT).
  public var nextSentence = false
  /// Logistic regression over all attention maps (ESM): parameters that no objective here uses.
  public var contacts = false
  /// Classes of the supervised head; 0 without.
  public var classes = 0

  /// Creates a bare stack that gives its first token.
  public init() {}
}

/// One transformer: its input, its layers, its heads.
public struct Tower: Sendable, Hashable {
  /// Tokens or patches.
  public enum Input: Sendable, Hashable {
    case tokens(TokenInput)
    case patches(PatchInput)
  }
  /// What enters.
  public var input: Input
  /// The layers.
  public var stack: TransformerStack
  /// What stands on them.
  public var heads: Heads

  /// Creates a tower.
  public init(input: Input, stack: TransformerStack, heads: Heads) {
    self.input = input
    self.stack = stack
    self.heads = heads
  }
}

/// Brings a tower's embedding into the space that both towers share.
public struct Projection: Sendable, Hashable {
  /// Widths of the products, without biases; GELU between them.
  public var sizes: [Int]
  /// Creates a projection.
  public init(sizes: [Int]) { self.sizes = sizes }
}

/// An image tower and a text tower trained to agree (CLIP, arXiv 2103.00020).
public struct DualEncoder: Sendable, Hashable {
  /// Encodes images.
  public var vision: Tower
  /// Encodes texts.
  public var text: Tower
  /// Behind the image tower.
  public var visionProjection: Projection
  /// Behind the text tower.
  public var textProjection: Projection
  /// Whether similarities are scaled by a learned temperature.
  public var temperature: Bool

  /// Creates a dual encoder.
  public init(
    vision: Tower, text: Tower, visionProjection: Projection, textProjection: Projection,
    temperature: Bool
  ) {
    self.vision = vision
    self.text = text
    self.visionProjection = visionProjection
    self.textProjection = textProjection
    self.temperature = temperature
  }
}

/// What a model is made of.
public enum Architecture: Sendable, Hashable {
  /// One transformer.
  case single(Tower)
  /// Two that share an embedding space.
  case dual(DualEncoder)
  /// Any other kind (see `Component`).
  case component(AnyComponent)
  /// Not public: the model is only served.
  case undisclosed
}
