public import HardwareModel

/// Achieved fraction of a datasheet peak by operator class: general assumptions for devices that
/// were never calibrated.
///
/// They hold for every device of a kind and are not fitted to a row of a table. `hfm calibrate`
/// replaces them by measured `RateCurve`s.
public struct Efficiency: Sendable, Hashable {
  /// Fraction of the dense peak that products achieve.
  public var compute: Double
  /// Fraction of the memory bandwidth that streaming achieves.
  public var bandwidth: Double

  /// Creates a pair of fractions.
  public init(compute: Double, bandwidth: Double) {
    self.compute = compute
    self.bandwidth = bandwidth
  }

  /// The assumption for a class on a kind of device.
  ///
  /// - GPU matrix products: 0.72 of the dense peak, the median of the projections of eight language
  ///   models measured on an A100 (Vidur, MLSys 2024, profiling data; mean error 6 %). Held out:
  ///   10 % on H100 and 11 % on A40. The best shapes reach 0.85 to 0.90 (LLMCompass, ISCA 2024).
  /// - GPU attention: FlashAttention-2 (arXiv 2307.08691, figures 4 to 6) reaches 0.35 to 0.73 of
  ///   an A100's peak forward, up to 0.63 backward; 0.50 and 0.45 are taken.
  /// - GPU convolutions: 0.50 of the peak, transforms 0.30: assumed, for channels-last cuDNN.
  /// - GPU streaming: 0.80 of the datasheet bandwidth; fused normalisations and gathers, less.
  /// - CPU: 0.70 of the peak for products and 0.70 of the bandwidth, as STREAM reports on servers.
  public static func assumed(for kind: Device.Kind, _ operatorClass: OperatorClass) -> Efficiency {
    switch (kind, operatorClass) {
    case (.gpu, .matrix): Efficiency(compute: 0.72, bandwidth: 0.80)
    case (.gpu, .attention): Efficiency(compute: 0.50, bandwidth: 0.80)
    case (.gpu, .attentionBackward): Efficiency(compute: 0.45, bandwidth: 0.80)
    case (.gpu, .convolution): Efficiency(compute: 0.50, bandwidth: 0.70)
    case (.gpu, .transform): Efficiency(compute: 0.30, bandwidth: 0.60)
    case (.gpu, .normalization), (.gpu, .elementwise), (.gpu, .activation), (.gpu, .optimizer):
      Efficiency(compute: 0.50, bandwidth: 0.80)
    case (.gpu, .normalizationBackward), (.gpu, .gather), (.gpu, .loss):
      Efficiency(compute: 0.50, bandwidth: 0.60)
    case (.cpu, .matrix): Efficiency(compute: 0.70, bandwidth: 0.70)
    case (.cpu, .attention), (.cpu, .attentionBackward):
      Efficiency(compute: 0.35, bandwidth: 0.70)
    case (.cpu, _): Efficiency(compute: 0.25, bandwidth: 0.70)
    }
  }
}
