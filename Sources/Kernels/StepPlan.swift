import CKernels
import Graph
import Quantities

/// What is worked out about a step once, before the first run: layouts, tables, oneDNN's and FFTW's
/// primitives. Running a step allocates nothing.
enum StepPlan {
  case none
  /// Boxes of a movement, and the factor on them.
  case moves([MovePlan], Float)
  /// An element-wise operator whose second operand repeats.
  case broadcast(MovePlan)
  /// A sum over dimensions.
  case reduction(hfm_reduction)
  /// A broadcast product's backward: how `b` repeats, and the sum that makes its gradient.
  case broadcastGradient(MovePlan, hfm_reduction)
  case convolution(ConvolutionPlan)
  case resampling(ResamplingPlan)
  case fourier(FourierPlan)
}

/// Plans of one program: equal convolutions and transforms share theirs.
struct StepPlanner {
  let lanes: Int
  private var convolutions: [ConvolutionPlan.Key: ConvolutionPlan] = [:]
  private var transforms: [Int: FourierPlan] = [:]

  init(lanes: Int) { self.lanes = lanes }

  /// - Throws: `UserError` when the step's shapes or formats have no kernel.
  mutating func plan(_ step: Program.Step) throws(UserError) -> StepPlan {
    let (op, inputs, outputs) = (step.op, step.inputTensors, step.outputTensors)
    func need<Value>(_ value: Value?) throws(UserError) -> Value {
      guard let value else {
        throw UserError(
          .impossible, key: op.name,
          "\(op.kind) of \(inputs.map(\.shape)) has more than \(HFM_RANK) separate dimensions",
          remedy: "join neighbouring dimensions")
      }
      return value
    }
    if let (boxes, factor) = Movements.boxes(step) {
      var plans: [MovePlan] = []
      for (input, box) in boxes { plans.append(try need(MovePlan(box, input: input))) }
      return .moves(plans, factor)
    }
    switch op.kind {
    case .add, .multiply:
      let layout = step.outputLayouts[0]
      return .broadcast(try need(broadcast(inputs[1].shape, to: inputs[0].shape, layout)))
    case .multiplyBackward:
      let (shape, small) = (inputs[1].shape, inputs[2].shape)
      let layout = step.outputLayouts[0]
      // What repeats nowhere lies as the rest does.
      let sum = Movements.reduction(
        shape, over: Movements.repeated(small, in: shape),
        layout: small == shape ? .plain : layout)
      return .broadcastGradient(try need(broadcast(small, to: shape, layout)), try need(sum))
    case .sumLeading:
      let axes = Movements.repeated(outputs[0].shape, in: inputs[0].shape)
      return .reduction(try need(Movements.reduction(inputs[0].shape, over: axes)))
    case .reduce(_, let axes):
      let layout = step.inputLayouts[0]
      return .reduction(
        try need(Movements.reduction(inputs[0].shape, over: Set(axes), layout: layout)))
    case .convolution, .convolutionGradInput, .convolutionGradWeight:
      return try convolution(step)
    case .resample(let extents, let mode):
      return .resampling(ResamplingPlan(from: inputs[0].shape, to: extents, mode))
    case .resampleBackward(let extents, let mode):
      return .resampling(ResamplingPlan(from: outputs[0].shape, to: extents, mode))
    case .fftConvolution, .fftConvolutionBackward:
      let length = inputs[0].columns
      let plan: FourierPlan
      if let known = transforms[length] { plan = known } else { plan = try FourierPlan(length) }
      transforms[length] = plan
      return .fourier(plan)
    default: return .none
    }
  }

  /// How `small`, which lies in plain order where it differs, repeats over what lies so.
  private func broadcast(_ small: [Int], to shape: [Int], _ layout: MapLayout) -> MovePlan? {
    let strides = layout.strides(shape)
    let own = small == shape ? strides : StridedBox.broadcastStrides(small, to: shape)
    return MovePlan(
      StridedBox(extents: shape, xStrides: own, yStrides: strides).ordered(as: layout))
  }

  private mutating func convolution(_ step: Program.Step) throws(UserError) -> StepPlan {
    guard let key = ConvolutionPlan.Key(step, lanes: lanes) else { return .none }
    if let known = convolutions[key] { return .convolution(known) }
    let plan = try ConvolutionPlan(key, name: step.op.name)
    convolutions[key] = plan
    return .convolution(plan)
  }
}
