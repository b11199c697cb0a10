import CKernels
import Glibc

/// Hyper-parameters of the optimizer step.
public struct OptimizerSettings: Sendable, Hashable {
  /// Step size.
  public var learningRate: Double
  /// AdamW's decay rates of the first and second moment.
  public var beta1 = 0.9, beta2 = 0.999
  /// AdamW's term against division by zero.
  public var epsilon = 1e-8
  /// AdamW's decoupled weight decay (arXiv 1711.05101).
  public var weightDecay = 0.01

  /// Decay of plain momentum's buffer.
  public var momentum = 0.9

  /// Creates settings; the defaults are PyTorch's.
  public init(learningRate: Double = 1e-3) { self.learningRate = learningRate }

  /// The rule of step `step`, counted from 1.
  func rule(step: Int) -> hfm_adamw_rule {
    hfm_adamw_rule(
      learningRate: Float(learningRate), beta1: Float(beta1), beta2: Float(beta2),
      epsilon: Float(epsilon), weightDecay: Float(weightDecay),
      correction1: Float(1 - pow(beta1, Double(step))),
      correction2: Float(1 - pow(beta2, Double(step))))
  }
}
