import Graph
import Quantities

/// Live activations, temporaries and gradients at the moments of a step that can be its peak.
///
/// Layers that repeat are walked once: what an iteration adds is the same for each, so only the
/// first and the last can be the worst.
struct ActivationWalk: Sendable, Hashable {
  /// A moment of the step.
  struct Point: Sendable, Hashable {
    /// Bytes of kept activations and of gradients that flow.
    var activations: Int
    /// Bytes inside the running block.
    var temporaries: Int
    /// Bytes of parameter gradients so far.
    var gradients: Int
    var phase: MemoryEstimate.Phase
  }

  /// Candidates for the peak.
  private(set) var points: [Point] = []
  /// Activations kept at the end of forward; all live ones at the peak of inference.
  private(set) var kept = 0
  /// Inputs of the graph, alive throughout.
  private(set) var external = 0

  /// Walks a forward pass without backward.
  init(inference tables: GraphTables, _ prints: CallFootprints) {
    var state = WalkState(tables, prints, isAutocast: tables.conventions.autocast)
    state.markNeeded()
    state.runForward()
    (points, external) = (state.points, state.external)
    kept = points.map { Saturating.add($0.activations, $0.temporaries) }.max() ?? 0
    points = [Point(activations: kept, temporaries: 0, gradients: 0, phase: .forward)]
  }

  /// Walks forward and backward once for each mode of recomputation, in the order of its cases.
  ///
  /// - Parameter isAutocast: whether autocast makes narrow copies of wide tensors.
  static func all(
    _ tables: GraphTables, _ prints: CallFootprints, isAutocast: Bool
  ) -> [ActivationWalk] {
    guard let training = tables.training else { return [] }
    let state = WalkState(tables, prints, isAutocast: isAutocast)
    return Recompute.allCases.map { ActivationWalk(training, state, $0) }
  }

  private init(_ graph: TrainingGraph, _ prepared: WalkState, _ recompute: Recompute) {
    var state = prepared
    state.recompute = recompute
    state.markNeeded()
    state.runForward()
    kept = state.live
    state.runBackward(graph)
    (points, external) = (state.points, state.external)
  }
}

/// The walk's running sums. All additions saturate through `Saturating` or stay below 2^62, since
/// footprints are bounded by the graph's checked totals.
private struct WalkState {
  let graph: OperatorGraph
  var recompute = Recompute.none
  var points: [ActivationWalk.Point] = []
  var live = 0
  var gradients = 0
  var external = 0
  private var valueBytes: [Int]
  private var valueGradients: [Int]
  private var sharedLive: [Bool]
  private var carry: [Int: Int] = [:]
  /// Backward calls of each forward call, as positions in `backwardCalls`.
  private var backwardOf: [[Int]]
  private var calls: [BackwardCall] = []
  /// Footprints of each backward call, and of each call that runs forward alone.
  private let backwardPrints: [BlockFootprint]
  private let forwardPrints: [ForwardFootprint]
  /// The last position in `backwardCalls` that needs a value; nil when none does.
  private var neededUntil: [Int?]
  /// The last call that reads each value; -1 for none.
  private var lastReader: [Int]
  /// Whether a value comes from outside, and whether it is there throughout.
  private var isInput, isPinned: [Bool]
  /// Values that each call reads or gives, each once.
  private var touched: [[ValueID]] = []
  private let isAutocast: Bool

  init(_ tables: GraphTables, _ prints: CallFootprints, isAutocast: Bool) {
    let graph = tables.graph
    self.graph = graph
    self.isAutocast = isAutocast
    (backwardPrints, forwardPrints) = (prints.backward, prints.forward)
    valueBytes = [Int](repeating: 0, count: graph.values.count)
    valueGradients = valueBytes
    neededUntil = [Int?](repeating: nil, count: graph.values.count)
    lastReader = [Int](repeating: -1, count: graph.values.count)
    isInput = [Bool](repeating: false, count: graph.values.count)
    for value in graph.inputs { isInput[value.index] = true }
    isPinned = isInput
    for value in graph.outputs { isPinned[value.index] = true }
    sharedLive = [Bool](repeating: false, count: graph.sharedParameters.count)
    backwardOf = [[Int]](repeating: [], count: graph.calls.count)
    calls = tables.training?.backwardCalls ?? []
    for (position, backward) in calls.enumerated() { backwardOf[backward.call].append(position) }
    for (position, call) in graph.calls.enumerated() {
      var values: [ValueID] = []
      for value in call.inputs {
        lastReader[value.index] = position
        if !values.contains(value) { values.append(value) }
      }
      for value in call.outputs where !values.contains(value) { values.append(value) }
      touched.append(values)
    }
  }

