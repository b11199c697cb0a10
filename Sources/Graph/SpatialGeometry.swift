/// A convolution over one, two or three spatial dimensions.
public struct ConvolutionGeometry: Sendable, Hashable {
  /// Step of the kernel, per dimension.
  public var stride: [Int]
  /// Zeros at both ends, per dimension.
  public var padding: [Int]
  /// Distance between the kernel's taps, per dimension.
  public var dilation: [Int]
  /// Groups of channels that do not mix; the number of channels for a depth-wise convolution.
  public var groups: Int
  /// Whether it is the adjoint: stride spreads the input out.
  public var transposed: Bool
  /// Added to one end of a transposed convolution's output, per dimension.
  public var outputPadding: [Int]

  /// Creates a geometry with the same numbers in every dimension.
  public init(
    dimensions: Int, stride: Int = 1, padding: Int = 0, dilation: Int = 1, groups: Int = 1,
    transposed: Bool = false
  ) {
    self.init(
      stride: [Int](repeating: stride, count: dimensions),
      padding: [Int](repeating: padding, count: dimensions),
      dilation: [Int](repeating: dilation, count: dimensions), groups: groups,
      transposed: transposed)
  }

  /// Creates a geometry dimension by dimension; dilation defaults to 1.
  public init(
    stride: [Int], padding: [Int], dilation: [Int]? = nil, groups: Int = 1,
    transposed: Bool = false
  ) {
    self.stride = stride
    self.padding = padding
    self.dilation = dilation ?? [Int](repeating: 1, count: stride.count)
    self.groups = groups
    self.transposed = transposed
    outputPadding = [Int](repeating: 0, count: stride.count)
  }

  /// Number of spatial dimensions.
  public var dimensions: Int { stride.count }

  /// Output extents for input extents and kernel extents; nil when the kernel does not fit.
  public func output(_ input: [Int], kernel: [Int]) -> [Int]? {
    let counts = [input.count, kernel.count, padding.count, dilation.count, outputPadding.count]
    guard counts.allSatisfy({ $0 == dimensions }), stride.allSatisfy({ $0 > 0 }) else { return nil }
    var result: [Int] = []
    for axis in 0..<dimensions {
      guard kernel[axis] > 0, dilation[axis] > 0 else { return nil }
      let (reach, overflow) = dilation[axis].multipliedReportingOverflow(by: kernel[axis] - 1)
      guard !overflow, reach < Limits.elements, (0..<Limits.elements).contains(padding[axis]) else {
        return nil
      }
      let extent: Int
      if transposed {
        let (spread, beyond) = (input[axis] - 1).multipliedReportingOverflow(by: stride[axis])
        guard !beyond, spread < Limits.elements else { return nil }
        extent = spread - 2 * padding[axis] + reach + outputPadding[axis] + 1
      } else {
        let room = input[axis] + 2 * padding[axis] - reach - 1
        guard room >= 0 else { return nil }
        extent = room / stride[axis] + 1
      }
      guard extent > 0 else { return nil }
      result.append(extent)
    }
    return result
  }
}

/// Over which elements `channelNorm` computes a mean and a variance.
public struct ChannelNorm: Sendable, Hashable {
  /// Which elements form a set.
  public enum Kind: Sendable, Hashable {
    /// One channel of all samples (batch normalisation in training).
    case batch
    /// One channel of all samples with stored statistics (batch normalisation in inference). Run
    /// here they are those of a fresh model, mean 0 and variance 1.
    case stored
    /// One channel of one sample.
    case instance
    /// The channels of one of so many groups, in one sample.
    case group(Int)
  }
  /// Which elements form a set.
  public var kind: Kind
  /// Added to the variance.
  public var epsilon: Double

  /// Creates a normalisation.
  public init(_ kind: Kind, epsilon: Double = 1e-5) {
    self.kind = kind
    self.epsilon = epsilon
  }

  /// Means and variances of `x[B,C,s…]`; 1 for a shape without any.
  public func sets(_ x: Tensor) -> Double {
    (statistics(x.shape) ?? []).reduce(1) { $0 * Double($1) }
  }

  /// Shape of the statistics of `x[B,C,s…]`; nil when the channels do not split into the groups.
  public func statistics(_ shape: [Int]) -> [Int]? {
    guard shape.count >= 2 else { return nil }
    switch kind {
    case .batch, .stored: return [shape[1]]
    case .instance: return [shape[0], shape[1]]
    case .group(let groups):
      guard groups > 0, shape[1] % groups == 0 else { return nil }
      return [shape[0], groups]
    }
  }
}

/// Maximum or mean over windows of one, two or three spatial dimensions.
public struct WindowPooling: Sendable, Hashable {
  /// What is taken of a window.
  public enum Kind: Sendable, Hashable { case maximum, mean }
  /// What is taken of a window.
  public var kind: Kind
  /// Extents of a window.
  public var window: [Int]
  /// Step of the window.
  public var stride: [Int]
  /// Elements added at both ends.
  public var padding: [Int]

  /// Creates a pooling; the stride defaults to the window.
  public init(_ kind: Kind, window: [Int], stride: [Int]? = nil, padding: [Int]? = nil) {
    self.kind = kind
    self.window = window
    self.stride = stride ?? window
    self.padding = padding ?? [Int](repeating: 0, count: window.count)
  }

  /// Output extents; nil when a window does not fit.
  public func output(_ input: [Int]) -> [Int]? {
    ConvolutionGeometry(stride: stride, padding: padding).output(input, kernel: window)
  }
}

/// How `resample` fills in.
public enum Resampling: Sendable, Hashable {
  /// The nearest element.
  case nearest
  /// Bilinear in two dimensions, trilinear in three.
  case linear
  /// Bicubic.
  case cubic
}

/// What `reduce` does with a dimension.
public enum Reduction: Sendable, Hashable { case sum, mean }

/// A loss that compares element by element (or row by row) and takes a mean.
public enum ElementLoss: Sendable, Hashable {
  /// (p − t)².
  case squared
  /// |p − t|.
  case absolute
  /// Binary cross-entropy on logits.
  case binaryCrossEntropy
  /// Cross-entropy of a row's softmax against a distribution (self-distillation).
  case softCrossEntropy
  /// Segmentation of `[B,C,s…]`: 1 − dice overlap of the channels' softmax with a target, a mean
  /// over samples and channels, plus the cross-entropy of each position. One channel is a logit of
  /// its own: the logistic function and binary cross-entropy (as MONAI's DiceCELoss).
  case diceCrossEntropy
  /// 1 − cosine similarity of rows.
  case cosine
}
