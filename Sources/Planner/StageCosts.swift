import CostModel
import HardwareModel
import Glibc

/// Seconds of one layer of one kind for one micro-batch under one cut, on one device.
struct LayerSeconds {
  var forward = 0.0
  var backward = 0.0
  /// Of `backward`, gradients of weights.
  var weightGradient = 0.0
  /// What full and selective recomputation repeat.
  var full = 0.0
  var selective = 0.0
  /// Tensor and context parallel communication that nothing hides, in forward and backward.
  var tensorForward = 0.0
  var tensorBackward = 0.0
  var contextForward = 0.0
  var contextBackward = 0.0
  /// Sending rows to experts and back.
  var expertForward = 0.0
  var expertBackward = 0.0
  /// What a repeated forward adds: its communication happens again.
  var again: Double { tensorForward + contextForward + expertForward }

  /// All passes without recomputation.
  var total: Double {
    forward + backward + communication
  }
  /// Communication of all passes that nothing hides.
  var communication: Double {
    tensorForward + tensorBackward + contextForward + contextBackward + expertForward
      + expertBackward
  }

  static func += (left: inout LayerSeconds, right: LayerSeconds) { left.add(right, times: 1) }

  mutating func add(_ other: LayerSeconds, times: Double) {
    forward += times * other.forward
    backward += times * other.backward
    weightGradient += times * other.weightGradient
    full += times * other.full
    selective += times * other.selective
    tensorForward += times * other.tensorForward
    tensorBackward += times * other.tensorBackward
    contextForward += times * other.contextForward
    contextBackward += times * other.contextBackward
    expertForward += times * other.expertForward
    expertBackward += times * other.expertBackward
  }
}

/// Times `LayerWork`s under cuts.
struct LayerClock {
  let time: WorkTime
  let links: Collectives
  let stack: SoftwareStack
  /// The network of tensor parallel groups; nil: as they lie.
  var network: ExecutionChoice.Network?

  /// One iteration of a layer.
  func seconds(_ layer: LayerWork, _ cut: WorkCut, _ kind: ContextKind) -> LayerSeconds {
    var result = LayerSeconds()
    // The more devices wait for each other, the more the slowest host decides.
    let collectives =
      cut.tensor > 1 ? (layer.reductions.count + layer.gathers.count) * log2(Double(cut.tensor)) : 0
    var (forward, kernels, experts) = (0.0, 0.0, 0.0)
    for index in layer.forward.indices {
      if layer.forward[index].isAskedFor { kernels += layer.forward[index].weight }
      if case .product(let shape) = layer.forward[index].shape {
        experts += layer.forward[index].weight * shape.experts / Double(cut.expert)
      }
      let seconds = time.seconds(layer.forward[index], cut)
      forward += seconds
      result.selective += repeatedShare(layer.forward[index], cut) * seconds
    }
    let host =
      stack.hostPerKernel * kernels + stack.hostPerCollective * collectives
      + stack.hostPerExpert * experts
    result.forward = Self.floor(forward, host)
    let backwardKernels = layer.backward.isEmpty ? 0 : kernels
    let backwardHost = host / max(kernels, 1) * backwardKernels * stack.hostBackward
    var (backward, weights) = (0.0, 0.0)
    for index in layer.backward.indices {
      let seconds = time.seconds(layer.backward[index], cut)
      backward += seconds
      if layer.backward[index].isWeightGradient { weights += seconds }
    }
    result.backward = Self.floor(backward, backwardHost)
    result.weightGradient = backward > 0 ? result.backward * weights / backward : 0
    communicate(layer, cut, kind, &result)
    guard layer.isLayer, !layer.backward.isEmpty else {
      result.selective = 0
      return result
    }
    result.full = result.forward + result.again
    return result
  }

  /// The share of a kernel that selective recomputation repeats: of fused attention's layers what
  /// point-wise code does and some products, else the core of attention.
  private func repeatedShare(_ item: WorkItem, _ cut: WorkCut) -> Double {
    switch item.shape {
    case .attention(let shape): cut.fusedAttention || shape.backward ? 0 : 1
    case .product: cut.fusedAttention ? stack.repeatedProducts : 0
    default: cut.fusedAttention && Self.isCheap(item) ? 1 : 0
    }
  }