  /// Whether a call's layer is computed again, whole or in part.
  private func repeats(_ call: Int, _ mode: Recompute) -> Bool {
    recompute == mode && graph.isLayer(graph.calls[call]) && !backwardOf[call].isEmpty
  }

  private func recomputes(_ call: Int) -> Bool {
    repeats(call, .full)
  }

  /// Whether backward needs all of a call's inputs, to compute it again.
  private func needsInputs(_ call: Int) -> Bool { recomputes(call) || repeats(call, .selective) }

  /// A value lives until the last backward call that reads it.
  mutating func markNeeded() {
    for (position, backward) in calls.enumerated() {
      let call = graph.calls[backward.call]
      let print = backwardPrints[position]
      for (input, value) in call.inputs.enumerated() {
        let first = input >= call.outputs.count || backward.firstIteration == 0
        let reads = print.savedInputs[input] || needsInputs(backward.call)
        if first && reads { neededUntil[value.index] = position }
      }
      let reachesEnd = backward.firstIteration + backward.count == call.count
      for (output, value) in call.outputs.enumerated()
      where reachesEnd && print.savedOutputs[output] && !recomputes(backward.call) {
        neededUntil[value.index] = max(neededUntil[value.index] ?? 0, position)
      }
    }
  }

  /// What each iteration keeps for backward apart from its boundary, under the recompute mode.
  private func inner(_ position: Int) -> Int {
    let call = calls[position].call
    if recomputes(call) { return 0 }
    return repeats(call, .selective)
      ? backwardPrints[position].savedByProducts : backwardPrints[position].saved
  }

  /// Bytes kept at the boundary between two iterations.
  private func boundary(_ position: Int) -> Int {
    let print = backwardPrints[position]
    let all = needsInputs(calls[position].call)
    return print.outputs.enumerated().reduce(0) { sum, output in
      let read =
        all || print.savedOutputs[output.offset]
        || output.offset < print.savedInputs.count && print.savedInputs[output.offset]
      return read ? Saturating.add(sum, output.element) : sum
    }
  }

  /// Boundaries kept for a backward call: one before each of its iterations but the graph's first.
  private func boundaries(_ backward: BackwardCall) -> Int {
    backward.firstIteration == 0 ? backward.count - 1 : backward.count
  }

  mutating func runForward() {
    for value in graph.inputs {
      let tensor = graph.values[value.index]
      // Autocast leaves what comes from outside in fp32.
      let isWide = isAutocast && tensor.dataType.isFloatingPoint
      valueBytes[value.index] =
        isWide ? max(tensor.bytes, DataType.fp32.bytes(tensor.count)) : tensor.bytes
      external = Saturating.add(external, valueBytes[value.index])
    }
    live = external
    for (position, call) in graph.calls.enumerated() {
      forward(position, call)
      for value in touched[position]
      where lastReader[value.index] <= position && !isPinned[value.index]
        && neededUntil[value.index] == nil
      {
        live -= min(live, valueBytes[value.index])
        valueBytes[value.index] = 0
      }
    }
  }

  private mutating func forward(_ position: Int, _ call: BlockCall) {
    var keeps = 0
    var peak = forwardPrints[position].peak
    var copies = 0
    for backward in backwardOf[position] {
      keeps = Saturating.sum(
        keeps, Saturating.product(inner(backward), calls[backward].count),
        Saturating.product(boundary(backward), boundaries(calls[backward])))
      if !recomputes(position) { peak = max(peak, backwardPrints[backward].forwardPeak) }
      copies = max(copies, inner(backward))
    }
    // The last iteration is the worst: all others have left what they keep.
    let before = Saturating.add(live, keeps - min(keeps, copies))
    // A carried input that nobody keeps is still there while the next iteration runs.
    let carried = call.count > 1 ? forwardPrints[position].outputs.reduce(0, Saturating.add) : 0
    let temporaries = Saturating.add(peak, carried)
    points.append(
      ActivationWalk.Point(
        activations: before, temporaries: temporaries, gradients: 0, phase: .forward))
    live = Saturating.add(live, keeps)
    for (output, value) in call.outputs.enumerated() {
      valueBytes[value.index] = forwardPrints[position].outputs[output]
      live = Saturating.add(live, valueBytes[value.index])
    }
  }

