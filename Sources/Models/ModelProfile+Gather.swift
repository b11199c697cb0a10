extension ModelProfile {
  /// Elements that each sample adds to the all-gather of embeddings which contrastive training over
  /// several devices begins its loss with (arXiv 2103.00020, section 2.5): both embeddings; 0 for a
  /// model without such a loss.
  public var gatheredElements: Int {
    switch architecture {
    case .dual(let dual):
      return (dual.visionProjection.sizes.last ?? dual.vision.stack.hidden)
        + (dual.textProjection.sizes.last ?? dual.text.stack.hidden)
    case .component(let component):
      guard let composite = component.base as? Composite else { return 0 }
      return composite.gatheredElements
    default: return 0
    }
  }
}

extension Composite {
  /// Widths of what its contrastive losses compare; a side that is no projector has the other's
  /// width, since both are compared.
  fileprivate var gatheredElements: Int {
    losses.filter { $0.kind == .contrastive }.reduce(0) { total, loss in
      let widths = loss.of.map { reference -> Int? in
        guard let part = parts.first(where: { $0.name == reference.part }),
          case .projector(let projector) = part.body
        else { return nil }
        return projector.sizes.last
      }
      let width = widths.compactMap { $0 }.first ?? 0
      return total + loss.of.count * width
    }
  }
}
