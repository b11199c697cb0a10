import Graph

/// Which maps lie with their channels last.
///
/// oneDNN's convolutions read and write channels last; with maps in that order from one to the
/// next, through norms, activations, pooling and joining, none of them reorders anything. Maps that
/// a step uses in one order together form a class; a class lies channels last when a convolution
/// touches it, every step on it can, and its maps have channels enough to fill a vector.
extension Program {
  /// The same program with the layout of each buffer chosen.
  var laidOut: Program {
    var classes = LayoutClasses(self)
    for step in steps { classes.add(step) }
    var result = self
    result.lieChannelsLast(Set(buffers.indices.filter { classes.isChannelsLast($0) }))
    return result
  }
}

/// Buffers that must share a layout, by union-find.
private struct LayoutClasses {
  /// Floats of the widest vector: kernels along fewer channels leave most of it empty.
  private static let leastChannels = 16

  private let buffers: [Program.Buffer]
  private var parent: [Int]
  private var isPlain: [Bool]
  private var isConvolved: [Bool]

  init(_ program: Program) {
    buffers = program.buffers
    parent = Array(buffers.indices)
    isPlain = Array(repeating: false, count: buffers.count)
    isConvolved = isPlain
    let results = Set(program.results)
    for (index, buffer) in buffers.enumerated() {
      let shape = buffer.tensor.shape
      let isNarrow = shape.count < 3 || shape[1] < LayoutClasses.leastChannels
      isPlain[index] = buffer.content != .transient || results.contains(index) || isNarrow
    }
  }

  mutating func isChannelsLast(_ buffer: Int) -> Bool {
    if buffers[buffer].layout == .channelsLast { return true }
    guard !MapLayout.isIndifferent(buffers[buffer].tensor.shape) else { return false }
    let root = root(buffer)
    return isConvolved[root] && !isPlain[root]
  }

  mutating func add(_ step: Program.Step) {
    let operands = Array(
      zip(step.inputs + step.outputs, step.inputTensors + step.outputTensors))
    var joined: Int?
    for (position, (buffer, tensor)) in operands.enumerated() {
      let own = buffers[buffer].tensor
      // Settled already, or either order is right: such a map binds nobody.
      if buffers[buffer].layout == .channelsLast { continue }
      if MapLayout.isIndifferent(own.shape), own.shape == tensor.shape { continue }
      let use = own.shape == tensor.shape ? step.mapUse(position) : .plain
      switch use {
      case .plain: isPlain[root(buffer)] = true
      case .free: break
      case .convolved: isConvolved[root(buffer)] = true
      case .together:
        if let joined { join(joined, buffer) }
        joined = buffer
      }
    }
    for buffer in step.beside { isPlain[root(buffer)] = true }
  }

  private mutating func root(_ buffer: Int) -> Int {
    var index = buffer
    while parent[index] != index {
      parent[index] = parent[parent[index]]
      index = parent[index]
    }
    return index
  }

  private mutating func join(_ a: Int, _ b: Int) {
    let (a, b) = (root(a), root(b))
    guard a != b else { return }
    parent[b] = a
    isPlain[a] = isPlain[a] || isPlain[b]
    isConvolved[a] = isConvolved[a] || isConvolved[b]
  }
}

/// What a step asks of the layout of one of its operands.
private enum MapUse {
  /// Plain order.
  case plain
  /// Any; elements are found by strides.
  case free
  /// Any; channels last is what its convolution likes.
  case convolved
  /// The same as of the other operands so marked.
  case together
}

extension Program.Step {
  /// - Parameter position: of the operand, inputs first.
  fileprivate func mapUse(_ position: Int) -> MapUse {
    let output = position - inputs.count
    switch op.kind {
    case .convolution: return position == 0 || output == 0 ? .convolved : .plain
    case .convolutionGradInput: return position == 0 || output == 0 ? .convolved : .plain
    case .convolutionGradWeight: return position <= 1 ? .convolved : .plain
    case .channelNorm: return position == 0 || output == 0 ? .together : .plain
    case .channelNormBackward: return position <= 1 || output == 0 ? .together : .plain
    case .activation, .activationBackward, .gatedActivation, .gatedActivationBackward, .scale,
      .poolWindows, .poolWindowsBackward, .resample, .concatenate, .slice, .pad, .roll,
      .contiguous, .detach:
      return .together
    case .cast: return inputTensors[0].shape == outputTensors[0].shape ? .together : .plain
    case .add, .multiply:
      let isSmall = position == 1 && inputTensors[1].shape != inputTensors[0].shape
      return isSmall ? .plain : .together
    case .multiplyBackward:
      let isSmall = (position == 2 || output == 1) && inputTensors[2].shape != inputTensors[1].shape
      return isSmall ? .plain : .together
    case .permute: return .free
    case .expand: return output == 0 ? .free : .plain
    case .reduce: return position == 0 ? .free : .plain
    default: return .plain
    }
  }

  /// The order in which each input lies, and each output.
  var inputLayouts: [MapLayout] { inputs.map(layout) }
  var outputLayouts: [MapLayout] { outputs.map(layout) }

  func layout(_ buffer: Int) -> MapLayout {
    channelsLast.contains(buffer) ? .channelsLast : .plain
  }
}