  mutating func runBackward(_ training: TrainingGraph) {
    var ends = [[Int]](repeating: [], count: calls.count)
    for (value, until) in neededUntil.enumerated() where !isInput[value] {
      if let until { ends[until].append(value) }
    }
    for position in calls.indices {
      backward(position, training.backwardBlocks[calls[position].block])
      for value in ends[position] {
        live -= min(live, valueBytes[value])
        valueBytes[value] = 0
      }
    }
  }

  private mutating func backward(_ position: Int, _ block: BackwardBlock) {
    let backward = calls[position]
    let call = graph.calls[backward.call]
    let print = backwardPrints[position]
    let perIteration = Saturating.add(inner(position), boundary(position))
    appendBackwardPoints(print, backward.call)
    if backward.count > 1 {
      let earlier = backward.count - 1
      let state = (live, gradients)
      live -= min(live, Saturating.product(perIteration, earlier))
      gradients = Saturating.add(gradients, Saturating.product(print.ownGradients, earlier))
      appendBackwardPoints(print, backward.call)
      (live, gradients) = state
    }
    let freed = Saturating.sum(
      Saturating.product(inner(position), backward.count),
      Saturating.product(boundary(position), boundaries(backward)))
    live -= min(live, freed)
    gradients = Saturating.add(
      gradients, Saturating.product(print.ownGradients, backward.count))
    for gradient in block.parameterGradients {
      guard let tie = call.tied.first(where: { $0.local == gradient.parameter }),
        !sharedLive[tie.shared]
      else { continue }
      sharedLive[tie.shared] = true
      gradients = Saturating.add(gradients, graph.sharedParameters[tie.shared].bytes)
    }
    moveValueGradients(backward, call, print)
  }

  /// The worst moment of one iteration; with recomputation its forward runs first.
  private mutating func appendBackwardPoints(_ print: BlockFootprint, _ call: Int) {
    func point(_ temporaries: Int) -> ActivationWalk.Point {
      ActivationWalk.Point(
        activations: live, temporaries: temporaries, gradients: gradients, phase: .backward)
    }
    if repeats(call, .selective) {
      // What was dropped is there again, all at once at most.
      let again = print.saved - print.savedByProducts
      points.append(point(Saturating.add(again, print.backwardPeak)))
    } else if recomputes(call) {
      points.append(point(print.forwardPeak))
      // Results that backward reads are made again; the next layer has kept those of the first run.
      let again = zip(print.savedOutputs, print.outputs).reduce(0) {
        $1.0 ? Saturating.add($0, $1.1) : $0
      }
      points.append(point(Saturating.sum(print.saved, again, print.backwardPeak)))
    } else {
      points.append(point(print.backwardPeak))
    }
  }

  /// Gradients of the call's outputs are used up, those of its inputs now live.
  private mutating func moveValueGradients(
    _ backward: BackwardCall, _ call: BlockCall, _ print: BlockFootprint
  ) {
    if backward.firstIteration + backward.count == call.count {
      for value in call.outputs {
        live -= min(live, valueGradients[value.index])
        valueGradients[value.index] = 0
      }
    } else if let bytes = carry.removeValue(forKey: backward.call) {
      live -= min(live, bytes)
    }
    for (input, value) in call.inputs.enumerated() where input < print.inputGradients.count {
      let bytes = print.inputGradients[input]
      guard bytes > 0 else { continue }
      if input < call.outputs.count && backward.firstIteration > 0 {
        carry[backward.call, default: 0] += bytes
        live = Saturating.add(live, bytes)
      } else if valueGradients[value.index] == 0 {
        valueGradients[value.index] = bytes
        live = Saturating.add(live, bytes)
      }
    }
  }
}