  private static func isCheap(_ item: WorkItem) -> Bool {
    !item.cost.operatorClass.workIsFlops && item.cost.operatorClass != .gather
      && item.cost.operatorClass != .loss
  }

  /// A device waits for its host or the host for its device; a soft maximum, since kernels of one
  /// layer differ.
  static func floor(_ device: Double, _ host: Double) -> Double {
    guard host > 0, device > 0 else { return max(device, host) }
    let (large, small) = device > host ? (device, host) : (host, device)
    let ratio = small / large
    return ratio < 0.02 ? large : large * cbrt(1 + ratio * ratio * ratio)
  }

  private func communicate(
    _ layer: LayerWork, _ cut: WorkCut, _ kind: ContextKind, _ result: inout LayerSeconds
  ) {
    let trains = !layer.backward.isEmpty
    let parts = Double(cut.context)
    if layer.experts > 0 { route(layer, cut, &result) }
    if cut.tensor > 1 {
      let group = links.group(size: cut.tensor, stride: 1, network)
      let shown = 1 - stack.tensorPipelined
      func reduce(_ traffic: LayerWork.Traffic) -> Double {
        links.allReduce(traffic.bytes / parts, group, messages: traffic.count)
      }
      let gather = links.half(
        layer.gathers.bytes / parts, group, messages: layer.gathers.count)
      result.tensorForward = shown * (reduce(layer.reductions) + gather)
      if trains {
        var seconds = reduce(layer.gradientReductions)
        // Inputs that were cut along the sequence are gathered again for the weights' gradients.
        if cut.sequenceParallel && cut.regathers { seconds *= 1.5 }
        result.tensorBackward = shown * (1 - stack.tensorOverlap) * (seconds + gather)
      }
    }
    guard cut.context > 1, layer.keyValue > 0 else { return }
    let group = links.group(size: cut.context, stride: cut.tensor)
    let heads = Double(cut.tensor)
    switch kind {
    case .ring:
      // Each step's exchange hides behind the attention of the step before it.
      let bytes = layer.keyValue / heads
      let attention = layer.forward.reduce(0.0) {
        if case .attention = $1.shape { $0 + time.seconds($1, cut) } else { $0 }
      }
      let traffic = links.half(bytes, group, messages: parts - 1)
      result.contextForward = max(traffic - attention, 0.1 * traffic)
      if trains { result.contextBackward = max(2 * traffic - 2.5 * attention, 0.2 * traffic) }
    case .allToAll:
      let bytes = layer.exchanged / heads / parts
      result.contextForward = links.allToAll(bytes, group, messages: 4)
      if trains { result.contextBackward = result.contextForward }
    }
  }

  /// Rows go to their experts and back (all-to-all, twice a pass); devices that share an expert's
  /// matrices gather its rows and sum its results, or sum the combined result where every device
  /// holds a share of all experts.
  private func route(_ layer: LayerWork, _ cut: WorkCut, _ result: inout LayerSeconds) {
    let own = Double(cut.tensor * cut.context)
    var seconds = 0.0
    if cut.expert > 1 {
      let group = links.group(size: cut.expert, stride: cut.expertTensor)
      let copies = cut.imbalance * layer.dispatched / own
      let active = layer.combined > 0 ? layer.dispatched / layer.combined : 1
      seconds +=
        2
        * (stack.sendsRowsOnce
          ? links.dispatch(copies / active, active: active, group)
          : links.allToAll(copies, group))
    }
    if cut.expertTensor > 1 {
      let group = links.group(size: cut.expertTensor, stride: 1)
      let bytes =
        cut.expert > 1
        ? cut.imbalance * layer.dispatched * Double(cut.expertTensor) / own
        : layer.combined / Double(cut.context)
      seconds += 2 * links.half(bytes, group)
    }
    guard !layer.backward.isEmpty else { return result.expertForward = seconds }
    if stack.overlapsExperts {
      let beside = min(seconds, (result.forward + result.backward) / 2)
      seconds -= (1 - SoftwareStack.unitsOfTraffic) * beside
    }
    result.expertForward = seconds
    result.expertBackward = seconds
  }
}
