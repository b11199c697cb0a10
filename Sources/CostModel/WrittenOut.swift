import Graph

/// Kernels that code without a compiler runs where the graph has one operator, since it writes the
/// function out as a formula.
///
/// Counted from transformers 5.17: `activations.py` (`NewGELUActivation`), `modeling_esm.py`
/// (`gelu`, `apply_rotary_pos_emb`), `modeling_llama.py` (`LlamaRMSNorm`, `LlamaMLP`,
/// `rotate_half`). An operand is a value read or written by one of the kernels.
struct WrittenOut {
  /// Kernels beside the one that is counted.
  var kernels: Int
  /// Operands of all of them, for each element of the operator's result.
  var operands: Int
  /// Whether its values are in fp32 under autocast though its operand is narrow: powers are on
  /// autocast's list, and tables of angles are in fp32.
  var isWide = false
  /// Whether its values are in fp32 in any case.
  var isAlwaysWide = false

  /// The formula of an operator; nil for one that is a kernel everywhere.
  init?(_ kind: OperatorKind) {
    switch kind {
    // Power, product, sum, product, tanh, sum, half of x, product.
    case .activation(.geluTanh): self.init(kernels: 7, operands: 18, isWide: true)
    case .activationBackward(.geluTanh): self.init(kernels: 9, operands: 25, isWide: true)
    // Half of x, quotient, error function, sum, product.
    case .activation(.geluErf): self.init(kernels: 4, operands: 11)
    case .activationBackward(.geluErf): self.init(kernels: 6, operands: 16)
    // The function, then the product.
    case .gatedActivation: self.init(kernels: 1, operands: 5)
    case .gatedActivationBackward: self.init(kernels: 2, operands: 9)
    // Both halves by one, negated half, join, two products, sum.
    case .rotary, .partialRotary: self.init(kernels: 5, operands: 11, isWide: true)
    // To fp32, square, mean, product, from fp32, product with the weight.
    case .rmsNorm: self.init(kernels: 5, operands: 9, isAlwaysWide: true)
    case .rmsNormBackward: self.init(kernels: 9, operands: 18, isAlwaysWide: true)
    default: return nil
    }
  }

  private init(kernels: Int, operands: Int, isWide: Bool = false, isAlwaysWide: Bool = false) {
    (self.kernels, self.operands) = (kernels, operands)
    (self.isWide, self.isAlwaysWide) = (isWide, isAlwaysWide)
  }
}
