/// Whose code computes a model: it decides how attention runs that no fused kernel takes as it is.
public enum ModelCode: String, Sendable, Hashable, CaseIterable {
  /// The model's own, as its authors published it.
  case published
  /// Hugging Face's transformers 5, which hands attention with a bias on its scores to PyTorch's
  /// `scaled_dot_product_attention` (`integrations/sdpa_attention.py`,
  /// `models/sam/modeling_sam.py`: `SamVisionSdpaAttention`).
  case transformers
}
