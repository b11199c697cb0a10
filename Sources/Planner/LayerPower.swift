import CostModel

extension LayerClock {
  /// What a device does in one iteration of a layer: seconds in products and in other kernels, and
  /// those in which it waits for the host.
  struct Seconds {
    var products = 0.0
    var memory = 0.0
    var waiting = 0.0

    static func += (left: inout Seconds, right: (Seconds, times: Double)) {
      left.products += right.times * right.0.products
      left.memory += right.times * right.0.memory
      left.waiting += right.times * right.0.waiting
    }
  }

  /// The parts of a layer's passes under a cut.
  func parts(_ layer: LayerWork, _ cut: WorkCut) -> Seconds {
    var result = Seconds()
    for item in layer.forward + layer.backward {
      let seconds = time.seconds(item, cut)
      switch item.shape {
      case .product, .convolution, .attention: result.products += seconds
      case .other where item.cost.hardwareFlops > 0: result.products += seconds
      case .other, .channelNorm: result.memory += seconds
      }
    }
    let passes = self.seconds(layer, cut, .ring)
    result.waiting = max(
      0, passes.forward + passes.backward - result.products - result.memory)
    return result
  }
}

extension LayeredStep {
  /// What a device does while it computes all of a step's passes by itself; a cut over devices
  /// changes these shares little.
  func powerMix(_ clock: LayerClock) -> PowerMix? {
    let cut = WorkCut()
    let parts = byKind { clock.parts($0, cut) }
    var all = LayerClock.Seconds()
    for (layer, part) in zip(layers, parts) { all += (part, times: Double(layer.count)) }
    return PowerMix(products: all.products, memory: all.memory, waiting: all.waiting)
  }
}
